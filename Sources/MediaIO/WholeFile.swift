import Glibc

/// Files that are read and written in one go.
public enum WholeFile {
  /// Reads all of a file.
  ///
  /// - Parameter limit: the most bytes it may have.
  /// - Throws: ``MediaError`` if there is no such file, it may not be read, or it is larger; `unsupported` then.
  public static func read(_ path: String, limit: Int) throws(MediaError) -> [UInt8] {
    try FilePath.checkReadable(path)
    func failure(_ code: Int32) -> MediaError {
      MediaError(.unreadable, "cannot read '\(path)': \(FilePath.reason(code)); check the disk and the permissions")
    }
    guard let stream = fopen(path, "rb") else { throw failure(errno) }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      bytes += buffer.prefix(count)
      guard bytes.count <= limit else {
        throw MediaError(
          .unsupported, "cannot read '\(path)': it is larger than \(limit >> 20) MB; check that it is the right file")
      }
      if count < buffer.count { break }
    }
    guard ferror(stream) == 0 else { throw failure(errno) }
    return bytes
  }

  /// Writes a file. An older one is replaced when the new one is whole.
  ///
  /// - Throws: ``MediaError`` if it cannot be written; what was there is then as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
    try FilePath.checkWritable(path)
    try write(bytes, to: path, calling: path)
  }

  /// - Parameter name: what errors call the file.
  static func write(_ bytes: [UInt8], to path: String, calling name: String) throws(MediaError) {
    let file = TemporaryFile(for: path)
    guard let stream = fopen(file.path, "wb") else {
      throw MediaError(.unwritable, "cannot write '\(name)': \(FilePath.reason(errno)); choose another folder")
    }
    let written = fwrite(bytes, 1, bytes.count, stream)
    // What the disk did not take may show only on closing.
    let closed = fclose(stream)
    guard written == bytes.count, closed == 0 else {
      let reason = FilePath.reason(errno)
      file.remove()
      throw MediaError(.failed, "writing '\(name)' failed: \(reason); the unfinished file was removed")
    }
    do throws(MediaError) {
      try file.deliver()
    } catch {
      file.remove()
      throw error
    }
  }
}
