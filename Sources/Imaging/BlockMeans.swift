internal import CKernels

extension PixelView {
  /// The frame averaged over the squares of a grid, as R′G′B′ on 0…255. Where the grid reaches beyond the frame, the
  /// nearest square is repeated.
  public func colors(on grid: CellGrid) -> ColorPlanes {
    let cell = grid.cell
    let seen = PixelRect(
      x: grid.x, y: grid.y, width: grid.columns * cell, height: grid.rows * cell
    ).intersection(bounds)
    precondition(!seen.isEmpty, "the grid must touch the frame")
    let left = (seen.x - grid.x) / cell
    let top = (seen.y - grid.y) / cell
    let isWhole = layout.model != .yuv || cell >= 1 << Swift.max(layout.chromaShiftX, layout.chromaShiftY)
    let inner: ColorPlanes
    if cell == 1 || !isWhole {
      // Single pixels need the chroma between its samples.
      let full = colors(in: seen)
      inner =
        cell == 1
        ? full : full.shrunk(width: (seen.width + cell - 1) / cell, height: (seen.height + cell - 1) / cell)
    } else {
      let planes = (0..<layout.colorComponents).map { blockMeans(ofComponent: $0, rect: seen, cell: cell) }
      inner = rgb(planes)
    }
    return inner.map { $0.repeated(columns: grid.columns, rows: grid.rows, left: left, top: top) }
  }

  /// R′G′B′ from a plane of each component, on the 0…255 scale.
  func rgb(_ planes: [Plane]) -> ColorPlanes {
    switch layout.model {
    case .grey: return ColorPlanes(red: planes[0], green: planes[0], blue: planes[0])
    case .rgb: return ColorPlanes(red: planes[0], green: planes[1], blue: planes[2])
    case .yuv:
      let matrix = YUVMatrix(encoding.matrix)
      var (red, green, blue) = (planes[0], planes[0], planes[0])
      for i in red.samples.indices {
        let (y, cb, cr) = (planes[0].samples[i], planes[1].samples[i], planes[2].samples[i])
        red.samples[i] = y + matrix.redFromCr * cr
        green.samples[i] = y + matrix.greenFromCb * cb + matrix.greenFromCr * cr
        blue.samples[i] = y + matrix.blueFromCb * cb
      }
      return ColorPlanes(red: red, green: green, blue: blue)
    }
  }

  /// Means of one component over squares of `cell` luma pixels from the rectangle's top left corner on, on the 0…255
  /// scale; the last ones may be cut by the rectangle's end.
  ///
  /// Where a chroma sample covers more than a square, the means are over single samples and there are fewer of them.
  ///
  /// - Parameter rowStep: only every so many rows are read.
  func blockMeans(ofComponent index: Int, rect: PixelRect, cell: Int, rowStep: Int = 1) -> Plane {
    let shift = shifts(ofComponent: index)
    let size = size(ofComponent: index)
    let (stepX, stepY) = (Swift.max(1, cell >> shift.x), Swift.max(1, cell >> shift.y))
    let (x0, y0) = (rect.x >> shift.x, rect.y >> shift.y)
    let samplesX = Swift.min(size.width, (rect.maxX + (1 << shift.x) - 1) >> shift.x) - x0
    let samplesY = Swift.min(size.height, (rect.maxY + (1 << shift.y) - 1) >> shift.y) - y0
    let scale = CodeScale(component: index, of: layout, encoding: encoding)
    let (gain, offset) = (1 / scale.gain, -scale.zero / scale.gain)
    let component = layout.components[index]
    let stride = strides[component.plane]
    let (whole, rest) = samplesX.quotientAndRemainder(dividingBy: stepX)
    var plane = Plane(width: whole + (rest > 0 ? 1 : 0), height: (samplesY + stepY - 1) / stepY)
    var sums = [UInt32](repeating: 0, count: Swift.max(stepX, whole * stepX))
    sums.withUnsafeMutableBufferPointer { sums in
      plane.samples.withUnsafeMutableBufferPointer { out in
        for y in 0..<plane.height {
          let rows = Int32(truncatingIfNeeded: (Swift.min(stepY, samplesY - y * stepY) + rowStep - 1) / rowStep)
          let start = row(y0 + y * stepY, ofComponent: index) + x0 * component.step
          let line = out.baseAddress! + y * plane.width
          func means(_ from: UnsafeMutableRawPointer, columns: Int, blocks: Int, _ line: UnsafeMutablePointer<Float>) {
            Kernels.best.block_means(
              from.assumingMemoryBound(to: UInt8.self), stride * rowStep, component.kernel,
              Int32(truncatingIfNeeded: columns),
              rows, Int32(truncatingIfNeeded: blocks), gain, offset, sums.baseAddress!, line)
          }
          means(start, columns: stepX, blocks: whole, line)
          if rest > 0 { means(start + whole * stepX * component.step, columns: rest, blocks: 1, line + whole) }
        }
      }
    }
    return plane
  }
}

extension Plane {
  /// A larger plane with this one inside, `left` and `top` samples in, and its edges repeated around it.
  fileprivate func repeated(columns: Int, rows: Int, left: Int, top: Int) -> Plane {
    guard columns != width || rows != height else { return self }
    var result = Plane(width: columns, height: rows)
    for y in 0..<rows {
      let from = Swift.max(0, Swift.min(height - 1, y - top)) * width
      for x in 0..<columns {
        result.samples[y * columns + x] = samples[from + Swift.max(0, Swift.min(width - 1, x - left))]
      }
    }
    return result
  }
}

/// Squares of whole pixels over a part of a frame; it may reach beyond the frame's edges.
public struct CellGrid: Sendable, Equatable {
  /// Top left corner, in luma pixels.
  public let x: Int
  public let y: Int
  /// Side of the squares in luma pixels: 1, 2 or a multiple of 4.
  public let cell: Int
  public let columns: Int
  public let rows: Int

  /// The squares around a rectangle: all of it lies between the centres of the outermost ones. The corner lies at a
  /// multiple of the side, and of 4, so that squares and chroma samples begin together.
  public init(around rect: PixelRect, cell: Int) {
    precondition(cell == 1 || cell == 2 || cell > 0 && cell % 4 == 0)
    let unit = Swift.max(4, cell)
    func down(_ value: Int) -> Int { Int((Double(value) / Double(unit)).rounded(.down)) * unit }
    x = down(rect.x - cell)
    y = down(rect.y - cell)
    self.cell = cell
    columns = (rect.maxX + cell - x + unit - 1) / unit * (unit / cell) + 1
    rows = (rect.maxY + cell - y + unit - 1) / unit * (unit / cell) + 1
  }

  /// A point of the frame in the grid's own pixels; in both, pixel centres are at integers.
  public func local(_ p: SIMD2<Float>) -> SIMD2<Float> {
    (p - SIMD2(Float(x), Float(y)) + 0.5) / Float(cell) - 0.5
  }
}
