internal import CKernels
internal import Glibc

extension Plane {
  /// The plane convolved with a Gaussian of standard deviation `sigma` pixels, edges repeated.
  ///
  /// From 3 pixels on it works on an area-averaged copy and enlarges the result: the error is far below what a blurred
  /// mask or a statistic can show, and the cost no longer grows with sigma.
  public func blurred(sigma: Float) -> Plane {
    guard sigma > 0.05 else { return self }
    if sigma < 3 { return convolved(gaussianTaps(sigma)) }
    let factor = Float(Swift.max(1, Int(sigma / 1.5)))
    let small = shrunk(
      width: Swift.max(2, Int((Float(width) / factor).rounded())),
      height: Swift.max(2, Int((Float(height) / factor).rounded())))
    return small.convolved(gaussianTaps(sigma / factor)).enlarged(width: width, height: height)
  }

  /// Horizontal and vertical convolution with the same odd, symmetric taps; edges repeated.
  func convolved(_ taps: [Float]) -> Plane {
    let radius = taps.count / 2
    guard radius > 0 else { return self }
    let (width, height) = (width, height)
    let (tapCount, lineCount) = (Int32(truncatingIfNeeded: taps.count), Int32(truncatingIfNeeded: width))
    var middle = [Float](repeating: 0, count: samples.count)
    var padded = [Float](repeating: 0, count: width + 2 * radius)
    var result = self
    samples.withUnsafeBufferPointer { source in
      middle.withUnsafeMutableBufferPointer { middle in
        padded.withUnsafeMutableBufferPointer { row in
          for y in 0..<height {
            let line = source.baseAddress! + y * width
            for x in 0..<radius {
              row[x] = line[0]
              row[radius + width + x] = line[width - 1]
            }
            for x in 0..<width { row[radius + x] = line[x] }
            Kernels.best.convolve_line(row.baseAddress!, taps, tapCount, lineCount, middle.baseAddress! + y * width)
          }
        }
        result.samples.withUnsafeMutableBufferPointer { out in
          let first = UnsafePointer(middle.baseAddress!)
          for y in 0..<height {
            let lines = taps.indices.map { k -> UnsafePointer<Float>? in
              first + Swift.max(0, Swift.min(height - 1, y + k - radius)) * width
            }
            Kernels.best.mix_lines(lines, taps, tapCount, lineCount, out.baseAddress! + y * width)
          }
        }
      }
    }
    return result
  }

  /// Mean over the square of side `2 * radius + 1` around each pixel, edges repeated.
  public func boxMean(radius: Int) -> Plane {
    precondition(radius >= 0)
    guard radius > 0 else { return self }
    let scale = 1 / Float(2 * radius + 1)
    let width = width
    let height = height
    var middle = samples
    var result = samples
    samples.withUnsafeBufferPointer { source in
      middle.withUnsafeMutableBufferPointer { out in
        for y in 0..<height {
          let base = y * width
          var total: Float = source[base] * Float(radius)
          for x in 0..<radius { total += source[base + Swift.min(x, width - 1)] }
          for x in 0..<width {
            total += source[base + Swift.min(x + radius, width - 1)]
            out[base + x] = total * scale
            total -= source[base + Swift.max(x - radius, 0)]
          }
        }
      }
    }
    var totals = [Float](repeating: 0, count: width)
    middle.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { out in
        totals.withUnsafeMutableBufferPointer { total in
          for k in -radius..<radius {
            let from = Swift.max(0, Swift.min(height - 1, k)) * width
            for x in 0..<width { total[x] += source[from + x] }
          }
          for y in 0..<height {
            let entering = Swift.min(y + radius, height - 1) * width
            let leaving = Swift.max(y - radius, 0) * width
            for x in 0..<width {
              total[x] += source[entering + x]
              out[y * width + x] = total[x] * scale
              total[x] -= source[leaving + x]
            }
          }
        }
      }
    }
    return Plane(width: width, height: height, samples: result)
  }

  /// `self` smoothed along the edges of `guide`: He, Sun, Tang, "Guided Image Filtering", ECCV 2010, equations 5–8.
  ///
  /// - Parameters:
  ///   - guide: what the result should follow, on 0…1 for the usual values of `epsilon`.
  ///   - radius: half side of the windows, in pixels.
  ///   - epsilon: variance of the guide below which the result is flat.
  public func guided(by guide: Plane, radius: Int, epsilon: Float) -> Plane {
    let meanGuide = guide.boxMean(radius: radius)
    let mean = boxMean(radius: radius)
    let covariance = (guide * self).boxMean(radius: radius) - meanGuide * mean
    let variance = (guide * guide).boxMean(radius: radius) - meanGuide * meanGuide
    let slope = covariance.combined(with: variance) { $0 / ($1 + epsilon) }
    let offset = mean - slope * meanGuide
    return slope.boxMean(radius: radius) * guide + offset.boxMean(radius: radius)
  }

  /// A blur that only listens where `weight` is: (blur(self · weight) + ε · fallback) / (blur(weight) + ε).
  ///
  /// Where no weight is near, the result falls to `fallback` instead of dividing by nothing.
  public func lowPass(
    weight: Plane, blurredWeight: Plane, sigma: Float, epsilon: Float = 0.02, fallback: Float
  ) -> Plane {
    (self * weight).blurred(sigma: sigma).combined(with: blurredWeight) {
      ($0 + epsilon * fallback) / ($1 + epsilon)
    }
  }
}

/// Normalised Gaussian taps, cut at four standard deviations.
func gaussianTaps(_ sigma: Float) -> [Float] {
  let radius = Swift.max(1, Int((4 * sigma).rounded()))
  let taps = (-radius...radius).map { exp(-0.5 * Float($0 * $0) / (sigma * sigma)) }
  let total = taps.reduce(0, +)
  return taps.map { $0 / total }
}
