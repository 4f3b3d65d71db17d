/// A transform of space that turns, scales evenly and moves.
public struct SpaceSimilarity: Sendable {
  public var scale: Float
  /// What the unit vectors along x, y and z become, before scaling.
  public var axes: (x: SIMD3<Float>, y: SIMD3<Float>, z: SIMD3<Float>)
  public var translation: SIMD3<Float>

  /// The one that brings some points nearest to others, in the sense of least squares.
  ///
  /// Horn, "Closed-form solution of absolute orientation using unit quaternions", JOSA A 4 (1987): the rotation is the
  /// eigenvector of the largest eigenvalue of a symmetric 4x4 matrix.
  ///
  /// - Parameters:
  ///   - points: at least three, not all on a line.
  ///   - targets: as many.
  public init(from points: [SIMD3<Float>], to targets: [SIMD3<Float>]) {
    precondition(points.count == targets.count && !points.isEmpty)
    let count = Float(points.count)
    let from = points.reduce(.zero, +) / count
    let to = targets.reduce(.zero, +) / count
    var s = [[Double]](repeating: [0, 0, 0], count: 3)
    var spread: Double = 0
    for (p, q) in zip(points, targets) {
      let a = SIMD3<Double>(p - from)
      let b = SIMD3<Double>(q - to)
      for i in 0..<3 { for j in 0..<3 { s[i][j] += a[i] * b[j] } }
      spread += (a * a).sum()
    }
    let n = [
      [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
      [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
      [s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]],
      [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]],
    ]
    let q = Self.principalVector(n)
    let (w, x, y, z) = (q[0], q[1], q[2], q[3])
    axes = (
      SIMD3(Float(w * w + x * x - y * y - z * z), Float(2 * (x * y + w * z)), Float(2 * (x * z - w * y))),
      SIMD3(Float(2 * (x * y - w * z)), Float(w * w - x * x + y * y - z * z), Float(2 * (y * z + w * x))),
      SIMD3(Float(2 * (x * z + w * y)), Float(2 * (y * z - w * x)), Float(w * w - x * x - y * y + z * z))
    )
    var along: Double = 0
    for i in 0..<4 { for j in 0..<4 { along += q[i] * n[i][j] * q[j] } }
    scale = spread > 0 ? Float(along / spread) : 1
    translation = .zero
    translation = to - apply(from)
  }

  public func apply(_ p: SIMD3<Float>) -> SIMD3<Float> { applyToVector(p) + translation }

  /// The same for a difference of two points.
  public func applyToVector(_ v: SIMD3<Float>) -> SIMD3<Float> { scale * (v.x * axes.x + v.y * axes.y + v.z * axes.z) }

  /// Eigenvector of the largest eigenvalue: the matrix, made positive and squared again and again, is its projector.
  private static func principalVector(_ matrix: [[Double]]) -> [Double] {
    let size = matrix.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    var m = matrix
    for i in 0..<4 { m[i][i] += size }
    for _ in 0..<14 {
      var square = [[Double]](repeating: [0, 0, 0, 0], count: 4)
      for i in 0..<4 { for j in 0..<4 { for k in 0..<4 { square[i][j] += m[i][k] * m[k][j] } } }
      let trace = square[0][0] + square[1][1] + square[2][2] + square[3][3]
      guard trace > 0 else { return [1, 0, 0, 0] }
      m = square.map { $0.map { $0 / trace } }
    }
    let column = (0..<4).max { m[$0][$0] < m[$1][$1] }!
    let length = m.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    return length > 0 ? m.map { $0[column] / length } : [1, 0, 0, 0]
  }
}
