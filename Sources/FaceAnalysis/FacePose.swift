internal import Glibc

/// How a face is turned, by the points that no expression moves.
public struct FacePose: Sendable, Equatable {
  /// How far the face is turned to the side, in degrees, above 0 towards larger x.
  public let yaw: Float
  /// How far the face is lowered, in degrees, below 0 if it is raised.
  public let pitch: Float

  public init(_ mesh: FaceMesh) {
    let fit = SpaceSimilarity(
      from: FaceTopology.rigid.map { FaceTopology.meanShape[$0] }, to: FaceTopology.rigid.map { mesh[$0] })
    // Away from the viewer, for a face that looks into the camera.
    let away = fit.axes.z
    yaw = -atan2(away.x, away.z) * 180 / .pi
    pitch = -atan2(away.y, (away.x * away.x + away.z * away.z).squareRoot()) * 180 / .pi
  }
}

extension FaceMesh {
  /// How the face is turned.
  public var pose: FacePose { FacePose(self) }
}
