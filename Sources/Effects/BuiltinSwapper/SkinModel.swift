package import FaceAnalysis
internal import Glibc
package import Imaging

/// Tells skin from hair, cloth and background in one picture of one face, without training.
///
/// From samples where nearly every face shows skin it learns how bright the skin is, as a function of where the surface
/// points (a first-order light, fitted robustly), and what its colour is. Knowing the light is what tells dark hair
/// from a cheek in shadow. A hand has the same skin: where it lies must be told.
package struct SkinModel {
  /// 0…1 a pixel: how likely it is skin of this face. 0 outside the mesh.
  package let probability: Plane
  /// Logarithm of the luminance the skin should have, by the fitted light. 0 outside the mesh.
  package let expectedLogLight: Plane
  /// The fitted light: logarithm of the luminance, and its slopes along the normal's x (to the right), y (down) and −z.
  let light: SIMD4<Float>

  /// Added to linear light before the logarithm.
  static let floor: Float = 0.01

  /// - Parameter covered: above 0 where something else than the face is seen, and nothing is to be learned.
  package init(
    _ colors: ColorPlanes, mesh: FaceMesh, raster: MeshRaster, coverage: Plane, covered: Plane? = nil
  ) {
    let width = mesh.width
    let smooth = colors.map { $0.blurred(sigma: max(0.6, 0.008 * width)) }
    let logLight = Self.logLight(smooth.luma)
    let (labA, labB) = labChroma(smooth)

    let normals = mesh.normals
    let facing = normals.map { -$0.z }
    let positions = mesh.positions
    let isFree = covered.map { covered in positions.map { covered.value(at: $0) == 0 } }
    let light = Self.fitLight(
      positions.map { logLight.value(at: $0) }, normals: normals, facing: facing, isFree: isFree)

    let free = FaceTopology.skinSeeds.filter { isFree?[$0] ?? true }
    let seeds = free.filter { facing[$0] > 0.2 }
    let samples = [seeds, free].first { $0.count >= 12 } ?? FaceTopology.skinSeeds
    let spread = max(0.12, 1.4826 * median(samples.map { abs(light.residuals[$0]) }))
    let skinColor = ChromaModel(samples.map { SIMD2(labA.value(at: positions[$0]), labB.value(at: positions[$0])) })

    let expected = raster.interpolate(light.expected)
    let inside = raster.interpolate(FaceTopology.distanceToOval)
    var raw = Plane(width: colors.width, height: colors.height)
    for i in raw.samples.indices where coverage.samples[i] > 0 {
      let d = inside.samples[i]
      var r = (logLight.samples[i] - expected.samples[i]) / spread
      // Highlights are forgiven inside the face, not at its edge, where a bright background lies.
      if r > 0 { r *= 1 - 0.5 * smoothstep(0.03, 0.15, d) }
      let c = skinColor.mahalanobis2(SIMD2(labA.samples[i], labB.samples[i]))
      let strictness = 1 + 0.4 * (1 - smoothstep(0.03, 0.12, d))
      raw.samples[i] = 1 - smoothstep(2, 4, strictness * (r * r + c).squareRoot())
    }
    probability =
      raw.guided(by: colors.luma * (1 / 255), radius: max(1, Int(0.02 * width)), epsilon: 1e-3)
      .combined(with: coverage) { max(0, min(1, $0)) * $1 }
    expectedLogLight = expected
    self.light = light.coefficients
  }

  private static let logLight = FunctionTable(0...255, steps: 2040) { log(linearLight($0) + SkinModel.floor) }

  /// Fits value ≈ c₀ + c·n over the vertices by iteratively reweighted least squares: seeds count in full, other plain
  /// skin a little, and what the fit cannot explain less with every round.
  private static func fitLight(
    _ values: [Float], normals: [SIMD3<Float>], facing: [Float], isFree: [Bool]?
  ) -> (expected: [Float], residuals: [Float], coefficients: SIMD4<Float>) {
    let prior = facing.indices.map { i in
      let seen = smoothstep(0.1, 0.4, facing[i])
      let plain = FaceTopology.distanceToOval[i] > 0.08 ? 0.15 * FaceTopology.plainSkin[i] : 0
      return isFree?[i] == false ? 0 : (FaceTopology.seeds[i] + plain) * seen
    }
    let basis = normals.map { SIMD4<Float>(1, $0.x, $0.y, -$0.z) }
    var weights = prior
    var c = SIMD4<Float>.zero
    var residuals = values
    for _ in 0..<12 {
      let before = c
      c = leastSquares(basis, values, weights)
      residuals = zip(basis, values).map { $1 - ($0 * c).sum() }
      // A change of a thousandth of the light is not seen.
      let change = c - before
      if (change * change).sum() < 1e-6 { break }
      let scale = 1.4826 * median(residuals.indices.filter { prior[$0] > 0 }.map { abs(residuals[$0]) }) + 0.001
      weights = prior.indices.map { prior[$0] / max(1, abs(residuals[$0]) / (1.5 * scale)) }
    }
    return (basis.map { ($0 * c).sum() }, residuals, c)
  }

  /// Weighted least squares in four unknowns; a small ridge keeps the last three finite when the normals hardly vary.
  private static func leastSquares(_ basis: [SIMD4<Float>], _ values: [Float], _ weights: [Float]) -> SIMD4<Float> {
    // The rows of basisᵀ · basis and, last, basisᵀ · values.
    var sums = [SIMD4<Double>](repeating: .zero, count: 5)
    var total = 1e-6
    for (i, row) in basis.enumerated() {
      let w = Double(weights[i])
      total += w
      let weighted = SIMD4<Double>(row) * w
      for j in 0..<4 { sums[j] += weighted * Double(row[j]) }
      sums[4] += weighted * Double(values[i])
    }
    var rows = (0..<4).map { j in (0..<4).map { sums[j][$0] } + [sums[4][j]] }
    rows[0][0] += 1e-9
    for j in 1..<4 { rows[j][j] += 0.001 * total }
    for i in 0..<4 {
      for r in 0..<4 where r != i {
        let f = rows[r][i] / rows[i][i]
        for k in i..<5 { rows[r][k] -= f * rows[i][k] }
      }
    }
    return SIMD4((0..<4).map { Float(rows[$0][4] / rows[$0][$0]) })
  }
}

/// The colour of skin: a Gaussian over CIE a*b*, fitted without the samples that lie far out.
private struct ChromaModel {
  private var mean: SIMD2<Float>
  private var inverse: (xx: Float, xy: Float, yy: Float) = (1, 0, 1)

  init(_ samples: [SIMD2<Float>]) {
    mean = SIMD2(median(samples.map(\.x)), median(samples.map(\.y)))
    var kept = samples
    fitCovariance(kept)
    for _ in 0..<3 {
      let near = samples.filter { mahalanobis2($0) < 6 }
      if near.count >= 3 { kept = near }
      mean = kept.reduce(.zero, +) / Float(kept.count)
      fitCovariance(kept)
    }
  }

  /// A floor of 2 units keeps very even skin from becoming intolerant.
  private mutating func fitCovariance(_ samples: [SIMD2<Float>]) {
    let center = samples.reduce(.zero, +) / Float(samples.count)
    var xx: Float = 0
    var xy: Float = 0
    var yy: Float = 0
    for s in samples {
      let d = s - center
      xx += d.x * d.x
      xy += d.x * d.y
      yy += d.y * d.y
    }
    let n = Float(max(1, samples.count - 1))
    (xx, xy, yy) = (xx / n + 4, xy / n, yy / n + 4)
    let det = xx * yy - xy * xy
    inverse = (yy / det, -xy / det, xx / det)
  }

  func mahalanobis2(_ p: SIMD2<Float>) -> Float {
    let d = p - mean
    return d.x * d.x * inverse.xx + 2 * d.x * d.y * inverse.xy + d.y * d.y * inverse.yy
  }
}

/// The middle value, or the mean of the two middle ones; 0 of nothing.
func median(_ values: [Float]) -> Float {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
