import MediaIO
import Testing

@Suite("Which encoder, and how") struct EncoderTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A target, what it becomes where nothing is asked for, and why if that is another codec.
  struct Default: Sendable, CustomTestStringConvertible {
    var make: String
    var container: String
    var output: String
    var encoder: String
    var profile: String?
    var quality: Int?
    var warnings: [String] = []
    var size = "256x128"

    var testDescription: String { "\(make) in .\(container) to .\(output)" }
  }

  private static let x265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none"
  // In real time, or with several threads, libvpx now and then never ends on a busy machine.
  private static let vp8 = "-c:v libvpx -threads 1 -deadline good -cpu-used 5"
  private static let vp9 = "-c:v libvpx-vp9 -threads 1 -deadline good -cpu-used 5"
  private static let defaults = [
    Default(make: "-c:v libx264", container: "mp4", output: "mp4", encoder: "libx264"),
    Default(make: "-c:v libx264rgb", container: "mkv", output: "mkv", encoder: "libx264rgb"),
    Default(make: x265, container: "mkv", output: "mp4", encoder: "libx265"),
    Default(make: x265, container: "mkv", output: "ts", encoder: "libx265"),
    Default(make: x265, container: "mp4", output: "m4v", encoder: "libx264"),
    Default(make: x265, container: "mp4", output: "avi", encoder: "libx264"),
    Default(make: vp9, container: "webm", output: "mp4", encoder: "libvpx-vp9", size: "64x48"),
    Default(make: vp9, container: "webm", output: "ts", encoder: "libx264", size: "64x48"),
    Default(make: vp8, container: "webm", output: "webm", encoder: "libvpx", size: "64x48"),
    Default(make: vp8, container: "webm", output: "mp4", encoder: "libx264", size: "64x48"),
    Default(make: "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p", container: "mp4", output: "webm", encoder: "libsvtav1"),
    Default(
      make: "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv444p", container: "mp4", output: "mp4", encoder: "libaom-av1"),
    Default(
      make: "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p", container: "mp4", output: "mp4", encoder: "libaom-av1",
      size: "48x32"),
    Default(
      make: "-c:v prores_ks -profile:v 0", container: "mov", output: "mov", encoder: "prores_ks", profile: "Proxy"),
    Default(
      make: "-c:v prores_ks -profile:v 2", container: "mov", output: "mkv", encoder: "prores_ks", profile: "Standard"),
    Default(
      make: "-c:v prores_ks -profile:v 0", container: "mov", output: "mov", encoder: "prores_ks", profile: "HQ",
      quality: 80),
    Default(make: "-c:v prores_ks -profile:v 3", container: "mov", output: "mp4", encoder: "libx264"),
    Default(
      make: "-c:v prores_ks -profile:v 4 -pix_fmt yuv444p10le", container: "mov", output: "mov", encoder: "libx265",
      warnings: [
        "the video was encoded with libx265 and not in the codec of the target, because prores_ks does not take yuv444p12le pictures of 256x128 pixels as they are"
      ]),
    Default(
      make: "-c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p", container: "mov", output: "mov", encoder: "dnxhd",
      profile: "DNXHR LB"),
    Default(
      make: "-c:v dnxhd -profile:v dnxhr_hqx -pix_fmt yuv422p10le", container: "mov", output: "mkv", encoder: "dnxhd",
      profile: "DNXHR HQX"),
    Default(
      make: "-c:v dnxhd -b:v 90M -pix_fmt yuv422p", container: "mov", output: "mov", encoder: "dnxhd",
      profile: "DNXHR HQ", size: "1280x720"),
    Default(
      make: "-vf setfield=tff -c:v dnxhd -b:v 120M -flags +ildct -pix_fmt yuv422p", container: "mov", output: "mov",
      encoder: "libx264",
      warnings: [
        "the video was encoded with libx264 and not in the codec of the target, because dnxhd does not take interlaced yuv422p pictures of 1920x1080 pixels as they are"
      ], size: "1920x1080"),
    Default(make: "-c:v ffv1", container: "mkv", output: "mkv", encoder: "ffv1"),
    Default(make: "-c:v ffv1", container: "mkv", output: "mov", encoder: "libx264"),
    Default(make: "-c:v mjpeg", container: "avi", output: "avi", encoder: "mjpeg"),
    Default(make: "-c:v mpeg2video", container: "ts", output: "ts", encoder: "libx264"),
    Default(make: "-c:v mpeg4", container: "avi", output: "mkv", encoder: "libx264"),
  ]

  @Test("It follows the target's codec, where the container holds it", arguments: defaults)
  func follow(row: Default) throws {
    try Command.ffmpeg("-f lavfi -i testsrc2=s=\(row.size):r=25:d=0.12 \(row.make) in.\(row.container)", in: scratch)
    let output = try copy(
      scratch.path("in.\(row.container)"), to: scratch.path("out.\(row.output)"), VideoEncoding(quality: row.quality))
    #expect(output.encoder == row.encoder)
    #expect(output.warnings == row.warnings)
    if let profile = row.profile {
      #expect(try Probe("out.\(row.output)", in: scratch).main?.fields["profile"] == profile)
    }
  }

  @Test("A series of JPEGs becomes H.264")
  func sequence() throws {
    try Command.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.12 -c:v mjpeg p-%03d.jpg", in: scratch)
    let sequence = try PictureSequence(pattern: scratch.path("p-%03d.jpg"))
    let reader = try PictureListReader(PictureList(sequence))
    let writer = try MediaWriter(path: scratch.path("out.mp4"), like: reader.template)
    while case .frame(let frame)? = try reader.next() { try writer.encode(frame) }
    #expect(try writer.finish().encoder == "libx264")
  }

  @Test(
    "More quality takes more room",
    arguments: [
      ("libx264", "mp4"), ("libx265", "mp4"), ("libsvtav1", "mp4"), ("libaom-av1", "mkv"), ("libvpx-vp9", "webm"),
      ("libvpx", "webm"), ("prores_ks", "mov"), ("dnxhd", "mov"), ("mjpeg", "avi"), ("mpeg2video", "ts"),
    ])
  func quality(encoder: String, container: String) throws {
    let format = encoder == "prores_ks" ? "yuv422p10le" : encoder == "dnxhd" ? "yuv422p" : "yuv420p"
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=640x360:r=25:d=0.12,noise=alls=20:all_seed=1 -pix_fmt \(format) -c:v ffv1 in.mkv",
      in: scratch)
    let sizes = try [10, 60, 100].map { quality in
      try copy(
        scratch.path("in.mkv"), to: scratch.path("out.\(container)"), VideoEncoding(encoder: encoder, quality: quality)
      ).bytes
    }
    // VP8's scale is a bound only, and so has small steps.
    let step = encoder == "libvpx" ? 1.05 : 1.2
    #expect(Double(sizes[1]) > Double(sizes[0]) * step, "\(sizes)")
    #expect(Double(sizes[2]) > Double(sizes[1]) * step, "\(sizes)")
  }

  @Test(
    "Without loss every sample comes out as it went in",
    arguments: [
      ("libx264", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray", "nv12"]),
      ("libx264rgb", ["bgr0", "rgb24"]),
      (
        "libx265",
        ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p12le", "gbrp", "p010le"]
      ),
      ("libvpx-vp9", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gbrp"]),
      ("libaom-av1", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"]),
      (
        "ffv1",
        ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuva444p10le", "gbrp16le"]
      ),
    ])
  func lossless(encoder: String, formats: [String]) throws {
    for format in formats {
      let clip = Clip(format: format, times: Array(0..<6))
      let path = scratch.path("\(format).mkv")
      let output = try clip.write(path, lossless: encoder)
      #expect(output.warnings == [])
      let frames = try Contents(of: path).frames
      #expect(frames.count == 6)
      for (index, frame) in frames.enumerated() {
        // H.264 gives grey pictures back with colour planes.
        let given = samples(of: try clip.frame(index))
        #expect(Array(samples(of: frame).prefix(given.count)) == given, "\(encoder), \(format), frame \(index)")
      }
    }
  }

  @Test(
    "Without loss and without a name, the encoder is one that can",
    arguments: [
      ("-c:v prores_ks", "mov", "mov", "libx264"),
      ("-c:v libsvtav1 -preset 12 -pix_fmt yuv420p", "mp4", "mp4", "libaom-av1"),
      ("-c:v libvpx -threads 1 -deadline good -cpu-used 5", "webm", "webm", "libvpx-vp9"),
      ("-c:v mjpeg", "avi", "avi", "libx264"),
      ("-c:v libx265 -preset ultrafast -x265-params log-level=none", "mp4", "mp4", "libx265"),
    ])
  func losslessDefault(make: String, container: String, output: String, encoder: String) throws {
    try Command.ffmpeg("-f lavfi -i testsrc2=s=96x64:r=25:d=0.12 \(make) in.\(container)", in: scratch)
    let (from, to) = (scratch.path("in.\(container)"), scratch.path("out.\(output)"))
    #expect(try copy(from, to: to, VideoEncoding(isLossless: true)).encoder == encoder)
    let (before, after) = try (Contents(of: from), Contents(of: to))
    #expect(before.frames.map { samples(of: $0) } == after.frames.map { samples(of: $0) })
  }

  @Test(
    "An encoder that always loses something is refused where nothing may be lost",
    arguments: [
      ("libsvtav1", "mp4", "libx264, libx265, libvpx-vp9 or libaom-av1"),
      ("prores_ks", "mov", "libx264, libx265, libvpx-vp9 or libaom-av1"),
      ("mjpeg", "mkv", "libx264, libx265, libvpx-vp9, libaom-av1 or ffv1"),
      ("dnxhd", "mkv", "libx264, libx265, libvpx-vp9, libaom-av1 or ffv1"),
      ("libvpx", "webm", "libvpx-vp9 or libaom-av1"),
    ])
  func lossy(encoder: String, container: String, advice: String) throws {
    let path = scratch.path("out.\(container)")
    #expect(
      throws: MediaError(.unsupported, "the encoder \(encoder) has no lossless mode here; use \(advice)")
    ) { try Clip().write(path, lossless: encoder) }
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot write '\(scratch.path("out.mkv"))' without loss: the encoder libx264 does not take yuva420p pictures of 64x48 pixels; use the encoder ffv1 with .mkv"
      )
    ) { try Clip(format: "yuva420p").write(scratch.path("out.mkv"), lossless: "libx264") }
    #expect(scratch.names.isEmpty)
  }

  @Test("MPEG-TS takes only what it has a name for")
  func transport() throws {
    let path = scratch.path("out.ts")
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot write '\(path)': a .ts file cannot hold what the encoder libvpx-vp9 makes; use .mkv, or another encoder"
      )
    ) { try Clip().write(to: path, VideoEncoding(encoder: "libvpx-vp9")) }
  }
}

extension Clip {
  /// Writes it with an encoder that may lose nothing.
  @discardableResult
  fileprivate func write(_ path: String, lossless encoder: String) throws -> Output {
    try write(to: path, VideoEncoding(encoder: encoder, isLossless: true))
  }
}
