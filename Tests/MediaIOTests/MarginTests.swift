import MediaIO
import Testing

@Suite("The frames around a part of a video") struct MarginTests {
  private static let plain = "-c:v libx264 -preset veryfast -bf 3 -g 20 -pix_fmt yuv420p"

  private func make(_ name: String, _ rest: String, seconds: Double = 2, rate: String = "25", in scratch: Scratch)
    throws
  {
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=\(rate):d=\(seconds) -f lavfi -i sine=r=48000:d=\(seconds) \(rest) \(name)",
      in: scratch)
  }

  /// Whether the wanted frames and the packets are those of the part without a margin, and the others those of the whole
  /// with their numbers.
  private func expect(
    _ path: String, _ trim: Trim, _ margin: TrimMargin, numbers: ClosedRange<Int>, wanted: Range<Int>
  ) throws {
    let whole = try Contents(of: path)
    #expect(whole.frames.map(\.number) == whole.frames.indices.map { $0 })
    let part = try Contents(of: path, trim: trim)
    let wide = try Contents(of: path, trim: trim, margin: margin)
    #expect(wide.frames.map(\.number) == numbers.map { $0 })
    #expect(part.frames.map(\.number) == wanted.map { $0 })
    for frame in wide.frames {
      let number = try #require(frame.number)
      #expect(frame.isWanted == wanted.contains(number))
      #expect((frame.timestamp == nil) == !frame.isWanted)
      #expect(samples(of: frame) == samples(of: whole.frames[number]), "frame \(number)")
    }
    let kept = wide.frames.filter(\.isWanted)
    #expect(kept.map(\.timestamp) == part.frames.map(\.timestamp))
    #expect(wide.packets.map(\.timestamp) == part.packets.map(\.timestamp))
    #expect(wide.sound == part.sound)
    #expect(wide.reader.frameCount == wanted.count)
    #expect(wide.reader.info.estimatedFrames == part.reader.info.estimatedFrames)
    #expect(wide.reader.info.duration == part.reader.info.duration)
  }

  @Test(
    "Come in order, are marked and know their numbers",
    arguments: [
      ("mp4", 20, 30, TrimMargin(before: 5, after: 3), 15...32),
      ("mkv", 20, 30, TrimMargin(before: 1, after: 0), 19...29),
      // There is no more before the first frame and after the last.
      ("mov", 7, 45, TrimMargin(before: 96, after: 9), 0...49), ("ts", 0, 10, TrimMargin(before: 4, after: 4), 0...13),
      ("mp4", 20, 30, .none, 20...29),
    ])
  func frames(container: String, start: Int, end: Int, margin: TrimMargin, numbers: ClosedRange<Int>) throws {
    let scratch = try Scratch()
    try make("in.\(container)", MarginTests.plain + " -c:a aac", in: scratch)
    let path = scratch.path("in.\(container)")
    try expect(path, .frames(start: start, end: end), margin, numbers: numbers, wanted: start..<end)
    let (from, to) = (Double(start) / 25, Double(end) / 25)
    try expect(path, .seconds(start: from, end: to), margin, numbers: numbers, wanted: start..<end)
  }

  @Test(
    "Know their numbers after a jump, too",
    arguments: [
      ("mp4", plain + " -c:a aac"), ("mkv", plain + " -c:a mp2"), ("mov", "-c:v prores_ks -c:a pcm_s16le"),
      ("mp4", plain + " -movflags frag_keyframe+empty_moov -c:a aac"),
      ("webm", "-c:v libvpx -threads 1 -deadline good -cpu-used 5 -g 20 -c:a libopus"),
    ])
  func far(container: String, arguments: String) throws {
    let scratch = try Scratch()
    try make("in.\(container)", arguments, seconds: 30, rate: "10", in: scratch)
    let path = scratch.path("in.\(container)")
    let margin = TrimMargin(before: 16, after: 4)
    // Between two frames, too.
    try expect(path, .seconds(start: 27, end: 28), margin, numbers: 254...283, wanted: 270..<280)
    try expect(path, .seconds(start: 26.95, end: 28), margin, numbers: 254...283, wanted: 270..<280)
    #expect(try Contents(of: path, trim: .seconds(start: 27, end: 28), margin: margin).reader.skippedFrames < 150)
  }

  @Test("Of a variable rate, an index of all frames knows the numbers after a jump")
  func variable() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64:r=10:d=30 -vf select='lt(n,100)+not(mod(n,3))' -vsync vfr \(MarginTests.plain) in.mp4",
      in: scratch)
    let path = scratch.path("in.mp4")
    let whole = try Contents(of: path)
    let part = try Contents(of: path, trim: .seconds(start: 27, end: 28), margin: TrimMargin(before: 10, after: 2))
    #expect(part.reader.skippedFrames < 60)
    for frame in part.frames {
      let number = try #require(frame.number)
      #expect(samples(of: frame) == samples(of: whole.frames[number]))
    }
    #expect(part.frames.count > 6)
  }

  @Test("Are handed out as they are decoded") func memory() throws {
    let scratch = try Scratch()
    try make("in.mp4", MarginTests.plain, in: scratch)
    for trim in [Trim.frames(start: 40), .seconds(start: 1.6)] {
      let reader = try MediaReader(
        path: scratch.path("in.mp4"), threads: 1, trim: trim, margin: TrimMargin(before: 30, after: 0))
      #expect(try reader.nextFrame()?.number == 10)
      #expect(reader.skippedFrames == 11)
    }
  }

  @Test("Of pictures and of an animated WebP") func others() throws {
    let scratch = try Scratch()
    try Command.ffmpeg("-t 0.4 -f lavfi -i mandelbrot=s=64x48:r=25 p-%03d.png", in: scratch)
    try Command.ffmpeg("-t 0.4 -f lavfi -i mandelbrot=s=64x48:r=25 -c:v libwebp_anim -lossless 1 in.webp", in: scratch)
    let pictures = try PictureList(path: scratch.path("p-%03d.png"))
    let margin = TrimMargin(before: 2, after: 4)
    for trim in [Trim.frames(start: 4, end: 7), .seconds(start: 0.16, end: 0.28)] {
      let list = try PictureListReader(pictures, trim: trim, margin: margin)
      #expect(list.pictures.numbers == [5, 6, 7])
      for (reader, whole) in [
        (list as any ClipReader, try PictureListReader(pictures) as any ClipReader),
        (
          try MediaFile.open(scratch.path("in.webp"), trim: trim, margin: margin),
          try MediaFile.open(scratch.path("in.webp"))
        ),
      ] {
        var all: [Frame] = []
        while let frame = try whole.nextFrame() { all.append(frame) }
        for number in 2..<10 {
          let frame = try #require(try reader.nextFrame())
          #expect(frame.number == number && all[number].number == number)
          #expect(frame.isWanted == (4..<7).contains(number))
          #expect((frame.timestamp == nil) == !frame.isWanted)
          #expect(samples(of: frame) == samples(of: all[number]))
        }
        #expect(try reader.nextFrame() == nil)
        #expect(reader.frameCount == 3)
      }
    }
    let early = try PictureListReader(
      pictures, trim: .frames(start: 1, end: 2), margin: TrimMargin(before: 9, after: 0))
    #expect(try [early.nextFrame()?.number, early.nextFrame()?.number, early.nextFrame()?.number] == [0, 1, nil])
  }
}
