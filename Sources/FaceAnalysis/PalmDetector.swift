internal import Glibc
public import Imaging
public import Inference

/// A palm as the detector sees it, in pixels of its input square.
package struct Palm: Sendable, Equatable, ScoredBox {
  /// 0…1.
  package var score: Float
  package var low: SIMD2<Float>
  package var high: SIMD2<Float>
  package var wrist: SIMD2<Float>
  /// Where the middle finger begins.
  package var middle: SIMD2<Float>

  package init(score: Float, low: SIMD2<Float>, high: SIMD2<Float>, wrist: SIMD2<Float>, middle: SIMD2<Float>) {
    self.score = score
    self.low = low
    self.high = high
    self.wrist = wrist
    self.middle = middle
  }
}

/// Finds palms with MediaPipe's palm_detection network.
///
/// Output layout and anchors: Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020, and the options
/// of MediaPipe's palm_detection graph.
public final class PalmDetector {
  private static let size = 192
  private static let smallestScore: Float = 0.5
  /// Values of a candidate: centre and size of its box, then seven points.
  private static let valuesPerBox = 18

  /// Centres of the 2016 anchors, 0…1: two a cell of 24x24, then six a cell of 12x12.
  package static let anchors: [SIMD2<Float>] = [(cells: 24, count: 2), (cells: 12, count: 6)].flatMap { grid in
    (0..<grid.cells * grid.cells).flatMap { i in
      let center = SIMD2(Float(i % grid.cells) + 0.5, Float(i / grid.cells) + 0.5) / Float(grid.cells)
      return repeatElement(center, count: grid.count)
    }
  }

  private let session: Session

  /// - Parameter session: of `palm_detection_full`: input [1, 3, 192, 192] R′G′B′ on 0…1, outputs boxes [1, 2016, 18] and
  ///   logits [1, 2016, 1].
  public init(session: Session) {
    self.session = session
  }

  /// The regions in which the hands to the palms in a square of the frame are to be looked for, surest first.
  public func hands(in frame: PixelView, square: HandRegion) throws -> [HandRegion] {
    let toFrame = square.transform(from: Self.size)
    session.withInput(0) {
      frame.crop(width: Self.size, height: Self.size, transform: toFrame, scale: 1 / 255, offset: 0, into: $0)
    }
    try session.run()
    let palms = session.withOutput(0) { boxes, _ in
      session.withOutput(1) { logits, _ in Self.palms(boxes: boxes, logits: logits) }
    }
    return palms.map { HandRegion($0).mapped(by: toFrame) }
  }

  /// The palms that the network's outputs tell of, each once, surest first.
  package static func palms(
    boxes: UnsafeBufferPointer<Float>, logits: UnsafeBufferPointer<Float>
  ) -> [Palm] {
    let found = anchors.indices.compactMap { i -> Palm? in
      let score = 1 / (1 + exp(-max(-50, min(50, logits[i]))))
      guard score > smallestScore else { return nil }
      let start = i * valuesPerBox
      func pair(_ k: Int) -> SIMD2<Float> { SIMD2(boxes[start + k], boxes[start + k + 1]) }
      let anchor = anchors[i] * Float(size)
      let half = pair(2) / 2
      guard half.min() > 0, half.max().isFinite else { return nil }
      let middle = anchor + pair(0)
      return Palm(
        score: score, low: middle - half, high: middle + half, wrist: anchor + pair(4), middle: anchor + pair(8))
    }
    return suppressed(found)
  }
}
