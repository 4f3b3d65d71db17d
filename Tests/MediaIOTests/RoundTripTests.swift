import Imaging
import MediaIO
import Testing

@Suite("Samples survive") struct RoundTripTests {
  @Test(
    "FFV1 keeps every sample of every format",
    arguments: ["yuv420p", "yuv422p10le", "yuv444p", "yuv444p12le", "gray", "gray16le", "bgra", "gbrp10le", "yuva420p"])
  func lossless(format: String) throws {
    let scratch = try Scratch()
    let clip = Clip(width: 62, height: 46, format: format, times: [0, 1, 2])
    let path = scratch.path("clip.mkv")
    let output = try clip.write(to: path)
    let contents = try Contents(of: path)
    #expect(output.encoder == "ffv1")
    #expect(contents.frames.count == 3)
    for (index, frame) in contents.frames.enumerated() {
      #expect(frame.pixelFormatName == format)
      #expect(samples(of: frame) == samples(of: try clip.frame(index)))
    }
  }

  @Test(
    "An encoder that wants the samples in another order gets them so",
    arguments: [
      ("nv12", "yuv420p"), ("p010le", "yuv420p10le"), ("gbrp", "bgr0"), ("rgba", "bgra"), ("yuyv422", "yuv422p"),
    ]
  )
  func reordered(format: String, stored: String) throws {
    let scratch = try Scratch()
    let clip = Clip(format: format, times: [0, 1])
    try clip.write(to: scratch.path("clip.mkv"))
    for (index, frame) in try Contents(of: scratch.path("clip.mkv")).frames.enumerated() {
      #expect(frame.pixelFormatName == stored)
      #expect(samples(of: frame) == samples(of: try clip.frame(index)))
    }
  }

  @Test("x264 at quality 100 is lossless", arguments: ["yuv420p", "yuv422p", "yuv444p", "nv12"])
  func x264(format: String) throws {
    let scratch = try Scratch()
    let clip = Clip(format: format)
    let path = scratch.path("clip.mp4")
    let output = try clip.write(to: path, VideoEncoding(preset: "ultrafast", quality: 100))
    let contents = try Contents(of: path)
    #expect(output.encoder == "libx264")
    #expect(output.frames == 10)
    #expect(contents.frames.count == 10)
    for (index, frame) in contents.frames.enumerated() {
      // The decoder gives the same samples with chroma in planes of its own.
      let planar = format == "nv12" ? "yuv420p" : format
      #expect(frame.pixelFormatName == planar)
      #expect(samples(of: frame) == samples(of: try clip.frame(index)))
    }
  }

  @Test("Quality is the scale users know", arguments: [(0, "51.0"), (50, "26.0"), (80, "10.0"), (99, "1.0")])
  func scale(quality: Int, factor: String) throws {
    let scratch = try Scratch()
    try Clip(times: [0]).write(to: scratch.path("clip.mkv"), VideoEncoding(quality: quality))
    // x264 writes its settings into the stream.
    let text = String(decoding: try scratch.bytes(of: "clip.mkv"), as: UTF8.self)
    #expect(text.contains(" crf=\(factor) "))
  }

  @Test("A lower quality makes a smaller file")
  func quality() throws {
    let scratch = try Scratch()
    let small = try Clip().write(to: scratch.path("a.mp4"), VideoEncoding(quality: 20))
    let large = try Clip().write(to: scratch.path("b.mp4"), VideoEncoding(quality: 90))
    #expect(small.bytes * 2 < large.bytes)
    #expect(try scratch.bytes(of: "a.mp4").count == small.bytes)
  }

  @Test(
    "Where no encoder is named, one is chosen that takes the frames as they are",
    arguments: [
      ("yuv420p", "mp4", "libx264"), ("yuv420p10le", "mkv", "libx264"), ("yuv420p12le", "mkv", "libx265"),
      ("rgb24", "mkv", "libx264rgb"), ("bgra", "mkv", "ffv1"), ("yuv420p", "webm", "libvpx-vp9"),
    ])
  func choice(format: String, container: String, encoder: String) throws {
    let scratch = try Scratch()
    let clip = Clip(width: 128, height: 96, format: format, times: [0, 1])
    let output = try clip.write(to: scratch.path("clip.\(container)"), VideoEncoding())
    #expect(output.encoder == encoder)
  }

  @Test("An unchanged frame is encoded without being touched, an edited one with the edit alone")
  func edit() throws {
    let scratch = try Scratch()
    let clip = Clip(times: [0, 1])
    try clip.write(to: scratch.path("in.mkv"))
    let reader = try MediaReader(path: scratch.path("in.mkv"))
    let writer = try MediaWriter(
      path: scratch.path("out.mkv"), like: reader.template, encoding: VideoEncoding(encoder: "ffv1"))
    while case .frame(let frame)? = try reader.next() {
      if frame.timestamp?.value != 0 {
        try frame.withMutablePixels {
          $0.planes[0].storeBytes(of: 255 &- $0.planes[0].load(as: UInt8.self), as: UInt8.self)
        }
      }
      try writer.encode(frame)
    }
    _ = try writer.finish()
    let frames = try Contents(of: scratch.path("out.mkv")).frames
    #expect(samples(of: frames[0]) == samples(of: try clip.frame(0)))
    var expected = samples(of: try clip.frame(1))
    expected[0][0] = 255 - expected[0][0]
    #expect(samples(of: frames[1]) == expected)
  }
}
