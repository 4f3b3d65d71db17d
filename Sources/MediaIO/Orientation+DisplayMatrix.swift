import Imaging

extension Orientation {
  /// From a container's display matrix: nine numbers in rows, the first two columns in 16.16 fixed point.
  ///
  /// Only the signs are looked at. Free angles are taken for the nearest right angle.
  init(displayMatrix matrix: [Int32]) {
    let (a, b, c, d) = (Int64(matrix[0]), Int64(matrix[1]), Int64(matrix[3]), Int64(matrix[4]))
    if abs(a) + abs(d) >= abs(b) + abs(c) {
      switch (a < 0, d < 0) {
      case (false, false): self = .upright
      case (true, false): self = .mirrored
      case (true, true): self = .upsideDown
      case (false, true): self = .flipped
      }
    } else {
      switch (b < 0, c < 0) {
      case (false, false): self = .transposed
      case (false, true): self = .turnedClockwise
      case (true, true): self = .transversed
      case (true, false): self = .turnedCounterClockwise
      }
    }
  }

  /// The matrix for a container's track; nil where none is needed.
  var displayMatrix: [Int32]? {
    let one: Int32 = 1 << 16
    let (a, b, c, d): (Int32, Int32, Int32, Int32)
    switch self {
    case .upright: return nil
    case .mirrored: (a, b, c, d) = (-one, 0, 0, one)
    case .upsideDown: (a, b, c, d) = (-one, 0, 0, -one)
    case .flipped: (a, b, c, d) = (one, 0, 0, -one)
    case .transposed: (a, b, c, d) = (0, one, one, 0)
    case .turnedClockwise: (a, b, c, d) = (0, one, -one, 0)
    case .transversed: (a, b, c, d) = (0, -one, -one, 0)
    case .turnedCounterClockwise: (a, b, c, d) = (0, -one, one, 0)
    }
    return [a, b, 0, c, d, 0, 0, 0, 1 << 30]
  }
}
