internal import Glibc

/// A transform of the plane that turns, scales evenly and moves: x′ = a x − b y + tx, y′ = b x + a y + ty.
public struct Similarity: Sendable, Equatable {
  public var a: Float
  public var b: Float
  public var translation: SIMD2<Float>

  public init(a: Float = 1, b: Float = 0, translation: SIMD2<Float> = .zero) {
    self.a = a
    self.b = b
    self.translation = translation
  }

  /// Maps the square `0…size` onto a square of side `side` around `center`, turned by `angle` radians.
  ///
  /// Coordinates are continuous here: pixel `i` of the small square spans `i…i+1`.
  public init(square size: Float, onto center: SIMD2<Float>, side: Float, angle: Float) {
    let scale = side / size
    a = scale * cos(angle)
    b = scale * sin(angle)
    translation = .zero
    translation = center - apply(SIMD2(size / 2, size / 2))
  }

  public func apply(_ p: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2(a * p.x - b * p.y, b * p.x + a * p.y) + translation
  }

  /// Factor by which lengths grow.
  public var scale: Float { (a * a + b * b).squareRoot() }

  /// The transform that undoes this one. The scale must not be 0.
  public var inverse: Similarity {
    let n = a * a + b * b
    precondition(n > 0, "a similarity of scale 0 has no inverse")
    var result = Similarity(a: a / n, b: -b / n)
    result.translation = -result.apply(translation)
    return result
  }
}
