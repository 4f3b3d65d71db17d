import MediaIO
import Testing

@Suite("A part of a video") struct TrimTests {
  /// H.264 with B-frames whose only key frame is the first, with sound.
  private static let long =
    "-c:v libx264 -preset veryfast -bf 3 -g 300 -keyint_min 300 -sc_threshold 0 -pix_fmt yuv420p"

  private func make(_ name: String, _ rest: String, seconds: Double = 2, rate: String = "25", in scratch: Scratch)
    throws
  {
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=\(rate):d=\(seconds) -f lavfi -i sine=r=48000:d=\(seconds) \(rest) \(name)",
      in: scratch)
  }

  private func read(_ path: String, _ trim: Trim) throws -> Contents { try Contents(of: path, trim: trim) }

  /// Whether the frames of a part are those of the whole, from `first` on, with their distances.
  private func expect(_ part: Contents, isPartOf whole: Contents, from first: Int, count: Int) throws {
    #expect(part.frames.count == count)
    let start = try #require(whole.frames[first].timestamp?.value)
    for (index, frame) in part.frames.enumerated() where first + index < whole.frames.count {
      let other = whole.frames[first + index]
      #expect(samples(of: frame) == samples(of: other), "frame \(index)")
      #expect(frame.timestamp?.value == other.timestamp.map { $0.value - start })
    }
  }

  @Test(
    "Frames are exact inside a long group of pictures",
    arguments: [
      ("mp4", 0, 10, 10), ("mp4", 7, 23, 16), ("mp4", 49, nil, 1), ("mkv", 13, 14, 1), ("ts", 21, 200, 29),
      ("mov", 30, nil, 20),
    ])
  func frames(container: String, start: Int, end: Int?, count: Int) throws {
    let scratch = try Scratch()
    try make("in.\(container)", TrimTests.long + " -c:a aac", in: scratch)
    let whole = try Contents(of: scratch.path("in.\(container)"))
    #expect(whole.frames.count == 50)
    let part = try read(scratch.path("in.\(container)"), .frames(start: start, end: end))
    try expect(part, isPartOf: whole, from: start, count: count)
    #expect(part.reader.skippedFrames == start)
    #expect(part.reader.frameCount == count)
  }

  @Test(
    "Limits in seconds are exact to the frame",
    arguments: [(0.5, 1.0, 13, 12), (0.52, 1.04, 13, 13), (1.9, nil, 48, 2), (0, 0.04, 0, 1)])
  func seconds(start: Double, end: Double?, first: Int, count: Int) throws {
    let scratch = try Scratch()
    try make("in.mp4", TrimTests.long + " -c:a aac", in: scratch)
    let whole = try Contents(of: scratch.path("in.mp4"))
    let part = try read(scratch.path("in.mp4"), .seconds(start: start, end: end))
    try expect(part, isPartOf: whole, from: first, count: count)
  }

  @Test("Seconds count from the first frame, wherever the file starts")
  func lateStart() throws {
    let scratch = try Scratch()
    try make("in.ts", TrimTests.long + " -c:a mp2 -output_ts_offset 7.7", in: scratch)
    let whole = try Contents(of: scratch.path("in.ts"))
    let part = try read(scratch.path("in.ts"), .seconds(start: 1, end: 1.2))
    try expect(part, isPartOf: whole, from: 25, count: 5)
  }

  @Test(
    "Far into a file the reader jumps, to the same frames",
    arguments: [
      ("mp4", "-c:v libx264 -preset veryfast -bf 3 -g 20 -pix_fmt yuv420p -c:a aac", true),
      ("mkv", "-c:v libx264 -preset veryfast -bf 3 -g 20 -pix_fmt yuv420p -c:a mp2", true),
      ("mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=20 -c:a aac", nil),
      // Key frames that start nothing anew: the reader must not trust them.
      ("mp4", "-c:v libx264 -preset veryfast -x264-params intra-refresh=1:keyint=20 -pix_fmt yuv420p -c:a aac", false),
      ("mp4", "-c:v libx264 -preset veryfast -x264-params open-gop=1:keyint=20:bframes=3 -pix_fmt yuv420p", false),
      // The only key frame is the first.
      ("mp4", long + " -g 1000 -keyint_min 1000 -c:a aac", nil),
      ("mov", "-c:v prores_ks -c:a pcm_s16le", true),
      ("webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 20 -c:a libopus", true),
    ] as [(String, String, Bool?)])
  func far(container: String, make arguments: String, jumps: Bool?) throws {
    let scratch = try Scratch()
    try make("in.\(container)", arguments, seconds: 20, rate: "10", in: scratch)
    let whole = try Contents(of: scratch.path("in.\(container)"))
    let part = try read(scratch.path("in.\(container)"), .seconds(start: 17.03, end: 18))
    let first = try #require(
      whole.frames.firstIndex { ($0.timestamp?.seconds ?? 0) - (whole.frames[0].timestamp?.seconds ?? 0) >= 17.03 })
    try expect(part, isPartOf: whole, from: first, count: 9)
    if let jumps { #expect((part.reader.skippedFrames < 100) == jumps, "\(part.reader.skippedFrames) skipped") }
    // The sound is the same, too.
    let start = try #require(whole.frames[first].timestamp?.seconds)
    let end = try #require(whole.frames[first + 9].timestamp?.seconds)
    let sound = whole.packets.filter { $0.track == 1 && inside($0, start, end) }
    #expect(part.packets.map(\.size) == sound.map(\.size))
  }

  /// Whether a packet is heard between two times.
  private func inside(_ packet: Packet, _ start: Double, _ end: Double) -> Bool {
    guard let time = packet.timestamp else { return false }
    let length = Timestamp(value: packet.duration, base: time.base).seconds
    return time.seconds + length > start + 1e-9 && time.seconds < end - 1e-9
  }

  @Test("Sound is cut with the picture and stays in time with it", arguments: ["mov", "mkv"])
  func sound(container: String) throws {
    let scratch = try Scratch()
    try make("in.\(container)", TrimTests.long + " -c:a pcm_s16le", in: scratch)
    let whole = try Contents(of: scratch.path("in.\(container)"))
    let part = try read(scratch.path("in.\(container)"), .frames(start: 11, end: 31))
    let (start, end) = (0.44, 1.24)
    let expected = whole.packets.filter { inside($0, start, end) }
    #expect(expected.count > 4)
    #expect(part.packets.map { $0.withBytes { Array($0) } } == expected.map { $0.withBytes { Array($0) } })
    for (packet, other) in zip(part.packets, expected) {
      let time = try #require(packet.timestamp?.seconds)
      let before = try #require(other.timestamp?.seconds)
      #expect(abs(time - (before - start)) < 0.000_6)
    }
  }

  @Test("A part that is written has its length, its sound, its chapters and its timecode")
  func written() throws {
    let scratch = try Scratch()
    let chapters = """
      ;FFMETADATA1
      [CHAPTER]
      TIMEBASE=1/1000
      START=0
      END=400
      title=Gone
      [CHAPTER]
      TIMEBASE=1/1000
      START=400
      END=1000
      title=Kept
      [CHAPTER]
      TIMEBASE=1/1000
      START=1000
      END=2000
      title=Cut

      """
    _ = try scratch.write(Array(chapters.utf8), to: "chapters.txt")
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=25:d=2 -f lavfi -i sine=r=48000:d=2 -i chapters.txt -map 0 -map 1 -map_chapters 2 "
        + TrimTests.long + " -c:a pcm_s16le -timecode 01:00:00:00 in.mov", in: scratch)
    let reader = try MediaReader(path: scratch.path("in.mov"), threads: 1, trim: .frames(start: 15, end: 40))
    #expect(reader.info.estimatedFrames == 25)
    #expect(reader.info.duration == 1)
    let writer = try MediaWriter(
      path: scratch.path("out.mov"), like: reader.template, encoding: VideoEncoding(preset: "ultrafast", quality: 100))
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): try writer.encode(frame)
      case .packet(let packet): try writer.write(packet)
      }
    }
    #expect(try writer.finish().warnings.isEmpty)
    let whole = try Contents(of: scratch.path("in.mov"))
    let part = try Contents(of: scratch.path("out.mov"))
    try expect(part, isPartOf: whole, from: 15, count: 25)
    let probe = try Probe("out.mov", in: scratch)
    #expect(probe.main?.fields["start_time"] == "0.000000")
    #expect(probe.chapters.map { $0["tags.title"] } == ["Kept", "Cut"])
    #expect(probe.chapters.map { $0["start_time"] } == ["0.000000", "0.400000"])
    #expect(probe.chapters.map { $0["end_time"] } == ["0.400000", "1.000000"])
    #expect(probe.main?.fields["tags.timecode"] == "01:00:00:15")
    let length = try #require(probe.streams.first { $0.kind == "audio" }?.fields["duration"].flatMap(Double.init))
    #expect(abs(length - 1) < 0.025)
  }

  @Test("Limits that make no part are refused in words")
  func limits() throws {
    let scratch = try Scratch()
    let path = scratch.path("in.mkv")
    try Clip().write(to: path)
    for trim in [
      Trim.frames(start: -1), .frames(start: 4, end: 4), .seconds(start: 2, end: 1), .seconds(start: .nan),
      .seconds(start: 0, end: .infinity),
    ] {
      let error = #expect(throws: MediaError.self) { try MediaReader(path: path, trim: trim) }
      #expect(error?.kind == .unsupported)
    }
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot cut '\(path)' to frames 4 to 3: the start must not be before 0, and the end must be after the start; choose other limits"
      )
    ) { try MediaReader(path: path, trim: .frames(start: 4, end: 3)) }
    #expect(
      throws: MediaError(
        .unsupported, "cannot cut '\(path)' to frames 10 to the last: it has only 10 frames; choose an earlier start")
    ) { try read(path, .frames(start: 10)) }
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot cut '\(path)' to seconds 1.0 to the end: its last frame is shown at 0.36 seconds; choose an earlier start"
      )
    ) { try read(path, .seconds(start: 1)) }
  }
}
