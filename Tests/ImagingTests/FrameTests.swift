import Imaging
import Testing

/// A frame in memory of its own.
final class TestFrame {
  let layout: PixelLayout
  let encoding: ColorEncoding
  let width: Int
  let height: Int
  private var planes: [[UInt8]]
  private let strides: [Int]

  let orientation: Orientation

  init(
    _ layout: PixelLayout, _ encoding: ColorEncoding = ColorEncoding(), width: Int, height: Int, padding: Int = 5,
    orientation: Orientation = .upright
  ) {
    self.orientation = orientation
    self.layout = layout
    self.encoding = encoding
    self.width = width
    self.height = height
    let count = layout.components.map(\.plane).max()! + 1
    var strides: [Int] = []
    var planes: [[UInt8]] = []
    for plane in 0..<count {
      let parts = layout.components.enumerated().filter { $0.element.plane == plane }
      let isChroma = layout.model == .yuv && parts.allSatisfy { $0.offset == 1 || $0.offset == 2 }
      let columns = isChroma ? (width + (1 << layout.chromaShiftX) - 1) >> layout.chromaShiftX : width
      let rows = isChroma ? (height + (1 << layout.chromaShiftY) - 1) >> layout.chromaShiftY : height
      strides.append(columns * parts[0].element.step + padding)
      planes.append([UInt8](repeating: 0xAB, count: strides[plane] * rows))
    }
    self.strides = strides
    self.planes = planes
  }

  func withPixels<R>(_ body: (PixelView) throws -> R) rethrows -> R {
    let copies = planes.map { plane -> UnsafeMutableRawBufferPointer in
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: plane.count, alignment: 16)
      memory.copyBytes(from: plane)
      return memory
    }
    defer {
      for (i, copy) in copies.enumerated() {
        planes[i] = Array(copy)
        copy.deallocate()
      }
    }
    return try body(
      PixelView(
        layout: layout, encoding: encoding, orientation: orientation, width: width, height: height,
        planes: copies.map { $0.baseAddress! },
        strides: strides))
  }

  var bytes: [[UInt8]] { planes }

  /// Sets a sample by its code value.
  func set(_ component: Int, x: Int, y: Int, code: Int) {
    let c = layout.components[component]
    let start = y * strides[c.plane] + c.offset + x * c.step
    if c.depth <= 8 {
      planes[c.plane][start] = UInt8(code)
    } else {
      let word = UInt16(code) << UInt16(c.shift)
      planes[c.plane][start] = UInt8(word & 255)
      planes[c.plane][start + 1] = UInt8(word >> 8)
    }
  }

  func code(_ component: Int, x: Int, y: Int) -> Int {
    let c = layout.components[component]
    let start = y * strides[c.plane] + c.offset + x * c.step
    guard c.depth > 8 else { return Int(planes[c.plane][start]) }
    return (Int(planes[c.plane][start]) | Int(planes[c.plane][start + 1]) << 8) >> c.shift
  }

  func fill(_ codes: [Int]) {
    for (i, code) in codes.enumerated() {
      let isChroma = layout.model == .yuv && (i == 1 || i == 2)
      let columns = isChroma ? (width + (1 << layout.chromaShiftX) - 1) >> layout.chromaShiftX : width
      let rows = isChroma ? (height + (1 << layout.chromaShiftY) - 1) >> layout.chromaShiftY : height
      for y in 0..<rows { for x in 0..<columns { set(i, x: x, y: y, code: code) } }
    }
  }

  /// Fills with codes that look random and are always the same.
  func scramble() {
    var state: UInt32 = 12345
    for i in layout.components.indices {
      let isChroma = layout.model == .yuv && (i == 1 || i == 2)
      let columns = isChroma ? (width + (1 << layout.chromaShiftX) - 1) >> layout.chromaShiftX : width
      let rows = isChroma ? (height + (1 << layout.chromaShiftY) - 1) >> layout.chromaShiftY : height
      let depth = layout.components[i].depth
      for y in 0..<rows {
        for x in 0..<columns {
          state = state &* 1_664_525 &+ 1_013_904_223
          set(i, x: x, y: y, code: Int(state >> 8) & ((1 << depth) - 1))
        }
      }
    }
  }
}

extension PixelLayout {
  static func planar(depth: Int, shiftX: Int, shiftY: Int) -> PixelLayout {
    PixelLayout(
      model: .yuv,
      components: (0..<3).map { Component(plane: $0, offset: 0, step: depth > 8 ? 2 : 1, depth: depth) },
      chromaShiftX: shiftX, chromaShiftY: shiftY)
  }
  static let nv12 = PixelLayout(
    model: .yuv,
    components: [
      Component(plane: 0, offset: 0, step: 1), Component(plane: 1, offset: 0, step: 2),
      Component(plane: 1, offset: 1, step: 2),
    ], chromaShiftX: 1, chromaShiftY: 1)
  static let p010 = PixelLayout(
    model: .yuv,
    components: [
      Component(plane: 0, offset: 0, step: 2, shift: 6, depth: 10),
      Component(plane: 1, offset: 0, step: 4, shift: 6, depth: 10),
      Component(plane: 1, offset: 2, step: 4, shift: 6, depth: 10),
    ], chromaShiftX: 1, chromaShiftY: 1)
  static let bgra = PixelLayout(
    model: .rgb,
    components: [2, 1, 0, 3].map { Component(plane: 0, offset: $0, step: 4) })
  static let grey16 = PixelLayout(model: .grey, components: [Component(plane: 0, offset: 0, step: 2, depth: 16)])

  static let all: [(name: String, layout: PixelLayout)] = [
    ("yuv420p", .yuv420p), ("yuv422p10", .planar(depth: 10, shiftX: 1, shiftY: 0)),
    ("yuv444p", .planar(depth: 8, shiftX: 0, shiftY: 0)), ("yuv444p12", .planar(depth: 12, shiftX: 0, shiftY: 0)),
    ("nv12", .nv12), ("p010", .p010), ("rgb24", .rgb24), ("bgra", .bgra), ("grey16", .grey16),
  ]
}

@Suite struct FrameTests {
  @Test func videoRangeColoursAreThoseOfTheStandard() {
    // Code values of pure red and of white, from ITU-R BT.601 and BT.709 (8 bit), and BT.2020 (10 bit).
    let cases: [(ColorEncoding, PixelLayout, [Int], SIMD3<Float>)] = [
      (ColorEncoding(matrix: .bt601), .yuv420p, [81, 90, 240], SIMD3(255, 0, 0)),
      (ColorEncoding(matrix: .bt709), .yuv420p, [63, 102, 240], SIMD3(255, 0, 0)),
      (
        ColorEncoding(matrix: .bt2020), .planar(depth: 10, shiftX: 1, shiftY: 1), [294, 387, 960],
        SIMD3(255, 0, 0)
      ),
      (ColorEncoding(matrix: .bt709), .yuv420p, [235, 128, 128], SIMD3(255, 255, 255)),
      (ColorEncoding(matrix: .bt601, fullRange: true), .yuv420p, [76, 85, 255], SIMD3(254, 0, 0)),
      (ColorEncoding(), .bgra, [255, 128, 7, 99], SIMD3(255, 128, 7)),
    ]
    for (encoding, layout, codes, expected) in cases {
      let frame = TestFrame(layout, encoding, width: 6, height: 4)
      frame.fill(codes)
      let colors = frame.withPixels { $0.colors(in: $0.bounds) }
      let seen = SIMD3(colors.red[3, 2], colors.green[3, 2], colors.blue[3, 2])
      let d = seen - expected
      #expect((d * d).sum().squareRoot() < 2.5, "\(encoding) \(codes): \(seen)")
    }
  }

  @Test func chromaIsReadAtItsSite() {
    // A step of Cr between chroma columns 1 and 2, which sit on luma columns 2 and 4.
    let frame = TestFrame(.yuv420p, ColorEncoding(matrix: .bt601, fullRange: true), width: 12, height: 4)
    frame.fill([128, 128, 128])
    for y in 0..<2 { for x in 2..<6 { frame.set(2, x: x, y: y, code: 188) } }
    let red = frame.withPixels { $0.colors(in: $0.bounds) }.red
    let full: Float = 1.402 * 60 * 255 / 255
    #expect(abs(red[2, 1] - 128) < 0.01)
    #expect(abs(red[3, 1] - (128 + full / 2)) < 0.01)
    #expect(abs(red[4, 1] - (128 + full)) < 0.01)
  }

  @Test(arguments: PixelLayout.all.map(\.name))
  func whatIsNotChangedKeepsEveryBit(name: String) {
    let layout = PixelLayout.all.first { $0.name == name }!.layout
    let frame = TestFrame(layout, width: 23, height: 17)
    frame.scramble()
    let before = frame.bytes
    frame.withPixels { pixels in
      let rect = PixelRect(x: 3, y: 5, width: 14, height: 9)
      let colors = pixels.colors(in: rect)
      let mask = Plane(width: 14, height: 9, value: 1)
      pixels.composite(colors, over: colors, mask: mask, at: (3, 5))
      // Another picture, but nothing of it is shown.
      pixels.composite(
        ColorPlanes(width: 14, height: 9, value: 255), over: colors, mask: Plane(width: 14, height: 9), at: (3, 5))
    }
    #expect(frame.bytes == before)
  }

  @Test(arguments: PixelLayout.all.map(\.name))
  func onlyWhatTheMaskCoversChanges(name: String) {
    let layout = PixelLayout.all.first { $0.name == name }!.layout
    let frame = TestFrame(layout, ColorEncoding(matrix: .bt709), width: 24, height: 18)
    frame.scramble()
    let before = TestFrame(layout, width: 24, height: 18)
    before.scramble()
    var mask = Plane(width: 14, height: 9)
    for y in 2..<6 { for x in 4..<9 { mask[x, y] = 1 } }
    frame.withPixels { pixels in
      let old = pixels.colors(in: PixelRect(x: 3, y: 5, width: 14, height: 9))
      let new = old.map { $0.mapped { $0 > 128 ? $0 - 90 : $0 + 90 } }
      pixels.composite(new, over: old, mask: mask, at: (3, 5))
    }
    var changed = 0
    for y in 0..<18 {
      for x in 0..<24 {
        let isCovered = (7..<12).contains(x) && (7..<11).contains(y)
        let differs = frame.code(0, x: x, y: y) != before.code(0, x: x, y: y)
        if differs { changed += 1 }
        #expect(isCovered || !differs, "pixel \(x), \(y)")
      }
    }
    #expect(changed > 15)
    if layout.model == .yuv {
      for y in 0..<(18 >> layout.chromaShiftY) {
        for x in 0..<(24 >> layout.chromaShiftX) {
          let columns = (x << layout.chromaShiftX)..<((x + 1) << layout.chromaShiftX)
          let rows = (y << layout.chromaShiftY)..<((y + 1) << layout.chromaShiftY)
          let isCovered = columns.overlaps(7..<12) && rows.overlaps(7..<11)
          let differs = frame.code(1, x: x, y: y) != before.code(1, x: x, y: y)
          #expect(isCovered || !differs, "chroma \(x), \(y)")
        }
      }
    }
  }

  @Test func aColourIsWrittenAsTheStandardCodesIt() {
    let frame = TestFrame(.yuv420p, ColorEncoding(matrix: .bt601), width: 16, height: 16)
    frame.fill([16, 128, 128])
    frame.withPixels { pixels in
      let rect = PixelRect(x: 4, y: 4, width: 8, height: 8)
      var red = ColorPlanes(width: 8, height: 8)
      red.red = Plane(width: 8, height: 8, value: 255)
      pixels.composite(
        red, over: pixels.colors(in: rect), mask: Plane(width: 8, height: 8, value: 1), at: (4, 4))
    }
    #expect((0..<3).map { frame.code($0, x: $0 == 0 ? 8 : 4, y: $0 == 0 ? 8 : 4) } == [81, 90, 240])
    #expect((0..<3).map { frame.code($0, x: 1, y: 1) } == [16, 128, 128])
  }

  @Test func aCropFollowsItsTransform() {
    // Luma is a plane over the picture, so every crop of it must be one too.
    let frame = TestFrame(
      .planar(depth: 10, shiftX: 1, shiftY: 1), ColorEncoding(fullRange: true), width: 200, height: 160)
    frame.fill([0, 512, 512])
    for y in 0..<160 { for x in 0..<200 { frame.set(0, x: x, y: y, code: 2 * x + 3 * y) } }
    for (side, angle) in [(30, 0.4), (90, -0.9), (120, 0.1)] as [(Float, Float)] {
      let size = 24
      let transform = Similarity(square: Float(size), onto: SIMD2(100, 80), side: side, angle: angle)
      let out = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * size * size)
      defer { out.deallocate() }
      frame.withPixels { $0.crop(width: size, height: size, transform: transform, scale: 1, offset: 0, into: out) }
      for (x, y) in [(0, 0), (23, 5), (12, 12), (7, 20)] {
        let p = transform.apply(SIMD2(Float(x) + 0.5, Float(y) + 0.5)) - 0.5
        let expected = min(255, (2 * p.x + 3 * p.y) * 255 / 1023)
        for channel in 0..<3 {
          #expect(abs(out[channel * size * size + y * size + x] - expected) < 0.02)
        }
      }
    }
  }

  @Test func aCropIsBlackOutsideTheFrame() {
    let frame = TestFrame(.rgb24, width: 20, height: 20)
    frame.fill([200, 200, 200])
    let out = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * 64)
    defer { out.deallocate() }
    frame.withPixels {
      $0.crop(
        width: 8, height: 8, transform: Similarity(square: 8, onto: SIMD2(0, 10), side: 16, angle: 0), scale: 1 / 127.5,
        offset: -1,
        into: out)
    }
    #expect(out[0] == -1)
    #expect(abs(out[7] - (200 / 127.5 - 1)) < 1e-4)
  }

  @Test func thumbnailsAreAverages() {
    let frame = TestFrame(.yuv420p, ColorEncoding(fullRange: true), width: 128, height: 72)
    frame.fill([100, 128, 128])
    for y in 0..<72 { for x in 64..<128 { frame.set(0, x: x, y: y, code: 200) } }
    let small = frame.withPixels { $0.thumbnailLuma(width: 64, height: 36) }
    #expect(abs(small[10, 10] - 100) < 0.01)
    #expect(abs(small[50, 30] - 200) < 0.01)
  }
}

@Suite struct OrientationTests {
  /// Corners of an upright picture of 3 by 2, and where they are in the stored one, by EXIF 2.32, table "Orientation".
  @Test(arguments: [
    (Orientation.upright, [0, 0], [3, 2]), (.mirrored, [3, 0], [0, 2]), (.upsideDown, [3, 2], [0, 0]),
    (.flipped, [0, 2], [3, 0]), (.transposed, [0, 0], [2, 3]), (.turnedClockwise, [0, 3], [2, 0]),
    (.transversed, [2, 3], [0, 0]), (.turnedCounterClockwise, [2, 0], [0, 3]),
  ])
  func cornersGoWhereTheyAreStored(orientation: Orientation, topLeft: [Float], bottomRight: [Float]) {
    let size = SIMD2<Float>(3, 2)
    #expect(orientation.stored(.zero, upright: size) == SIMD2(topLeft[0], topLeft[1]))
    #expect(orientation.stored(size, upright: size) == SIMD2(bottomRight[0], bottomRight[1]))
  }

  @Test(arguments: Orientation.allCases)
  func aCropIsUprightHoweverTheFrameIsStored(orientation: Orientation) {
    // An upright picture of 12 by 8 whose red is 10 x and whose green is 20 y, stored as the orientation says.
    let swaps = orientation.swapsSides
    let frame = TestFrame(.rgb24, width: swaps ? 8 : 12, height: swaps ? 12 : 8, orientation: orientation)
    let size = SIMD2<Float>(12, 8)
    for y in 0..<8 {
      for x in 0..<12 {
        let place = orientation.stored(SIMD2(Float(x), Float(y)) + 0.5, upright: size) - 0.5
        frame.set(0, x: Int(place.x), y: Int(place.y), code: 10 * x)
        frame.set(1, x: Int(place.x), y: Int(place.y), code: 20 * y)
      }
    }
    let out = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * 96)
    defer { out.deallocate() }
    frame.withPixels { pixels in
      #expect(pixels.uprightWidth == 12 && pixels.uprightHeight == 8)
      pixels.crop(width: 12, height: 8, transform: Similarity(), scale: 1, offset: 0, into: out)
    }
    for (x, y) in [(0, 0), (11, 0), (3, 7), (6, 4)] {
      #expect(abs(out[y * 12 + x] - Float(10 * x)) < 0.01)
      #expect(abs(out[96 + y * 12 + x] - Float(20 * y)) < 0.01)
    }
  }
}
