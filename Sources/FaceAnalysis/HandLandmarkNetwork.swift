public import Imaging
public import Inference

/// Finds the 21 points of a hand with MediaPipe's hand_landmark network.
public final class HandLandmarkNetwork {
  private static let size = 224
  private let session: Session

  /// - Parameter session: of `hand_landmark_full`: input [1, 3, 224, 224] R′G′B′ on 0…1, outputs 21 points (x, y, z in
  ///   pixels of the input) and how sure it is that there is a hand, 0…1; further outputs are not read.
  public init(session: Session) {
    self.session = session
  }

  /// The hand in a region of the frame; its presence is low where there is none.
  public func hand(in frame: PixelView, region: HandRegion) throws -> Hand {
    let toFrame = region.transform(from: Self.size)
    session.withInput(0) {
      frame.crop(width: Self.size, height: Self.size, transform: toFrame, scale: 1 / 255, offset: 0, into: $0)
    }
    try session.run()
    let points = session.withOutput(0) { values, _ in
      (0..<Hand.count).map { toFrame.apply(SIMD2(values[3 * $0], values[3 * $0 + 1])) - 0.5 }
    }
    let presence = session.withOutput(1) { values, _ in values[0] }
    return Hand(points: points, presence: presence)
  }
}
