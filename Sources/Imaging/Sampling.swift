internal import CKernels

/// How a picture is read between its pixels.
public enum Interpolation: Sendable {
  /// Weighted mean of the four pixels around: soft, never overshoots.
  case bilinear
  /// Cubic through sixteen pixels with a = −0.75 (Keys, "Cubic Convolution Interpolation", 1981): sharp, may overshoot.
  case cubic
}

extension Plane {
  /// The plane read at (`mapX`, `mapY`), pixel by pixel of the maps; edges repeated.
  public func sampled(x mapX: Plane, y mapY: Plane, _ interpolation: Interpolation) -> Plane {
    precondition(mapX.width == mapY.width && mapX.height == mapY.height)
    return mapX.made { xs, out in
      samples.withUnsafeBufferPointer { source in
        mapY.samples.withUnsafeBufferPointer { ys in
          switch interpolation {
          case .bilinear:
            Kernels.best.sample_points(
              source.baseAddress!, Int32(truncatingIfNeeded: width), Int32(truncatingIfNeeded: height), xs.baseAddress!,
              ys.baseAddress!, Int32(truncatingIfNeeded: xs.count), out.baseAddress!)
          case .cubic:
            for i in 0..<xs.count { out[i] = cubic(source, xs[i], ys[i]) }
          }
        }
      }
    }
  }

  /// The plane read at one point, bilinearly; edges repeated.
  public func value(at p: SIMD2<Float>) -> Float {
    samples.withUnsafeBufferPointer { bilinear($0, p.x, p.y) }
  }

  @inline(__always)
  private func bilinear(_ p: UnsafeBufferPointer<Float>, _ x: Float, _ y: Float) -> Float {
    let cx = Swift.max(0, Swift.min(Float(width - 1), x))
    let cy = Swift.max(0, Swift.min(Float(height - 1), y))
    let x0 = Int(cx)
    let y0 = Int(cy)
    let fx = cx - Float(x0)
    let fy = cy - Float(y0)
    let right = x0 + 1 < width ? 1 : 0
    let below = y0 + 1 < height ? width : 0
    let i = y0 &* width &+ x0
    let top = p[i] + fx * (p[i &+ right] - p[i])
    let bottom = p[i &+ below] + fx * (p[i &+ below &+ right] - p[i &+ below])
    return top + fy * (bottom - top)
  }

  @inline(__always)
  private func cubic(_ p: UnsafeBufferPointer<Float>, _ x: Float, _ y: Float) -> Float {
    let cx = Swift.max(0, Swift.min(Float(width - 1), x))
    let cy = Swift.max(0, Swift.min(Float(height - 1), y))
    let x0 = Int(cx)
    let y0 = Int(cy)
    let wx = cubicWeights(cx - Float(x0))
    let wy = cubicWeights(cy - Float(y0))
    let columns = SIMD4<Int32>(-1, 0, 1, 2) &+ Int32(truncatingIfNeeded: x0)
    let clamped = columns.clamped(
      lowerBound: .zero, upperBound: SIMD4(repeating: Int32(truncatingIfNeeded: width - 1)))
    var total: Float = 0
    for k in 0..<4 {
      let row = Swift.max(0, Swift.min(height - 1, y0 + k - 1)) &* width
      let values = SIMD4<Float>(
        p[row &+ Int(clamped[0])], p[row &+ Int(clamped[1])], p[row &+ Int(clamped[2])], p[row &+ Int(clamped[3])])
      total += wy[k] * (wx * values).sum()
    }
    return total
  }
}

/// Keys' cubic, a = −0.75, for the taps at −1, 0, 1, 2.
@inline(__always)
private func cubicWeights(_ t: Float) -> SIMD4<Float> {
  let t2 = t * t
  let t3 = t2 * t
  return SIMD4(
    -0.75 * t3 + 1.5 * t2 - 0.75 * t, 1.25 * t3 - 2.25 * t2 + 1, -1.25 * t3 + 1.5 * t2 + 0.75 * t, 0.75 * t3 - 0.75 * t2
  )
}

extension SIMD4 where Scalar == Int32 {
  @inline(__always)
  fileprivate func clamped(lowerBound: SIMD4<Int32>, upperBound: SIMD4<Int32>) -> SIMD4<Int32> {
    pointwiseMin(pointwiseMax(self, lowerBound), upperBound)
  }
}
