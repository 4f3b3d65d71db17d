import Foundation
import MediaIO
import Testing

@Suite("Sound that is encoded anew") struct SoundTests {
  private let scratch: Scratch
  private static let picture = "-f lavfi -i testsrc2=s=64x48:r=25:d=1"
  private static let x264 = VideoEncoding(encoder: "libx264", preset: "ultrafast")

  init() throws { scratch = try Scratch() }

  /// One loud sample at 0.5 seconds, in both channels, over a quiet tone.
  private static func impulse(rate: Int = 48000) -> String {
    "-f lavfi -i aevalsrc='if(eq(n,\(rate / 2)),0.9,0.01*sin(n/20))|if(eq(n,\(rate / 2)),0.9,0)':s=\(rate):d=1"
      .replacing(",", with: "\\,")
  }

  private func make(_ command: String, _ name: String) throws { try Command.ffmpeg("\(command) \(name)", in: scratch) }

  private func encode(_ from: String, to name: String, _ sound: SoundEncoding, trim: Trim? = nil) throws -> Output {
    let video = name.hasSuffix("webm") ? VideoEncoding(quality: 0) : SoundTests.x264
    return try copy(scratch.path(from), to: scratch.path(name), video, sound: sound, trim: trim)
  }

  /// The first channel as a player has it: from the start of the picture on, silence where there is none.
  private func samples(_ name: String, rate: Int = 48000) throws -> [Int16] {
    // What is before the picture's start is cut off, what is missing there is filled.
    let start = try Probe(name, in: scratch).main?.fields["start_time"] ?? "0"
    try Command.ffmpeg(
      "-copyts -i \(name) -map 0:a:0 -af asetpts=PTS-\(start)/TB,aresample=\(rate):async=1:min_hard_comp=0.0001:first_pts=0,pan=mono|c0=c0 "
        + "-f s16le sound.raw", in: scratch)
    return try scratch.bytes(of: "sound.raw").withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
  }

  private func peak(_ samples: [Int16]) -> Int? {
    samples.indices.max { abs(Int(samples[$0])) < abs(Int(samples[$1])) }
  }

  private func loudness(_ samples: [Int16]) -> Double {
    (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))).squareRoot()
  }

  /// The limits are in samples: none without loss, one for codecs that smear, half a millisecond where Matroska rounds.
  @Test(
    "Every sample is where it was",
    arguments: [
      ("flac", "mkv", 48000, 0), ("pcm_s16le", "mov", 48000, 0), ("pcm_s24le", "mkv", 44100, 0),
      ("alac", "mp4", 48000, 0),
      ("aac", "mp4", 48000, 1), ("aac", "mp4", 44100, 1), ("aac", "mov", 48000, 1), ("aac", "mkv", 48000, 24),
      ("aac", "ts", 48000, 1), ("libopus", "webm", 48000, 1), ("libopus", "mkv", 44100, 24),
      ("libopus", "mp4", 48000, 1),
      ("libmp3lame", "mp4", 48000, 1), ("libmp3lame", "mkv", 48000, 24), ("ac3", "mkv", 48000, 24),
      ("libvorbis", "mkv", 48000, 24),
    ])
  func places(encoder: String, container: String, rate: Int, limit: Int) throws {
    try make("\(SoundTests.picture) \(SoundTests.impulse(rate: rate)) -c:v libx264 -c:a pcm_s16le", "in.mov")
    let name = "out.\(container)"
    let output = try encode("in.mov", to: name, SoundEncoding(encoder: encoder, quality: 100))
    #expect(output.warnings == [])
    let before = try samples("in.mov")
    let after = try samples(name)
    let place = try #require(peak(before))
    #expect(abs(place - 24000) <= 1)
    let moved = try #require(peak(after)) - place
    #expect(abs(moved) <= limit, "moved by \(moved) samples")
    // As long as before, but for the last frame of the codec.
    #expect((-1...1152).contains(after.count - before.count), "\(before.count), \(after.count)")
    if limit == 0, rate == 48000 { #expect(after == before) }
  }

  @Test("Volume 50 halves every sample, 0 leaves none; other numbers go between", arguments: [100, 50, 25, 0])
  func volume(percent: Int) throws {
    try make("\(SoundTests.picture) -f lavfi -i sine=r=48000:d=1 -c:v libx264 -c:a pcm_s16le", "in.mov")
    _ = try encode("in.mov", to: "out.mov", SoundEncoding(encoder: "pcm_s16le", volume: percent))
    let before = try samples("in.mov")
    let after = try samples("out.mov")
    #expect(after.count == before.count)
    let wrong = zip(before, after).first { abs(Int($0) * percent - Int($1) * 100) > 100 }
    #expect(wrong == nil, "not rounded only")
    #expect(abs(loudness(after) - loudness(before) * Double(percent) / 100) < 1)
  }

  @Test("A volume alone encodes anew, with what suits the container", arguments: ["mp4", "webm", "avi", "mkv"])
  func volumeAlone(container: String) throws {
    try make("\(SoundTests.picture) -f lavfi -i sine=r=48000:d=1 -c:v libx264 -c:a flac", "in.mkv")
    let name = "out.\(container)"
    let output = try encode("in.mkv", to: name, SoundEncoding(volume: 50))
    #expect(output.warnings == [])
    let codecs = ["mp4": "aac", "webm": "opus", "avi": "mp3", "mkv": "aac"]
    #expect(try Probe(name, in: scratch).streams.map { $0.fields["codec_name"] }.last == codecs[container])
    let loud = try loudness(Array(samples("in.mkv")[4800..<43200]))
    let quiet = try loudness(Array(samples(name)[4800..<43200]))
    #expect(abs(quiet / loud - 0.5) < 0.01)
  }

  @Test(
    "A container that cannot hold the sound gets it in a codec that it holds, and it is said",
    arguments: [
      ("libvorbis", "vorbis", "mp4", "aac", "few players find it in a .mp4 file"),
      ("pcm_s16le", "pcm_s16le", "mp4", "aac", "it cannot be in a .mp4 file"),
      ("aac", "aac", "webm", "libopus", "it cannot be in a .webm file"),
      ("flac", "flac", "ts", "aac", "it cannot be in a .ts file"),
      ("libopus", "opus", "avi", "libmp3lame", "it cannot be in a .avi file"),
    ])
  func needed(encoder: String, codec: String, container: String, chosen: String, why: String) throws {
    try make("\(SoundTests.picture) \(SoundTests.impulse()) -c:v libx264 -c:a \(encoder)", "in.mkv")
    let name = "out.\(container)"
    let output = try encode("in.mkv", to: name, SoundEncoding())
    #expect(
      output.warnings.filter { $0.contains("audio") } == [
        "the audio track 1 (\(codec)) was encoded anew with \(chosen), because \(why); an .mkv file holds it as it is"
      ])
    let place = try #require(peak(samples(name)))
    #expect(abs(place - 24000) <= (container == "avi" ? 1200 : 60), "\(place)")
  }

  @Test("A copy that was asked for is made or refused")
  func copyOnly() throws {
    try make("\(SoundTests.picture) -f lavfi -i sine=r=48000:d=1 -c:v libx264 -c:a libvorbis", "in.mkv")
    #expect(try encode("in.mkv", to: "out.mp4", SoundEncoding(encoder: "copy")).warnings == [])
    #expect(try Probe("out.mp4", in: scratch).streams.last?.fields["codec_name"] == "vorbis")
    func expect(_ name: String, _ sound: SoundEncoding, _ message: String) throws {
      #expect(throws: MediaError(.unsupported, message)) { try encode("in.mkv", to: name, sound) }
    }
    let path = scratch.path("out.ts")
    try expect(
      "out.ts", SoundEncoding(encoder: "copy"),
      "cannot write '\(path)': a .ts file cannot hold the audio track 1 (vorbis); write an .mkv file instead")
    try expect(
      "out.ts", SoundEncoding(encoder: "flac"),
      "cannot write '\(path)': a .ts file cannot hold what the audio encoder flac makes; use .mkv, or another encoder")
    try expect(
      "out.ts", SoundEncoding(encoder: "copy", volume: 50),
      "the audio track 1 (vorbis) cannot be copied and changed at once; name an audio encoder, or leave its quality and volume out"
    )
    // What was in MP4 already is no worse there than before.
    _ = try encode("out.mp4", to: "again.mp4", SoundEncoding())
    #expect(try Probe("again.mp4", in: scratch).streams.last?.fields["codec_name"] == "vorbis")
    try make("\(SoundTests.picture) -c:v libx264", "silent.mp4")
    do {
      _ = try encode("silent.mp4", to: "out.mkv", SoundEncoding(encoder: "libx264"))
      Issue.record("libx264 makes no sound")
    } catch let error as MediaError {
      #expect(error.message.hasPrefix("there is no audio encoder 'libx264' in this FFmpeg; use copy, aac, "))
    }
    #expect(scratch.names == ["again.mp4", "in.mkv", "out.mp4", "silent.mp4"])
  }

  @Test("More quality takes more room", arguments: ["aac", "libopus", "libmp3lame", "libvorbis", "ac3", "mp2"])
  func quality(encoder: String) throws {
    try make("\(SoundTests.picture) -f lavfi -i anoisesrc=r=48000:d=1:a=0.3 -c:v libx264 -c:a flac", "in.mkv")
    let sizes = try [0, 50, 100].map { quality in
      _ = try encode("in.mkv", to: "out.mkv", SoundEncoding(encoder: encoder, quality: quality))
      let packets = try Probe("out.mkv", in: scratch).streams.last?.packets ?? []
      return packets.compactMap { $0["size"].flatMap { Int($0) } }.reduce(0, +)
    }
    #expect(sizes[0] > 1000)
    #expect(Double(sizes[1]) > Double(sizes[0]) * 1.2)
    #expect(Double(sizes[2]) > Double(sizes[1]) * 1.2)
  }

  @Test("Names, languages and purposes stay; covers and other tracks are copied")
  func names() throws {
    try make(
      "\(SoundTests.picture) -f lavfi -i sine=d=1 -f lavfi -i sine=d=1 -map 0 -map 1 -map 2 -c:v libx264 -c:a:0 pcm_s16le -c:a:1 ac3"
        + " -metadata:s:a:0 language=swe -metadata:s:a:0 title=Main -metadata:s:a:1 language=fra"
        + " -metadata:s:a:1 title=Commentary -disposition:a:1 comment", "in.mkv")
    _ = try encode("in.mkv", to: "out.mkv", SoundEncoding(encoder: "libopus"))
    let before = try Probe("in.mkv", in: scratch)
    let after = try Probe("out.mkv", in: scratch)
    #expect(after.streams.map { $0.fields["codec_name"] } == ["h264", "opus", "opus"])
    for (old, new) in zip(before.streams, after.streams) {
      #expect(new.fields["tags.language"] == old.fields["tags.language"])
      #expect(new.fields["tags.title"] == old.fields["tags.title"])
      #expect(new.fields["disposition.comment"] == old.fields["disposition.comment"])
    }
    #expect(after.streams[2].fields["tags.title"] == "Commentary")
  }

  @Test("Sound that starts late starts as late", arguments: [("flac", "mkv"), ("aac", "mp4"), ("libopus", "webm")])
  func late(encoder: String, container: String) throws {
    try make("\(SoundTests.picture) -itsoffset 0.25 \(SoundTests.impulse()) -c:v libx264 -c:a flac", "in.mkv")
    let name = "out.\(container)"
    _ = try encode("in.mkv", to: name, SoundEncoding(encoder: encoder, quality: 100))
    let place = try #require(peak(samples(name)))
    #expect(abs(place - 36000) <= 24, "\(place)")
  }

  @Test("Gaps become silence, and what follows stays in its place")
  func gap() throws {
    try make(
      "\(SoundTests.picture) \(SoundTests.impulse()) -c:v libx264 -af aselect='not(between(t\\,0.1\\,0.3))' -c:a pcm_s16le",
      "in.mkv")
    let output = try encode("in.mkv", to: "out.mov", SoundEncoding(encoder: "pcm_s16le"))
    let silence = #/the audio track 1 \(pcm_s16le\) has gaps; 0\.[12]\d* seconds of silence stand there/#
    #expect(output.warnings.count == 1)
    #expect(output.warnings.first?.wholeMatch(of: silence) != nil, "\(output.warnings)")
    let after = try samples("out.mov")
    #expect(try abs(#require(peak(after)) - 24000) <= 24)
    #expect(after[9000..<12000].allSatisfy { $0 == 0 })
  }

  @Test("A damaged packet leaves silence, not an end")
  func damaged() throws {
    try make("\(SoundTests.picture) \(SoundTests.impulse()) -c:v libx264 -c:a flac", "in.mkv")
    let reader = try MediaReader(path: scratch.path("in.mkv"), threads: 1)
    let writer = try MediaWriter(
      path: scratch.path("out.mkv"), like: reader.template, encoding: SoundTests.x264,
      sound: SoundEncoding(encoder: "pcm_s16le"))
    var count = 0
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): try writer.encode(frame)
      case .packet(let packet):
        count += 1
        let time = try #require(packet.timestamp)
        let bytes = packet.withBytes { count == 2 ? $0.map { ~$0 } : Array($0) }
        try writer.write(Packet(track: 1, bytes: bytes, timestamp: time, duration: packet.duration))
      }
    }
    let output = try writer.finish()
    #expect(
      output.warnings.first
        == "1 damaged packet of the audio track 1 (flac) could not be decoded and had to be left out")
    #expect(output.warnings.count == 2)
    #expect(try abs(#require(peak(samples("out.mkv"))) - 24000) <= 24)
  }

  @Test("A cut is as exact as with copied sound")
  func trim() throws {
    try make("\(SoundTests.picture) \(SoundTests.impulse()) -c:v libx264 -g 50 -c:a flac", "in.mkv")
    for encoder in ["pcm_s16le", "copy"] {
      _ = try encode(
        "in.mkv", to: "out.mkv", SoundEncoding(encoder: encoder), trim: .seconds(start: 0.2, end: 0.8))
      let place = try #require(peak(samples("out.mkv")))
      #expect(abs(place - (24000 - 9600)) <= 48, "\(encoder): \(place)")
    }
  }

  @Test(
    "Channels and rates that an encoder lacks are converted, and it is said where something is lost",
    arguments: [
      ("5.1(side)", 48000, "libopus", "6", "48000", []), ("5.1(side)", 48000, "aac", "6", "48000", []),
      (
        "7.1", 48000, "ac3", "6", "48000",
        ["the audio track 1 (flac) was mixed from 8 channels down to 6, because ac3 does not take more"]
      ),
      (
        "5.1", 44100, "libmp3lame", "2", "44100",
        ["the audio track 1 (flac) was mixed from 6 channels down to 2, because libmp3lame does not take more"]
      ),
      ("mono", 44100, "libopus", "1", "48000", []),
      (
        "stereo", 96000, "libopus", "2", "48000",
        [
          "the audio track 1 (flac) was converted from 96000 to 48000 samples a second, because libopus does not take more"
        ]
      ),
    ] as [(String, Int, String, String, String, [String])])
  func shape(_ row: (layout: String, rate: Int, encoder: String, channels: String, stored: String, warnings: [String]))
    throws
  {
    try make(
      "\(SoundTests.picture) -f lavfi -i sine=r=\(row.rate):d=1 -c:v libx264 -af pan='\(row.layout)|c0=c0\(row.layout == "mono" ? "" : "|c1=c0")' -c:a flac",
      "in.mkv")
    let output = try encode("in.mkv", to: "out.mkv", SoundEncoding(encoder: row.encoder))
    #expect(output.warnings == row.warnings)
    let track = try #require(Probe("out.mkv", in: scratch).streams.last?.fields)
    #expect(track["channels"] == row.channels)
    #expect(track["sample_rate"] == row.stored)
    #expect(try loudness(samples("out.mkv", rate: 48000)) > 50)
  }

  @Test("A GIF has no sound: it is left out, and it is said")
  func gif() throws {
    try make("\(SoundTests.picture) -f lavfi -i sine=d=1 -c:v libx264 -c:a aac", "in.mp4")
    let output = try copy(scratch.path("in.mp4"), to: scratch.path("out.gif"), VideoEncoding())
    #expect(output.warnings.contains("the audio track 1 (aac) was left out: a .gif file cannot hold it"))
  }
}
