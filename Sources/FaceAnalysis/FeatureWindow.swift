internal import Glibc

/// The part of a feature map that one head of the attention mesh looks at: a rectangle around some points, turned with
/// the feature, and stretched to 16x16 cells.
///
/// Coordinates are continuous: cell i of the map spans i…i+1. What the operators of the published model do is written
/// down in MediaPipe's sources (landmarks_to_transform_matrix, transform_tensor_bilinear, transform_landmarks).
package struct FeatureWindow {
  /// Cells of a window, across and down.
  package static let size = 16
  /// The rectangle is this many times the points' box.
  private static let margin: Float = 1.5
  /// Heads say where a point is in units of which a cell of the map has this many, which are pixels of the picture that
  /// the map was made from.
  private static let unitsPerCell: Float = 4

  /// One cell of the window to the right, in cells of the map.
  private let right: SIMD2<Float>
  /// One cell down.
  private let down: SIMD2<Float>
  private let corner: SIMD2<Float>

  /// - Parameters:
  ///   - points: in cells of the map, at least one.
  ///   - start: of the line that is level in the window.
  ///   - end: of that line, to the right of `start` there.
  package init(around points: [SIMD2<Float>], levelFrom start: SIMD2<Float>, to end: SIMD2<Float>) {
    let line = end - start
    let angle = atan2(line.y, line.x)
    let (c, s) = (cos(angle), sin(angle))
    var low = SIMD2<Float>(repeating: .infinity)
    var high = -low
    for p in points {
      let q = SIMD2(c * p.x + s * p.y, c * p.y - s * p.x)
      low = pointwiseMin(low, q)
      high = pointwiseMax(high, q)
    }
    let cell = (high - low) * (Self.margin / Float(Self.size))
    let middle = (low + high) / 2
    right = SIMD2(c, s) * cell.x
    down = SIMD2(-s, c) * cell.y
    corner =
      SIMD2(c * middle.x - s * middle.y, s * middle.x + c * middle.y) - (right + down) * (Float(Self.size) / 2)
  }

  /// Samples the map at the middle of each cell, bilinearly; cells outside get 0.
  ///
  /// - Parameters:
  ///   - map: channels, rows and columns, the last the fastest; square.
  ///   - side: rows and columns of the map.
  ///   - window: the same with 16 rows and columns.
  package func sample(
    _ map: UnsafeBufferPointer<Float>, side: Int, channels: Int, into window: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(map.count == channels * side * side && window.count == channels * Self.size * Self.size)
    let last = Float(side - 1)
    for v in 0..<Self.size {
      for u in 0..<Self.size {
        let p = corner + right * (Float(u) + 0.5) + down * (Float(v) + 0.5) - 0.5
        var target = v * Self.size + u
        // Written so that what is no number lies outside too.
        let isInside = p.x >= 0 && p.x <= last && p.y >= 0 && p.y <= last
        guard isInside else {
          for _ in 0..<channels {
            window[target] = 0
            target += Self.size * Self.size
          }
          continue
        }
        let (x, y) = (Int(p.x), Int(p.y))
        let (fx, fy) = (p.x - Float(x), p.y - Float(y))
        var source = y * side + x
        let next = x < side - 1 ? 1 : 0
        let below = y < side - 1 ? side : 0
        for _ in 0..<channels {
          let top = map[source] * (1 - fx) + map[source + next] * fx
          let bottom = map[source + below] * (1 - fx) + map[source + below + next] * fx
          window[target] = top * (1 - fy) + bottom * fy
          source += side * side
          target += Self.size * Self.size
        }
      }
    }
  }

  /// Where a point that a head found lies, in pixels of the picture that the map was made from.
  package func place(_ point: SIMD2<Float>) -> SIMD2<Float> {
    right * point.x + down * point.y + corner * Self.unitsPerCell
  }
}
