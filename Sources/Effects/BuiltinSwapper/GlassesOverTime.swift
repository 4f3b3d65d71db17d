internal import FaceAnalysis
internal import Imaging

extension GlassesObservation {
  /// Frames between two looks at a face: glasses are not put on and off any faster.
  private static let interval = 8

  /// Nil where it is not yet time to look again, or nothing can be told.
  init?(_ pixels: PixelView, face: TrackedFace, after history: FaceHistory) {
    let isKnown = history.notes(FaceNote.self).contains { $0.note.glasses != nil }
    guard !isKnown || history.frame % Self.interval == 0 else { return nil }
    self.init(pixels, mesh: face.mesh)
  }
}

extension Glasses {
  init?(_ history: FaceHistory) { self.init(history.notes(FaceNote.self).compactMap(\.note.glasses)) }
}
