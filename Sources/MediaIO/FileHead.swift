import Glibc

/// The first bytes of a file, for what FFmpeg does not tell of them.
struct FileHead {
  private let bytes: [UInt8]

  init(_ path: String) {
    bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return }
      defer { close(descriptor) }
      count = max(0, read(descriptor, buffer.baseAddress, 4096))
    }
  }

  /// Where the file ends, going by the length that Matroska and AVI state at the start. Nil for others, and for those
  /// that were written as a stream, without knowing it.
  var statedEnd: Int64? {
    if starts(with: "RIFF", at: 0), starts(with: "AVI ", at: 8) {
      // Long files have more such parts, but this one must be whole.
      let length = (4..<8).reversed().reduce(0) { $0 << 8 | Int64(bytes[$1]) }
      return length == 0 || length == 0xFFFF_FFFF ? nil : 8 + length
    }
    guard bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]), let head = length(at: 4), head.value < bytes.count else {
      return nil
    }
    let segment = head.end + Int(head.value)
    guard bytes.dropFirst(segment).starts(with: [0x18, 0x53, 0x80, 0x67]), let body = length(at: segment + 4) else {
      return nil
    }
    return Int64(body.end) + body.value
  }

  /// Whether it is WebP with more than one picture in it (Google's WebP container specification, chunk VP8X).
  var isAnimatedWebP: Bool {
    starts(with: "RIFF", at: 0) && starts(with: "WEBPVP8X", at: 8) && bytes.count > 20 && bytes[20] & 2 != 0
  }

  /// How often a GIF is played, 0 for without end; nil for other files.
  ///
  /// Netscape's extension says how often it is repeated, and stands before the first picture (GIF89a, sections 18, 26).
  var gifPlays: Int? {
    guard starts(with: "GIF8", at: 0), bytes.count > 13 else { return nil }
    var place = 13 + (bytes[10] & 0x80 != 0 ? 3 << (Int(bytes[10] & 7) + 1) : 0)
    while place + 2 < bytes.count, bytes[place] == 0x21 {
      if bytes[place + 1] == 0xFF, starts(with: "NETSCAPE2.0", at: place + 3), place + 18 < bytes.count {
        let repeats = Int(bytes[place + 16]) | Int(bytes[place + 17]) << 8
        return repeats == 0 ? 0 : repeats + 1
      }
      place += 2
      while place < bytes.count, bytes[place] != 0 { place += Int(bytes[place]) + 1 }
      place += 1
    }
    return 1
  }

  private func starts(with text: String, at start: Int) -> Bool { bytes.dropFirst(start).starts(with: text.utf8) }

  /// Matroska's numbers: the place of the first bit that is set tells how many bytes they have. All bits set is unknown.
  private func length(at start: Int) -> (value: Int64, end: Int)? {
    guard start < bytes.count, bytes[start] != 0 else { return nil }
    let count = bytes[start].leadingZeroBitCount + 1
    guard start + count <= bytes.count else { return nil }
    let mark = Int64(1) << (7 * count)
    let value = bytes[start..<(start + count)].reduce(Int64(0)) { $0 << 8 | Int64($1) } - mark
    return value == mark - 1 ? nil : (value, start + count)
  }
}
