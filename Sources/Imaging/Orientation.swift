/// How a stored picture has to be turned or mirrored to be seen upright, numbered as in EXIF.
public enum Orientation: Int, Sendable, Hashable, CaseIterable {
  /// As stored.
  case upright = 1
  case mirrored
  /// Half a turn.
  case upsideDown
  case flipped
  /// Rows and columns change places.
  case transposed
  /// A quarter turn clockwise makes it upright.
  case turnedClockwise
  case transversed
  /// A quarter turn counter-clockwise makes it upright.
  case turnedCounterClockwise

  /// Whether width and height change places.
  public var swapsSides: Bool { rawValue >= Orientation.transposed.rawValue }

  /// Where a point of the upright picture lies in the stored one, both in continuous coordinates (pixel i spans i…i+1).
  ///
  /// - Parameter upright: size of the upright picture.
  public func stored(_ p: SIMD2<Float>, upright: SIMD2<Float>) -> SIMD2<Float> {
    let far = upright - p
    return switch self {
    case .upright: p
    case .mirrored: SIMD2(far.x, p.y)
    case .upsideDown: far
    case .flipped: SIMD2(p.x, far.y)
    case .transposed: SIMD2(p.y, p.x)
    case .turnedClockwise: SIMD2(p.y, far.x)
    case .transversed: SIMD2(far.y, far.x)
    case .turnedCounterClockwise: SIMD2(far.y, p.x)
    }
  }
}
