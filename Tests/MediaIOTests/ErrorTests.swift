import Foundation
import MediaIO
import Testing

/// What is thrown, as its kind and sentence.
private func failure(_ body: () throws -> Void) -> MediaError? {
  do {
    try body()
    return nil
  } catch {
    return error as? MediaError
  }
}

@Suite("Errors are sentences") struct ErrorTests {
  @Test("Files that cannot be read")
  func reading() throws {
    let scratch = try Scratch()
    let missing = scratch.path("missing.mp4")
    let empty = try scratch.write([], to: "empty.mp4")
    let text = try scratch.write(Array("Dear reader, this is only a letter.\n".utf8), to: "letter.txt")
    let noise = try scratch.write((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }, to: "noise.mp4")
    let list = try scratch.write(
      Array("ffconcat version 1.0\nfile 'letter.txt'\n".utf8), to: "list.ffconcat")
    func open(_ path: String) -> MediaError? { failure { _ = try MediaReader(path: path) } }
    #expect(
      open(missing)
        == MediaError(.missing, "cannot open '\(missing)': there is no such file; check the path"))
    #expect(
      open(empty)
        == MediaError(.unreadable, "cannot open '\(empty)': the file is empty; copy or download it again"))
    #expect(
      open(text)
        == MediaError(
          .unreadable,
          "cannot open '\(text)': it is not a picture or video that FFmpeg knows; check that it is the right file"))
    #expect(
      open(noise)
        == MediaError(
          .unreadable,
          "cannot open '\(noise)': moov atom not found; the file is damaged or incomplete, copy or download it again"))
    #expect(
      open(list)
        == MediaError(
          .unreadable,
          "cannot open '\(list)': it is text or a playlist (concat), not a picture or video; name the media file itself"
        ))
    #expect(
      open(scratch.folder)
        == MediaError(
          .unreadable, "cannot open '\(scratch.folder)': it is a folder; name a picture or video file in it"))
    #expect(open("http://127.0.0.1:9/clip.mp4")?.kind == .missing)
  }

  @Test("Files that cannot be written")
  func writing() throws {
    let scratch = try Scratch()
    func make(_ name: String, _ encoding: VideoEncoding = VideoEncoding()) -> MediaError? {
      failure { try Clip(times: [0]).write(to: scratch.path(name), encoding) }
    }
    let all = ".mp4, .mov, .mkv, .webm, .avi, .m4v, .ts, .gif or .webp"
    #expect(
      make("clip.xyz")
        == MediaError(
          .unsupported,
          "cannot write video to '\(scratch.path("clip.xyz"))': '.xyz' is no container for it; use \(all)"))
    #expect(
      make("clip")
        == MediaError(
          .unsupported, "cannot write '\(scratch.path("clip"))': the name has no extension; add one of \(all)"))
    #expect(make("clip.png")?.kind == .unsupported)
    #expect(
      make("deep/clip.mp4")
        == MediaError(
          .unwritable,
          "cannot write '\(scratch.path("deep/clip.mp4"))': there is no folder '\(scratch.path("deep"))'; create it first"
        ))
    let unknown = make("clip.mp4", VideoEncoding(encoder: "libnope"))
    #expect(unknown?.kind == .unsupported)
    #expect(
      unknown?.message.hasPrefix("there is no video encoder 'libnope' in this FFmpeg; use libx264, ") == true)
    #expect(
      make("clip.webm", VideoEncoding(encoder: "libx264"))?.message
        == "cannot write '\(scratch.path("clip.webm"))': a .webm file cannot hold what the encoder libx264 makes; use .mkv, or another encoder"
    )
    #expect(
      make("clip.mp4", VideoEncoding(preset: "warp"))?.message
        == "the encoder libx264 has no preset 'warp'; use ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow or placebo"
    )
    #expect(
      make("clip.webm", VideoEncoding(encoder: "libvpx-vp9", preset: "warp"))?.message
        == "the encoder libvpx-vp9 has no preset 'warp'; use a number from -8 to 8")
    #expect(make("clip.webm", VideoEncoding(encoder: "libvpx-vp9", preset: "8")) == nil)
    #expect(
      make("clip.mkv", VideoEncoding(encoder: "ffv1", preset: "fast"))?.message
        == "the encoder ffv1 has no presets; leave 'fast' out, or use libx264 or libx265")
    #expect(scratch.names == ["clip.webm"], "nothing else is left behind")
  }

  @Test("An encoder that does not take the frames says which it takes")
  func format() throws {
    let scratch = try Scratch()
    let path = scratch.path("clip.mkv")
    let error = failure {
      try Clip(format: "yuv420p", times: [0]).write(to: path, VideoEncoding(encoder: "libx264rgb"))
    }
    #expect(
      error
        == MediaError(
          .unsupported,
          "cannot write '\(path)': the encoder libx264rgb does not take yuv420p pictures, only bgr0, bgr24 and rgb24; use the encoder ffv1 with .mkv, or convert the input first"
        ))
    #expect(scratch.names.isEmpty)
  }

  @Test("A file cut short is read as far as it goes", arguments: ["mkv", "mov", "avi"])
  func truncated(container: String) throws {
    let scratch = try Scratch()
    let clip = Clip(times: Array(0..<20))
    // The index of an MP4 is in front, where the cut spares it.
    try clip.write(to: scratch.path("whole.\(container)"), VideoEncoding(preset: "ultrafast", quality: 100))
    let bytes = try scratch.bytes(of: "whole.\(container)")
    let path = try scratch.write(Array(bytes.prefix(bytes.count * 2 / 3)), to: "cut.\(container)")
    #expect(try Contents(of: scratch.path("whole.\(container)")).reader.truncation == nil)
    let contents = try Contents(of: path)
    #expect((8...14).contains(contents.frames.count))
    let truncation = try #require(contents.reader.truncation)
    let missing = bytes.count - bytes.count * 2 / 3
    #expect(truncation == "\(missing) bytes are missing at its end")
    for (index, frame) in contents.frames.enumerated() where index < 8 {
      #expect(samples(of: frame) == samples(of: try clip.frame(index)))
    }
  }

  @Test(
    "A stream, which does not state its length, is cut short where one of its parts is",
    arguments: ["-f matroska -live 1", "-f mpegts", "-f mpegts -mpegts_m2ts_mode 1", "-f webm -live 1"])
  func truncatedStream(container: String) throws {
    let scratch = try Scratch()
    let codec = container.contains("webm") ? "libvpx" : "mpeg2video"
    try Command.ffmpeg("-f lavfi -i testsrc=s=64x48:d=2 -c:v \(codec) \(container) whole", in: scratch)
    let bytes = try scratch.bytes(of: "whole")
    #expect(try Contents(of: scratch.path("whole")).reader.truncation == nil)
    let path = try scratch.write(Array(bytes.prefix(bytes.count * 2 / 3 - 1)), to: "cut")
    let contents = try Contents(of: path)
    #expect((10..<50).contains(contents.frames.count))
    let truncation = try #require(contents.reader.truncation)
    #expect(truncation.wholeMatch(of: #/[1-9][0-9]* bytes are missing at its end/#) != nil, "\(truncation)")
    guard container.contains("mpegts") else { return }
    // What others have added behind it is no part of it.
    let longer = try scratch.write(bytes + Array("TAG".utf8), to: "longer")
    #expect(try Contents(of: longer).reader.truncation == nil)
  }

  @Test("A file that shrinks or grows while it is read")
  func changing() throws {
    let scratch = try Scratch()
    // Large enough that most of it is not in a buffer yet when the first frame is there.
    let clip = Clip(width: 320, height: 240, times: Array(0..<80))
    try clip.write(to: scratch.path("whole.mkv"))
    let bytes = try scratch.bytes(of: "whole.mkv")
    try #require(bytes.count > 8 << 20)
    func readWhile(_ change: (String) throws -> Void) throws -> (frames: Int, truncation: String?) {
      let path = try scratch.write(bytes, to: "clip.mkv")
      let reader = try MediaReader(path: path, threads: 1)
      _ = try reader.next()
      try change(path)
      while try reader.next() != nil {}
      return (reader.frameCount, reader.truncation)
    }
    let shrunk = try readWhile { path in try #require(truncate(path, bytes.count * 3 / 4) == 0) }
    #expect((40...62).contains(shrunk.frames))
    #expect(shrunk.truncation == "\(bytes.count - bytes.count * 3 / 4) bytes are missing at its end")
    let grown = try readWhile { path in
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.seekToEnd()
      try file.write(contentsOf: Data(repeating: 7, count: 100_000))
    }
    #expect(grown.frames == 80)
    #expect(grown.truncation == nil)
  }

  @Test("A file cut before any picture is an error")
  func nothing() throws {
    let scratch = try Scratch()
    try Clip(times: Array(0..<4)).write(to: scratch.path("whole.mov"), VideoEncoding(encoder: "libx264"))
    let bytes = try scratch.bytes(of: "whole.mov")
    let start = try #require(bytes.indices.dropLast(4).first { Array(bytes[$0..<($0 + 4)]) == Array("mdat".utf8) })
    let path = try scratch.write(Array(bytes.prefix(start + 8)), to: "cut.mov")
    let error = failure { _ = try Contents(of: path) }
    #expect(error?.kind == .unreadable)
    #expect(error?.message.hasPrefix("cannot use '\(path)': no picture could be decoded from its h264 track (") == true)
  }

  @Test("Cancelling ends reading")
  func cancel() throws {
    let scratch = try Scratch()
    let path = scratch.path("clip.mkv")
    try Clip().write(to: path)
    let reader = try MediaReader(path: path)
    _ = try reader.next()
    reader.cancel()
    #expect(failure { _ = try reader.next() } == MediaError(.cancelled, "reading '\(path)' was cancelled"))
  }
}
