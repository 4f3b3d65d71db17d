import Foundation
import MediaIO
import Testing

@Suite("What a file claims is checked before memory is taken") struct LimitTests {
  /// Where a picture file states its size, and how.
  struct Place: Sendable, CustomTestStringConvertible {
    var name: String
    /// Bytes before the place.
    var mark: [UInt8]
    /// How many bytes lie between the mark and the size.
    var gap: Int
    var bytes: [UInt8]
    var size: String

    var testDescription: String { "\(name) of \(size)" }
  }

  @Test(
    "A picture that says it is larger than any",
    arguments: [
      Place(
        name: "a.png", mark: Array("IHDR".utf8), gap: 0, bytes: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30],
        size: "30000x30000"),
      Place(
        name: "a.png", mark: Array("IHDR".utf8), gap: 0, bytes: [0, 0, 0x40, 1, 0, 0, 0x40, 1], size: "16385x16385"),
      Place(
        name: "a.bmp", mark: Array("BM".utf8), gap: 16, bytes: [0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0], size: "30000x30000"
      ),
      Place(name: "a.jpg", mark: [0xFF, 0xC0], gap: 3, bytes: [0x75, 0x30, 0xEA, 0x60], size: "60000x30000"),
    ])
  func picture(_ place: Place) throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 64, height: 48, pixelFormatName: "rgb24")
    try PictureFile.write(frame, to: scratch.path("small-" + place.name))
    var bytes = try scratch.bytes(of: "small-" + place.name)
    let start = try #require(bytes.firstRange(of: place.mark)).upperBound + place.gap
    bytes.replaceSubrange(start..<(start + place.bytes.count), with: place.bytes)
    let path = try scratch.write(bytes, to: place.name)
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot read '\(path)': its picture of \(place.size) pixels is too large, up to 268 million are read; "
          + "make it smaller first")
    ) { try PictureFile.read(path) }
  }

  @Test("A video that says it is larger than any")
  func video() throws {
    let scratch = try Scratch()
    try Clip(width: 320, height: 256, times: [0, 1]).write(to: scratch.path("small.mkv"))
    var bytes = try scratch.bytes(of: "small.mkv")
    // PixelWidth and PixelHeight of the track.
    let place = try #require(bytes.firstRange(of: [0xB0, 0x82, 1, 64, 0xBA, 0x82, 1, 0]))
    bytes.replaceSubrange(place, with: [0xB0, 0x82, 0x40, 0, 0xBA, 0x82, 0x20, 1])
    let path = try scratch.write(bytes, to: "large.mkv")
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot read '\(path)': its picture of 16384x8193 pixels is too large, up to 134 million are read; "
          + "make it smaller first")
    ) { try MediaReader(path: path) }
  }

  @Test("A file of a thousand tracks and one")
  func tracks() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Matroska.file(tracks: 1001), to: "many.mkv")
    #expect(
      throws: MediaError(
        .unsupported, "cannot open '\(path)': it has more than 1000 tracks; take out those that are not needed")
    ) { try MediaReader(path: path) }
    // As many as may be are only too many to hold a picture.
    let fewer = try scratch.write(Matroska.file(tracks: 1000), to: "fewer.mkv")
    #expect(
      throws: MediaError(
        .unreadable,
        "cannot use '\(fewer)': it has no picture track (it holds subtitles); choose a picture or a video")
    ) { try MediaReader(path: fewer) }
  }
}

/// Matroska made by hand.
private enum Matroska {
  private static func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
    // The length in four bytes.
    let length = (0..<4).reversed().map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
    return id + [length[0] | 0x10] + length[1...] + content
  }

  /// A file of one empty cluster that has many tracks of subtitles.
  static func file(tracks: Int) -> [UInt8] {
    let entries = (1...tracks).flatMap { number in
      let bytes = [UInt8(number >> 8), UInt8(number & 0xFF)]
      return element(
        [0xAE],
        element([0xD7], bytes) + element([0x73, 0xC5], bytes) + element([0x83], [0x11])
          + element([0x86], Array("S_TEXT/UTF8".utf8)))
    }
    return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8)))
      + element(
        [0x18, 0x53, 0x80, 0x67],
        element([0x16, 0x54, 0xAE, 0x6B], entries) + element([0x1F, 0x43, 0xB6, 0x75], element([0xE7], [0])))
  }
}
