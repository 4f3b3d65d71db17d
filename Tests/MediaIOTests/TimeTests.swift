import Imaging
import MediaIO
import Testing

@Suite("Time and sound survive") struct TimeTests {
  @Test("Uneven frames keep their times", arguments: ["mkv", "mp4", "mov"])
  func variableRate(container: String) throws {
    let scratch = try Scratch()
    // Milliseconds are Matroska's own unit.
    let times: [Int64] = [0, 33, 40, 140, 141, 1000, 1033, 1500]
    let durations: [Int64] = [33, 7, 100, 1, 859, 33, 467, 40]
    let clip = Clip(base: Rational(1, 1000), times: times, durations: durations)
    try clip.write(to: scratch.path("in.mkv"))
    let input = try Contents(of: scratch.path("in.mkv"))
    #expect(input.times == times)
    try copy(scratch.path("in.mkv"), to: scratch.path("out.\(container)"), VideoEncoding(encoder: "libx264"))
    let output = try Contents(of: scratch.path("out.\(container)"))
    #expect(output.frames.compactMap { $0.timestamp?.seconds } == times.map { Double($0) / 1000 })
  }

  @Test("A late start stays as late as it was, to the unit")
  func offset() throws {
    let scratch = try Scratch()
    // Not a whole number of milliseconds, which is what MP4 would round it to.
    let times: [Int64] = (0..<10).map { 100_001 + $0 * 3600 }
    let clip = Clip(base: Rational(1, 90000), times: times, durations: times.map { _ in 3600 })
    try clip.write(to: scratch.path("in.ts"), VideoEncoding())
    try copy(scratch.path("in.ts"), to: scratch.path("out.mp4"), VideoEncoding())
    let input = try Contents(of: scratch.path("in.ts")).times
    #expect(input.count == 10)
    #expect(input.first != 0)
    #expect(try Contents(of: scratch.path("out.mp4")).times == input)
  }

  @Test("NTSC rates stay fractions")
  func fraction() throws {
    let scratch = try Scratch()
    let clip = Clip(rate: Rational(24000, 1001), base: Rational(1, 24000), times: (0..<12).map { $0 * 1001 })
    try clip.write(to: scratch.path("in.mp4"), VideoEncoding())
    try copy(scratch.path("in.mp4"), to: scratch.path("out.mp4"), VideoEncoding())
    let contents = try Contents(of: scratch.path("out.mp4"))
    #expect(contents.reader.info.frameRate == Rational(24000, 1001))
    #expect(contents.reader.info.estimatedFrames == 12)
    #expect(contents.times == clip.times)
  }

  @Test("Frames that run backwards are moved, with a warning")
  func backwards() throws {
    let scratch = try Scratch()
    let clip = Clip(base: Rational(1, 1000), times: [0, 40, 40, 30, 120])
    let output = try clip.write(to: scratch.path("clip.mkv"))
    #expect(output.warnings == ["2 frames were not later than the one before and were moved."])
    #expect(try Contents(of: scratch.path("clip.mkv")).times == [0, 40, 41, 42, 120])
  }

  @Test("Sound is copied packet by packet", arguments: ["mov", "mkv"])
  func sound(container: String) throws {
    let scratch = try Scratch()
    let clip = Clip(sound: SoundDescription(sampleRate: 48000, channels: 2, language: "fin"))
    try clip.write(to: scratch.path("in.\(container)"), VideoEncoding())
    try copy(scratch.path("in.\(container)"), to: scratch.path("out.\(container)"), VideoEncoding())
    let input = try Contents(of: scratch.path("in.\(container)"))
    let output = try Contents(of: scratch.path("out.\(container)"))
    #expect(input.sound.count == 10 * 1920 * 4)
    #expect(output.sound == input.sound)
    #expect(output.packets.map(\.size) == input.packets.map(\.size))
    #expect(output.packets.map(\.timestamp) == input.packets.map(\.timestamp))
    let track = try #require(output.reader.info.tracks.last)
    #expect(track.kind == .audio)
    #expect(track.codecName == "pcm_s16le")
    #expect(track.language == "fin")
    #expect(!track.isMain)
  }

  @Test("How a picture has to be turned is kept", arguments: Orientation.allCases)
  func orientation(_ orientation: Orientation) throws {
    let scratch = try Scratch()
    let clip = Clip(times: [0, 1], orientation: orientation)
    try clip.write(to: scratch.path("in.mp4"), VideoEncoding())
    try copy(scratch.path("in.mp4"), to: scratch.path("out.mp4"), VideoEncoding())
    let contents = try Contents(of: scratch.path("out.mp4"))
    #expect(contents.reader.info.orientation == orientation)
    #expect(contents.frames.allSatisfy { $0.orientation == orientation })
  }

  @Test("Metadata is kept and added to")
  func metadata() throws {
    let scratch = try Scratch()
    let clip = Clip(times: [0], metadata: ["title": "A title", "shot-by": "Nobody"])
    try clip.write(to: scratch.path("in.mp4"), VideoEncoding())
    let reader = try MediaReader(path: scratch.path("in.mp4"))
    let writer = try MediaWriter(
      path: scratch.path("out.mp4"), like: reader.template, extraMetadata: ["comment": "Edited"])
    while case .frame(let frame)? = try reader.next() { try writer.encode(frame) }
    _ = try writer.finish()
    let metadata = try MediaReader(path: scratch.path("out.mp4")).info.metadata
    #expect(metadata["title"] == "A title")
    #expect(metadata["shot-by"] == "Nobody")
    #expect(metadata["comment"] == "Edited")
  }
}
