import Imaging

/// The one entry of EXIF we write.
enum ExifOrientation {
  /// Puts an EXIF segment that holds nothing but the orientation where readers look for it: right after the start mark.
  static func insert(_ orientation: Orientation, intoJPEG bytes: [UInt8]) -> [UInt8] {
    let startMark: [UInt8] = [0xFF, 0xD8]
    guard bytes.starts(with: startMark) else { return bytes }
    let content: [UInt8] =
      Array("Exif".utf8) + [0, 0]
      // A TIFF file in big-endian order whose only directory starts at byte 8 …
      + Array("MM".utf8) + [0, 42, 0, 0, 0, 8]
      // … and has one entry: tag 0x0112, a 16-bit number, one of it; then no other directory.
      + [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation.rawValue), 0, 0, 0, 0, 0, 0]
    let length = content.count + 2
    return startMark + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + content + bytes.dropFirst(2)
  }
}
