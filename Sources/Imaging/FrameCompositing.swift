extension PixelView {
  /// Writes a changed region back into the frame's own samples.
  ///
  /// What is added to each sample is the *difference* between the new and the old colours, weighted by the mask. So a
  /// region that was not changed leaves every bit as it was, whatever the frame's format, and so does a mask of 0: no
  /// sample is rewritten whose pixels all have mask 0. A chroma sample gets the mean difference of the pixels it covers.
  ///
  /// - Parameters:
  ///   - new: R′G′B′ of the region, 0…255.
  ///   - old: what ``colors(in:)`` gave for the same region.
  ///   - mask: 0…1 a pixel.
  ///   - origin: the region's top left pixel in the frame; the region must lie inside the frame.
  public func composite(_ new: ColorPlanes, over old: ColorPlanes, mask: Plane, at origin: (x: Int, y: Int)) {
    let rect = PixelRect(x: origin.x, y: origin.y, width: mask.width, height: mask.height)
    precondition(rect == bounds.intersection(rect), "the region must lie inside the frame")
    precondition(new.width == mask.width && new.height == mask.height)
    precondition(old.width == mask.width && old.height == mask.height)
    var change = ChangeRow(self, width: rect.width)
    // Rows that share chroma samples are handled together.
    let group = 1 << (layout.model == .yuv ? layout.chromaShiftY : 0)
    var y = rect.y
    while y < rect.maxY {
      let end = Swift.min(rect.maxY, (y / group + 1) * group)
      change.beginGroup()
      for row in y..<end {
        let start = (row - rect.y) * rect.width
        guard let span = mask.shownSpan(ofRow: row - rect.y) else { continue }
        change.compute(new, old, mask, start: start, span: span)
        write(change, row: row, rect: rect, span: span)
        change.addToChroma(span, originX: rect.x)
      }
      writeChroma(change, row: y, rect: rect)
      y = end
    }
  }

  private func write(_ change: ChangeRow, row: Int, rect: PixelRect, span: Range<Int>) {
    for (index, values) in [change.first, change.second, change.third].prefix(layout.model == .rgb ? 3 : 1).enumerated()
    {
      values.withUnsafeBufferPointer {
        addRow(
          $0.baseAddress! + span.lowerBound, count: span.count, toRow: row, from: rect.x + span.lowerBound,
          ofComponent: index, largestCode: change.scales[index].largestCode)
      }
    }
  }

  private func writeChroma(_ change: ChangeRow, row: Int, rect: PixelRect) {
    guard layout.model == .yuv, let span = change.chromaSpan else { return }
    let first = rect.x >> layout.chromaShiftX
    for (index, values) in [(1, change.cb), (2, change.cr)] {
      values.withUnsafeBufferPointer {
        addRow(
          $0.baseAddress! + span.lowerBound, count: span.count, toRow: row >> layout.chromaShiftY,
          from: first + span.lowerBound, ofComponent: index, largestCode: change.scales[index].largestCode)
      }
    }
  }

  /// Adds `change`, in code values, to samples of one row, rounding to the nearest code.
  func addRow(
    _ change: UnsafePointer<Float>, count: Int, toRow y: Int, from x: Int, ofComponent index: Int, largestCode: Float
  ) {
    let component = layout.components[index]
    let start = row(y, ofComponent: index) + x * component.step
    if component.depth <= 8 && component.shift == 0 {
      let p = start.assumingMemoryBound(to: UInt8.self)
      let step = component.step
      if step == 1 {
        for i in 0..<count {
          let code = Swift.max(0, Swift.min(largestCode, Float(p[i]) + change[i])) + 0.5
          p[i] = UInt8(truncatingIfNeeded: Int32(code))
        }
      } else {
        for i in 0..<count {
          let code = Swift.max(0, Swift.min(largestCode, Float(p[i &* step]) + change[i])) + 0.5
          p[i &* step] = UInt8(truncatingIfNeeded: Int32(code))
        }
      }
    } else {
      let shift = UInt16(truncatingIfNeeded: component.shift)
      let mask = UInt16(truncatingIfNeeded: (1 << component.depth) - 1) &<< shift
      for i in 0..<count {
        let p = start + i &* component.step
        let word = p.loadUnaligned(as: UInt16.self)
        let code = Swift.max(0, Swift.min(largestCode, Float((word & mask) &>> shift) + change[i])) + 0.5
        p.storeBytes(of: (word & ~mask) | (UInt16(truncatingIfNeeded: Int32(code)) &<< shift), as: UInt16.self)
      }
    }
  }
}

/// The change of one row, in code values of each component; and of the chroma samples that a group of rows shares.
private struct ChangeRow {
  let scales: [CodeScale]
  /// A row each: Y′ and the unscaled differences B′ − Y′ and R′ − Y′; or R′, G′, B′; or Y′ alone.
  private(set) var first: [Float]
  private(set) var second: [Float]
  private(set) var third: [Float]
  /// Cb and Cr of the group, one value a chroma column.
  private(set) var cb: [Float]
  private(set) var cr: [Float]
  /// Chroma columns that change, relative to the first.
  private(set) var chromaSpan: Range<Int>?
  private let model: PixelLayout.Model
  private let shiftX: Int
  private let weights: SIMD3<Float>
  private let chromaGain: SIMD2<Float>

  init(_ view: PixelView, width: Int) {
    let layout = view.layout
    model = layout.model
    shiftX = layout.model == .yuv ? layout.chromaShiftX : 0
    scales = (0..<layout.colorComponents).map { CodeScale(component: $0, of: layout, encoding: view.encoding) }
    first = [Float](repeating: 0, count: width)
    second = first
    third = first
    cb = [Float](repeating: 0, count: (width >> shiftX) + 2)
    cr = cb
    let matrix = YUVMatrix(view.encoding.matrix)
    weights = SIMD3(matrix.kr, matrix.kg, matrix.kb)
    let share = layout.model == .yuv ? 1 / Float(1 << (layout.chromaShiftX + layout.chromaShiftY)) : 1
    chromaGain =
      layout.model == .yuv
      ? SIMD2(scales[1].gain / matrix.blueFromCb, scales[2].gain / matrix.redFromCr) * share : .zero
  }

  mutating func beginGroup() {
    guard let span = chromaSpan else { return }
    for i in span {
      cb[i] = 0
      cr[i] = 0
    }
    chromaSpan = nil
  }

  mutating func compute(_ new: ColorPlanes, _ old: ColorPlanes, _ mask: Plane, start: Int, span: Range<Int>) {
    let (gain0, gain1, gain2) =
      model == .rgb ? (scales[0].gain, scales[1].gain, scales[2].gain) : (scales[0].gain, 1, 1)
    let (kr, kg, kb) = (weights.x, weights.y, weights.z)
    let isRGB = model == .rgb
    first.withUnsafeMutableBufferPointer { v0 in
      second.withUnsafeMutableBufferPointer { v1 in
        third.withUnsafeMutableBufferPointer { v2 in
          new.withRows(start) { newRed, newGreen, newBlue in
            old.withRows(start) { oldRed, oldGreen, oldBlue in
              mask.samples.withUnsafeBufferPointer { mask in
                let m = mask.baseAddress! + start
                for x in span {
                  let red = (newRed[x] - oldRed[x]) * m[x]
                  let green = (newGreen[x] - oldGreen[x]) * m[x]
                  let blue = (newBlue[x] - oldBlue[x]) * m[x]
                  if isRGB {
                    v0[x] = red * gain0
                    v1[x] = green * gain1
                    v2[x] = blue * gain2
                  } else {
                    let luma = kr * red + kg * green + kb * blue
                    v0[x] = luma * gain0
                    v1[x] = blue - luma
                    v2[x] = red - luma
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  mutating func addToChroma(_ span: Range<Int>, originX: Int) {
    guard model == .yuv else { return }
    let origin = originX >> shiftX
    let low = ((originX + span.lowerBound) >> shiftX) - origin
    let high = ((originX + span.upperBound - 1) >> shiftX) - origin + 1
    chromaSpan = chromaSpan.map { min($0.lowerBound, low)..<max($0.upperBound, high) } ?? low..<high
    let (gainBlue, gainRed) = (chromaGain.x, chromaGain.y)
    let shift = shiftX
    cb.withUnsafeMutableBufferPointer { cb in
      cr.withUnsafeMutableBufferPointer { cr in
        second.withUnsafeBufferPointer { v1 in
          third.withUnsafeBufferPointer { v2 in
            for x in span {
              let column = ((originX &+ x) &>> shift) &- origin
              cb[column] += v1[x] * gainBlue
              cr[column] += v2[x] * gainRed
            }
          }
        }
      }
    }
  }
}

extension Plane {
  /// The columns of a row from the first to the last sample above 0; nil if there is none.
  fileprivate func shownSpan(ofRow y: Int) -> Range<Int>? {
    samples.withUnsafeBufferPointer { p in
      let row = p.baseAddress! + y * width
      var first = 0
      while first < width && row[first] <= 0 { first &+= 1 }
      guard first < width else { return nil }
      var last = width - 1
      while row[last] <= 0 { last &-= 1 }
      return first..<last + 1
    }
  }
}

extension ColorPlanes {
  /// Pointers to the three planes, `start` samples in.
  fileprivate func withRows(
    _ start: Int, _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    red.samples.withUnsafeBufferPointer { r in
      green.samples.withUnsafeBufferPointer { g in
        blue.samples.withUnsafeBufferPointer { b in
          body(r.baseAddress! + start, g.baseAddress! + start, b.baseAddress! + start)
        }
      }
    }
  }
}
