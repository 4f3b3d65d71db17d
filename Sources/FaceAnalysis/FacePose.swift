internal import Glibc

/// Where a face is and how it is turned: the similarity of space that takes the mean face to it.
///
/// Least squares over points that no expression moves: Horn, "Closed-form solution of absolute orientation using unit
/// quaternions", Journal of the Optical Society of America A 4 (1987); scale as in Umeyama, "Least-squares estimation of
/// transformation parameters between two point patterns", IEEE PAMI 13 (1991), equation 42.
public struct FacePose: Sendable, Equatable {
  /// Pixels a face width.
  public let scale: Float
  /// The face's own axes in the picture: to the right, down and away, unit vectors.
  public let right: SIMD3<Float>
  public let down: SIMD3<Float>
  public let away: SIMD3<Float>
  /// Where the mean face's origin, between the eyes, comes to lie.
  public let origin: SIMD3<Float>

  public init(_ mesh: FaceMesh) {
    let from = FaceTopology.rigid.map { SIMD3<Double>(FaceTopology.meanShape[$0]) }
    let to = FaceTopology.rigid.map { SIMD3<Double>(mesh[$0]) }
    let middleFrom = from.reduce(.zero, +) / Double(from.count)
    let middleTo = to.reduce(.zero, +) / Double(to.count)
    // Columns of the sum of products: s[i][j] = Σ from_i · to_j.
    var s = [SIMD3<Double>](repeating: .zero, count: 3)
    var variance = 0.0
    for (a, b) in zip(from, to) {
      let (a, b) = (a - middleFrom, b - middleTo)
      for i in 0..<3 { s[i] += a[i] * b }
      variance += (a * a).sum()
    }
    let q = Self.rotation(s)
    let axes = (0..<3).map { i in Self.rotated(SIMD3<Double>((0..<3).map { $0 == i ? 1 : 0 }), by: q) }
    let size = (0..<3).reduce(0.0) { $0 + (axes[$1] * s[$1]).sum() } / variance
    scale = Float(size)
    (right, down, away) = (SIMD3(axes[0]), SIMD3(axes[1]), SIMD3(axes[2]))
    let moved = axes[0] * middleFrom.x + axes[1] * middleFrom.y + axes[2] * middleFrom.z
    origin = SIMD3(middleTo - size * moved)
  }

  /// A point of the mean face's space in the picture.
  public func apply(_ p: SIMD3<Float>) -> SIMD3<Float> { (right * p.x + down * p.y + away * p.z) * scale + origin }

  /// A point of the picture in the mean face's space, whose unit is the face width.
  public func canonical(_ p: SIMD3<Float>) -> SIMD3<Float> {
    let d = (p - origin) / max(scale, 1e-9)
    return SIMD3((d * right).sum(), (d * down).sum(), (d * away).sum())
  }

  /// How far the face is turned to the side, in degrees, above 0 towards larger x.
  public var yaw: Float { -atan2(away.x, away.z) * 180 / .pi }

  /// How far the face is lowered, in degrees, below 0 if it is raised.
  public var pitch: Float { -atan2(away.y, (away.x * away.x + away.z * away.z).squareRoot()) * 180 / .pi }

  /// The unit quaternion (real part last) that turns the one set of points to the other: the eigenvector of Horn's
  /// matrix for its largest eigenvalue.
  private static func rotation(_ s: [SIMD3<Double>]) -> SIMD4<Double> {
    var n = [
      [s[0].x - s[1].y - s[2].z, s[0].y + s[1].x, s[2].x + s[0].z, s[1].z - s[2].y],
      [s[0].y + s[1].x, -s[0].x + s[1].y - s[2].z, s[1].z + s[2].y, s[2].x - s[0].z],
      [s[2].x + s[0].z, s[1].z + s[2].y, -s[0].x - s[1].y + s[2].z, s[0].y - s[1].x],
      [s[1].z - s[2].y, s[2].x - s[0].z, s[0].y - s[1].x, s[0].x + s[1].y + s[2].z],
    ]
    var vectors = (0..<4).map { i in (0..<4).map { $0 == i ? 1.0 : 0.0 } }
    // Jacobi's rotations; four unknowns settle in a few sweeps.
    for _ in 0..<12 {
      for p in 0..<3 {
        for q in (p + 1)..<4 where abs(n[p][q]) > 1e-300 {
          let theta = (n[q][q] - n[p][p]) / (2 * n[p][q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let sine = t * c
          for k in 0..<4 { (n[k][p], n[k][q]) = (c * n[k][p] - sine * n[k][q], sine * n[k][p] + c * n[k][q]) }
          for k in 0..<4 { (n[p][k], n[q][k]) = (c * n[p][k] - sine * n[q][k], sine * n[p][k] + c * n[q][k]) }
          for k in 0..<4 {
            (vectors[k][p], vectors[k][q]) = (
              c * vectors[k][p] - sine * vectors[k][q], sine * vectors[k][p] + c * vectors[k][q]
            )
          }
        }
      }
    }
    let best = (0..<4).max { n[$0][$0] < n[$1][$1] }!
    return SIMD4(vectors[0][best], vectors[1][best], vectors[2][best], vectors[3][best])
  }

  private static func rotated(_ v: SIMD3<Double>, by q: SIMD4<Double>) -> SIMD3<Double> {
    func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
    let u = SIMD3(q.x, q.y, q.z)
    let t = 2 * cross(u, v)
    return v + q.w * t + cross(u, t)
  }
}

extension FaceMesh {
  /// How the face is turned.
  public var pose: FacePose { FacePose(self) }

  /// The points without position, size and turn: in the mean face's space, whose unit is the face width.
  public var canonicalPoints: [SIMD3<Float>] {
    let pose = pose
    return points.map(pose.canonical)
  }
}

extension FaceTopology {
  /// Vertices that no expression moves: corners of the eyes, the bridge of the nose, forehead, temples, cheekbones.
  public static let rigid = [
    33, 133, 362, 263, 130, 359, 168, 6, 197, 195, 5, 4, 8, 9, 151, 10, 127, 356, 162, 389, 21, 251, 234, 454, 93, 323,
    98, 327, 50, 280, 117, 346,
  ]
}
