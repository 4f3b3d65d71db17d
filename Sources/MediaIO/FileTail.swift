import Glibc

/// Whether a file stops in the middle of one of its parts, for containers that FFmpeg reads without telling.
struct FileTail {
  private let descriptor: Int32
  private let size: Int64

  /// How many bytes its last part lacks; 0 if it is whole, or of no such container.
  static func missingBytes(of path: String) -> Int64 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return 0 }
    let tail = FileTail(descriptor: descriptor, size: Int64(status.st_size))
    return tail.missingOfTransportPacket ?? tail.missingOfMatroskaElement ?? 0
  }

  /// MPEG-TS is nothing but packets of one size, each with a mark at its start: the last may be a part of one.
  ///
  /// Nil if it is no MPEG-TS.
  private var missingOfTransportPacket: Int64? {
    let head = bytes(at: 0, count: 2048)
    // Plain packets, those of Blu-ray with a time in front, and those with error correction behind.
    for (length, markAt) in [(188, 0), (192, 4), (204, 0)] {
      for start in 0..<length {
        let marks = stride(from: start + markAt, to: head.count, by: length)
        guard head.count >= 5 * length, marks.allSatisfy({ head[$0] == 0x47 }) else { continue }
        let rest = (size - Int64(start)) % Int64(length)
        // What follows the packets without a mark is not one of them.
        guard rest > markAt, bytes(at: size - rest + Int64(markAt), count: 1) == [0x47] else { return 0 }
        return Int64(length) - rest
      }
    }
    return nil
  }

  /// Matroska that was written as a stream does not state its length, but each element in it does.
  ///
  /// Nil if it is no Matroska.
  private var missingOfMatroskaElement: Int64? {
    guard bytes(at: 0, count: 4) == [0x1A, 0x45, 0xDF, 0xA3] else { return nil }
    var position: Int64 = 0
    while position < size {
      let head = bytes(at: position, count: 12)
      guard let first = head.first, first >= 0x10 else { return 0 }
      let idLength = first.leadingZeroBitCount + 1
      guard head.count > idLength, head[idLength] != 0 else { return 0 }
      let id = head[..<idLength].reduce(0) { $0 << 8 | UInt32($1) }
      guard FileTail.elements.contains(id) else { return 0 }
      let lengthBytes = head[idLength].leadingZeroBitCount + 1
      guard head.count >= idLength + lengthBytes else { return 0 }
      let mark = Int64(1) << (7 * lengthBytes)
      let length = head[idLength..<(idLength + lengthBytes)].reduce(Int64(0)) { $0 << 8 | Int64($1) } - mark
      let content = position + Int64(idLength + lengthBytes)
      if length == mark - 1 {
        // Of unknown length, ended by what cannot be in it: a segment and its clusters. What is in them follows.
        guard id == FileTail.segment || id == FileTail.cluster else { return 0 }
        position = content
      } else {
        guard length <= Int64.max - content else { return 0 }
        position = content + length
      }
    }
    return position - size
  }

  private static let segment: UInt32 = 0x1853_8067
  private static let cluster: UInt32 = 0x1F43_B675

  /// What is at the top of a file, of a segment and of a cluster. Other bytes were added by someone else.
  private static let elements: Set<UInt32> = [
    0x1A45_DFA3, segment, 0x114D_9B74, 0x1549_A966, 0x1654_AE6B, cluster, 0x1C53_BB6B, 0x1941_A469, 0x1043_A770,
    0x1254_C367, 0xEC, 0xBF, 0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0x5854,
  ]

  private func bytes(at position: Int64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(position)))
    }
  }
}
