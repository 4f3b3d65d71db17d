internal import Glibc

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
    let change = new.zip(old) { ($0 - $1) * mask }
    switch layout.model {
    case .rgb:
      add(change.red, toComponent: 0, at: rect)
      add(change.green, toComponent: 1, at: rect)
      add(change.blue, toComponent: 2, at: rect)
    case .grey:
      add(YUVMatrix(encoding.matrix).luma(change), toComponent: 0, at: rect)
    case .yuv:
      let matrix = YUVMatrix(encoding.matrix)
      let luma = matrix.luma(change)
      add(luma, toComponent: 0, at: rect)
      add(change.blue.combined(with: luma) { ($0 - $1) / matrix.blueFromCb }, toComponent: 1, at: rect)
      add(change.red.combined(with: luma) { ($0 - $1) / matrix.redFromCr }, toComponent: 2, at: rect)
    }
  }

  private func add(_ change: Plane, toComponent index: Int, at rect: PixelRect) {
    let shift = shifts(ofComponent: index)
    let scale = CodeScale(component: index, of: layout, encoding: encoding)
    if shift == (0, 0) {
      change.samples.withUnsafeBufferPointer { source in
        for y in 0..<rect.height {
          addRow(
            source.baseAddress! + y * rect.width, count: rect.width, toRow: rect.y + y, from: rect.x,
            ofComponent: index, scale)
        }
      }
      return
    }
    let x0 = rect.x >> shift.x
    let x1 = (rect.maxX - 1) >> shift.x
    let share = 1 / Float(1 << (shift.x + shift.y))
    var sums = [Float](repeating: 0, count: x1 - x0 + 1)
    for cy in (rect.y >> shift.y)...((rect.maxY - 1) >> shift.y) {
      for i in sums.indices { sums[i] = 0 }
      for y in Swift.max(rect.y, cy << shift.y)..<Swift.min(rect.maxY, (cy + 1) << shift.y) {
        let base = (y - rect.y) * rect.width
        for x in 0..<rect.width { sums[((rect.x &+ x) >> shift.x) &- x0] += change.samples[base &+ x] * share }
      }
      sums.withUnsafeBufferPointer {
        addRow($0.baseAddress!, count: $0.count, toRow: cy, from: x0, ofComponent: index, scale)
      }
    }
  }

  /// Adds `change` (on the 0…255 scale) to samples of one row, rounding to the nearest code.
  private func addRow(
    _ change: UnsafePointer<Float>, count: Int, toRow y: Int, from x: Int, ofComponent index: Int, _ scale: CodeScale
  ) {
    let component = layout.components[index]
    let start = row(y, ofComponent: index) + x * component.step
    if component.depth <= 8 && component.shift == 0 {
      for i in 0..<count where change[i] != 0 {
        let p = (start + i &* component.step).assumingMemoryBound(to: UInt8.self)
        let code = Float(p.pointee) + change[i] * scale.gain
        p.pointee = UInt8(Swift.max(0, Swift.min(scale.largestCode, code.rounded())))
      }
    } else {
      let mask = UInt16(truncatingIfNeeded: (1 << component.depth) - 1) &<< UInt16(component.shift)
      for i in 0..<count where change[i] != 0 {
        let p = start + i &* component.step
        let word = p.loadUnaligned(as: UInt16.self)
        let code = Float((word & mask) &>> UInt16(component.shift)) + change[i] * scale.gain
        let rounded = UInt16(Swift.max(0, Swift.min(scale.largestCode, code.rounded())))
        p.storeBytes(of: (word & ~mask) | (rounded &<< UInt16(component.shift)), as: UInt16.self)
      }
    }
  }
}

extension YUVMatrix {
  fileprivate func luma(_ c: ColorPlanes) -> Plane {
    (c.red * kr + c.green * kg) + c.blue * kb
  }
}
