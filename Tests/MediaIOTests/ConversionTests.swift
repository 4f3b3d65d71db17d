import MediaIO
import Testing

@Suite("Pictures that the encoder does not take") struct ConversionTests {
  @Test("A GIF becomes MP4, its transparent pixels black, and it is said")
  func gif() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i color=red:s=64x48:r=10:d=0.3 -vf format=rgba,geq=r=255:g=0:b=0:a='if(lt(X,32),0,255)',"
        + "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=alpha_threshold=128 in.gif", in: scratch)
    let output = try copy(scratch.path("in.gif"), to: scratch.path("out.mp4"), VideoEncoding(quality: 95))
    #expect(output.encoder == "libx264")
    #expect(
      output.warnings == [
        "the pictures were converted from bgra to yuv444p, because libx264 does not take them; what is transparent lies over black"
      ])
    let contents = try Contents(of: scratch.path("out.mp4"))
    #expect(contents.frames.count == 3)
    for frame in contents.frames {
      #expect(!frame.encoding.fullRange)
      let pixels = samples(of: try frame.converted(toPixelFormat: "rgb24"))
      let row = 24 * 64
      #expect(pixels.map { Int($0[row + 8]) }.allSatisfy { $0 <= 6 }, "transparent")
      #expect(pixels[0][row + 56] >= 245)
      #expect(pixels[1][row + 56] <= 8)
      #expect(pixels[2][row + 56] <= 8)
    }
  }

  @Test(
    "The closest format is taken, with a warning",
    arguments: [
      ("pal8", "mp4", "libx264", "yuv444p"), ("yuva420p", "mp4", "libx264", "yuv420p"),
      ("yuva444p10le", "mp4", "libx264", "yuv444p10le"), ("rgba", "webm", "libvpx-vp9", "yuva420p"),
      ("rgba", "mov", "prores_ks", "yuva444p10le"),
    ])
  func closest(format: String, container: String, encoder: String, stored: String) throws {
    let scratch = try Scratch()
    let path = scratch.path("clip.\(container)")
    let frame = try Frame(
      width: 64, height: 48, pixelFormatName: format, timestamp: Timestamp(value: 0, base: Rational(1, 25)))
    let template = try MediaTemplate(
      video: VideoDescription(width: 64, height: 48, pixelFormatName: format, frameRate: Rational(25, 1)))
    let writer = try MediaWriter(path: path, like: template, threads: 1)
    try writer.encode(frame)
    let output = try writer.finish()
    #expect(output.encoder == encoder)
    #expect(output.warnings.count == 1)
    #expect(
      output.warnings.first?.hasPrefix(
        "the pictures were converted from \(format) to \(stored), because \(encoder) does not take them") == true)
    #expect(try Contents(of: path).frames.count == 1)
  }

  @Test("Opaque samples stay as they are when alpha is dropped")
  func opaque() throws {
    let scratch = try Scratch()
    let frame = try Frame(
      width: 64, height: 48, pixelFormatName: "yuva420p", timestamp: Timestamp(value: 0, base: Rational(1, 25)))
    try paint(frame, seed: 3)
    // Alpha: opaque on the left, clear on the right.
    try frame.withMutablePixels { view in
      for y in 0..<48 {
        for x in 0..<64 {
          view.planes[3].storeBytes(of: x < 32 ? 255 : 0, toByteOffset: y * view.strides[3] + x, as: UInt8.self)
        }
      }
    }
    let template = try MediaTemplate(
      video: VideoDescription(width: 64, height: 48, pixelFormatName: "yuva420p", frameRate: Rational(25, 1)))
    let writer = try MediaWriter(
      path: scratch.path("clip.mp4"), like: template, encoding: VideoEncoding(preset: "ultrafast", quality: 100))
    try writer.encode(frame)
    _ = try writer.finish()
    let stored = samples(of: try #require(try Contents(of: scratch.path("clip.mp4")).frames.first))
    let given = samples(of: frame)
    let luma = given[0].enumerated().map { $0 % 64 < 32 ? $1 : 16 }
    #expect(stored[0] == luma)
    for index in 1...2 {
      let chroma = given[index].enumerated().map { $0 % 32 < 16 ? $1 : 128 }
      #expect(stored[index] == chroma)
    }
    #expect(samples(of: frame) == given, "the caller's frame is not written to")
  }

  @Test("4:2:0 of an odd size goes through x264 as 4:4:4, its luma untouched")
  func odd() throws {
    let scratch = try Scratch()
    let clip = Clip(width: 95, height: 63, times: [0, 1])
    for name in [nil, "libx264"] {
      let output = try clip.write(
        to: scratch.path("clip.mp4"), VideoEncoding(encoder: name, preset: "ultrafast", quality: 100))
      #expect(
        output.warnings == [
          "the pictures were converted from yuv420p to yuv444p, because libx264 does not take them in 95x63 pixels"
        ])
      let frames = try Contents(of: scratch.path("clip.mp4")).frames
      #expect(frames.count == 2)
      for (index, frame) in frames.enumerated() {
        #expect(frame.width == 95)
        #expect(frame.height == 63)
        #expect(samples(of: frame)[0] == samples(of: try clip.frame(index))[0])
      }
    }
    let exact = try clip.write(to: scratch.path("clip.mkv"))
    #expect(exact.warnings.isEmpty)
  }

  @Test("An odd size that an encoder cannot take in any format is refused in words")
  func oddRefused() throws {
    let scratch = try Scratch()
    let path = scratch.path("clip.mkv")
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot write '\(path)': the encoder libsvtav1 takes yuv420p pictures of even width and height only, and these are 95x63; use the encoder ffv1 with .mkv, or crop the input to an even size first"
      )
    ) { try Clip(width: 95, height: 63, times: [0]).write(to: path, VideoEncoding(encoder: "libsvtav1")) }
    #expect(scratch.names.isEmpty)
  }
}
