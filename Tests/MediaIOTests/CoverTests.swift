import MediaIO
import Testing

@Suite("Cover pictures") struct CoverTests {
  /// An MP3 file with a cover: an ID3v2.3 tag with one APIC frame, then frames of silence.
  private func song(cover: [UInt8]) -> [UInt8] {
    let picture = [0] + Array("image/png".utf8) + [0, 3, 0] + cover
    let size = picture.count
    let frame =
      Array("APIC".utf8) + [
        UInt8(size >> 24 & 255), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255),
      ]
      + [0, 0] + picture
    // The tag's own length has seven bits a byte.
    let length = stride(from: 21, through: 0, by: -7).map { UInt8(frame.count >> $0 & 127) }
    // MPEG-1 layer 3, 128 kbit/s, 44.1 kHz: 417 bytes a frame.
    let silence: [UInt8] = [0xFF, 0xFB, 0x90, 0x00] + [UInt8](repeating: 0, count: 413)
    return Array("ID3".utf8) + [3, 0, 0] + length + frame + Array(repeatElement(silence, count: 40).joined())
  }

  @Test("A song with a cover is no video")
  func song() throws {
    let scratch = try Scratch()
    let cover = try Frame(width: 32, height: 32, pixelFormatName: "rgb24")
    try PictureFile.write(cover, to: scratch.path("cover.png"))
    let path = try scratch.write(song(cover: scratch.bytes(of: "cover.png")), to: "song.mp3")
    #expect(
      throws: MediaError(
        .unreadable,
        "cannot use '\(path)': it has no picture track (it holds audio and a cover picture); choose a picture or a video"
      )
    ) { try MediaReader(path: path) }
  }
}
