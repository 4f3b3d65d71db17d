import Imaging
import MediaIO
import Testing

@Suite("Frames") struct FrameTests {
  private static func planes(_ parts: [(Int, Int, Int, Int, Int)]) -> [PixelLayout.Component] {
    parts.map { PixelLayout.Component(plane: $0.0, offset: $0.1, step: $0.2, shift: $0.3, depth: $0.4) }
  }

  @Test("Layouts tell where the samples are")
  func layouts() throws {
    func layout(_ name: String) throws -> PixelLayout? {
      try Frame(width: 16, height: 16, pixelFormatName: name).layout
    }
    let planes = FrameTests.planes
    #expect(try layout("yuv420p") == .yuv420p)
    #expect(try layout("rgb24") == .rgb24)
    #expect(
      try layout("nv12")
        == PixelLayout(
          model: .yuv, components: planes([(0, 0, 1, 0, 8), (1, 0, 2, 0, 8), (1, 1, 2, 0, 8)]),
          chromaShiftX: 1, chromaShiftY: 1))
    #expect(
      try layout("p010le")
        == PixelLayout(
          model: .yuv, components: planes([(0, 0, 2, 6, 10), (1, 0, 4, 6, 10), (1, 2, 4, 6, 10)]),
          chromaShiftX: 1, chromaShiftY: 1))
    #expect(
      try layout("yuv422p10le")
        == PixelLayout(
          model: .yuv, components: planes([(0, 0, 2, 0, 10), (1, 0, 2, 0, 10), (2, 0, 2, 0, 10)]), chromaShiftX: 1))
    #expect(
      try layout("yuyv422")
        == PixelLayout(
          model: .yuv, components: planes([(0, 0, 2, 0, 8), (0, 1, 4, 0, 8), (0, 3, 4, 0, 8)]), chromaShiftX: 1))
    #expect(try layout("gray") == PixelLayout(model: .grey, components: planes([(0, 0, 1, 0, 8)])))
    #expect(try layout("ya8") == PixelLayout(model: .grey, components: planes([(0, 0, 2, 0, 8), (0, 1, 2, 0, 8)])))
    #expect(
      try layout("bgra")
        == PixelLayout(
          model: .rgb, components: planes([(0, 2, 4, 0, 8), (0, 1, 4, 0, 8), (0, 0, 4, 0, 8), (0, 3, 4, 0, 8)])))
    #expect(
      try layout("gbrp")
        == PixelLayout(model: .rgb, components: planes([(2, 0, 1, 0, 8), (0, 0, 1, 0, 8), (1, 0, 1, 0, 8)])))
  }

  @Test(
    "Formats that cannot be edited in place have no layout and become editable by conversion",
    arguments: [
      ("pal8", "rgba"), ("rgb565le", "rgb24"), ("rgb48be", "rgb48le"), ("gray10be", "gray16le"), ("monob", "gray"),
      ("x2rgb10le", "rgb48le"),
    ])
  func opaqueFormats(name: String, editable: String) throws {
    let frame = try Frame(width: 16, height: 16, pixelFormatName: name)
    #expect(frame.layout == nil)
    #expect(throws: MediaError.self) { try frame.withMutablePixels { _ in } }
    let converted = try frame.editable()
    #expect(converted.pixelFormatName == editable)
    #expect(converted.layout != nil)
  }

  @Test("Untagged pictures get the matrix of their size; yuvj is full range")
  func encodings() throws {
    func encoding(_ width: Int, _ height: Int, _ name: String) throws -> ColorEncoding {
      try Frame(width: width, height: height, pixelFormatName: name).encoding
    }
    #expect(try encoding(720, 576, "yuv420p") == ColorEncoding(matrix: .bt601, fullRange: false))
    #expect(try encoding(720, 578, "yuv420p") == ColorEncoding(matrix: .bt709, fullRange: false))
    #expect(try encoding(1280, 400, "yuvj420p") == ColorEncoding(matrix: .bt709, fullRange: true))
    #expect(try encoding(64, 64, "rgb24").fullRange)
    for matrix in [ColorEncoding.Matrix.bt601, .bt709, .bt2020, .smpte240m, .fcc] {
      let tagged = ColorEncoding(matrix: matrix, fullRange: true)
      #expect(try Frame(width: 8, height: 8, pixelFormatName: "yuv444p", encoding: tagged).encoding == tagged)
    }
  }

  @Test("Tags of transfer function and primaries are read and written, and stay in every format")
  func lightTags() throws {
    for transfer in [ColorEncoding.Transfer.sdr, .pq, .hlg] {
      for primaries in [ColorEncoding.Primaries.bt709, .bt2020] {
        let tagged = ColorEncoding(matrix: .bt2020, transfer: transfer, primaries: primaries)
        let frame = try Frame(width: 8, height: 8, pixelFormatName: "yuv420p10le", encoding: tagged)
        #expect(frame.encoding == tagged)
        let rgb = try frame.converted(toPixelFormat: "rgb48le")
        #expect(rgb.encoding.transfer == transfer && rgb.encoding.primaries == primaries)
      }
    }
  }

  @Test("Writing to a frame changes no other that shares its samples")
  func copyOnWrite() throws {
    let frame = try Frame(width: 33, height: 17, pixelFormatName: "yuv420p")
    try paint(frame, seed: 1)
    let before = samples(of: frame)
    let other = try frame.reference()
    try paint(frame, seed: 2)
    #expect(samples(of: other) == before)
    #expect(samples(of: frame) != before)
  }

  @Test("Frames of a decoder are copied before they are written, so that later ones stay right")
  func decoderFrames() throws {
    let scratch = try Scratch()
    // All frames are alike, so that each is coded as "the same as the one before".
    let clip = Clip(times: Array(0..<12), isStill: true)
    try clip.write(to: scratch.path("clip.mp4"), VideoEncoding(preset: "ultrafast", quality: 100))
    let reader = try MediaReader(path: scratch.path("clip.mp4"), threads: 1)
    let expected = samples(of: try clip.frame(0))
    var index = 0
    while case .frame(let frame)? = try reader.next() {
      #expect(samples(of: frame) == expected)
      try paint(frame, seed: 1000)
      index += 1
    }
    #expect(index == 12)
  }

  @Test("A frame keeps its time when its samples are copied")
  func properties() throws {
    let time = Timestamp(value: -7, base: Rational(1001, 30000))
    let frame = try Frame(
      width: 8, height: 8, pixelFormatName: "yuv420p", encoding: ColorEncoding(matrix: .bt2020), timestamp: time,
      duration: 3)
    let other = try frame.reference()
    try other.withMutablePixels { _ in }
    for each in [frame, other, try frame.converted(toPixelFormat: "rgb24")] {
      #expect(each.timestamp == time)
      #expect(each.duration == 3)
    }
    #expect(other.encoding == ColorEncoding(matrix: .bt2020))
    #expect(abs((frame.timestamp?.seconds ?? 0) + 7 * 1001 / 30000.0) < 1e-12)
  }
}
