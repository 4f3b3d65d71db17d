import Imaging
import Testing

@Suite("Bending a part of a frame") struct DisplacingTests {
  private static let p010 = PixelLayout(
    model: .yuv,
    components: [
      .init(plane: 0, offset: 0, step: 2, shift: 6, depth: 10),
      .init(plane: 1, offset: 0, step: 4, shift: 6, depth: 10),
      .init(plane: 1, offset: 2, step: 4, shift: 6, depth: 10),
    ], chromaShiftX: 1, chromaShiftY: 1)
  private static let layouts: [PixelLayout] = [
    .yuv420p, .rgb24, .planar(depth: 10, shiftX: 1, shiftY: 0), .planar(depth: 16, shiftX: 0, shiftY: 0), p010,
  ]

  @Test(arguments: layouts, [1, 4, 8])
  func aMoveByWholeSamplesCopiesThem(layout: PixelLayout, cell: Int) {
    let frame = patterned(layout)
    let before = codes(frame)
    let grid = CellGrid(around: PixelRect(x: 30, y: 24, width: 40, height: 32), cell: cell)
    // Even, so that chroma samples move by whole ones too.
    frame.withPixels { $0.displace(bend(grid, x: 6, y: -4)) }
    let after = codes(frame)
    let (left, top, right, bottom) = (grid.x, grid.y, grid.x + grid.columns * cell, grid.y + grid.rows * cell)
    var moved = 0
    for (index, rows) in after.enumerated() {
      let (shiftX, shiftY) = index > 0 && layout.model == .yuv ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
      for (y, row) in rows.enumerated() {
        for (x, code) in row.enumerated() {
          let p = SIMD2(x << shiftX, y << shiftY)
          if p.x < left - 1 || p.y < top - 1 || p.x >= right || p.y >= bottom {
            #expect(code == before[index][y][x], "component \(index) (\(x), \(y))")
          } else if p.x > left + cell, p.y > top + cell, p.x < right - 2 * cell, p.y < bottom - 2 * cell {
            #expect(code == before[index][y - (4 >> shiftY)][x + (6 >> shiftX)], "component \(index) (\(x), \(y))")
            moved += 1
          }
        }
      }
    }
    #expect(moved > 900)
  }

  @Test func aCubicReadsARampExactly() {
    let frame = TestFrame(.planar(depth: 10, shiftX: 1, shiftY: 1), ColorEncoding(), width: 99, height: 74)
    for y in 0..<74 { for x in 0..<99 { frame.set(0, x: x, y: y, code: 100 + 4 * x + 2 * y) } }
    let grid = CellGrid(around: PixelRect(x: 30, y: 24, width: 30, height: 20), cell: 4)
    frame.withPixels { $0.displace(bend(grid, x: 1.25, y: -0.5)) }
    for y in 30..<38 { for x in 36..<52 { #expect(frame.code(0, x: x, y: y) == 100 + 4 * x + 2 * y + 4) } }
  }

  @Test func whatIsNotWantedKeepsItsBits() {
    let frame = patterned(.yuv420p)
    let before = frame.bytes
    let grid = CellGrid(around: PixelRect(x: 30, y: 24, width: 40, height: 32), cell: 4)
    var bend = bend(grid, x: 5, y: 5)
    bend.wanted = bend.wanted * 0
    frame.withPixels { $0.displace(bend) }
    #expect(frame.bytes == before)
    for still in [0, Displacement.shortest, Float.nan, .infinity] {
      frame.withPixels { $0.displace(self.bend(grid, x: still, y: 0)) }
      #expect(frame.bytes == before, "\(still)")
    }
  }

  @Test(arguments: layouts)
  func everyLevelOfTheVectorUnitGivesTheSameBits(layout: PixelLayout) throws {
    let grid = CellGrid(around: PixelRect(x: -9, y: 10, width: 110, height: 80), cell: 8)
    var bend = bend(grid, x: 1.3, y: -2.7)
    for y in 0..<grid.rows { for x in 0..<grid.columns { bend.x[x, y] += Float((x * 7 + y * 3) % 11) * 0.31 } }
    var results: [[[UInt8]]] = []
    for level in PixelView.paintingLevels {
      let frame = patterned(layout)
      if frame.withPixels({ $0.displace(bend, level: level) }) != nil { results.append(frame.bytes) }
    }
    let plain = try #require(results.first)
    #expect(plain != patterned(layout).bytes)
    #expect(results.allSatisfy { $0 == plain })
  }

  private func bend(_ grid: CellGrid, x: Float, y: Float) -> Displacement {
    func all(_ value: Float) -> Plane { Plane(width: grid.columns, height: grid.rows, value: value) }
    return Displacement(grid: grid, x: all(x), y: all(y), wanted: all(1))
  }

  private func patterned(_ layout: PixelLayout) -> TestFrame {
    let frame = TestFrame(layout, ColorEncoding(matrix: .bt709), width: 99, height: 74)
    for (index, rows) in codes(frame).enumerated() {
      let unit = 1 << (layout.components[index].depth - 8)
      for (y, row) in rows.enumerated() {
        for x in row.indices { frame.set(index, x: x, y: y, code: (30 + (x * 37 + y * 53 + index * 20) % 190) * unit) }
      }
    }
    return frame
  }

  private func codes(_ frame: TestFrame) -> [[[Int]]] {
    let layout = frame.layout
    return layout.components.indices.map { index in
      let isSmall = layout.model == .yuv && index > 0
      let (x, y) = isSmall ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
      let (width, height) = ((99 + (1 << x) - 1) >> x, (74 + (1 << y) - 1) >> y)
      return (0..<height).map { y in (0..<width).map { frame.code(index, x: $0, y: y) } }
    }
  }
}
