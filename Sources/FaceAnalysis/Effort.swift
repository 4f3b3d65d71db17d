/// How much work a face is worth. Both give the same bits every time.
public enum Effort: String, Sendable, CaseIterable {
  /// For previews: faces are meshed on every second frame, with one look, drawn from a coarser grid, and over hands.
  case fast
  /// All that makes the picture right.
  case full
}

/// How often a tracker looks, and how closely.
struct TrackingPace: Sendable {
  /// Frames between two runs of the detector.
  let detectionInterval: Int
  /// The same while faces are being followed: only newcomers are waited for.
  let busyDetectionInterval: Int
  /// Detections of frames with a multiple of this number begin all faces anew.
  let restartInterval: Int
  /// Faces that only the slow detector sees are looked for where a shot starts and this often; nil only there.
  let thoroughInterval: Int?
  /// Faces are meshed in every frame with a multiple of this number.
  let meshInterval: Int
  /// The mesh of the region smoothed over time, instead of the one that the region comes from.
  let looksAgain: Bool
  let looksForHands: Bool
  /// Frames between two that are looked at in the most thorough of the regular ways.
  var startInterval: Int { thoroughInterval ?? restartInterval }

  init(_ effort: Effort) {
    switch effort {
    case .full:
      self.init(
        detection: 4, busyDetection: 4, restart: 1, thorough: 16, mesh: 1, looksAgain: true, looksForHands: true)
    case .fast:
      self.init(
        detection: 6, busyDetection: 12, restart: 24, thorough: nil, mesh: 2, looksAgain: false, looksForHands: false)
    }
  }

  private init(
    detection: Int, busyDetection: Int, restart: Int, thorough: Int?, mesh: Int, looksAgain: Bool,
    looksForHands: Bool
  ) {
    detectionInterval = detection
    busyDetectionInterval = busyDetection
    restartInterval = restart
    thoroughInterval = thorough
    meshInterval = mesh
    self.looksAgain = looksAgain
    self.looksForHands = looksForHands
  }
}
