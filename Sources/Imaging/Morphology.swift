extension Plane {
  /// The largest sample in the rectangle of `2 * radiusX + 1` by `2 * radiusY + 1` around each pixel (dilation).
  public func dilated(radiusX: Int, radiusY: Int) -> Plane {
    extreme(radiusX: radiusX, radiusY: radiusY, { Swift.max($0, $1) })
  }

  /// The smallest sample in the rectangle of `2 * radiusX + 1` by `2 * radiusY + 1` around each pixel (erosion).
  public func eroded(radiusX: Int, radiusY: Int) -> Plane {
    extreme(radiusX: radiusX, radiusY: radiusY, { Swift.min($0, $1) })
  }

  /// How far each sample stands out of what is wider than the rectangle: as a dark line or as a bright one, whichever
  /// is more; at least 0 (Serra's closing and opening, less the picture).
  public func ridges(radiusX: Int, radiusY: Int) -> Plane {
    let closed = dilated(radiusX: radiusX, radiusY: radiusY).eroded(radiusX: radiusX, radiusY: radiusY)
    let opened = eroded(radiusX: radiusX, radiusY: radiusY).dilated(radiusX: radiusX, radiusY: radiusY)
    return (closed - self).maximum(self - opened)
  }

  /// Pixels beyond the edge do not count.
  @inline(__always)
  private func extreme(radiusX: Int, radiusY: Int, _ pick: (Float, Float) -> Float) -> Plane {
    precondition(radiusX >= 0 && radiusY >= 0)
    var across = self
    let (width, height) = (width, height)
    samples.withUnsafeBufferPointer { source in
      across.samples.withUnsafeMutableBufferPointer { out in
        for y in 0..<height {
          let row = y * width
          for d in 1..<(Swift.min(radiusX, width - 1) + 1) {
            for x in 0..<(width - d) {
              out[row &+ x] = pick(out[row &+ x], source[row &+ x &+ d])
              out[row &+ x &+ d] = pick(out[row &+ x &+ d], source[row &+ x])
            }
          }
        }
      }
    }
    var result = across
    across.samples.withUnsafeBufferPointer { source in
      result.samples.withUnsafeMutableBufferPointer { out in
        for d in 1..<(Swift.min(radiusY, height - 1) + 1) {
          let shift = d * width
          for i in 0..<(width * height - shift) {
            out[i] = pick(out[i], source[i &+ shift])
            out[i &+ shift] = pick(out[i &+ shift], source[i])
          }
        }
      }
    }
    return result
  }
}
