import MediaIO
import Testing

@Suite("An output appears whole or not at all") struct DeliveryTests {
  @Test("While it is written, only a hidden file is there; then only the output")
  func finish() throws {
    let scratch = try Scratch()
    let clip = Clip(times: [0, 1])
    let writer = try MediaWriter(
      path: scratch.path("clip.mkv"), like: try clip.template(), encoding: VideoEncoding(encoder: "ffv1"))
    try writer.encode(clip.frame(0))
    #expect(scratch.names.count == 1)
    #expect(scratch.names.allSatisfy { $0.hasPrefix(".clip.mkv.") && $0.hasSuffix(".part") })
    try writer.encode(clip.frame(1))
    let output = try writer.finish()
    #expect(scratch.names == ["clip.mkv"])
    #expect(output.path == scratch.path("clip.mkv"))
    #expect(output.frames == 2)
    writer.abandon()
    #expect(scratch.names == ["clip.mkv"], "abandoning what is finished does nothing")
  }

  @Test("Abandoning removes it and spares what was there")
  func abandon() throws {
    let scratch = try Scratch()
    let old = try scratch.write([1, 2, 3], to: "clip.mkv")
    let clip = Clip()
    let writer = try MediaWriter(path: old, like: try clip.template(), encoding: VideoEncoding(encoder: "ffv1"))
    try writer.encode(clip.frame(0))
    writer.abandon()
    #expect(scratch.names == ["clip.mkv"])
    #expect(try scratch.bytes(of: "clip.mkv") == [1, 2, 3])
  }

  @Test("A writer that is let go cleans up")
  func release() throws {
    let scratch = try Scratch()
    let clip = Clip()
    do {
      let writer = try MediaWriter(path: scratch.path("clip.mkv"), like: try clip.template())
      try writer.encode(clip.frame(0))
    }
    #expect(scratch.names.isEmpty)
  }

  @Test("Without a frame there is no file")
  func noFrames() throws {
    let scratch = try Scratch()
    let path = try scratch.write([9], to: "clip.mkv")
    let writer = try MediaWriter(path: path, like: try Clip().template())
    #expect(throws: MediaError(.failed, "cannot finish '\(path)': it has no frames")) { try writer.finish() }
    #expect(scratch.names == ["clip.mkv"])
    #expect(try scratch.bytes(of: "clip.mkv") == [9])
  }

  @Test("Sound that lies before all pictures is kept up to a limit")
  func early() throws {
    let scratch = try Scratch()
    let path = scratch.path("clip.mkv")
    let writer = try MediaWriter(
      path: path, like: try Clip(sound: SoundDescription(sampleRate: 8000, channels: 1)).template())
    // One packet in memory, written eight times.
    let packet = try Packet(
      track: 1, bytes: [UInt8](repeating: 0, count: 64 << 20), timestamp: Timestamp(value: 0, base: Rational(1, 8000)),
      duration: 32 << 20)
    for _ in 0..<8 { try writer.write(packet) }
    #expect(
      throws: MediaError(
        .failed,
        "cannot write '\(path)': over 512 MB of the target's other tracks lie before its first frame; copy its tracks "
          + "into a .mov file first, which keeps them side by side")
    ) { try writer.write(packet) }
    writer.abandon()
    #expect(scratch.names.isEmpty)
  }

  @Test("A frame of another size is refused in words")
  func size() throws {
    let scratch = try Scratch()
    let writer = try MediaWriter(path: scratch.path("clip.mkv"), like: try Clip().template())
    try writer.encode(Clip().frame(0))
    let other = try Clip(width: 32, height: 32).frame(1)
    #expect(
      throws: MediaError(
        .unsupported,
        "the picture changes from 64x48 yuv420p to 32x32 yuv420p after 1 frames, which one video cannot; cut the input there first"
      )
    ) { try writer.encode(other) }
  }
}
