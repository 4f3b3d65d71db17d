/// The affine relation between a component's code values and the 0…255 scale, by ITU-T H.273 (8.3, equations 20–30).
struct CodeScale {
  /// Code value that stands for 0.
  var zero: Float
  /// Code values per unit of the 0…255 scale.
  var gain: Float
  let largestCode: Float

  init(component index: Int, of layout: PixelLayout, encoding: ColorEncoding) {
    let depth = layout.components[index].depth
    let unit = Float(1 << depth) / 256
    largestCode = Float(1 << depth) - 1
    let isColor = index < layout.colorComponents
    let isChroma = layout.model == .yuv && (index == 1 || index == 2)
    if layout.model == .rgb || encoding.fullRange || !isColor {
      zero = isChroma ? Float(1 << (depth - 1)) : 0
      gain = largestCode / 255
    } else if isChroma {
      zero = 128 * unit
      gain = 224 * unit / 255
    } else {
      zero = 16 * unit
      gain = 219 * unit / 255
    }
  }
}

/// R′G′B′ from Y′, Cb, Cr on one scale (Cb and Cr around 0), for the luma coefficients of `matrix`.
struct YUVMatrix {
  let redFromCr: Float
  let greenFromCb: Float
  let greenFromCr: Float
  let blueFromCb: Float
  let kr: Float
  let kg: Float
  let kb: Float

  init(_ matrix: ColorEncoding.Matrix) {
    (kr, kb) = matrix.redBlue
    kg = 1 - kr - kb
    redFromCr = 2 * (1 - kr)
    blueFromCb = 2 * (1 - kb)
    greenFromCr = -redFromCr * kr / kg
    greenFromCb = -blueFromCb * kb / kg
  }
}

extension PixelView {
  /// The whole frame.
  public var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// log2 of how many luma columns and rows one sample of component `index` covers.
  func shifts(ofComponent index: Int) -> (x: Int, y: Int) {
    layout.model == .yuv && (index == 1 || index == 2) ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
  }

  /// Number of samples of component `index` in a row and in a column.
  func size(ofComponent index: Int) -> (width: Int, height: Int) {
    let shift = shifts(ofComponent: index)
    return ((width + (1 << shift.x) - 1) >> shift.x, (height + (1 << shift.y) - 1) >> shift.y)
  }

  /// First byte of row `y` of component `index`.
  func row(_ y: Int, ofComponent index: Int) -> UnsafeMutableRawPointer {
    let component = layout.components[index]
    return planes[component.plane] + (y * strides[component.plane] + component.offset)
  }

  /// R′, G′, B′ of a rectangle inside the frame, on 0…255.
  ///
  /// Chroma is read bilinearly at its usual site: on the left luma column, between luma rows (ITU-T H.273 type 0).
  public func colors(in rect: PixelRect) -> ColorPlanes {
    precondition(!rect.isEmpty && rect == bounds.intersection(rect), "the rectangle must lie inside the frame")
    switch layout.model {
    case .grey:
      let grey = codes(ofComponent: 0, in: rect)
      return ColorPlanes(red: grey, green: grey, blue: grey)
    case .rgb:
      return ColorPlanes(
        red: codes(ofComponent: 0, in: rect), green: codes(ofComponent: 1, in: rect),
        blue: codes(ofComponent: 2, in: rect))
    case .yuv:
      let matrix = YUVMatrix(encoding.matrix)
      var red = codes(ofComponent: 0, in: rect)
      var green = red
      var blue = red
      let cb = codes(ofComponent: 1, in: rect)
      let cr = codes(ofComponent: 2, in: rect)
      red.samples.withUnsafeMutableBufferPointer { r in
        green.samples.withUnsafeMutableBufferPointer { g in
          blue.samples.withUnsafeMutableBufferPointer { b in
            cb.samples.withUnsafeBufferPointer { u in
              cr.samples.withUnsafeBufferPointer { v in
                for i in 0..<r.count {
                  let y = r[i]
                  r[i] = y + matrix.redFromCr * v[i]
                  g[i] = y + matrix.greenFromCb * u[i] + matrix.greenFromCr * v[i]
                  b[i] = y + matrix.blueFromCb * u[i]
                }
              }
            }
          }
        }
      }
      return ColorPlanes(red: red, green: green, blue: blue)
    }
  }

  /// Component `index` of a rectangle of luma pixels, on the 0…255 scale (chroma −127…127).
  private func codes(ofComponent index: Int, in rect: PixelRect) -> Plane {
    let shift = shifts(ofComponent: index)
    let scale = CodeScale(component: index, of: layout, encoding: encoding)
    if shift == (0, 0) {
      var result = Plane(width: rect.width, height: rect.height)
      result.samples.withUnsafeMutableBufferPointer { out in
        for y in 0..<rect.height {
          readRow(
            rect.y + y, ofComponent: index, from: rect.x, count: rect.width, scale, out.baseAddress! + y * rect.width)
        }
      }
      return result
    }
    // The chroma samples around the rectangle, then enlarged to it.
    let size = size(ofComponent: index)
    let x0 = Swift.max(0, (rect.x >> shift.x) - 1)
    let y0 = Swift.max(0, (rect.y >> shift.y) - 1)
    let x1 = Swift.min(size.width, ((rect.maxX - 1) >> shift.x) + 2)
    let y1 = Swift.min(size.height, ((rect.maxY - 1) >> shift.y) + 2)
    var small = Plane(width: x1 - x0, height: y1 - y0)
    small.samples.withUnsafeMutableBufferPointer { out in
      for y in 0..<(y1 - y0) {
        readRow(y0 + y, ofComponent: index, from: x0, count: x1 - x0, scale, out.baseAddress! + y * (x1 - x0))
      }
    }
    let stepX = 1 / Float(1 << shift.x)
    let stepY = 1 / Float(1 << shift.y)
    let centerY: Float = shift.y == 0 ? 0 : 0.5 * (1 - stepY)
    return small.resampledGrid(
      width: rect.width, height: rect.height,
      x: (Float(rect.x) * stepX - Float(x0), stepX), y: (Float(rect.y) * stepY - centerY - Float(y0), stepY))
  }

  /// Reads samples of one row as floats on the 0…255 scale.
  func readRow(
    _ y: Int, ofComponent index: Int, from x: Int, count: Int, _ scale: CodeScale, _ out: UnsafeMutablePointer<Float>
  ) {
    let component = layout.components[index]
    let start = row(y, ofComponent: index) + x * component.step
    let gain = 1 / scale.gain
    let offset = -scale.zero * gain
    if component.depth <= 8 && component.shift == 0 {
      if component.step == 1 {
        let p = start.assumingMemoryBound(to: UInt8.self)
        for i in 0..<count { out[i] = Float(p[i]) * gain + offset }
      } else {
        for i in 0..<count {
          out[i] = Float(start.load(fromByteOffset: i &* component.step, as: UInt8.self)) * gain + offset
        }
      }
    } else {
      let mask = UInt16(truncatingIfNeeded: (1 << component.depth) - 1)
      let shift = UInt16(truncatingIfNeeded: component.shift)
      for i in 0..<count {
        let word = start.loadUnaligned(fromByteOffset: i &* component.step, as: UInt16.self)
        out[i] = Float((word &>> shift) & mask) * gain + offset
      }
    }
  }
}

extension Plane {
  /// A regular grid of bilinear readings: column i is read at `x.start + i * x.step`; edges repeated.
  func resampledGrid(
    width newWidth: Int, height newHeight: Int, x: (start: Float, step: Float), y: (start: Float, step: Float)
  ) -> Plane {
    var left = [Int](repeating: 0, count: newWidth)
    var fraction = [Float](repeating: 0, count: newWidth)
    for i in 0..<newWidth {
      let position = Swift.max(0, Swift.min(Float(width - 1), x.start + Float(i) * x.step))
      left[i] = Swift.min(Int(position), Swift.max(0, width - 2))
      fraction[i] = position - Float(left[i])
    }
    let right = width > 1 ? 1 : 0
    var result = Plane(width: newWidth, height: newHeight)
    var blended = [Float](repeating: 0, count: width)
    samples.withUnsafeBufferPointer { source in
      result.samples.withUnsafeMutableBufferPointer { out in
        blended.withUnsafeMutableBufferPointer { row in
          for j in 0..<newHeight {
            let position = Swift.max(0, Swift.min(Float(height - 1), y.start + Float(j) * y.step))
            let upper = Int(position)
            let lower = Swift.min(height - 1, upper + 1)
            let fy = position - Float(upper)
            for i in 0..<width {
              let a = source[upper &* width &+ i]
              row[i] = a + fy * (source[lower &* width &+ i] - a)
            }
            for i in 0..<newWidth {
              let k = left[i]
              out[j &* newWidth &+ i] = row[k] + fraction[i] * (row[k &+ right] - row[k])
            }
          }
        }
      }
    }
    return result
  }
}
