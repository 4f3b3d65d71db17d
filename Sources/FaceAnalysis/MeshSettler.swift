/// Smooths the points of a face over the frames around.
///
/// A face's motion is split into a similarity (place, size, turn), which moves fast and smoothly, and what is left of
/// each point, which is mostly the network's noise on rigid parts and speech and blinks on lips and lids. Each has its
/// own filter.
package struct MeshSettler {
  private static let motion = LocalPolynomial(reach: 4, degree: 2)
  private static let rigid = LocalPolynomial(reach: 3, degree: 0)
  private static let lively = LocalPolynomial(reach: 2, degree: 2)
  private static let depth = LocalPolynomial(reach: 3, degree: 1)

  /// The mean face's x and y, centred, as complex numbers.
  private let reference: [Complex]
  private let referenceNorm: Float
  private let isLively: [Bool]

  package init() {
    let mean = FaceTopology.meanShape.positions
    let center = mean.reduce(SIMD2<Float>.zero, +) / Float(mean.count)
    reference = mean.map { Complex($0 - center) }
    referenceNorm = reference.reduce(0) { $0 + $1.re * $1.re + $1.im * $1.im }
    var lively = [Bool](repeating: false, count: FaceMesh.count)
    for list in [
      FaceTopology.lipsOuter, FaceTopology.lipsMiddleOuter, FaceTopology.lipsMiddleInner, FaceTopology.lipsInner,
      FaceTopology.leftEye, FaceTopology.rightEye,
    ] {
      for i in list { lively[i] = true }
    }
    isLively = lively
  }

  /// - Parameter meshes: frames relative to the wanted one, with their meshes; frame 0 must be among them.
  package func settled(_ meshes: [(offset: Int, mesh: FaceMesh)]) -> FaceMesh {
    let offsets = meshes.map(\.offset)
    let motion = Self.motion.coefficients(at: offsets)
    let rigid = Self.rigid.coefficients(at: offsets)
    let lively = Self.lively.coefficients(at: offsets)
    let depth = Self.depth.coefficients(at: offsets)
    var turn = Complex(.zero)
    var place = SIMD2<Float>.zero
    var residual = [Complex](repeating: Complex(.zero), count: FaceMesh.count)
    var z = [Float](repeating: 0, count: FaceMesh.count)
    for (k, (_, mesh)) in meshes.enumerated() {
      let points = mesh.positions
      let center = points.reduce(SIMD2<Float>.zero, +) / Float(points.count)
      let shape = points.map { Complex($0 - center) }
      // Least squares for shape ≈ a · reference.
      var a = Complex(.zero)
      for (q, r) in zip(shape, reference) { a = a + q * r.conjugate }
      a = a * (1 / referenceNorm)
      turn = turn + a * motion[k]
      place += center * motion[k]
      let inverse = a.reciprocal
      for i in residual.indices {
        let weight = isLively[i] ? lively[k] : rigid[k]
        if weight != 0 { residual[i] = residual[i] + (shape[i] * inverse - reference[i]) * weight }
        z[i] += mesh[i].z * depth[k]
      }
    }
    return FaceMesh(
      points: residual.indices.map { i in
        let p = (residual[i] + reference[i]) * turn
        return SIMD3(p.re + place.x, p.im + place.y, z[i])
      })
  }
}

/// Just enough of complex numbers to turn and scale points.
private struct Complex {
  var re: Float
  var im: Float

  init(re: Float, im: Float) {
    self.re = re
    self.im = im
  }

  init(_ v: SIMD2<Float>) { self.init(re: v.x, im: v.y) }

  var conjugate: Complex { Complex(re: re, im: -im) }
  var reciprocal: Complex {
    let n = re * re + im * im
    return Complex(re: re / n, im: -im / n)
  }

  static func + (a: Complex, b: Complex) -> Complex { Complex(re: a.re + b.re, im: a.im + b.im) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(re: a.re - b.re, im: a.im - b.im) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
  }
  static func * (a: Complex, s: Float) -> Complex { Complex(re: a.re * s, im: a.im * s) }
}
