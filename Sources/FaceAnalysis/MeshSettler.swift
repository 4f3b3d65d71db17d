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
  /// Eyes jump: more would blur the gaze.
  private static let gaze = LocalPolynomial(reach: 1, degree: 0)
  private static let irisRadius = LocalPolynomial(reach: 3, degree: 0)

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
    var poses: [Pose] = []
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
      poses.append(Pose(turn: a, place: center))
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
      },
      irises: settledIrises(
        zip(meshes, poses).compactMap { m, pose in m.mesh.irises.map { (m.offset, $0, pose) } },
        in: Pose(turn: turn, place: place)))
  }

  /// The irises as they lie in the mean face, smoothed, in the settled pose; nil if no frame next to the wanted one has
  /// them.
  private func settledIrises(_ seen: [(offset: Int, irises: Irises, pose: Pose)], in settled: Pose) -> Irises? {
    guard seen.contains(where: { abs($0.offset) <= Self.gaze.reach }) else { return nil }
    let gaze = Self.gaze.coefficients(at: seen.map(\.offset))
    let size = Self.irisRadius.coefficients(at: seen.map(\.offset))
    func iris(_ eye: KeyPath<Irises, Iris>) -> Iris {
      var center = Complex(.zero)
      var radius: Float = 0
      for (k, frame) in seen.enumerated() {
        let found = frame.irises[keyPath: eye]
        center = center + Complex(found.center - frame.pose.place) * frame.pose.turn.reciprocal * gaze[k]
        radius += found.radius / frame.pose.turn.length * size[k]
      }
      center = center * settled.turn
      return Iris(
        center: SIMD2(center.re, center.im) + settled.place, radius: radius * settled.turn.length)
    }
    return Irises(left: iris(\.left), right: iris(\.right))
  }
}

/// The similarity that lays the mean face onto a face.
private struct Pose {
  /// Size and turn.
  var turn: Complex
  var place: SIMD2<Float>
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

  var length: Float { (re * re + im * im).squareRoot() }
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
