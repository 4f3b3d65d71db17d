import Glibc
import MediaIO

/// Reads the bytes as a media file, from opening to the last frame, then writes what came of it anew.
///
/// FFmpeg itself is not instrumented: what this finds is in our own code, or makes FFmpeg crash, hang or take too much
/// memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let path = Scratch.input
  guard Scratch.write(UnsafeRawBufferPointer(start: bytes, count: count), to: path) else { return 0 }
  do {
    try read(path)
  } catch {
    guard let error = error as? MediaError else { preconditionFailure("not an error of ours: \(error)") }
    let isSentence = error.message.first?.isLowercase == true && error.message.last != "."
    precondition(isSentence, "this is no sentence as others are: \(error.message)")
  }
  return 0
}

/// A damaged file may claim any number of frames, or any size. One input must not take long.
private enum Most {
  static let frames = 40
  static let packets = 2000
  static let pixels = 4 << 20
}

private func read(_ path: String) throws {
  let reader = try MediaReader(path: path, threads: 1)
  // Only some are written, for speed.
  let writer =
    reader.info.kind == .video
    ? try? MediaWriter(
      path: Scratch.output, like: reader.template, encoding: VideoEncoding(encoder: "ffv1"), threads: 1) : nil
  defer { writer?.abandon() }
  var pixels = 0
  var packets = 0
  var isWritable = writer != nil
  while reader.frameCount < Most.frames, packets < Most.packets, pixels < Most.pixels, let item = try reader.next() {
    switch item {
    case .frame(let frame):
      pixels += frame.width * frame.height
      guard pixels < Most.pixels else { continue }
      try use(frame)
      if isWritable, (try? writer?.encode(frame)) == nil { isWritable = false }
      if reader.info.kind == .picture { _ = try PictureFile.write(frame, to: Scratch.picture) }
    case .packet(let packet):
      packets += 1
      packet.withBytes { _ = $0.reduce(UInt8(0), ^) }
      if isWritable, (try? writer?.write(packet)) == nil { isWritable = false }
    }
  }
  if isWritable, reader.frameCount > 0 { _ = try? writer?.finish() }
}

/// Reads each row that the frame is said to have.
private func use(_ frame: Frame) throws {
  let editable = try frame.editable()
  let sum = editable.withPixels { view in
    var sum: UInt8 = 0
    for plane in view.planes.indices {
      let components = view.layout.components.indices.filter { view.layout.components[$0].plane == plane }
      guard let first = components.first else { continue }
      let isChroma = view.layout.model == .yuv && (first == 1 || first == 2)
      let (shiftX, shiftY) = isChroma ? (view.layout.chromaShiftX, view.layout.chromaShiftY) : (0, 0)
      let length = ((view.width + (1 << shiftX) - 1) >> shiftX) * view.layout.components[first].step
      for y in 0..<((view.height + (1 << shiftY) - 1) >> shiftY) {
        let row = UnsafeRawBufferPointer(start: view.planes[plane] + y * view.strides[plane], count: length)
        sum ^= row.reduce(0, ^)
      }
    }
    return sum
  }
  precondition(sum >= 0)
  try editable.withMutablePixels { _ in }
}

/// Files in memory, as far as the system allows.
private enum Scratch {
  private static let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
  static let input = "\(folder)/semblance-fuzz-\(getpid())"
  static let output = input + ".mkv"
  static let picture = input + ".png"

  static func write(_ bytes: UnsafeRawBufferPointer, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let start = bytes.baseAddress else { return true }
    return Glibc.write(descriptor, start, bytes.count) == bytes.count
  }
}
