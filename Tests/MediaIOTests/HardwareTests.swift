import Foundation
import MediaIO
import Testing

/// What can be tested where there is no device; with one, most of these tests say nothing.
@Suite("Devices that decode and encode") struct HardwareTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try Command.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -c:v libx264 -bf 2 in.mp4", in: scratch)
  }

  /// Whether there may be a graphics card.
  private var mayHaveCard: Bool {
    ["/dev/dri", "/dev/nvidiactl"].contains { FileManager.default.fileExists(atPath: $0) }
  }

  private func sentence(_ body: () throws -> Void) -> MediaError? {
    do {
      try body()
      return nil
    } catch {
      return error as? MediaError
    }
  }

  @Test("Whatever decodes, the samples are the same, and it is said if no device does")
  func automatic() throws {
    let path = scratch.path("in.mp4")
    let reader = try MediaReader(path: path, threads: 1, hardware: .automatic)
    var frames: [[[UInt16]]] = []
    while let frame = try reader.nextFrame() {
      frames.append(samples(of: try frame.converted(toPixelFormat: "yuv420p")))
    }
    #expect(frames == (try Contents(of: path).frames.map { samples(of: $0) }))
    let notice = #/no device of this machine decodes h264 \(tried [a-z0-9, ]+\), so the processor does/#
    if let said = reader.notices.first { #expect(said.wholeMatch(of: notice) != nil, "\(said)") }
    #expect(try MediaReader(path: path).notices == [])
  }

  @Test("A device that is named and not there is an error")
  func missing() throws {
    let path = scratch.path("in.mp4")
    let unknown = sentence { _ = try MediaReader(path: path, hardware: .device("abacus")) }
    #expect(unknown?.kind == .unavailable)
    let types = String(MediaLibrary.hardwareTypes().joined(separator: ", ").prefix(5))
    #expect(unknown?.message.hasPrefix("there is no device type 'abacus' in this FFmpeg; use \(types)") == true)
    let missing = sentence { _ = try MediaReader(path: path, hardware: .device("vaapi")) }
    #expect(missing != nil || mayHaveCard)
    for type in MediaLibrary.hardwareTypes() {
      guard let error = sentence({ _ = try MediaReader(path: path, hardware: .device(type)) }) else { continue }
      #expect(error.kind == .unavailable)
      let isKnown =
        error.message.hasPrefix("cannot decode '\(path)' with \(type): this machine offers no such device (")
        || error.message.hasPrefix("cannot decode the h264 track of '\(path)' with \(type): this FFmpeg has no decoder")
      #expect(isKnown, "\(error.message)")
    }
  }

  @Test(
    "An encoder without its device fails before anything is written",
    arguments: ["h264_nvenc", "hevc_nvenc", "h264_qsv", "hevc_qsv", "h264_vaapi", "hevc_vaapi", "av1_vaapi"])
  func encoders(name: String) throws {
    guard MediaLibrary.videoEncoders().contains(name) else { return }
    let clip = Clip()
    let error = sentence {
      _ = try MediaWriter(
        path: scratch.path("out.mp4"), like: try clip.template(), encoding: VideoEncoding(encoder: name))
    }
    #expect(error != nil || mayHaveCard)
    if let error {
      #expect(error.kind == .unsupported)
      #expect(
        error.message.hasPrefix("the encoder \(name) needs a device that this machine does not offer ("),
        "\(error.message)")
    }
    #expect(scratch.names == ["in.mp4"])
  }
}
