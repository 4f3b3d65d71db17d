import Foundation
import MediaIO
import Testing

@Suite("A constant frame rate") struct ConstantRateTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var make: String
    var container = "mkv"
    var rate: Rational
    var testDescription: String { "\(name) to \(rate)" }
  }

  private static let source = "-f lavfi -i testsrc2=s=64x48"
  private static let rows: [Row] = [
    Row(name: "60", make: ":r=60:d=1 -c:v ffv1", rate: Rational(30, 1)),
    Row(name: "30", make: ":r=30:d=1 -c:v ffv1", rate: Rational(60, 1)),
    Row(name: "25", make: ":r=25:d=1 -c:v ffv1", rate: Rational(30, 1)),
    Row(name: "30", make: ":r=30:d=1 -c:v libx264 -bf 2", container: "mp4", rate: Rational(24, 1)),
    Row(name: "30", make: ":r=30:d=1 -c:v libx264", container: "mp4", rate: Rational(24000, 1001)),
    Row(name: "24000/1001", make: ":r=24000/1001:d=1.2 -c:v libx264", container: "mp4", rate: Rational(30000, 1001)),
    Row(name: "24000/1001", make: ":r=24000/1001:d=1.2 -c:v libx264", container: "mov", rate: Rational(25, 1)),
    Row(
      name: "30 then 20", make: ":r=60:d=2 -vf select='if(lt(t,1),not(mod(n,2)),not(mod(n,3)))' -vsync vfr -c:v ffv1",
      rate: Rational(30, 1)),
    Row(
      name: "variable", make: ":r=50:d=1 -vf select='not(mod(n,7))+eq(n,9)+eq(n,10)' -vsync vfr -c:v libx264",
      container: "mp4", rate: Rational(25, 1)),
    Row(name: "a late start", make: ":r=25:d=1 -c:v ffv1 -output_ts_offset 2.51", rate: Rational(12, 1)),
    Row(
      name: "a late start", make: ":r=30:d=1 -c:v mpeg2video -q:v 2 -bf 2 -output_ts_offset 5.3", container: "ts",
      rate: Rational(50, 1)),
    Row(
      name: "an edit list", make: ":r=25:d=2 -c:v libx264 -bf 2 -g 50 a.mp4 -ss 0.5 -i a.mp4 -c copy",
      container: "mp4", rate: Rational(10, 1)),
  ]

  @Test("Shows the pictures that FFmpeg's filter fps chooses, at the same times", arguments: rows)
  func likeFilter(row: Row) throws {
    let scratch = try Scratch()
    let name = "in.\(row.container)"
    if let place = row.make.range(of: " a.mp4 ") {
      try Command.ffmpeg("\(Self.source)\(row.make[..<place.upperBound])", in: scratch)
      try Command.ffmpeg("\(row.make[place.upperBound...]) \(name)", in: scratch)
    } else {
      try Command.ffmpeg("\(Self.source)\(row.make) \(name)", in: scratch)
    }
    try write(name, to: "out.mkv", VideoForm(frameRate: row.rate), in: scratch)

    // The filter counts from zero only if FFmpeg's command leaves the times as they are.
    let rate = "\(row.rate.numerator)/\(row.rate.denominator)"
    let expected = try hashes("-copyts -i \(name) -vf fps=\(rate):round=near -fps_mode passthrough", in: scratch)
    let shown = try hashes("-copyts -i out.mkv -fps_mode passthrough", in: scratch)
    #expect(expected.count > 5)
    #expect(shown.map(\.hash) == expected.map(\.hash))
    for (one, other) in zip(shown, expected) { #expect(abs(one.time - other.time) < 0.0011) }
  }

  @Test("FaceFusion fault 3: 60 to 30 frames a second keeps length and sound, and every picture is in its place")
  func halved() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=60:d=2 -f lavfi -i sine=r=48000:d=2 -c:v libx264 -bf 2 -c:a aac in.mp4",
      in: scratch)
    try write("in.mp4", to: "out.mp4", VideoForm(frameRate: Rational(30, 1)), in: scratch)
    let (before, after) = (try Probe("in.mp4", in: scratch), try Probe("out.mp4", in: scratch))
    #expect(after.main?.fields["avg_frame_rate"] == "30/1")
    #expect(after.main?.fields["r_frame_rate"] == "30/1")
    #expect(after.main?.fields["duration"] == before.main?.fields["duration"])
    #expect(after.main?.frames.count == 60)
    #expect(after.streams[1].packets.map { $0["data_hash"] } == before.streams[1].packets.map { $0["data_hash"] })
    #expect(after.streams[1].packets.map { $0["pts_time"] } == before.streams[1].packets.map { $0["pts_time"] })
    let (first, second) = (try Contents(of: scratch.path("in.mp4")), try Contents(of: scratch.path("out.mp4")))
    for (index, frame) in second.frames.enumerated() {
      #expect(samples(of: frame) == samples(of: first.frames[index * 2]), "frame \(index)")
    }
  }

  @Test("FaceFusion fault 5: a variable rate becomes a constant one without a shift against the sound")
  func variable() throws {
    let scratch = try Scratch()
    let clip = Clip(rate: Rational(30, 1), base: Rational(1, 1000), times: [1200, 1233, 1300, 1333, 1480, 1900, 1910])
    try clip.write(to: scratch.path("in.mkv"))
    try write("in.mkv", to: "out.mkv", VideoForm(frameRate: Rational(25, 1)), in: scratch)
    let contents = try Contents(of: scratch.path("out.mkv"))
    #expect(contents.times == (0..<19).map { 1200 + 40 * $0 })
    // 1300 lies half-way between slots and is rounded up to 1320, 1900 to 1920.
    let shown = [0, 1, 1, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6]
    for (frame, index) in zip(contents.frames, shown) {
      #expect(try samples(of: frame) == samples(of: clip.frame(index)), "at \(frame.timestamp?.value ?? -1)")
    }
  }

  @Test("Times before zero are rounded away from it, and a single frame stays")
  func edges() throws {
    let scratch = try Scratch()
    for (times, rate, expected) in [
      ([-100, -60, -20, 20, 60], Rational(25, 1), [-120, -80, -40, 0, 40, 80].map { $0 + 120 }),
      ([0], Rational(1, 1), [0]), ([30], Rational(1, 1), [0]),
    ] as [([Int64], Rational, [Int64])] {
      let clip = Clip(base: Rational(1, 1000), times: times, durations: times.map { _ in 40 })
      let writer = try MediaWriter(
        path: scratch.path("out.mkv"), like: try clip.template(), encoding: VideoEncoding(encoder: "ffv1"),
        form: VideoForm(frameRate: rate))
      for index in times.indices { try writer.encode(clip.frame(index)) }
      #expect(try writer.finish().warnings == [])
      #expect(try Contents(of: scratch.path("out.mkv")).times == expected)
    }
  }

  @Test("A frame that would be repeated for days is an error in words")
  func gap() throws {
    let scratch = try Scratch()
    let clip = Clip(base: Rational(1, 1000), times: [0, 1 << 40])
    let writer = try MediaWriter(
      path: scratch.path("out.mkv"), like: try clip.template(), form: VideoForm(frameRate: Rational(25, 1)))
    try writer.encode(clip.frame(0))
    #expect(throws: MediaError.self) { try writer.encode(clip.frame(1)) }
  }

  @Test(
    "A timecode names the same second",
    arguments: [
      ("01:02:03:44", "60", Rational(30, 1), "01:02:03:22"), ("01:02:03:20", "25", Rational(50, 1), "01:02:03:40"),
      ("01:02:03;08", "30000/1001", Rational(60000, 1001), "01:02:03;16"),
    ])
  func timecode(label: String, from: String, to: Rational, expected: String) throws {
    let scratch = try Scratch()
    let clip = "-f lavfi -i testsrc2=s=64x48:r=\(from):d=0.2 -c:v libx264 -timecode \(label) in.mov"
    try Command.ffmpeg(clip, in: scratch)
    try write("in.mov", to: "out.mov", VideoForm(frameRate: to), in: scratch)
    #expect(try Probe("out.mov", in: scratch).main?.fields["tags.timecode"] == expected)
  }

  private func write(_ from: String, to: String, _ form: VideoForm, in scratch: Scratch) throws {
    let reader = try MediaReader(path: scratch.path(from), threads: 1)
    let encoding =
      to.hasSuffix("mkv")
      ? VideoEncoding(encoder: "ffv1") : VideoEncoding(encoder: "libx264", preset: "ultrafast", quality: 100)
    let writer = try MediaWriter(
      path: scratch.path(to), like: reader.template, encoding: encoding, form: form, threads: 1)
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): try writer.encode(frame)
      case .packet(let packet): try writer.write(packet)
      }
    }
    _ = try writer.finish()
  }

  private func hashes(_ arguments: String, in scratch: Scratch) throws -> [(time: Double, hash: String)] {
    try Command.ffmpeg("\(arguments) -pix_fmt yuv420p -map 0:v:0 -f framemd5 list.txt", in: scratch)
    let text = String(decoding: try scratch.bytes(of: "list.txt"), as: UTF8.self)
    var unit = 1.0
    var result: [(time: Double, hash: String)] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("#tb 0:") {
        let parts = line.dropFirst(6).split(separator: "/").compactMap { Double($0.filter { $0 != " " }) }
        if parts.count == 2 { unit = parts[0] / parts[1] }
      }
      let fields = line.split(separator: ",").map { $0.filter { $0 != " " } }
      guard !line.hasPrefix("#"), fields.count == 6, let time = Double(fields[2]) else { continue }
      result.append((time * unit, fields[5]))
    }
    return result
  }
}
