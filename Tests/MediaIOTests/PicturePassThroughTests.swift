import Foundation
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
    ("A 16-bit PNG with alpha", "-pix_fmt rgba64be", "png"),
    ("A 16-bit grey PNG with alpha", "-pix_fmt ya16be", "png"),
    ("A 16-bit grey TIFF", "-pix_fmt gray16le", "tiff"),
    ("A TIFF with alpha", "-pix_fmt rgba", "tiff"),
    ("A TIFF compressed with deflate", "-pix_fmt rgb24 -compression_algo deflate", "tiff"),
    ("A TIFF compressed with LZW", "-pix_fmt rgb24 -compression_algo lzw", "tiff"),
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

  @Test("A CMYK JPEG becomes R′G′B′")
  func cmyk() throws {
    let scratch = try Scratch()
    // 8 × 8 pixels of cyan 200, magenta 40, yellow 100, black 30 of 255, which Adobe stores inverted.
    let text =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYI"
      + "CwwLCgwJCgoK/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAkH/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/a"
      + "AA4EQwBNAFkASwAAPwA2yuLYYR//2Q=="
    _ = try scratch.write(Array(#require(Data(base64Encoded: text))), to: "in.jpg")
    let picture = try PictureFile.read(scratch.path("in.jpg"))
    for (plane, value) in zip(samples(of: try picture.converted(toPixelFormat: "rgb24")), [49, 190, 137]) {
      #expect(plane.allSatisfy { abs(Int($0) - value) <= 2 }, "\(plane[0]) for \(value)")
    }
    try PictureFile.write(picture, to: scratch.path("out.jpg"), quality: 100)
    let back = try PictureFile.read(scratch.path("out.jpg"))
    #expect(back.pixelFormatName == "yuvj444p")
  }

  @Test("A palette becomes colours without alpha, unless a pixel is transparent")
  func palette() throws {
    let scratch = try Scratch()
    try Command.ffmpeg("-f lavfi -i testsrc2=s=32x32 -frames:v 1 -pix_fmt pal8 opaque.png", in: scratch)
    #expect(try PictureFile.read(scratch.path("opaque.png")).editable().pixelFormatName == "rgb24")
    try Command.ffmpeg(
      "-f lavfi -i color=red@0.4:s=32x32:d=0.04,format=rgba -vf split[a][b];[a]palettegen[p];[b][p]paletteuse"
        + " clear.png", in: scratch)
    #expect(try PictureFile.read(scratch.path("clear.png")).editable().pixelFormatName == "rgba")
  }
}
