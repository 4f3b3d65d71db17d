package import FaceAnalysis

/// Decides which of the faces of a frame are edited.
package struct FaceSelector {
  package let mode: FaceSelectorMode
  /// The track taken last, in mode `one`.
  private var current: Int?

  /// Another face must be this much wider to take over: two of one size would else take turns.
  private static let advantage: Float = 1.2

  package init(mode: FaceSelectorMode) {
    self.mode = mode
  }

  package mutating func select(from faces: [TrackedFace]) -> [TrackedFace] {
    guard mode == .one, let largest = faces.max(by: { $0.isSmaller(than: $1) }) else { return faces }
    if let kept = faces.first(where: { $0.track == current }), kept.mesh.width * Self.advantage >= largest.mesh.width {
      return [kept]
    }
    current = largest.track
    return [largest]
  }
}

extension TrackedFace {
  /// The order of size. Of two as large the place decides, not the number of the track, which depends on where a clip
  /// begins.
  func isSmaller(than other: TrackedFace) -> Bool {
    func key(_ mesh: FaceMesh) -> (Float, Float, Float) { (mesh.width, mesh.xy(1).x, mesh.xy(1).y) }
    return key(mesh) < key(other.mesh)
  }
}
