import Foundation
import MediaIO
import Testing

@Suite("Damaged files", .timeLimit(.minutes(5))) struct MutationTests {
  /// A file to damage: its name and what `ffmpeg` makes it from.
  struct Seed: Sendable, CustomTestStringConvertible {
    var name: String
    var arguments: String
    var testDescription: String { name }

    init(_ name: String, _ arguments: String) { (self.name, self.arguments) = (name, arguments) }

    static let video = "-f lavfi -i testsrc=s=48x32:r=10:d=0.6"
    static let sound = "-f lavfi -i sine=r=8000:d=0.6"
    static let picture = "-f lavfi -i testsrc=s=48x32 -frames:v 1"
  }

  @Test(
    "Reading them ends, with frames or with a sentence",
    arguments: [
      Seed("h264.mp4", "\(Seed.video) \(Seed.sound) -c:v libx264 -preset ultrafast -bf 2 -c:a aac"),
      Seed("hevc.mkv", "\(Seed.video) -c:v libx265 -preset ultrafast -x265-params log-level=none"),
      Seed("vp9.webm", "\(Seed.video) -c:v libvpx-vp9 -pix_fmt yuva420p -deadline realtime"),
      Seed("fragments.mov", "\(Seed.video) -c:v mpeg4 -g 2 -movflags +frag_keyframe+empty_moov"),
      Seed("prores.mov", "\(Seed.video) -c:v prores_ks"),
      Seed("ffv1.mkv", "\(Seed.video) \(Seed.sound) -c:v ffv1 -c:a pcm_s16le -live 1"),
      Seed("mpeg2.ts", "\(Seed.video) \(Seed.sound) -r 25 -c:v mpeg2video -c:a mp2 -ar 16000"),
      Seed("mjpeg.avi", "\(Seed.video) \(Seed.sound) -c:v mjpeg -c:a pcm_s16le"),
      Seed("small.gif", Seed.video), Seed("small.apng", Seed.video), Seed("rgb.png", Seed.picture),
      Seed("rgb.jpg", Seed.picture), Seed("deep.tiff", "\(Seed.picture) -pix_fmt rgb48le -compression_algo lzw"),
      Seed("rgb.webp", Seed.picture), Seed("rgb.bmp", Seed.picture),
    ])
  func mutations(_ seed: Seed) throws {
    let scratch = try Scratch()
    try Command.ffmpeg("\(seed.arguments) \(seed.name)", in: scratch)
    let whole = try scratch.bytes(of: seed.name)
    var random = Random(state: 1)
    for number in 0..<40 {
      let path = try scratch.write(mutated(whole, &random), to: "damaged-\(seed.name)")
      do {
        try read(path)
      } catch let error as MediaError {
        #expect(
          error.message.contains("'\(path)'") && error.message.first?.isLowercase == true
            && error.message.last != ".", "mutation \(number)")
      }
    }
  }

  /// Reads all that is wanted of a file and looks at the samples.
  private func read(_ path: String) throws {
    let reader = try MediaReader(path: path, threads: 1)
    var packets = 0
    // A damaged file may claim any number of frames, and any size.
    while reader.frameCount < 30, packets < 500, let item = try reader.next() {
      guard case .frame(let frame) = item else {
        packets += 1
        continue
      }
      guard frame.width * frame.height < 1 << 20 else { return }
      #expect(!samples(of: try frame.editable()).isEmpty)
    }
  }

  /// The bytes with some damage: flipped bits, other bytes, a part moved, doubled, emptied or cut off.
  private func mutated(_ bytes: [UInt8], _ random: inout Random) -> [UInt8] {
    var result = bytes
    for _ in 0...random.next(3) {
      let place = random.next(result.count)
      let length = min(result.count - place, 1 + random.next(64))
      switch random.next(7) {
      case 0: result[place] ^= 1 << UInt8(random.next(8))
      case 1: result[place] = [0, 0x7F, 0x80, 0xFF][random.next(4)]
      case 2: result.replaceSubrange(place..<(place + length), with: (0..<length).map { _ in UInt8(random.next(256)) })
      case 3: result.replaceSubrange(place..<(place + length), with: [UInt8](repeating: 0xFF, count: length))
      case 4: result.insert(contentsOf: result[place..<(place + length)], at: random.next(result.count))
      case 5: result.removeSubrange(place..<(place + length))
      default: result.removeLast(random.next(result.count))
      }
      if result.isEmpty { return bytes }
    }
    return result
  }
}

/// The same numbers each time.
private struct Random {
  var state: UInt64

  /// From 0 to below `limit`. The algorithm is SplitMix64.
  mutating func next(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(limit))
  }
}
