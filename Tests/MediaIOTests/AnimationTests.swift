import Foundation
import Imaging
import MediaIO
import Testing

@Suite("Animations") struct AnimationTests {
  private static let source =
    "-t 1 -f lavfi -i mandelbrot=s=64x48:r=50 -vf select='not(mod(n,7))+eq(n,9)+eq(n,10)',format=bgra"
  private static let transparent = ",geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='55+X*3',format=bgra"

  @Test("An animated WebP is read with every sample and its own times, alpha too", arguments: ["", transparent])
  func webp(filter: String) throws {
    let scratch = try Scratch()
    let filter = filter.replacingOccurrences(of: "(X,Y)", with: "(X\\,Y)")
    try Command.ffmpeg("\(Self.source)\(filter) -vsync vfr -c:v libwebp_anim -lossless 1 in.webp", in: scratch)
    try Command.ffmpeg("\(Self.source)\(filter) -vsync vfr -c:v ffv1 in.mkv", in: scratch)
    let expected = try Contents(of: scratch.path("in.mkv"))
    let reader = try MediaFile.open(scratch.path("in.webp"))
    #expect(reader.info.kind == .video)
    #expect([reader.info.width, reader.info.height, reader.info.estimatedFrames] == [64, 48, 10])
    for frame in expected.frames {
      let read = try #require(try reader.nextFrame())
      #expect(read.timestamp == frame.timestamp)
      #expect(samples(of: read) == samples(of: frame))
    }
    #expect(try reader.nextFrame() == nil)
    #expect(reader.frameCount == 10)

    // As a source, its first frame.
    #expect(samples(of: try PictureFile.read(scratch.path("in.webp"))) == samples(of: expected.frames[0]))

    let part = try MediaFile.open(scratch.path("in.webp"), trim: .frames(start: 4, end: 6))
    let first = try #require(try part.nextFrame())
    #expect(first.timestamp?.value == 0)
    #expect(samples(of: first) == samples(of: expected.frames[4]))
    _ = try part.nextFrame()
    #expect(try part.nextFrame() == nil)
    let late = try MediaFile.open(scratch.path("in.webp"), trim: .seconds(start: 9))
    #expect(throws: MediaError.self) { try late.nextFrame() }
  }

  @Test("Clips become animated WebP and GIF, at their own times", arguments: ["webp", "gif"])
  func write(type: String) throws {
    let scratch = try Scratch()
    try Command.ffmpeg("\(Self.source) -vsync vfr -c:v ffv1 in.mkv", in: scratch)
    try copy("in.mkv", to: "out.\(type)", in: scratch)
    let (before, after) = (try Contents(of: scratch.path("in.mkv")), try clip("out.\(type)", in: scratch))
    #expect(after.count == 10)
    for (frame, original) in zip(after, before.frames) {
      // GIF counts hundredths of a second.
      let difference = (frame.timestamp?.seconds ?? -1) - (original.timestamp?.seconds ?? -2)
      #expect(abs(difference) < (type == "gif" ? 0.0051 : 0.0001))
      let pairs = zip(
        samples(of: try frame.converted(toPixelFormat: "rgb24")),
        samples(of: try original.converted(toPixelFormat: "rgb24")))
      for (plane, other) in pairs {
        let sum = zip(plane, other).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(sum < plane.count * (type == "gif" ? 6 : 20), "\(sum / plane.count)")
      }
    }
  }

  @Test(
    "How often an animation is played goes along",
    arguments: [("gif", -1, 1), ("gif", 0, 0), ("gif", 2, 3), ("webp", 0, 0), ("webp", 1, 1), ("webp", 4, 4)])
  func plays(type: String, loop: Int, plays: Int) throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=32x32:r=10:d=0.3 -loop \(loop) \(type == "webp" ? "-c:v libwebp_anim " : "")in.\(type)",
      in: scratch)
    try copy("in.\(type)", to: "out.gif", in: scratch)
    try copy("in.\(type)", to: "out.webp", in: scratch)
    let gif = try scratch.bytes(of: "out.gif")
    let extensionName = Array("NETSCAPE2.0".utf8)
    let place = gif.indices.first { gif[$0...].starts(with: extensionName) }
    let repeats = place.map { Int(gif[$0 + 13]) | Int(gif[$0 + 14]) << 8 }
    #expect(repeats == (plays == 1 ? nil : plays == 0 ? 0 : plays - 1))
    // The chunk ANIM follows VP8X; behind the background's colour is the number of plays.
    let webp = try scratch.bytes(of: "out.webp")
    #expect(Array(webp[30..<34]) == Array("ANIM".utf8))
    #expect(Int(webp[42]) | Int(webp[43]) << 8 == plays)
  }

  @Test("A damaged animated WebP is an error in words, or ends early")
  func damaged() throws {
    let scratch = try Scratch()
    try Command.ffmpeg("\(Self.source) -vsync vfr -c:v libwebp_anim -lossless 1 in.webp", in: scratch)
    let bytes = try scratch.bytes(of: "in.webp")
    for length in [31, 60, bytes.count / 2, bytes.count - 3] {
      let path = try scratch.write(Array(bytes.prefix(length)), to: "cut.webp")
      let error = #expect(throws: MediaError.self) {
        let reader = try MediaFile.open(path)
        while try reader.next() != nil {}
        if let truncation = reader.truncation { throw MediaError(.unreadable, truncation) }
      }
      #expect(error?.kind == .unreadable)
    }
    // A canvas of 16384 × 16384 pixels would take two gigabytes.
    var large = bytes
    for place in 24..<30 { large[place] = place % 3 == 2 ? 0 : 0xFF }
    for place in [25, 28] { large[place] = 0x3F }
    let path = try scratch.write(large, to: "large.webp")
    #expect(throws: MediaError.self) { try MediaFile.open(path) }
  }

  @Test("A GIF keeps its delays and what is transparent, as a reader sees it")
  func gif() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=32x32:r=50:d=1 -vf select='not(mod(n,9))',format=rgba,"
        + "geq=r='r(X\\,Y)':g='g(X\\,Y)':b='b(X\\,Y)':a='255*gt(X\\,9)',split[a][b];[a]palettegen[p];[b][p]paletteuse"
        + " -vsync vfr in.gif", in: scratch)
    let contents = try Contents(of: scratch.path("in.gif"))
    #expect(contents.times == [0, 18, 36, 54, 72, 90])
    for frame in contents.frames {
      let alpha = try #require(samples(of: frame).last)
      for (index, value) in alpha.enumerated() { #expect(value == (index % 32 > 9 ? 255 : 0)) }
    }
  }

  @Test("A GIF whose frames have few colours loses none of them, nor what is transparent", arguments: [20, 255])
  func exactGIF(colours: Int) throws {
    let scratch = try Scratch()
    let video = VideoDescription(width: 40, height: 30, pixelFormatName: "bgra", frameRate: Rational(10, 1))
    let writer = try MediaWriter(path: scratch.path("out.gif"), like: try MediaTemplate(video: video))
    var pictures: [[[UInt16]]] = []
    for index in 0..<4 {
      let frame = try Frame(
        width: 40, height: 30, pixelFormatName: "bgra",
        timestamp: Timestamp(value: Int64(index), base: Rational(1, 10)),
        duration: 1)
      try frame.withMutablePixels { view in
        for place in 0..<1200 {
          // Colours of this frame alone, and a transparent part that moves.
          let number = UInt32(place * 7 % colours) &* 65_793 &* 9 &+ UInt32(index * 3)
          let word = (place / 40 + index) % 30 < 4 ? 0 : number & 0xFF_FFFF | 0xFF00_0000
          (view.planes[0] + place / 40 * view.strides[0] + place % 40 * 4).storeBytes(of: word, as: UInt32.self)
        }
      }
      pictures.append(samples(of: frame))
      try writer.encode(frame)
    }
    #expect(try writer.finish().warnings == [])
    let read = try Contents(of: scratch.path("out.gif"))
    #expect(read.times == [0, 10, 20, 30])
    for (frame, picture) in zip(read.frames, pictures) {
      let got = samples(of: try frame.converted(toPixelFormat: "bgra"))
      #expect(got[3] == picture[3])
      for plane in 0..<3 {
        #expect(zip(zip(got[plane], picture[plane]), got[3]).allSatisfy { $0.1 == 0 || $0.0.0 == $0.0.1 })
      }
    }
  }

  private func copy(_ from: String, to: String, in scratch: Scratch) throws {
    let reader = try MediaFile.open(scratch.path(from))
    let writer = try MediaWriter(path: scratch.path(to), like: reader.template, encoding: VideoEncoding(quality: 100))
    while let frame = try reader.nextFrame() { try writer.encode(frame) }
    _ = try writer.finish()
  }

  private func clip(_ name: String, in scratch: Scratch) throws -> [Frame] {
    let reader = try MediaFile.open(scratch.path(name))
    var frames: [Frame] = []
    while let frame = try reader.nextFrame() { frames.append(frame) }
    return frames
  }
}
