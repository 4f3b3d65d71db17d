import MediaIO
import Testing

@Suite("Clips pass through unchanged") struct PassThroughTests {
  @Test("Every kind of clip", arguments: PassThroughRow.all)
  func row(_ row: PassThroughRow) throws {
    let scratch = try Scratch()
    for (name, text) in PassThroughRow.fixtures { _ = try scratch.write(Array(text.utf8), to: name) }
    let original = "original.\(row.container)"
    let copied = "copy.\(row.copyContainer ?? row.container)"
    try make(row, original, in: scratch)

    let output = try copy(scratch.path(original), to: scratch.path(copied), row.encoding.video)
    #expect(output.warnings == row.warnings)

    let before = try Probe(original, in: scratch)
    let after = try Probe(copied, in: scratch)
    var comparison = Comparison(tolerance: row.tolerance, shift: row.shift)
    comparison.compare(before, after)
    let wrong = comparison.differences.filter { difference in
      if row.times != nil, difference.contains(" time: ") { return false }
      return !row.allowed.keys.contains { difference.contains($0) }
    }
    #expect(wrong.prefix(12).isEmpty, "of \(wrong.count)")
    if let times = row.times { #expect(after.main?.frames.compactMap { $0["pts_time"].flatMap(Double.init) } == times) }
    if let format = row.pixelFormat {
      #expect(try MediaReader(path: scratch.path(original)).nextFrame()?.pixelFormatName == format)
    }
    if row.encoding.isExact { try compareSamples(before, scratch.path(original), scratch.path(copied)) }
  }

  @Test("The table has the rows it promises")
  func size() {
    #expect(PassThroughRow.all.count >= 60)
    #expect(Set(PassThroughRow.all.map(\.name)).count == PassThroughRow.all.count)
  }

  private func make(_ row: PassThroughRow, _ name: String, in scratch: Scratch) throws {
    for command in row.before { try Command.ffmpeg(command, in: scratch) }
    guard let rotation = row.rotation else {
      return try Command.ffmpeg("\(row.input) \(row.make) \(name)", in: scratch)
    }
    let plain = "plain.\(row.container)"
    try Command.ffmpeg("\(row.input) \(row.make) \(plain)", in: scratch)
    let isNew = try Command.ffmpegVersion(in: scratch.folder) >= 6
    try Command.ffmpeg(
      isNew
        ? "-display_rotation:v:0 \(360 - rotation) -i \(plain) -c copy \(name)"
        : "-i \(plain) -c copy -metadata:s:v:0 rotate=\(rotation) \(name)", in: scratch)
  }

  private func compareSamples(_ probe: Probe, _ original: String, _ copied: String) throws {
    let first = try MediaReader(path: original, threads: 1)
    let second = try MediaReader(path: copied, threads: 1)
    var count = 0
    while let frame = try first.nextFrame(), let other = try second.nextFrame() {
      let isSame = try samples(of: frame.editable()) == samples(of: other.editable())
      #expect(isSame, "frame \(count), \(frame.pixelFormatName) and \(other.pixelFormatName)")
      count += 1
    }
    #expect(count == probe.main?.frames.count, "the reader gives as many frames as ffprobe")
  }
}

extension ClipReader {
  /// The next frame, leaving out all other tracks.
  func nextFrame() throws -> Frame? {
    while let item = try next() {
      if case .frame(let frame) = item { return frame }
    }
    return nil
  }
}
