import Foundation
import MediaIO
import Testing

@Suite("Picture sequences") struct PictureSequenceTests {
  private func files(_ scratch: Scratch, _ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path(folder)).sorted()
  }

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
    let reader = try PictureListReader(PictureList(sequence), frameRate: Rational(24000, 1001))
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
    let pattern = scratch.path("100%d/%06d.png")
    let sequence = try PictureSequence(pattern: pattern)
    let writer = try PictureSequenceWriter(.numbered(sequence, numbers: [0]))
    for seed in 0..<3 { try writer.encode(try picture(seed)) }
    #expect(try writer.finish().path == pattern)
    #expect(sequence.path(of: 7) == scratch.path("100%d/000007.png"))
    let reader = try PictureListReader(PictureList(sequence))
    #expect(reader.info.frameRate == Rational(25, 1))
    #expect(try reader.nextFrame()?.timestamp?.value == 0)
    #expect(try reader.nextFrame()?.timestamp?.seconds == 0.04)
  }

  @Test("A video becomes pictures, all at once when whole, and the pictures the video", arguments: [true, false])
  func roundTrip(folderExists: Bool) throws {
    let scratch = try Scratch()
    let clip = Clip(format: "rgb24")
    try clip.write(to: scratch.path("clip.mkv"), VideoEncoding(encoder: "ffv1"))
    if folderExists {
      try Command.run("mkdir", ["out"], in: scratch.folder)
      _ = try scratch.write([1], to: "out/notes.txt")
    }
    let sequence = try PictureSequence(pattern: scratch.path("out/shot_%04d.png"))
    let writer = try PictureSequenceWriter(.numbered(sequence, numbers: [41]))
    let reader = try MediaReader(path: scratch.path("clip.mkv"))
    while let frame = try reader.nextFrame() {
      try writer.encode(frame)
      #expect(FileManager.default.fileExists(atPath: scratch.path("out")) == folderExists)
      #expect(!FileManager.default.fileExists(atPath: sequence.path(of: 41)))
    }
    let output = try writer.finish()
    let names = (41...50).map { "shot_00\($0).png" }
    let all = try files(scratch, "out")
    #expect(all == (folderExists ? ["notes.txt"] : []) + names)
    #expect(scratch.names == ["clip.mkv", "out"])
    #expect(output.path == scratch.path("out/shot_%04d.png"))
    #expect(output.frames == 10)
    #expect(output.encoder == "png")
    #expect(try output.bytes == names.reduce(0) { try $0 + scratch.bytes(of: "out/" + $1).count })
    let again = try PictureListReader(PictureList(sequence), trim: .frames(start: 3, end: 5))
    #expect(again.pictures.numbers == [44, 45])
    for index in 3..<5 {
      let frame = try #require(try again.nextFrame())
      #expect(samples(of: try frame.converted(toPixelFormat: "rgb24")) == samples(of: try clip.frame(index)))
      #expect(frame.timestamp?.value == Int64(index - 3))
    }
    #expect(try again.nextFrame() == nil)
  }

  @Test("What is given up leaves nothing behind", arguments: [true, false])
  func abandoned(folderExists: Bool) throws {
    let scratch = try Scratch()
    if folderExists { try Command.run("mkdir", ["out"], in: scratch.folder) }
    let sequence = try PictureSequence(pattern: scratch.path("out/%d.png"))
    do {
      let writer = try PictureSequenceWriter(.numbered(sequence, numbers: [1]))
      try writer.encode(try picture(1))
      writer.cancel()
      #expect(throws: MediaError(.cancelled, "writing '\(sequence.pattern)' was cancelled")) {
        try writer.encode(try picture(2))
      }
    }
    #expect(scratch.names == (folderExists ? ["out"] : []))
    if folderExists { #expect(try files(scratch, "out") == []) }
  }

  @Test("A name that somebody else takes meanwhile is not replaced")
  func taken() throws {
    let scratch = try Scratch()
    try Command.run("mkdir", ["out"], in: scratch.folder)
    let writer = try PictureSequenceWriter(
      .listed(folder: scratch.path("out/"), names: ["a.png", "b.png"]))
    for seed in 0..<2 { try writer.encode(try picture(seed)) }
    _ = try scratch.write([1], to: "out/b.png")
    #expect(throws: MediaError.self) { try writer.finish() }
    #expect(try files(scratch, "out") == ["b.png"])
    #expect(try scratch.bytes(of: "out/b.png") == [1])
  }

  @Test("A folder's pictures come in the order of their numbers, and keep them")
  func listing() throws {
    let scratch = try Scratch()
    try Command.run("mkdir", ["in"], in: scratch.folder)
    let names = ["a1.png", "a2.png", "a09.png", "a10.png", "a0100.png"]
    for (seed, name) in names.enumerated() { try PictureFile.write(try picture(seed), to: scratch.path("in/" + name)) }
    for other in ["in/notes.txt", "in/.a3.png"] { _ = try scratch.write([1], to: other) }
    for folder in ["in", "in/"] {
      let list = try PictureList(path: scratch.path(folder))
      #expect(list.paths == names.map { scratch.path("in/" + $0) })
      #expect(list.numbers == [1, 2, 9, 10, 100])
      #expect(list.stems == ["a1", "a2", "a09", "a10", "a0100"])
    }
    let reader = try PictureListReader(
      try PictureList(path: scratch.path("in")), trim: .seconds(start: 0.04, end: 0.12))
    #expect(reader.pictures.numbers == [2, 9])
    #expect(samples(of: try #require(try reader.nextFrame())) == samples(of: try picture(1)))
    // Not rising: the names have two numbers, and the last is not the one that counts.
    try Command.run("mkdir", ["two"], in: scratch.folder)
    for name in ["1 of 3.png", "2 of 3.png", "b.png"] {
      try PictureFile.write(try picture(1), to: scratch.path("two/" + name))
    }
    #expect(try PictureList(path: scratch.path("two")).numbers == [1, 2, 3])
  }

  @Test("Pictures of one series: turned, grey, of another size, damaged")
  func mixed() throws {
    let scratch = try Scratch()
    let sequence = try PictureSequence(pattern: scratch.path("%d.png"))
    try PictureFile.write(try picture(1), to: sequence.path(of: 1))
    try PictureFile.write(try picture(2, "gray"), to: sequence.path(of: 2))
    try Command.ffmpeg("-f lavfi -i testsrc=s=40x30 -frames:v 1 -pix_fmt pal8 3.png", in: scratch)
    try PictureFile.write(try picture(4, "rgb48le"), to: sequence.path(of: 4))
    let small = try Frame(width: 20, height: 30, pixelFormatName: "rgb24")
    try PictureFile.write(small, to: sequence.path(of: 5))
    let reader = try PictureListReader(PictureList(sequence))
    let formats = try (0..<4).map { _ in try #require(try reader.nextFrame()).pixelFormatName }
    #expect(formats == ["rgb24", "rgb24", "rgb24", "rgb48be"])
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot use '\(sequence.path(of: 5))' as a frame: it has 20x30 pixels and the pictures before it 40x30; make all the same size"
      )
    ) { try reader.nextFrame() }

    let cut = Array(try scratch.bytes(of: "2.png").prefix(300))
    _ = try scratch.write(cut, to: "2.png")
    let damaged = try PictureListReader(PictureList(sequence))
    _ = try damaged.nextFrame()
    #expect(throws: MediaError.self) { try damaged.nextFrame() }
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
      message { _ = try PictureListReader(PictureList(sequence)) }
        == "cannot open the picture sequence '\(pattern)': there is no picture of such a name, such as '001.png'; check the path"
    )
    for number in [1, 2, 4] { try PictureFile.write(try picture(number), to: sequence.path(of: number)) }
    // Not of the pattern: too few digits.
    try PictureFile.write(try picture(0), to: scratch.path("3.png"))
    #expect(
      message { _ = try PictureListReader(PictureList(sequence)) }
        == "cannot open the picture sequence '\(pattern)': of numbers 1 to 4, '003.png' is missing; add it, or number the pictures without gaps"
    )
    #expect(message { _ = try PictureListReader(PictureList(sequence), frameRate: Rational(0, 1)) } != nil)
    for wrong in ["a.png", "%s.png", "%d_%d.png", "%5d.png", "%d/a.png"] {
      #expect(
        message { _ = try PictureSequence(pattern: wrong) }
          == "cannot use '\(wrong)' as a picture sequence: its file name must have one place for the number; write it like frames/%06d.png"
      )
    }
    #expect(PictureSequence.isPattern("a/%d.png"))
    #expect(!PictureSequence.isPattern("a%d/b.png"))
    func writer(_ pattern: String, _ number: Int = 1) throws {
      _ = try PictureSequenceWriter(.numbered(PictureSequence(pattern: pattern), numbers: [number]))
    }
    let missing = scratch.path("no/where/%d.png")
    #expect(
      message { try writer(missing) }
        == "cannot write '\(scratch.path("no/where"))': there is no folder '\(scratch.path("no"))'; create it first")
    #expect(
      message { try writer(pattern) }
        == "cannot write the pictures '\(pattern)': '001.png' is there already; remove it, or choose another folder")
    #expect(
      message { try writer(scratch.path("3.png/%d.png")) }
        == "cannot write the folder '\(scratch.path("3.png"))': a file has that name; choose another")
    #expect(
      message { _ = try PictureSequenceWriter(.listed(folder: scratch.path("new"), names: ["a.png", "a.png"])) }
        == "cannot write the pictures '\(scratch.path("new"))': two of them would be named 'a.png'; use a pattern like out/%06d.png"
    )
    #expect(message { try writer(scratch.path("new/%d.mp4")) } != nil)
    #expect(message { try writer(scratch.path("new/%d.png"), -1) } != nil)
    let fresh = scratch.path("new/%d.png")
    let empty = try PictureSequenceWriter(.numbered(PictureSequence(pattern: fresh), numbers: [1]))
    #expect(message { _ = try empty.finish() } == "cannot finish the pictures '\(fresh)': there are no frames")
    #expect(message { _ = try PictureList(path: scratch.path("nowhere")) } != nil)
    try Command.run("mkdir", ["empty"], in: scratch.folder)
    #expect(
      message { _ = try PictureList(path: scratch.path("empty")) }
        == "cannot open the folder '\(scratch.path("empty"))' as a clip: there are no pictures in it; name one with pictures"
    )
  }
}
