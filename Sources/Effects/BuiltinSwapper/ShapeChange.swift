package import FaceAnalysis
internal import Imaging

/// How much a face's points have to move to have the shape of another person's, without its expression.
///
/// The mouth keeps the target's shape, so that its expression stays: it only takes the other's place.
package struct ShapeChange {
  /// A vector a vertex, in the unit of the mean face.
  package let vectors: [SIMD3<Float>]

  /// The furthest a point is moved, in face widths.
  private static let longest: Float = 0.08

  /// - Parameters:
  ///   - source: shape of the person whose face is to be seen.
  ///   - target: shape of the one who is filmed, at rest: a mean over some time.
  package init(from target: FaceShape, to source: FaceShape) {
    let wanted = source.aligned(to: target).points
    let rest = target.points
    let difference = zip(wanted, rest).map { $0 - $1 }
    func mean(_ vertices: [Int], _ values: [SIMD3<Float>]) -> SIMD3<Float> {
      vertices.reduce(.zero) { $0 + values[$1] } / Float(vertices.count)
    }
    func distance(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { ((a - b) * (a - b)).sum().squareRoot() }
    var moved = difference
    /// Around some vertices: all move alike, and grow by a factor.
    func hold(_ vertices: [Int], reach: Float, own: Float, growth: Float, move: SIMD3<Float>) {
      let center = mean(vertices, rest)
      func radius(_ i: Int) -> Float {
        let d = rest[i] - center
        return (d.x * d.x + d.y * d.y).squareRoot()
      }
      let inner = vertices.map(radius).max()!
      for i in moved.indices {
        let share = (1 - smoothstep(inner, reach * inner, radius(i))) * (1 - own)
        moved[i] += (move + (growth - 1) * (rest[i] - center) - moved[i]) * share
      }
    }
    let lips =
      FaceTopology.lipsOuter + FaceTopology.lipsMiddleOuter + FaceTopology.lipsMiddleInner + FaceTopology.lipsInner
    var move = mean(lips, difference)
    // A laughing mouth is open, not lower.
    move.y = mean([164, 2, 18, 200], difference).y
    hold(lips, reach: 1.7, own: 0.1, growth: 1, move: move)
    // What is not symmetric is mostly the pose or the network.
    let mirror = FaceTopology.mirror
    let symmetric = moved.indices.map { i in
      let other = moved[mirror[i]]
      return SIMD3(moved[i].x - other.x, moved[i].y + other.y, moved[i].z + other.z) / 2
    }
    let parts = (0..<3).map { k in FaceTopology.smoothed(symmetric.map { $0[k] }, times: 4) }
    vectors = moved.indices.map { SIMD3(parts[0][$0], parts[1][$0], parts[2][$0]) }
  }

  /// A mesh of the target person, changed by `strength` 0…1.
  package func apply(to mesh: FaceMesh, rest: FaceShape, strength: Float) -> FaceMesh {
    let flip: SIMD3<Float> = mesh.isMirrored ? SIMD3(-1, 1, 1) : SIMD3(1, 1, 1)
    let fit = SpaceSimilarity(
      from: FaceTopology.rigid.map { rest.points[$0] }, to: FaceTopology.rigid.map { mesh[$0] * flip })
    let limit = Self.longest * mesh.width
    var changed = mesh
    for i in changed.points.indices {
      let vector = strength * fit.applyToVector(vectors[i])
      let length = (vector * vector).sum().squareRoot()
      changed.points[i] += flip * vector * min(1, limit / (length + 1e-6))
    }
    if var irises = mesh.irises {
      irises.left.center += changed.middle(FaceTopology.leftEye) - mesh.middle(FaceTopology.leftEye)
      irises.right.center += changed.middle(FaceTopology.rightEye) - mesh.middle(FaceTopology.rightEye)
      changed.irises = irises
    }
    return changed
  }
}

extension FaceMesh {
  fileprivate func middle(_ vertices: [Int]) -> SIMD2<Float> {
    vertices.reduce(.zero) { $0 + xy($1) } / Float(vertices.count)
  }
}
