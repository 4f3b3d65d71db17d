public import Imaging

/// A face in one frame, as a member of its track.
public struct TrackedFace: Sendable {
  /// Number of the track: the same person from frame to frame, until a cut or until the face is lost.
  public var track: Int
  /// Points after smoothing over time.
  public var mesh: FaceMesh
  /// 0…1: how sure it is, over the frames around, that there is a face. Effects fade with it.
  public var confidence: Float
  /// Hands near the face, which may lie in front of it; smoothed over time like the mesh.
  public var hands: [Hand]

  public init(track: Int, mesh: FaceMesh, confidence: Float, hands: [Hand] = []) {
    self.track = track
    self.mesh = mesh
    self.confidence = confidence
    self.hands = hands
  }

  /// The face with every point of it, and of its hands, where `place` puts it.
  public func mapped(_ place: (SIMD2<Float>) -> SIMD2<Float>) -> TrackedFace {
    TrackedFace(
      track: track, mesh: mesh.mapped(place), confidence: confidence, hands: hands.map { $0.mapped(place) })
  }

  /// The face in the pixels of the frame as it is stored, from that in the frame seen upright.
  public func stored(in frame: PixelView) -> TrackedFace {
    frame.orientation == .upright ? self : mapped(frame.storedPoint)
  }
}
