internal import Glibc
public import Imaging
public import Inference

/// Finds the 468 points of a face with MediaPipe's face_landmark network.
public final class FaceLandmarkNetwork: FaceMesher {
  private static let size = 192
  private let session: Session

  /// - Parameter session: of `face_mesh`: input [1, 3, 192, 192] R′G′B′ on 0…1, outputs 468 points (x, y, z in
  ///   pixels of the input) and the logit of there being a face.
  public init(session: Session) {
    self.session = session
  }

  public func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float) {
    let toFrame = region.transform(from: Self.size)
    session.withInput(0) {
      frame.crop(width: Self.size, height: Self.size, transform: toFrame, scale: 1 / 255, offset: 0, into: $0)
    }
    try session.run()
    let mesh = session.withOutput(0) { values, _ in FaceMesh(values) }
    let logit = session.withOutput(1) { values, _ in values[0] }
    return (mesh.mapped(scale: toFrame.scale) { toFrame.apply($0) - 0.5 }, 1 / (1 + exp(-logit)))
  }
}
