/// How much work a face is worth. Both give the same bits every time.
public enum Effort: String, Sendable, CaseIterable {
  /// For previews: faces are meshed on every second frame and in between by interpolation.
  case fast
  /// All that makes the picture right.
  case full
}
