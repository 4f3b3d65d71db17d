import MediaIO
import Testing

@Suite("Pictures pass through unchanged") struct PicturePassThroughTests {
  private static let table: [(name: String, arguments: String, type: String)] = [
    ("FaceFusion fault 10: a grey PNG", "-pix_fmt gray", "png"),
    ("FaceFusion fault 10: a 16-bit grey PNG", "-pix_fmt gray16be", "png"),
    ("FaceFusion fault 10: a 16-bit PNG", "-pix_fmt rgb48be", "png"),
    ("FaceFusion fault 10: a grey PNG with alpha", "-pix_fmt ya8", "png"),
    ("A PNG with a palette", "-pix_fmt pal8", "png"),
    ("A black and white PNG", "-pix_fmt monob", "png"),
    ("A PNG with alpha", "-pix_fmt rgba", "png"),
    ("A 16-bit TIFF", "-pix_fmt rgb48le", "tiff"),
    ("A grey TIFF", "-pix_fmt gray", "tiff"),
    ("A BMP", "-pix_fmt bgr24", "bmp"),
  ]

  @Test("Every kind of lossless picture", arguments: table.indices)
  func lossless(index: Int) throws {
    let row = PicturePassThroughTests.table[index]
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=95x63 -frames:v 1 \(row.arguments) in.\(row.type)", in: scratch)
    let picture = try PictureFile.read(scratch.path("in.\(row.type)"))
    let output = try PictureFile.write(picture, to: scratch.path("out.\(row.type)"))
    #expect(output.warnings.isEmpty)
    let before = try Probe("in.\(row.type)", in: scratch)
    let after = try Probe("out.\(row.type)", in: scratch)
    for key in ["codec_name", "width", "height", "pix_fmt"] {
      #expect(after.main?.fields[key] == before.main?.fields[key], "\(row.name): \(key)")
    }
    let back = try PictureFile.read(scratch.path("out.\(row.type)"))
    #expect(samples(of: try back.editable()) == samples(of: try picture.editable()), "\(row.name)")
  }

  @Test("FaceFusion fault 10: JPEG to JPEG is one lossy generation, near to none at quality 100")
  func jpeg() throws {
    let scratch = try Scratch()
    try Command.ffmpeg(
      "-f lavfi -i testsrc2=s=96x64 -frames:v 1 -pix_fmt yuvj420p -q:v 2 in.jpg", in: scratch)
    let picture = try PictureFile.read(scratch.path("in.jpg"))
    try PictureFile.write(picture, to: scratch.path("out.jpg"), quality: 100)
    let back = try PictureFile.read(scratch.path("out.jpg"))
    #expect(back.pixelFormatName == picture.pixelFormatName)
    for (plane, other) in zip(samples(of: picture), samples(of: back)) {
      let squares = zip(plane, other).reduce(0.0) { $0 + Double((Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))) }
      // 48 dB; the peer reaches 40.
      #expect(squares / Double(plane.count) < 1)
    }
  }
}
