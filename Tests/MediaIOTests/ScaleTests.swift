import Imaging
import MediaIO
import Testing

@Suite("Resizing") struct ScaleTests {
  private static let formats = [
    "yuv420p", "yuv422p", "yuv444p", "yuv410p", "yuv420p10le", "yuv422p12le", "yuv444p16le", "nv12", "p010le", "gray",
    "gray10le", "gray16le", "ya8", "ya16le", "rgb24", "bgra", "bgr0", "gbrp", "gbrp10le", "gbrp12le", "rgb48le",
    "rgba64le", "yuva420p", "yuva444p10le", "yuvj420p", "yuyv422",
  ]

  @Test("A flat colour stays to the code value, in every format", arguments: formats)
  func flat(format: String) throws {
    for (factor, isFull) in [(0.25, false), (0.5, true), (1.5, false), (2, false), (8, true)] {
      let frame = try Frame(
        width: 50, height: 38, pixelFormatName: format, encoding: ColorEncoding(matrix: .bt709, fullRange: isFull))
      let colour = try fill(frame) { component, _, _ in
        let largest = 1 << component.depth - 1
        // Not a colour that survives a turn through R′G′B′.
        return [largest * 9 / 10, largest / 7, largest * 6 / 7, largest * 2 / 3]
      }
      let scaled = try FrameScaler(factor: factor, isForVideo: true).scale(frame)
      #expect(scaled.pixelFormatName == format)
      #expect(scaled.encoding == frame.encoding)
      #expect(scaled.width == Int((50 * factor / 2).rounded()) * 2)
      #expect(scaled.height == Int((38 * factor / 2).rounded()) * 2)
      for (plane, value) in zip(samples(of: scaled), colour) {
        #expect(plane.allSatisfy { Int($0) == value }, "\(format) × \(factor): \(Set(plane)) for \(value)")
      }
    }
  }

  @Test("The largest and the smallest code values stay", arguments: formats)
  func extremes(format: String) throws {
    for share in [0, 1] {
      let frame = try Frame(width: 16, height: 16, pixelFormatName: format)
      let values = try fill(frame) { component, _, _ in
        Array(repeating: (1 << component.depth - 1) * share, count: 4)
      }
      let scaled = try FrameScaler(factor: 2, isForVideo: true).scale(frame)
      for (plane, value) in zip(samples(of: scaled), values) { #expect(plane.allSatisfy { Int($0) == value }) }
    }
  }

  @Test("Chroma samples stay where they were, whatever their place", arguments: [0.5, 2.0, 4.0])
  func siting(factor: Double) throws {
    // Luma and chroma are the same ramp of places, sampled where each lies: so they must be afterwards.
    for (isFull, left) in [(false, 0.0), (true, 0.5)] {
      let frame = try Frame(
        width: 64, height: 64, pixelFormatName: "yuv420p10le",
        encoding: ColorEncoding(matrix: .bt709, fullRange: isFull))
      func ramp(_ index: Int, _ x: Int, _ y: Int, by factor: Double) -> Double {
        let isChroma = index > 0
        // Centre of the sample, in samples of the original's luma.
        let column = isChroma ? (Double(2 * x) + left + 0.5) / factor : (Double(x) + 0.5) / factor
        let row = isChroma ? (Double(2 * y) + 1) / factor : (Double(y) + 0.5) / factor
        return 20 + 4 * column + 4 * row
      }
      try frame.withMutablePixels { view in
        for index in 0..<3 {
          let shift = index > 0 ? 1 : 0
          for y in 0..<(64 >> shift) {
            for x in 0..<(64 >> shift) {
              (view.planes[index] + y * view.strides[index] + 2 * x)
                .storeBytes(of: UInt16(ramp(index, x, y, by: 1)), as: UInt16.self)
            }
          }
        }
      }
      let scaled = try FrameScaler(factor: factor, isForVideo: true).scale(frame)
      let planes = samples(of: scaled)
      for index in 0..<3 {
        let width = index > 0 ? scaled.width / 2 : scaled.width
        let margin = width / 4
        var sum = 0.0
        for y in margin..<(width - margin) {
          for x in margin..<(width - margin) {
            sum += Double(planes[index][y * width + x]) - ramp(index, x, y, by: factor)
          }
        }
        let mean = sum / Double((width - 2 * margin) * (width - 2 * margin))
        #expect(abs(mean) < 0.3, "plane \(index) × \(factor), full range \(isFull): \(mean)")
      }
    }
  }

  @Test("Interlaced fields are resized apart, and do not bleed into each other", arguments: [0.5, 1.5])
  func interlaced(factor: Double) throws {
    let scratch = try Scratch()
    // One field is white, the other black.
    try Command.ffmpeg(
      "-f lavfi -i color=black:s=64x48:r=25:d=0.2 -vf geq=lum='if(mod(Y\\,2)\\,235\\,16)':cb=128:cr=128,setfield=tff"
        + " -flags +ilme+ildct -c:v mpeg2video -q:v 1 in.ts", in: scratch)
    let output = try write("in.ts", to: "out.mkv", VideoForm(scale: factor), "ffv1", in: scratch)
    #expect(output.warnings.isEmpty)
    let frame = try #require(try MediaReader(path: scratch.path("out.mkv")).nextFrame())
    let luma = samples(of: frame)[0]
    for y in 0..<frame.height {
      let row = luma[(y * frame.width)..<((y + 1) * frame.width)]
      #expect(row.allSatisfy { y % 2 == 0 ? $0 < 40 : $0 > 210 }, "row \(y)")
    }
  }

  @Test(
    "FaceFusion fault 4: frames larger or smaller than the target's are as many, of that size, at their own times",
    arguments: [(0.25, 24, 16), (0.5, 48, 32), (1.5, 144, 96), (2, 192, 128), (8, 768, 512)] as [(Double, Int, Int)])
  func video(factor: Double, width: Int, height: Int) throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=25:d=0.4 -f lavfi -i sine=r=48000:d=0.4 -vf setsar=16/11,"
        + "format=yuv420p10le,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
        + " -c:v libx264 -c:a aac plain.mp4", in: scratch)
    let isNew = try Command.ffmpegVersion(in: scratch.folder) >= 6
    try Command.ffmpeg(
      isNew
        ? "-display_rotation:v:0 270 -i plain.mp4 -c copy in.mp4"
        : "-i plain.mp4 -c copy -metadata:s:v:0 rotate=90 in.mp4", in: scratch)
    let output = try write("in.mp4", to: "out.mp4", VideoForm(scale: factor), "libx264", in: scratch)
    #expect(output.frames == 10)
    #expect(output.warnings.isEmpty)
    let (before, after) = (try Probe("in.mp4", in: scratch), try Probe("out.mp4", in: scratch))
    var comparison = Comparison()
    comparison.compare(before, after)
    #expect(
      comparison.differences == ["picture width: 96 → \(width)", "picture height: 64 → \(height)"])
    #expect(after.main?.fields["pix_fmt"] == "yuv420p10le")
  }

  @Test("Sizes are the nearest that encoders take")
  func sizes() throws {
    func size(_ width: Int, _ height: Int, _ factor: Double, isForVideo: Bool) throws -> [Int] {
      let frame = try Frame(width: width, height: height, pixelFormatName: "rgb24")
      let scaled = try FrameScaler(factor: factor, isForVideo: isForVideo).scale(frame)
      return [scaled.width, scaled.height]
    }
    #expect(try size(101, 75, 0.5, isForVideo: true) == [50, 38])
    #expect(try size(101, 75, 0.5, isForVideo: false) == [51, 38])
    #expect(try size(101, 75, 1, isForVideo: true) == [101, 75])
    #expect(try size(1, 1, 0.25, isForVideo: false) == [1, 1])
    #expect(try size(1, 1, 0.25, isForVideo: true) == [2, 2])
  }

  @Test("A palette becomes colours, alpha is resized too")
  func palette() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i color=red@0.5:s=32x32,format=rgba -frames:v 1 -pix_fmt pal8 in.png", in: scratch)
    let picture = try PictureFile.read(scratch.path("in.png"))
    let scaled = try FrameScaler(factor: 2, isForVideo: false).scale(picture)
    #expect(scaled.width == 64)
    #expect(samples(of: scaled).map { Set($0) } == samples(of: try picture.editable()).map { Set($0) })
  }

  private func write(
    _ from: String, to: String, _ form: VideoForm, _ encoder: String, in scratch: Scratch
  ) throws -> Output {
    let reader = try MediaReader(path: scratch.path(from), threads: 1)
    let writer = try MediaWriter(
      path: scratch.path(to), like: reader.template, encoding: VideoEncoding(encoder: encoder), form: form, threads: 1)
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): try writer.encode(frame)
      case .packet(let packet): try writer.write(packet)
      }
    }
    return try writer.finish()
  }

  /// Fills each component with its value of four, and returns those that were used.
  private func fill(_ frame: Frame, _ values: (PixelLayout.Component, Int, Int) -> [Int]) throws -> [Int] {
    var used: [Int] = []
    try frame.withMutablePixels { view in
      for (index, component) in view.layout.components.enumerated() {
        let value = values(component, 0, 0)[index]
        used.append(value)
        let isChroma = view.layout.model == .yuv && (index == 1 || index == 2)
        let (shiftX, shiftY) = isChroma ? (view.layout.chromaShiftX, view.layout.chromaShiftY) : (0, 0)
        let columns = (view.width + (1 << shiftX) - 1) >> shiftX
        let rows = (view.height + (1 << shiftY) - 1) >> shiftY
        for y in 0..<rows {
          for x in 0..<columns {
            let place =
              view.planes[component.plane] + y * view.strides[component.plane] + component.offset + x * component.step
            if component.depth + component.shift > 8 {
              place.storeBytes(of: UInt16(value << component.shift), as: UInt16.self)
            } else {
              place.storeBytes(of: UInt8(value << component.shift), as: UInt8.self)
            }
          }
        }
      }
    }
    return used
  }
}
