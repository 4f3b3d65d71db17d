internal import Glibc
package import Imaging

/// The turned square of a frame that the mesh network looks at.
public struct FaceRegion: Sendable, Equatable {
  /// Centre in continuous coordinates: pixel i spans i…i+1.
  public var center: SIMD2<Float>
  /// Natural logarithm of the side in pixels: filters and averages of sizes belong in the logarithm.
  public var logSide: Float
  /// Angle of the line between the eyes, radians.
  public var angle: Float

  /// The side of the square is this many times the face's box.
  static let margin: Float = 1.5

  public init(center: SIMD2<Float>, logSide: Float, angle: Float) {
    self.center = center
    self.logSide = logSide
    self.angle = angle
  }

  /// The region of a detected face.
  public init(_ detection: Detection) {
    let size = detection.high - detection.low
    let eyes = detection.eyes.1 - detection.eyes.0
    self.init(
      center: (detection.low + detection.high) / 2 + 0.5,
      logSide: log(max(1, max(size.x, size.y)) * Self.margin), angle: atan2(eyes.y, eyes.x))
  }

  /// The region of a face whose points are known.
  ///
  /// The box is taken in the frame of the eyes, not of the picture: turning the head in the plane then turns the region
  /// and nothing else, and the points stay put.
  public init(_ mesh: FaceMesh) {
    let eyes = mesh.xy(263) - mesh.xy(33)
    let angle = atan2(eyes.y, eyes.x)
    let upright = Similarity(a: cos(angle), b: -sin(angle))
    var low = SIMD2<Float>(repeating: .infinity)
    var high = SIMD2<Float>(repeating: -.infinity)
    for p in mesh.points {
      let q = upright.apply(SIMD2(p.x, p.y))
      low = pointwiseMin(low, q)
      high = pointwiseMax(high, q)
    }
    let size = high - low
    self.init(
      center: upright.inverse.apply((low + high) / 2) + 0.5,
      logSide: log(max(1, max(size.x, size.y)) * Self.margin), angle: angle)
  }

  public var side: Float { exp(logSide) }

  /// Maps a square of `size` pixels onto the region.
  package func transform(from size: Int) -> Similarity {
    Similarity(square: Float(size), onto: center, side: side, angle: angle)
  }

  /// Upright box around the face itself, without the margin.
  package var faceBox: (low: SIMD2<Float>, high: SIMD2<Float>) {
    let half = SIMD2(repeating: side / Self.margin / 2)
    return (center - half - 0.5, center + half - 0.5)
  }

  /// The same region a little larger or smaller: `change` is added to the logarithm of the side.
  func scaled(by change: Float) -> FaceRegion {
    FaceRegion(center: center, logSide: logSide + change, angle: angle)
  }

  /// The same angle, written so that it lies within half a turn of `reference`.
  package func unwrapped(near reference: Float) -> FaceRegion {
    var copy = self
    copy.angle -= 2 * .pi * ((angle - reference) / (2 * .pi)).rounded()
    return copy
  }

  /// Whether the other region is so far off that the points found in one should be looked for again in the other.
  package func differsMuch(from other: FaceRegion) -> Bool {
    let moved = center - other.center
    return (moved * moved).sum().squareRoot() > 0.06 * side || abs(logSide - other.logSide) > 0.08
      || abs(unwrapped(near: other.angle).angle - other.angle) > 0.15
  }
}
