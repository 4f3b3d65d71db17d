public import Imaging

/// A hand in a picture: 21 points, from the wrist to the finger tips.
///
/// Point 0 is the wrist; then come four points a finger, from the palm to the tip, thumb first (the numbering of
/// MediaPipe's hand_landmark network).
public struct Hand: Sendable, Equatable {
  public static let count = 21

  /// Pixels of the picture seen upright, pixel centres at integers.
  public var points: [SIMD2<Float>]
  /// 0…1: how sure it is that the hand is there. What it covers fades with it.
  public var presence: Float

  public init(points: [SIMD2<Float>], presence: Float) {
    precondition(points.count == Hand.count)
    self.points = points
    self.presence = presence
  }

  /// The hand with every point where `place` puts it.
  public func mapped(_ place: (SIMD2<Float>) -> SIMD2<Float>) -> Hand {
    Hand(points: points.map(place), presence: presence)
  }

  /// The hand in the pixels of the frame as it is stored, from that in the frame seen upright.
  public func stored(in frame: PixelView) -> Hand { mapped(frame.storedPoint) }

  /// Smallest box around the points.
  public var bounds: (low: SIMD2<Float>, high: SIMD2<Float>) {
    (points.reduce(points[0]) { pointwiseMin($0, $1) }, points.reduce(points[0]) { pointwiseMax($0, $1) })
  }

  /// The longer side of the box, in pixels.
  package var extent: Float {
    let (low, high) = bounds
    return (high - low).max()
  }

  package var middle: SIMD2<Float> { points.reduce(.zero, +) / Float(Hand.count) }

  /// The points' mean distance from those of another, in pixels.
  package func distance(to other: Hand) -> Float {
    zip(points, other.points).reduce(0) { $0 + length($1.0 - $1.1) } / Float(Hand.count)
  }

  /// Whether two finds are one hand, however differently its fingers were seen.
  package func isSame(as other: Hand) -> Bool {
    let size = max(extent, other.extent)
    return distance(to: other) < 0.25 * size || length(middle - other.middle) < 0.3 * size
  }
}

func length(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }

extension PixelView {
  /// Where a point of the frame seen upright lies in the frame as it is stored; pixel centres are at integers in both.
  func storedPoint(_ p: SIMD2<Float>) -> SIMD2<Float> {
    let size = SIMD2(Float(uprightWidth), Float(uprightHeight))
    return orientation.stored(p + 0.5, upright: size) - 0.5
  }
}
