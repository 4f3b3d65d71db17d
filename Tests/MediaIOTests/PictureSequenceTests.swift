import MediaIO
import Testing

@Suite("Picture sequences") struct PictureSequenceTests {
  private func picture(_ seed: Int, _ format: String = "rgb24") throws -> Frame {
    let frame = try Frame(width: 40, height: 30, pixelFormatName: format)
    try paint(frame, seed: seed)
    return frame
  }

  @Test("Numbered pictures are one video, from the first number that is there", arguments: ["png", "tif", "bmp"])
  func read(type: String) throws {
    let scratch = try Scratch()
    for (index, digits) in ["0098", "0099", "0100", "0101", "0102", "0103"].enumerated() {
      try PictureFile.write(try picture(98 + index), to: scratch.path("shot 50% \(digits).\(type)"))
    }
    // Numbers with zeros in front are not %d.
    #expect(throws: MediaError.self) {
      try PictureSequence(pattern: scratch.path("shot 50%% %d.\(type)")).numbers()
    }
    let sequence = try PictureSequence(pattern: scratch.path("shot 50%% %04d.\(type)"))
    #expect(try sequence.numbers() == 98...103)
    let reader = try MediaReader(sequence: sequence, frameRate: Rational(24000, 1001), threads: 1)
    #expect(reader.info.kind == .video)
    #expect(reader.info.frameRate == Rational(24000, 1001))
    #expect(reader.info.estimatedFrames == 6)
    var count = 0
    while let frame = try reader.nextFrame() {
      #expect(samples(of: try frame.converted(toPixelFormat: "rgb24")) == samples(of: try picture(98 + count)))
      let time = try #require(frame.timestamp?.seconds)
      #expect(abs(time - Double(count) * 1001 / 24000) < 1e-9)
      count += 1
    }
    #expect(count == 6)
  }

  @Test("A folder with a percent sign in its name is no pattern, and 25 frames a second is the rate")
  func folder() throws {
    let scratch = try Scratch()
    try Command.run("mkdir", ["100%d"], in: scratch.folder)
    let writer = try PictureSequenceWriter(pattern: scratch.path("100%d/%06d.png"))
    for seed in 0..<3 { try writer.write(try picture(seed)) }
    let sequence = try PictureSequence(pattern: scratch.path("100%d/%06d.png"))
    #expect(sequence.path(of: 7) == scratch.path("100%d/000007.png"))
    let reader = try MediaReader(sequence: sequence)
    #expect(reader.info.frameRate == Rational(25, 1))
    #expect(try reader.nextFrame()?.timestamp?.value == 0)
    #expect(try reader.nextFrame()?.timestamp?.seconds == 0.04)
  }

  @Test("A video becomes pictures, each whole, and the pictures the video")
  func roundTrip() throws {
    let scratch = try Scratch()
    let clip = Clip(format: "rgb24")
    try clip.write(to: scratch.path("clip.mkv"), VideoEncoding(encoder: "ffv1"))
    _ = try scratch.write([1], to: "out_0042.png")
    let writer = try PictureSequenceWriter(pattern: scratch.path("out_%04d.png"), firstNumber: 41)
    let reader = try MediaReader(path: scratch.path("clip.mkv"))
    var paths: [String] = []
    while let frame = try reader.nextFrame() {
      paths.append(try writer.write(frame))
      #expect(scratch.names.allSatisfy { !$0.hasSuffix(".part") })
    }
    let output = try writer.finish()
    #expect(paths == (41...50).map { scratch.path("out_00\($0).png") })
    #expect(output.path == scratch.path("out_%04d.png"))
    #expect(output.frames == 10)
    #expect(output.encoder == "png")
    #expect(
      try output.bytes
        == paths.reduce(0) { try $0 + scratch.bytes(of: String($1.dropFirst(scratch.folder.count + 1))).count })
    let sequence = try PictureSequence(pattern: scratch.path("out_%04d.png"))
    let again = try MediaReader(sequence: sequence, trim: .frames(start: 3, end: 5))
    for index in 3..<5 {
      let frame = try #require(try again.nextFrame())
      #expect(samples(of: try frame.converted(toPixelFormat: "rgb24")) == samples(of: try clip.frame(index)))
      #expect(frame.timestamp?.value == Int64(index - 3))
    }
    #expect(try again.nextFrame() == nil)
  }

  @Test("What is wrong with a sequence is said in words")
  func errors() throws {
    let scratch = try Scratch()
    func message(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return "\(error)" }
      return nil
    }
    let pattern = scratch.path("%03d.png")
    let sequence = try PictureSequence(pattern: pattern)
    #expect(
      message { _ = try MediaReader(sequence: sequence) }
        == "cannot open the picture sequence '\(pattern)': there is no picture of such a name, such as '001.png'; check the path"
    )
    for number in [1, 2, 4] { try PictureFile.write(try picture(number), to: sequence.path(of: number)) }
    // Not of the pattern: too few digits.
    try PictureFile.write(try picture(0), to: scratch.path("3.png"))
    #expect(
      message { _ = try MediaReader(sequence: sequence) }
        == "cannot open the picture sequence '\(pattern)': of numbers 1 to 4, '003.png' is missing; add it, or number the pictures without gaps"
    )
    #expect(message { _ = try MediaReader(sequence: sequence, frameRate: Rational(0, 1)) } != nil)
    for wrong in ["a.png", "%s.png", "%d_%d.png", "%5d.png", "%d/a.png"] {
      #expect(
        message { _ = try PictureSequence(pattern: wrong) }
          == "cannot use '\(wrong)' as a picture sequence: its file name must have one place for the number; write it like frames/%06d.png"
      )
    }
    #expect(PictureSequence.isPattern("a/%d.png"))
    #expect(!PictureSequence.isPattern("a%d/b.png"))
    let missing = scratch.path("no/%d.png")
    #expect(
      message { _ = try PictureSequenceWriter(pattern: missing) }
        == "cannot write '\(scratch.path("no/1.png"))': there is no folder '\(scratch.path("no"))'; create it first")
    #expect(message { _ = try PictureSequenceWriter(pattern: scratch.path("%d.mp4")) } != nil)
    #expect(message { _ = try PictureSequenceWriter(pattern: pattern, firstNumber: -1) } != nil)
    let empty = try PictureSequenceWriter(pattern: pattern)
    #expect(message { _ = try empty.finish() } == "cannot finish the picture sequence '\(pattern)': it has no frames")
  }
}
