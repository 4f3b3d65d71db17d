package import FaceAnalysis

/// Points of a face in space, in any place, size and turn.
package struct Shape: Equatable {
  package var points: [SIMD3<Double>]

  package init(points: [SIMD3<Double>]) { self.points = points }

  package init(_ mesh: FaceMesh) { points = mesh.points.map { SIMD3(Double($0.x), Double($0.y), Double($0.z)) } }

  /// The same face seen in a mirror: its left half where its right one was.
  package func mirrored(by mirror: [Int]) -> Shape {
    Shape(points: mirror.map { SIMD3(-points[$0].x, points[$0].y, points[$0].z) })
  }

  /// The median of each coordinate of each point.
  package static func median(of shapes: [Shape]) -> Shape {
    Shape(
      points: shapes[0].points.indices.map { i in
        SIMD3((0..<3).map { axis in middle(shapes.map { $0.points[i][axis] }) })
      })
  }

  private static func middle(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

package func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

/// Turns, scales evenly and moves in space: scale · R · p + translation.
package struct SpaceSimilarity {
  package private(set) var scale = 1.0
  /// Rows of the rotation.
  package private(set) var rows: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
  package private(set) var translation = SIMD3<Double>.zero

  /// What brings `source` nearest to `target` in the sense of least squares.
  ///
  /// The turn is that of Horn, "Closed-form solution of absolute orientation using unit quaternions", 1987; the scale
  /// that of Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991.
  ///
  /// - Parameter vertices: those that count.
  package init(from source: Shape, to target: Shape, vertices: [Int]) {
    func center(_ shape: Shape) -> SIMD3<Double> {
      vertices.reduce(SIMD3<Double>.zero) { $0 + shape.points[$1] } / Double(vertices.count)
    }
    let (from, to) = (center(source), center(target))
    // s[i][j]: sum of the source's coordinate i times the target's j.
    var s = [[Double]](repeating: [0, 0, 0], count: 3)
    var spread = 0.0
    for v in vertices {
      let (a, b) = (source.points[v] - from, target.points[v] - to)
      spread += (a * a).sum()
      for i in 0..<3 { for j in 0..<3 { s[i][j] += a[i] * b[j] } }
    }
    let q = Self.largestEigenvector([
      [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
      [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
      [s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]],
      [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]],
    ])
    let (w, x, y, z) = (q[0], q[1], q[2], q[3])
    rows = [
      SIMD3(w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)),
      SIMD3(2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)),
      SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z),
    ]
    var common = 0.0
    for v in vertices { common += ((target.points[v] - to) * turned(source.points[v] - from)).sum() }
    scale = common / spread
    translation = to - turned(from) * scale
  }

  package func turned(_ p: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((rows[0] * p).sum(), (rows[1] * p).sum(), (rows[2] * p).sum())
  }

  package func apply(_ shape: Shape) -> Shape { Shape(points: shape.points.map { turned($0) * scale + translation }) }

  /// Of a symmetric matrix, by Jacobi's rotations.
  private static func largestEigenvector(_ matrix: [[Double]]) -> [Double] {
    let n = matrix.count
    var a = matrix
    var vectors = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    for _ in 0..<64 {
      for p in 0..<n {
        for q in (p + 1)..<n where abs(a[p][q]) > 1e-300 {
          let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let t = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
          for k in 0..<n { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
          for k in 0..<n {
            (vectors[k][p], vectors[k][q]) = (
              c * vectors[k][p] - s * vectors[k][q], s * vectors[k][p] + c * vectors[k][q]
            )
          }
        }
      }
    }
    let largest = (0..<n).max { a[$0][$0] < a[$1][$1] }!
    return vectors.map { $0[largest] }
  }
}
