extension PixelView {
  /// A turned, scaled rectangle of the frame as planar R′G′B′, for a network.
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
    let planes = (0..<layout.colorComponents).map { reduced(component: $0, rect: rect, factor: factor) }
    let matrix = YUVMatrix(encoding.matrix)
    for y in 0..<outHeight {
      for x in 0..<outWidth {
        let i = y &* outWidth &+ x
        let p = orientation.stored(transform.apply(SIMD2(Float(x) + 0.5, Float(y) + 0.5)), upright: upright)
        guard p.x >= 0 && p.y >= 0 && p.x < Float(width) && p.y < Float(height) else {
          out[i] = black
          out[area &+ i] = black
          out[2 &* area &+ i] = black
          continue
        }
        let first = planes[0].value(p)
        var color = SIMD3<Float>(repeating: first)
        if planes.count == 3 {
          let second = planes[1].value(p)
          let third = planes[2].value(p)
          color =
            layout.model == .rgb
            ? SIMD3(first, second, third)
            : SIMD3(
              first + matrix.redFromCr * third,
              first + matrix.greenFromCb * second + matrix.greenFromCr * third,
              first + matrix.blueFromCb * second)
        }
        color = (color.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))) * scale + offset
        out[i] = color.x
        out[area &+ i] = color.y
        out[2 &* area &+ i] = color.z
      }
    }
  }

  /// The whole frame averaged down to `width` by `height`, Y′ only, on 0…255: what tells one shot from the next.
  public func thumbnailLuma(width newWidth: Int, height newHeight: Int) -> Plane {
    let factor = Swift.max(1, Swift.min(width / newWidth, height / newHeight))
    if layout.model == .rgb {
      let planes = (0..<3).map { reduced(component: $0, rect: bounds, factor: factor).plane }
      return ColorPlanes(red: planes[0], green: planes[1], blue: planes[2]).luma
        .shrunk(width: newWidth, height: newHeight)
    }
    return reduced(component: 0, rect: bounds, factor: factor).plane.shrunk(width: newWidth, height: newHeight)
  }

  /// One component of a rectangle of luma pixels, averaged over squares of `factor` luma pixels, on the 0…255 scale.
  private func reduced(component index: Int, rect: PixelRect, factor: Int) -> ReducedPlane {
    let shift = shifts(ofComponent: index)
    let size = size(ofComponent: index)
    let stepX = Swift.max(1, factor >> shift.x)
    let stepY = Swift.max(1, factor >> shift.y)
    let x0 = rect.x >> shift.x
    let y0 = rect.y >> shift.y
    let samplesX = Swift.min(size.width, (rect.maxX + (1 << shift.x) - 1) >> shift.x) - x0
    let samplesY = Swift.min(size.height, (rect.maxY + (1 << shift.y) - 1) >> shift.y) - y0
    let scale = CodeScale(component: index, of: layout, encoding: encoding)
    let outWidth = Swift.max(1, samplesX / stepX)
    let outHeight = Swift.max(1, samplesY / stepY)
    var plane = Plane(width: outWidth, height: outHeight)
    let component = layout.components[index]
    var sums = [UInt32](repeating: 0, count: samplesX)
    let usedX = Swift.min(samplesX, outWidth * stepX)
    sums.withUnsafeMutableBufferPointer { sum in
      plane.samples.withUnsafeMutableBufferPointer { out in
        for y in 0..<outHeight {
          for i in 0..<usedX { sum[i] = 0 }
          let rows = Swift.min(stepY, samplesY - y * stepY)
          for k in 0..<rows {
            let start = row(y0 + y * stepY + k, ofComponent: index) + x0 * component.step
            accumulate(start, component, into: sum, count: usedX)
          }
          let columns = Swift.min(stepX, samplesX)
          let gain = 1 / (scale.gain * Float(rows * columns))
          let offset = -scale.zero / scale.gain
          for x in 0..<outWidth {
            var total: UInt32 = 0
            for k in 0..<columns { total &+= sum[x &* stepX &+ k] }
            out[y &* outWidth &+ x] = Float(total) * gain + offset
          }
        }
      }
    }
    let unitX = Float(stepX << shift.x)
    let unitY = Float(stepY << shift.y)
    return ReducedPlane(
      plane: plane, origin: SIMD2(Float(x0 << shift.x), Float(y0 << shift.y)), unit: SIMD2(unitX, unitY))
  }

  private func accumulate(
    _ start: UnsafeMutableRawPointer, _ component: PixelLayout.Component,
    into sum: UnsafeMutableBufferPointer<UInt32>, count: Int
  ) {
    if component.depth <= 8 && component.shift == 0 {
      if component.step == 1 {
        let p = start.assumingMemoryBound(to: UInt8.self)
        for i in 0..<count { sum[i] &+= UInt32(p[i]) }
      } else {
        for i in 0..<count { sum[i] &+= UInt32(start.load(fromByteOffset: i &* component.step, as: UInt8.self)) }
      }
    } else {
      let mask = UInt16(truncatingIfNeeded: (1 << component.depth) - 1)
      let shift = UInt16(truncatingIfNeeded: component.shift)
      for i in 0..<count {
        let word = start.loadUnaligned(fromByteOffset: i &* component.step, as: UInt16.self)
        sum[i] &+= UInt32((word &>> shift) & mask)
      }
    }
  }
}

/// A plane each of whose samples stands for a rectangle of the frame.
private struct ReducedPlane {
  let plane: Plane
  /// Top left corner in the frame, in luma pixels.
  let origin: SIMD2<Float>
  /// Luma pixels that a sample covers.
  let unit: SIMD2<Float>

  /// Bilinear reading at a point of the frame, in continuous coordinates.
  @inline(__always)
  func value(_ p: SIMD2<Float>) -> Float {
    plane.value(at: (p - origin) / unit - 0.5)
  }
}
