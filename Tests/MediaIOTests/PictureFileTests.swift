import Imaging
import MediaIO
import Testing

@Suite("Still pictures") struct PictureFileTests {
  @Test(
    "Lossless files keep every sample",
    arguments: [
      ("png", "rgb24"), ("png", "rgba"), ("png", "gray"), ("tiff", "rgb24"), ("tiff", "rgb48le"), ("tiff", "rgba64le"),
      ("bmp", "bgr24"),
    ])
  func lossless(type: String, format: String) throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 37, height: 23, pixelFormatName: format)
    try paint(frame, seed: 5)
    let output = try PictureFile.write(frame, to: scratch.path("picture.\(type)"), quality: 80)
    #expect(scratch.names == ["picture.\(type)"])
    #expect(try scratch.bytes(of: "picture.\(type)").count == output.bytes)
    let back = try PictureFile.read(scratch.path("picture.\(type)"))
    #expect(back.pixelFormatName == format)
    #expect(samples(of: back) == samples(of: frame))
    #expect(try MediaReader(path: scratch.path("picture.\(type)")).info.kind == .picture)
  }

  @Test("16-bit PNG stays 16-bit, with alpha")
  func deep() throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 20, height: 10, pixelFormatName: "rgba64le")
    try paint(frame, seed: 3)
    try PictureFile.write(frame, to: scratch.path("deep.png"))
    let back = try PictureFile.read(scratch.path("deep.png"))
    #expect(back.pixelFormatName == "rgba64be")
    #expect(samples(of: try back.editable()) == samples(of: frame))
  }

  @Test("JPEG made of JPEG samples keeps the chroma it has", arguments: ["yuvj420p", "yuvj422p", "yuvj444p"])
  func jpeg(format: String) throws {
    let scratch = try Scratch()
    let frame = try Frame(
      width: 64, height: 48, pixelFormatName: format, encoding: ColorEncoding(matrix: .bt601, fullRange: true))
    try fill(frame, [150, 90, 200])
    try PictureFile.write(frame, to: scratch.path("a.jpg"), quality: 100)
    let back = try PictureFile.read(scratch.path("a.jpg"))
    #expect(back.pixelFormatName == format)
    for (plane, value) in zip(samples(of: back), [150, 90, 200]) {
      #expect(plane.allSatisfy { abs(Int($0) - value) <= 1 })
    }
  }

  @Test("A video's colours are the same in a JPEG", arguments: ["jpg", "webp", "png"])
  func colours(type: String) throws {
    let scratch = try Scratch()
    // A saturated red in BT.709, limited range.
    let frame = try Frame(
      width: 64, height: 48, pixelFormatName: "yuv420p", encoding: ColorEncoding(matrix: .bt709, fullRange: false))
    try fill(frame, [63, 102, 240])
    try PictureFile.write(frame, to: scratch.path("a.\(type)"), quality: 100)
    let rgb = try PictureFile.read(scratch.path("a.\(type)")).converted(toPixelFormat: "rgb24")
    let colour = samples(of: rgb).map { Int($0[64 * 24 + 32]) }
    #expect(colour[0] > 248 && colour[1] < 7 && colour[2] < 7, "\(colour)")
  }

  @Test("WebP keeps alpha")
  func webp() throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 32, height: 32, pixelFormatName: "bgra")
    try fill(frame, [10, 200, 30, 128])
    try PictureFile.write(frame, to: scratch.path("a.webp"), quality: 90)
    let back = try PictureFile.read(scratch.path("a.webp"))
    #expect(back.layout?.hasAlpha == true)
    #expect(samples(of: back).last?.allSatisfy { $0 == 128 } == true)
  }

  @Test("A turned picture stays turned in JPEG and is turned for good in PNG", arguments: Orientation.allCases)
  func orientation(_ orientation: Orientation) throws {
    let scratch = try Scratch()
    try Clip(width: 16, height: 8, format: "yuv444p", times: [0], orientation: orientation)
      .write(to: scratch.path("turned.mov"), VideoEncoding(quality: 100))
    guard case .frame(let frame)? = try MediaReader(path: scratch.path("turned.mov")).next() else { return }
    try frame.withMutablePixels { view in
      // Grey with one white corner, at the left and top as stored.
      for plane in 0..<3 {
        for y in 0..<8 {
          (view.planes[plane] + y * view.strides[plane]).initializeMemory(as: UInt8.self, repeating: 128, count: 16)
        }
      }
      for y in 0..<4 {
        (view.planes[0] + y * view.strides[0]).initializeMemory(as: UInt8.self, repeating: 235, count: 4)
      }
    }
    try PictureFile.write(frame, to: scratch.path("a.jpg"), quality: 95)
    #expect(try PictureFile.read(scratch.path("a.jpg")).orientation == orientation)

    try PictureFile.write(frame, to: scratch.path("a.png"))
    let upright = try PictureFile.read(scratch.path("a.png"))
    #expect(upright.orientation == .upright)
    #expect((upright.width, upright.height) == (orientation.swapsSides ? (8, 16) : (16, 8)))
    let red = samples(of: upright)[0]
    let (right, bottom) = (upright.width - 1, (upright.height - 1) * upright.width)
    let corners = [red[0], red[right], red[bottom], red[bottom + right]].map { $0 > 200 }
    let white: Int =
      switch orientation {
      case .upright, .transposed: 0
      case .mirrored, .turnedClockwise: 1
      case .flipped, .turnedCounterClockwise: 2
      case .upsideDown, .transversed: 3
      }
    #expect(corners == (0..<4).map { $0 == white })
  }

  @Test("An unknown type of picture is refused in words")
  func unknown() throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 8, height: 8, pixelFormatName: "rgb24")
    #expect(
      throws: MediaError(
        .unsupported,
        "cannot write a picture to '\(scratch.path("a.mp4"))': '.mp4' is no type of picture it can make; use .png, .jpg, .jpeg, .jpe, .webp, .tif, .tiff or .bmp"
      )
    ) { try PictureFile.write(frame, to: scratch.path("a.mp4")) }
    #expect(scratch.names.isEmpty)
  }

  private func fill(_ frame: Frame, _ values: [UInt8]) throws {
    try frame.withMutablePixels { view in
      for (index, component) in view.layout.components.enumerated() {
        let isChroma = view.layout.model == .yuv && (index == 1 || index == 2)
        let columns = view.width >> (isChroma ? view.layout.chromaShiftX : 0)
        let rows = view.height >> (isChroma ? view.layout.chromaShiftY : 0)
        for y in 0..<rows {
          for x in 0..<columns {
            (view.planes[component.plane] + y * view.strides[component.plane] + component.offset + x * component.step)
              .storeBytes(of: values[index], as: UInt8.self)
          }
        }
      }
    }
  }
}
