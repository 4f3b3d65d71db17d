internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// How far each cell of a face is from a smooth sheet of skin that was fitted through it robustly.
///
/// Brightness may bend twice over the face, the two colour ratios once: light does that, things before a face do not.
/// What the sheet cannot explain loses its say round by round, so an object may hide a good third of the face.
struct SkinSurface {
  /// Logarithm of the luma over the sheet's.
  let brightness: Plane
  /// Logarithms of red over green and of blue over green, less the sheet's.
  let redness: Plane
  let blueness: Plane
  /// Robust standard deviations of the three over the face.
  let spread: SIMD3<Float>

  /// Below these, spread is taken for noise.
  private static let floors = SIMD3<Float>(0.08, 0.02, 0.03)
  /// Added to levels of 255 before the logarithm.
  private static let offset: Float = 10
  private static let logarithm = FunctionTable(0...256, steps: 4096) { log($0 + offset) }
  private static let rounds = 6

  private struct Sample {
    var basis: SIMD8<Float>
    var value: SIMD3<Float>
    var prior: Float
  }

  /// - Parameters:
  ///   - plausible: 0…1, how far another model takes a cell for skin.
  init(_ grid: FaceGrid, at face: FaceCoordinates, features: Plane, plausible: Plane) {
    let colors = grid.standardColors.map { $0.blurred(sigma: max(0.5, 0.006 * grid.mesh.width)) }
    let luma = Self.logarithm(colors.luma)
    let green = Self.logarithm(colors.green)
    let red = Self.logarithm(colors.red) - green
    let blue = Self.logarithm(colors.blue) - green

    let mean = FaceTopology.meanShape
    let middle = (mean[10].y + mean[152].y) / 2
    let scale = SIMD2<Float>(2, 2 / (mean[152].y - mean[10].y))
    @inline(__always) func basis(_ i: Int) -> SIMD8<Float> {
      let u = face.x.samples[i] * scale.x
      let v = (face.y.samples[i] - middle) * scale.y
      return SIMD8(1, u, v, u * u, v * v, u * v, 0, 0)
    }
    let step = max(1, Int(grid.mesh.width / 30))
    var samples: [Sample] = []
    for y in stride(from: 0, to: grid.raster.height, by: step) {
      for x in stride(from: 0, to: grid.raster.width, by: step) {
        let i = y * grid.raster.width + x
        guard grid.coverage.samples[i] > 0, features.samples[i] < 0.5 else { continue }
        let b = basis(i)
        let prior = exp(-(b[3] / 0.25 + b[4] / 0.5625) / 2) * (0.2 + 0.8 * plausible.samples[i])
        samples.append(
          Sample(basis: b, value: SIMD3(luma.samples[i], red.samples[i], blue.samples[i]), prior: prior))
      }
    }
    let fit = Self.fit(samples)
    spread = fit.spread
    var residuals = (luma, red, blue)
    for i in luma.samples.indices {
      guard grid.coverage.samples[i] > 0 else {
        residuals.0.samples[i] = 0
        residuals.1.samples[i] = 0
        residuals.2.samples[i] = 0
        continue
      }
      let b = basis(i)
      residuals.0.samples[i] -= (b * fit.luma).sum()
      residuals.1.samples[i] -= (b * fit.red).sum()
      residuals.2.samples[i] -= (b * fit.blue).sum()
    }
    (brightness, redness, blueness) = residuals
  }

  private static func fit(
    _ samples: [Sample]
  ) -> (luma: SIMD8<Float>, red: SIMD8<Float>, blue: SIMD8<Float>, spread: SIMD3<Float>) {
    guard samples.count >= 12 else { return (.zero, .zero, .zero, floors) }
    // It starts from a flat sheet, which no object can bend.
    let ranges: [ClosedRange<Float>] = [2...6, -2...2, -2...2]
    let start = (0..<3).map { c in weightedMedian(samples, in: ranges[c]) { samples[$0].value[c] } }
    var fit = (0..<3).map { SIMD8<Float>(start[$0], 0, 0, 0, 0, 0, 0, 0) }
    var spread = SIMD3<Float>(0.5, 0.1, 0.1)
    for round in 0...rounds {
      let residuals = samples.map { s in
        s.value - SIMD3((s.basis * fit[0]).sum(), (s.basis * fit[1]).sum(), (s.basis * fit[2]).sum())
      }
      for c in 0..<3 where round > 0 {
        spread[c] = max(floors[c], 1.48 * weightedMedian(samples, in: 0...1) { abs(residuals[$0][c]) })
      }
      if round == rounds { break }
      let weights = zip(samples, residuals).map { sample, residual in
        let z = ((residual / spread) * (residual / spread)).sum() / 6
        return sample.prior / ((1 + z) * (1 + z))
      }
      fit = solved(samples, weights)
    }
    return (fit[0], fit[1], fit[2], spread)
  }

  /// Weighted least squares: six terms for brightness, the first three for the ratios.
  private static func solved(_ samples: [Sample], _ weights: [Float]) -> [SIMD8<Float>] {
    var normal = [SIMD8<Float>](repeating: .zero, count: 6)
    var right = [SIMD8<Float>](repeating: .zero, count: 3)
    for (s, w) in zip(samples, weights) {
      let weighted = s.basis * w
      for j in 0..<6 { normal[j] += weighted * s.basis[j] }
      for c in 0..<3 { right[c] += weighted * s.value[c] }
    }
    return (0..<3).map { c in
      let count = c == 0 ? 6 : 3
      var rows = (0..<count).map { j in (0..<count).map { Double(normal[j][$0]) } + [Double(right[c][j])] }
      for j in 0..<count { rows[j][j] += 1e-3 }
      for i in 0..<count {
        for r in 0..<count where r != i {
          let f = rows[r][i] / rows[i][i]
          for k in i...count { rows[r][k] -= f * rows[i][k] }
        }
      }
      var result = SIMD8<Float>.zero
      for j in 0..<count { result[j] = Float(rows[j][count] / rows[j][j]) }
      return result
    }
  }

  /// The value that half of the weight lies below, within a bin of a histogram over `range`.
  private static func weightedMedian(
    _ samples: [Sample], in range: ClosedRange<Float>, _ value: (Int) -> Float
  ) -> Float {
    let bins = 512
    var histogram = [Float](repeating: 0, count: bins)
    let scale = Float(bins) / (range.upperBound - range.lowerBound)
    var total: Float = 0
    for (i, sample) in samples.enumerated() {
      let bin = max(0, min(Float(bins - 1), (value(i) - range.lowerBound) * scale))
      histogram[Int(bin)] += sample.prior
      total += sample.prior
    }
    var sum: Float = 0
    for (bin, weight) in histogram.enumerated() where weight > 0 {
      if sum + weight >= total / 2 {
        return range.lowerBound + (Float(bin) + (total / 2 - sum) / weight) / scale
      }
      sum += weight
    }
    return range.lowerBound
  }
}
