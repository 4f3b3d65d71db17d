extension PixelView {
  /// A turned, scaled rectangle of the frame as planar sRGB, for a network.
  ///
  /// The part of the frame it needs is first averaged by a whole factor, so that large faces are not aliased. Outside
  /// the frame it is black.
  ///
  /// - Parameters:
  ///   - outWidth, outHeight: size of the rectangle, in pixels.
  ///   - transform: from the rectangle to the upright frame, both in continuous coordinates (pixel i spans i…i+1).
  ///   - scale: what a value on 0…255 is multiplied by.
  ///   - offset: what is added then.
  ///   - out: 3 · width · height floats: all red, all green, all blue.
  public func crop(
    width outWidth: Int, height outHeight: Int, transform: Similarity, scale: Float, offset: Float,
    into out: UnsafeMutableBufferPointer<Float>
  ) {
    let area = outWidth * outHeight
    precondition(out.count >= 3 * area)
    let factor = Swift.max(1, Int(transform.scale))
    let far = SIMD2(Float(outWidth), Float(outHeight))
    let upright = SIMD2(Float(uprightWidth), Float(uprightHeight))
    let corners = [SIMD2(0, 0), SIMD2(far.x, 0), SIMD2(0, far.y), far]
      .map { orientation.stored(transform.apply($0), upright: upright) }
    let grid = factor << Swift.max(layout.chromaShiftX, layout.chromaShiftY)
    func span(_ values: [Float], limit: Int) -> Range<Int> {
      let low = Swift.max(0, Swift.min(Float(limit), values.min()!))
      let high = Swift.max(0, Swift.min(Float(limit), values.max()!))
      let first = (Int(low) / grid - 1) * grid
      let last = (Int(high) / grid + 2) * grid
      return Swift.max(0, first)..<Swift.min(limit, last)
    }
    let columns = span(corners.map(\.x), limit: width)
    let rows = span(corners.map(\.y), limit: height)
    let black = offset
    guard !columns.isEmpty && !rows.isEmpty else {
      for i in 0..<3 * area { out[i] = black }
      return
    }
    let rect = PixelRect(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    let planes = (0..<layout.colorComponents).map { ReducedPlane(self, component: $0, rect: rect, factor: factor) }
    let matrix = YUVMatrix(encoding.matrix)
    let isYUV = layout.model == .yuv
    let isStandard = encoding.isStandard
    let (plainScale, plainOffset): (Float, Float) = isStandard ? (scale, offset) : (1, 0)
    let (limitX, limitY) = (Float(width), Float(height))
    var scratch = [Float](repeating: 0, count: 5 * outWidth)
    for y in 0..<outHeight {
      // A line of the rectangle is a line of the frame, however it is turned.
      func point(_ x: Int) -> SIMD2<Float> {
        orientation.stored(transform.apply(SIMD2(Float(x) + 0.5, Float(y) + 0.5)), upright: upright)
      }
      let start = point(0)
      let step = outWidth > 1 ? (point(outWidth - 1) - start) / Float(outWidth - 1) : .zero
      let line = out.baseAddress! + y * outWidth
      scratch.withUnsafeMutableBufferPointer { scratch in
        for (k, plane) in planes.enumerated() {
          plane.sample(from: start, step: step, count: outWidth, into: line + k * area, scratch.baseAddress!)
        }
      }
      let (red, green, blue) = (line, line + area, line + 2 * area)
      for x in 0..<outWidth {
        var (r, g, b) = (red[x], green[x], blue[x])
        if isYUV {
          (r, g, b) = (
            r + matrix.redFromCr * b, r + matrix.greenFromCb * g + matrix.greenFromCr * b, r + matrix.blueFromCb * g
          )
        } else if planes.count == 1 {
          (g, b) = (r, r)
        }
        red[x] = Swift.max(0, Swift.min(255, r)) * plainScale + plainOffset
        green[x] = Swift.max(0, Swift.min(255, g)) * plainScale + plainOffset
        blue[x] = Swift.max(0, Swift.min(255, b)) * plainScale + plainOffset
      }
      if !isStandard {
        encoding.toStandard(red, green, blue, count: outWidth)
        for x in 0..<outWidth {
          red[x] = red[x] * scale + offset
          green[x] = green[x] * scale + offset
          blue[x] = blue[x] * scale + offset
        }
      }
      func isInside(_ p: SIMD2<Float>) -> Bool { p.x >= 0 && p.y >= 0 && p.x < limitX && p.y < limitY }
      if isInside(start) && isInside(point(outWidth - 1)) { continue }
      for x in 0..<outWidth where !isInside(start + Float(x) * step) {
        red[x] = black
        green[x] = black
        blue[x] = black
      }
    }
  }

  /// The whole frame averaged down to `width` by `height`, Y′ only, as sRGB of 0…255: what tells one shot from the next.
  public func thumbnailLuma(width newWidth: Int, height newHeight: Int) -> Plane {
    let factor = Swift.max(1, Swift.min(width / newWidth, height / newHeight))
    // Of large squares every fourth row tells enough.
    let planes = (0..<(layout.model == .rgb ? 3 : 1)).map {
      blockMeans(ofComponent: $0, rect: bounds, cell: factor, rowStep: factor >= 8 ? 4 : 1)
    }
    let luma = planes.count == 3 ? ColorPlanes(red: planes[0], green: planes[1], blue: planes[2]).luma : planes[0]
    let small = luma.shrunk(width: newWidth, height: newHeight)
    return encoding.standard(from: ColorPlanes(red: small, green: small, blue: small)).red
  }
}

/// One component of a rectangle of the frame, averaged over squares.
private struct ReducedPlane {
  private let plane: Plane
  /// Top left corner in the frame, in luma pixels.
  private let origin: SIMD2<Float>
  /// Luma pixels that a sample covers.
  private let unit: SIMD2<Float>

  /// - Parameter factor: side of the squares, in luma pixels.
  init(_ frame: PixelView, component index: Int, rect: PixelRect, factor: Int) {
    let shift = frame.shifts(ofComponent: index)
    plane = frame.blockMeans(ofComponent: index, rect: rect, cell: factor)
    origin = SIMD2(Float((rect.x >> shift.x) << shift.x), Float((rect.y >> shift.y) << shift.y))
    let (stepX, stepY) = (Swift.max(1, factor >> shift.x), Swift.max(1, factor >> shift.y))
    unit = SIMD2(Float(stepX << shift.x), Float(stepY << shift.y))
  }

  /// Bilinear readings at `count` points of the frame, in continuous coordinates.
  func sample(
    from start: SIMD2<Float>, step: SIMD2<Float>, count: Int, into out: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let p = (start - origin) / unit - 0.5
    let d = step / unit
    plane.samples.withUnsafeBufferPointer { samples in
      withUnsafePointer(to: samples.baseAddress) { planes in
        Kernels.best.sample_line(
          planes, 1, Int32(truncatingIfNeeded: plane.width), Int32(truncatingIfNeeded: plane.height), p.x, p.y, d.x,
          d.y,
          Int32(truncatingIfNeeded: count), out, 0, scratch)
      }
    }
  }
}
