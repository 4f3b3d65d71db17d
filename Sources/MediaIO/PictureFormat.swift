import CFFmpeg
import Imaging

/// A type of file for still pictures.
struct PictureFormat {
  let extensions: [String]
  /// FFmpeg's name of the encoder.
  let encoder: String
  /// The pixel formats we feed it. Fewer than some encoders take: YCbCr in TIFF, say, few programs read.
  let pixelFormats: [AVPixelFormat]
  /// What the file type means by Y′CbCr, where it takes it.
  let encoding: ColorEncoding
  /// Whether the file can say that it is stored turned.
  let keepsOrientation: Bool
  /// Private options of the encoder.
  let options: [String: String]

  static let all = [
    PictureFormat(
      extensions: ["png"], encoder: "png",
      pixelFormats: [
        AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA, AV_PIX_FMT_RGB48BE, AV_PIX_FMT_RGBA64BE, AV_PIX_FMT_PAL8, AV_PIX_FMT_GRAY8,
        AV_PIX_FMT_YA8, AV_PIX_FMT_GRAY16BE, AV_PIX_FMT_YA16BE, AV_PIX_FMT_MONOBLACK,
      ], encoding: ColorEncoding(matrix: .bt709, fullRange: true), keepsOrientation: false, options: ["pred": "mixed"]),
    PictureFormat(
      extensions: ["jpg", "jpeg", "jpe"], encoder: "mjpeg",
      pixelFormats: [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P],
      encoding: ColorEncoding(matrix: .bt601, fullRange: true), keepsOrientation: true, options: [:]),
    PictureFormat(
      extensions: ["webp"], encoder: "libwebp",
      pixelFormats: [AV_PIX_FMT_BGRA, AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVA420P],
      encoding: ColorEncoding(matrix: .bt601, fullRange: false), keepsOrientation: false, options: [:]),
    PictureFormat(
      extensions: ["tif", "tiff"], encoder: "tiff",
      pixelFormats: [
        AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA, AV_PIX_FMT_RGB48LE, AV_PIX_FMT_RGBA64LE, AV_PIX_FMT_PAL8, AV_PIX_FMT_GRAY8,
        AV_PIX_FMT_YA8, AV_PIX_FMT_GRAY16LE, AV_PIX_FMT_YA16LE,
      ], encoding: ColorEncoding(matrix: .bt709, fullRange: true), keepsOrientation: false,
      options: ["compression_algo": "deflate"]),
    PictureFormat(
      extensions: ["bmp"], encoder: "bmp",
      pixelFormats: [AV_PIX_FMT_BGR24, AV_PIX_FMT_BGRA, AV_PIX_FMT_PAL8, AV_PIX_FMT_GRAY8],
      encoding: ColorEncoding(matrix: .bt709, fullRange: true), keepsOrientation: false, options: [:]),
  ]

  /// - Throws: ``MediaError`` if no type of picture has the path's extension.
  init(for path: String) throws(MediaError) {
    let wanted = FilePath.fileExtension(of: path)
    guard let found = PictureFormat.all.first(where: { $0.extensions.contains(wanted) }) else {
      let known = PictureFile.writableExtensions.map { ".\($0)" }
      let what = wanted.isEmpty ? "the name has no extension" : "'.\(wanted)' is no type of picture it can make"
      throw MediaError(.unsupported, "cannot write a picture to '\(path)': \(what); use \(String.list(known))")
    }
    self = found
  }

  private init(
    extensions: [String], encoder: String, pixelFormats: [AVPixelFormat], encoding: ColorEncoding,
    keepsOrientation: Bool,
    options: [String: String]
  ) {
    self.extensions = extensions
    self.encoder = encoder
    self.pixelFormats = pixelFormats
    self.encoding = encoding
    self.keepsOrientation = keepsOrientation
    self.options = options
  }

  /// The picture in a format the file type has: its own where possible, else the one that loses least.
  func prepare(_ frame: Frame) throws(MediaError) -> Frame {
    let own =
      encoding.fullRange && frame.encoding.fullRange ? PixelFormat.withRange(frame.format) : frame.format
    let isYUV = frame.layout?.model == .yuv
    if pixelFormats.contains(own), !isYUV || frame.encoding == encoding {
      let same = try frame.reference()
      same.av.pointee.format = own.rawValue
      return same
    }
    let target = PixelFormat.closest(to: PixelFormat.withoutRange(frame.format), among: pixelFormats)
    return try frame.converted(to: target, as: encoding)
  }
}
