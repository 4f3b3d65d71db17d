import Glibc

/// Why a file could not be read.
enum FileReadError: Error {
  case missing
  case failed(String)
}

/// The first `limit` bytes of the regular file at `path`, or all of it if it is shorter.
///
/// Anything that is not a regular file is refused before it is read: a pipe would block, a device might never end.
func readRegularFile(at path: String, limit: Int) throws(FileReadError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw errno == ENOENT ? .missing : .failed(systemMessage())
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw .failed(systemMessage()) }
  guard status.st_mode & S_IFMT == S_IFREG else { throw .failed("it is not a regular file") }

  let capacity = min(limit, Int(status.st_size))
  var failure: String?
  let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    while count < capacity {
      let got = read(descriptor, buffer.baseAddress! + count, capacity - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { failure = systemMessage() }
      if got <= 0 { return }
      count += got
    }
  }
  if let failure { throw .failed(failure) }
  return bytes
}

/// What the system says of the last failed call.
private func systemMessage() -> String {
  String(cString: strerror(errno))
}
