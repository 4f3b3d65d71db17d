import Imaging
import Testing

@Suite("Painting a surface") struct PaintingTests {
  private static let layouts: [PixelLayout] = [
    .yuv420p, .rgb24, .planar(depth: 10, shiftX: 1, shiftY: 1), .planar(depth: 10, shiftX: 1, shiftY: 0),
    .planar(depth: 8, shiftX: 0, shiftY: 0), .planar(depth: 12, shiftX: 0, shiftY: 0),
    .planar(depth: 16, shiftX: 1, shiftY: 1), .planar(depth: 8, shiftX: 2, shiftY: 0), nv12, p010, grey10,
  ]

  private static let nv12 = PixelLayout(
    model: .yuv,
    components: [
      .init(plane: 0, offset: 0, step: 1), .init(plane: 1, offset: 0, step: 2), .init(plane: 1, offset: 1, step: 2),
    ], chromaShiftX: 1, chromaShiftY: 1)
  private static let p010 = PixelLayout(
    model: .yuv,
    components: [
      .init(plane: 0, offset: 0, step: 2, shift: 6, depth: 10),
      .init(plane: 1, offset: 0, step: 4, shift: 6, depth: 10),
      .init(plane: 1, offset: 2, step: 4, shift: 6, depth: 10),
    ], chromaShiftX: 1, chromaShiftY: 1)
  private static let grey10 = PixelLayout(
    model: .grey, components: [.init(plane: 0, offset: 0, step: 2, depth: 10)])

  @Test(arguments: layouts, [1, 4, 8])
  func paintsWhatTheFormulaSays(layout: PixelLayout, cell: Int) {
    let frame = patterned(layout)
    let before = codes(frame)
    let surface = surface(layout, cell: cell, rect: PixelRect(x: 21, y: 10, width: 60, height: 50))
    frame.withPixels { $0.paint(surface) }
    let after = codes(frame)
    var painted = 0
    for (index, component) in surface.components.enumerated() {
      let shift = index > 0 && layout.model == .yuv ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
      let unit = Float(1 << layout.components[index].depth) / 256
      for (y, row) in before[index].enumerated() {
        for (x, old) in row.enumerated() {
          // Chroma lies on the left luma column and between luma rows.
          let place = SIMD2(Float(x << shift.0), Float(y << shift.1) + Float((1 << shift.1) - 1) / 2)
          let p = surface.grid.local(place)
          let (right, bottom) = (Float(surface.grid.columns - 1), Float(surface.grid.rows - 1))
          let isInside = p.x >= 0 && p.y >= 0 && p.x < right && p.y < bottom
          let alpha = isInside ? surface.alpha.value(at: p) : 0
          guard alpha > 0 else {
            #expect(after[index][y][x] == old)
            continue
          }
          let texel = component.texture.value(at: SIMD2(surface.texelX.value(at: p), surface.texelY.value(at: p)))
          let color = (component.gain.value(at: p) * texel + component.base.value(at: p)) * unit
          let largest = Float(1 << layout.components[index].depth) - 1
          let expected = Float(old) + alpha * (max(0, min(largest, color)) - Float(old))
          #expect(abs(Float(after[index][y][x]) - expected) < 0.55 + 0.01 * unit)
          painted += 1
        }
      }
    }
    #expect(painted > 2000)
  }

  /// 8 bits of luma and of chroma, 10 bits, packed.
  @Test(arguments: [PixelLayout.yuv420p, .planar(depth: 10, shiftX: 1, shiftY: 0), .rgb24, p010])
  func everyLevelOfTheVectorUnitGivesTheSameBits(layout: PixelLayout) throws {
    var surface = surface(layout, cell: 8, rect: PixelRect(x: -9, y: 10, width: 90, height: 80))
    surface.grain = SurfaceGrain(strength: surface.alpha, limit: 30)
    var results: [[[UInt8]]] = []
    for level in PixelView.paintingLevels {
      let frame = patterned(layout)
      if frame.withPixels({ $0.paint(surface, level: level) }) != nil { results.append(frame.bytes) }
    }
    let plain = try #require(results.first)
    #expect(plain != patterned(layout).bytes)
    #expect(results.allSatisfy { $0 == plain })
  }

  @Test(arguments: [PixelLayout.yuv420p, .rgb24, p010, .planar(depth: 16, shiftX: 1, shiftY: 1)], [1, 4, 8])
  func grainIsThatOfTheFrameBeforeItWasPainted(layout: PixelLayout, cell: Int) {
    let frame = noisy(layout, deviation: 8)
    let before = codes(frame)
    var surface = flat(layout, cell: cell, rect: PixelRect(x: -10, y: -10, width: 120, height: 60))
    surface.grain = SurfaceGrain(strength: surface.alpha * 0.7, limit: 1e5)
    frame.withPixels { $0.paint(surface) }
    let unit = Float(1 << layout.components[0].depth) / 256
    let after = codes(frame)
    for y in 0..<40 {
      for x in 0..<99 {
        var blurred: Float = 0
        for dy in -1...1 {
          for dx in -1...1 {
            let weight = Float((2 - abs(dx)) * (2 - abs(dy))) / 16
            blurred += weight * Float(before[0][max(0, y + dy)][max(0, min(98, x + dx))])
          }
        }
        let expected = 100 * unit + 0.7 * (Float(before[0][y][x]) - blurred)
        #expect(abs(Float(after[0][y][x]) - expected) < 0.55 + 0.01 * unit, "(\(x), \(y))")
      }
    }
    if layout.model == .yuv { #expect(after[1][10][10] == Int(100 * unit)) }
  }

  @Test func anEdgeIsNoGrain() {
    let frame = TestFrame(.yuv420p, ColorEncoding(), width: 99, height: 74)
    for y in 0..<74 { for x in 0..<99 { frame.set(0, x: x, y: y, code: x + y < 70 ? 60 : 140) } }
    var surface = flat(.yuv420p, cell: 8, rect: PixelRect(x: 0, y: 0, width: 99, height: 74))
    surface.grain = SurfaceGrain(strength: surface.alpha, limit: 4)
    frame.withPixels { $0.paint(surface) }
    #expect(codes(frame)[0].allSatisfy { $0.allSatisfy { $0 == 100 } })
  }

  @Test(arguments: [
    PixelRect(x: 0, y: 0, width: 30, height: 30), PixelRect(x: 69, y: 50, width: 30, height: 24),
    PixelRect(x: 0, y: 0, width: 99, height: 74),
  ])
  func reachesTheFramesEdges(rect: PixelRect) {
    let frame = patterned(.yuv420p)
    var surface = surface(.yuv420p, cell: 8, rect: rect)
    surface.alpha = surface.alpha.mapped { _ in 1 }
    for index in 0..<3 {
      surface.components[index].gain = surface.components[index].gain * 0
      surface.components[index].base = surface.components[index].base.mapped { _ in 200 }
    }
    frame.withPixels { $0.paint(surface) }
    for y in rect.y..<rect.maxY {
      for x in rect.x..<rect.maxX {
        #expect(frame.code(0, x: x, y: y) == 200)
        #expect(frame.code(1, x: x / 2, y: y / 2) == 200)
      }
    }
  }

  @Test(arguments: layouts, [2, 8])
  func coloursOfAGridAreMeansOfItsSquares(layout: PixelLayout, cell: Int) {
    let frame = patterned(layout, slope: 1)
    frame.withPixels { pixels in
      let grid = CellGrid(around: PixelRect(x: 40, y: 20, width: 30, height: 20), cell: cell)
      let small = pixels.colors(on: grid)
      let full = pixels.colors(in: pixels.bounds)
      for (row, column) in [(1, 1), (2, 3), (grid.rows - 2, grid.columns - 2)] {
        let square = PixelRect(x: grid.x + column * cell, y: grid.y + row * cell, width: cell, height: cell)
        for (a, b) in [(small.red, full.red), (small.green, full.green), (small.blue, full.blue)] {
          let mean = b.cropped(to: square).sum / Float(cell * cell)
          // Chroma samples lie up to one and a half pixels to the left of the middle of what they stand for.
          #expect(abs(a[column, row] - mean) < 5)
        }
      }
    }
  }

  @Test func beyondTheFrameTheNearestSquareIsRepeated() {
    let frame = patterned(.yuv420p)
    frame.withPixels { pixels in
      let grid = CellGrid(around: PixelRect(x: 0, y: 0, width: 99, height: 74), cell: 8)
      #expect(grid.x == -8 && grid.y == -8)
      let colors = pixels.colors(on: grid)
      #expect(colors.red[0, 0] == colors.red[1, 1])
      #expect(colors.red[0, 4] == colors.red[1, 4])
      #expect(colors.green[grid.columns - 1, 5] == colors.green[13, 5])
      #expect(colors.blue[5, grid.rows - 1] == colors.blue[5, 10])
    }
  }

  // MARK: Help

  private func patterned(_ layout: PixelLayout, slope: Int = 3) -> TestFrame {
    let frame = TestFrame(layout, ColorEncoding(matrix: .bt709), width: 99, height: 74)
    for (index, component) in layout.components.enumerated() {
      let unit = 1 << (component.depth - 8)
      let size = size(layout, index)
      for y in 0..<size.1 {
        for x in 0..<size.0 {
          frame.set(
            index, x: x, y: y, code: (60 + (x * slope + y * (slope - 1) + index * 20) % 140) * unit + (x * y) % unit)
        }
      }
    }
    return frame
  }

  /// Even but for noise in every component.
  private func noisy(_ layout: PixelLayout, deviation: Float) -> TestFrame {
    let frame = TestFrame(layout, ColorEncoding(matrix: .bt709), width: 99, height: 74)
    var state: UInt32 = 1
    for (index, component) in layout.components.enumerated() {
      let unit = Float(1 << (component.depth - 8))
      let size = size(layout, index)
      for y in 0..<size.1 {
        for x in 0..<size.0 {
          state = state &* 1_664_525 &+ 1_013_904_223
          let noise = (Float(state >> 8) / Float(1 << 24) - 0.5) * Float(12).squareRoot() * deviation
          frame.set(index, x: x, y: y, code: Int((120 + noise) * unit))
        }
      }
    }
    return frame
  }

  /// All of it 100.
  private func flat(_ layout: PixelLayout, cell: Int, rect: PixelRect) -> Surface {
    var surface = surface(layout, cell: cell, rect: rect)
    surface.alpha = surface.alpha.mapped { _ in 1 }
    for index in surface.components.indices {
      surface.components[index].gain = surface.components[index].gain * 0
      surface.components[index].base = surface.components[index].base.mapped { _ in 100 }
    }
    return surface
  }

  private func size(_ layout: PixelLayout, _ index: Int) -> (Int, Int) {
    guard layout.model == .yuv, index > 0 else { return (99, 74) }
    let (x, y) = (layout.chromaShiftX, layout.chromaShiftY)
    return ((99 + (1 << x) - 1) >> x, (74 + (1 << y) - 1) >> y)
  }

  private func codes(_ frame: TestFrame) -> [[[Int]]] {
    frame.layout.components.indices.map { index in
      let size = size(frame.layout, index)
      return (0..<size.1).map { y in (0..<size.0).map { frame.code(index, x: $0, y: y) } }
    }
  }

  /// A turned texture with ripples, seen through a disc that fades.
  private func surface(_ layout: PixelLayout, cell: Int, rect: PixelRect) -> Surface {
    let grid = CellGrid(around: rect, cell: cell)
    func plane(_ value: (SIMD2<Float>) -> Float) -> Plane {
      var plane = Plane(width: grid.columns, height: grid.rows)
      for y in 0..<grid.rows {
        for x in 0..<grid.columns {
          let center = (SIMD2(Float(x), Float(y)) + 0.5) * Float(cell) + SIMD2(Float(grid.x), Float(grid.y)) - 0.5
          plane[x, y] = value(center)
        }
      }
      return plane
    }
    let middle = SIMD2(Float(rect.x) + Float(rect.width) / 2, Float(rect.y) + Float(rect.height) / 2)
    let components = (0..<layout.colorComponents).map { index -> SurfaceComponent in
      var texture = Plane(width: 70, height: 50)
      for y in 0..<50 { for x in 0..<70 { texture[x, y] = Float((x * 5 + y * 9 + index * 31) % 97) + 60 } }
      return SurfaceComponent(
        texture: TexturePlane(texture, scaleX: 0.7, scaleY: 0.5), gain: plane { 0.6 + 0.004 * $0.x },
        base: plane { 20 - 0.3 * $0.y })
    }
    return Surface(
      grid: grid, texelX: plane { 0.9 * $0.x + 0.3 * $0.y - 10 }, texelY: plane { 1.1 * $0.y - 0.2 * $0.x + 5 },
      alpha: plane { p in
        let d = p - middle
        return max(0, min(1, 1.4 - (d * d).sum().squareRoot() / 25))
      }, components: components)
  }
}
