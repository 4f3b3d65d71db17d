import Engine
import Foundation
import Imaging
import MediaIO
import Testing

/// Jobs on clips in PQ and HLG, made of an ordinary clip by the package's own curves: what is done to them can be
/// compared with what is done to the ordinary one.
@Suite("A swap in high dynamic range", .serialized) struct HighDynamicRangeTests {
  private static let frameCount = 12
  private static let masters =
    "hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"

  @Test(
    "Looks like the one of the ordinary clip, and changes nothing around the face or of the tags",
    arguments: [ColorEncoding.Transfer.pq, .hlg])
  func likeOrdinary(transfer: ColorEncoding.Transfer) throws {
    let scratch = try Scratch()
    let plain = try makePlain(scratch.path("plain.mkv"))
    let encoding = ColorEncoding(matrix: .bt2020, transfer: transfer, primaries: .bt2020)
    try makeHDR(plain, encoding, scratch)

    let source = try Pinned.path("astronaut.png")
    let ordinary = try job(scratch, "plain.mkv", "plain-out.mkv").run()
    let result = try job(scratch, "in.mkv", "out.mkv").run()
    #expect(ordinary.framesWithFaces == Self.frameCount)
    #expect(result.framesWithFaces == ordinary.framesWithFaces)

    let before = try Contents(of: scratch.path("in.mkv")).frames
    let after = try Contents(of: scratch.path("out.mkv")).frames
    let expected = try Contents(of: scratch.path("plain-out.mkv")).frames
    #expect(before.allSatisfy { $0.encoding == encoding })
    #expect(after.allSatisfy { $0.encoding == encoding && $0.pixelFormatName == "yuv420p10le" })
    if transfer == .pq {
      let said = try run(
        "ffprobe", ["-v", "error", "-show_streams", "-of", "flat", "out.mkv"], scratch)
      #expect(said.contains("red_x=\"17/25\"") && said.contains("max_luminance=\"1000/1\""))
      #expect(said.contains("max_content=1000") && said.contains("max_average=400"))
    }

    var difference = SIMD3<Float>.zero
    var spread: Float = 0
    for (index, mask) in try drawnMasks(before, source: source).enumerated() {
      let (old, new) = (Samples(before[index]), Samples(after[index]))
      #expect(largestOutside(mask, old, new) == 0)
      let inside = mask.mapped { $0 > 0.5 ? 1 : 0 }
      #expect(inside.sum > 4000)
      let (seen, wanted) = (standard(after[index]), standard(expected[index]))
      let errors = [seen.red - wanted.red, seen.green - wanted.green, seen.blue - wanted.blue]
      let area = inside.sum * Float(Self.frameCount)
      for k in 0..<3 { difference[k] += errors[k].sum(weightedBy: inside) / area }
      spread += errors[1].mapped { abs($0) }.sum(weightedBy: inside) / area
    }
    // Ratios of the signal instead of light would make 1.9.
    #expect(spread < 1.7)
    #expect(max(difference.max(), -difference.min()) < 3, "\(difference)")
  }

  private func standard(_ frame: Frame) -> ColorPlanes {
    frame.withPixels { $0.encoding.standard(from: $0.colors(in: $0.bounds)) }
  }

  private func largestOutside(_ mask: Plane, _ old: Samples, _ new: Samples) -> Int {
    var largest = 0
    for (a, b) in zip(old.components, new.components) {
      let (stepX, stepY) = (mask.width / a.width, mask.height / a.height)
      for i in a.values.indices where a.values[i] != b.values[i] {
        let (x, y) = (i % a.width * stepX, i / a.width * stepY)
        let isDrawn = (0..<stepY).contains { dy in (0..<stepX).contains { dx in mask[x + dx, y + dy] > 0 } }
        if !isDrawn { largest = max(largest, abs(Int(a.values[i]) - Int(b.values[i]))) }
      }
    }
    return largest
  }

  /// The pinned clip's first frames, lossless, at 640x360.
  private func makePlain(_ path: String) throws -> [Frame] {
    _ = try run(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-i", try Pinned.path("WolfgangLanger_Pexels.mp4"), "-an", "-frames:v",
        "\(Self.frameCount)", "-vf", "scale=640:360,format=yuv420p", "-c:v", "ffv1", path,
      ])
    return try Contents(of: path).frames
  }

  /// The same frames as `in.mkv`, 10 bits, in another signal.
  private func makeHDR(_ frames: [Frame], _ encoding: ColorEncoding, _ scratch: Scratch) throws {
    var raw: [UInt16] = []
    for frame in frames {
      let colors = frame.withPixels { view in
        encoding.signal(from: view.colors(in: view.bounds).map { $0.mapped { max(0, min(255, $0)) } })
      }
      for i in colors.red.samples.indices {
        for plane in [colors.red, colors.green, colors.blue] {
          raw.append(UInt16(plane.samples[i] * 257 + 0.5).littleEndian)
        }
      }
    }
    let folder = URL(fileURLWithPath: scratch.folder)
    try raw.withUnsafeBytes { Data($0) }.write(to: folder.appendingPathComponent("raw"))
    let isPQ = encoding.transfer == .pq
    _ = try run(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", "640x360", "-r", "24", "-i", "raw",
        "-vf", "scale=out_color_matrix=bt2020:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p10le",
        "-c:v", "libx265", "-preset", "ultrafast", "-crf", "4", "-x265-params",
        "log-level=none" + (isPQ ? ":" + Self.masters : ""), "-color_primaries", "bt2020", "-colorspace", "bt2020nc",
        "-color_trc", isPQ ? "smpte2084" : "arib-std-b67", "in.mkv",
      ], scratch)
  }

  /// Runs a program of the set-up and returns what it printed.
  private func run(_ name: String, _ arguments: [String], _ scratch: Scratch? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    if let scratch { process.currentDirectoryURL = URL(fileURLWithPath: scratch.folder) }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(name) failed")
    return text
  }
}
