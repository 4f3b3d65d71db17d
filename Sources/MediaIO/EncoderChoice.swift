import CFFmpeg
import Imaging

/// Which encoder makes the video of a file.
enum EncoderChoice {
  /// Encoders to consider where none is asked for. The first that takes the frames' very format is used.
  private static let candidates = ["libx264", "libx264rgb", "libx265", "prores_ks", "ffv1"]

  /// An encoder and what it is fed.
  struct Choice {
    var codec: UnsafePointer<AVCodec>
    var format: AVPixelFormat
    /// Whether the samples have to change, which is worth a warning.
    var isConversion = false
  }

  /// What there is to encode.
  struct Pictures {
    var format: AVPixelFormat
    var isFullRange: Bool
    var width: Int32
    var height: Int32
  }

  /// The encoder to use and the format to feed it: one that takes the samples as they are, else the closest there is.
  ///
  /// - Throws: ``MediaError`` if there is no encoder of that name, or it takes nothing that comes close.
  static func choose(
    _ name: String?, container: Container, pictures: Pictures, path: String
  ) throws(MediaError) -> Choice {
    if let name {
      let codec = try named(name, container: container, path: path)
      if let format = match(pictures, codec) { return Choice(codec: codec, format: format) }
      return try closest(to: pictures, among: [codec], path: path)
    }
    var options = candidates.compactMap { avcodec_find_encoder_by_name($0) }.filter {
      container.surelyHolds($0.pointee.id)
    }
    if let usual = usualEncoder(of: container) {
      if container.surelyHolds(AV_CODEC_ID_H264) { options.append(usual) } else { options.insert(usual, at: 0) }
    }
    for codec in options {
      if let format = match(pictures, codec) { return Choice(codec: codec, format: format) }
    }
    guard !options.isEmpty else {
      throw MediaError(
        .unsupported, "cannot write '\(path)': this FFmpeg has no encoder for its container; use .mp4 or .mkv")
    }
    return try closest(to: pictures, among: options, path: path)
  }

  /// Checks a name before any frame is there.
  static func named(_ name: String, container: Container, path: String) throws(MediaError) -> UnsafePointer<AVCodec> {
    guard let codec = avcodec_find_encoder_by_name(name), codec.pointee.type == AVMEDIA_TYPE_VIDEO else {
      throw MediaError(
        .unsupported,
        "there is no video encoder '\(name)' in this FFmpeg; use \(String.list(MediaLibrary.usualVideoEncoders()))")
    }
    guard container.holds(codec.pointee.id) else {
      throw MediaError(
        .unsupported,
        "cannot write '\(path)': a .\(container.fileExtension) file cannot hold what the encoder \(name) makes; use .mkv, or another encoder"
      )
    }
    return codec
  }

  private static func usualEncoder(of container: Container) -> UnsafePointer<AVCodec>? {
    // Ask by name first: the first encoder FFmpeg has for VP9 may need special hardware.
    if container.format.pointee.video_codec == AV_CODEC_ID_VP9, let codec = avcodec_find_encoder_by_name("libvpx-vp9") {
      return codec
    }
    return avcodec_find_encoder(container.format.pointee.video_codec)
  }

  /// The formats an encoder takes; empty if it takes all.
  static func formats(of codec: UnsafePointer<AVCodec>) -> [AVPixelFormat] {
    guard var next = cff_encoder_pixel_formats(codec) else { return [] }
    var formats: [AVPixelFormat] = []
    while next.pointee != AV_PIX_FMT_NONE {
      formats.append(next.pointee)
      next += 1
    }
    return formats
  }

  /// Whether an encoder takes pictures of that size in a format. Those that count in whole chroma samples do not take
  /// every size.
  private static func takes(_ format: AVPixelFormat, _ pictures: Pictures, _ codec: UnsafePointer<AVCodec>) -> Bool {
    let isStrict = ["libx264", "libx265", "libsvtav1"].contains(string(codec.pointee.name))
    guard isStrict, let descriptor = av_pix_fmt_desc_get(format)?.pointee else { return true }
    return pictures.width & ((1 << Int32(descriptor.log2_chroma_w)) - 1) == 0
      && pictures.height & ((1 << Int32(descriptor.log2_chroma_h)) - 1) == 0
  }

  /// The format in which an encoder takes the samples untouched. `yuvj420p` and full-range `yuv420p` are the same
  /// samples; `nv12` and `yuv420p`, `gbrp` and `rgb24` have the same samples in another order.
  private static func match(_ pictures: Pictures, _ codec: UnsafePointer<AVCodec>) -> AVPixelFormat? {
    let format = pictures.format
    let isFullRange = pictures.isFullRange
    let all = formats(of: codec)
    if all.isEmpty { return format }
    let formats = all.filter { takes($0, pictures, codec) }
    let plain = PixelFormat.withoutRange(format)
    let names = isFullRange ? [format, plain, PixelFormat.withRange(plain)] : [format]
    if let name = names.first(where: { formats.contains($0) }) { return name }
    guard let own = PixelFormat.layout(format) else { return nil }
    return formats.first { other in
      // A format whose name says full range would have swscale stretch limited samples.
      guard isFullRange || PixelFormat.withoutRange(other) == other else { return false }
      return PixelFormat.layout(other).map { own.hasSameSamples(as: $0) } ?? false
    }
  }

  /// The encoder and format that lose least: alpha first, then depth; then the order of the encoders decides.
  private static func closest(
    to pictures: Pictures, among codecs: [UnsafePointer<AVCodec>], path: String
  ) throws(MediaError) -> Choice {
    func rank(_ format: AVPixelFormat) -> (Int, Int) {
      let keepsAlpha = PixelFormat.hasAlpha(pictures.format) && PixelFormat.hasAlpha(format)
      return (keepsAlpha ? 1 : 0, min(PixelFormat.depth(format), PixelFormat.depth(pictures.format)))
    }
    var best: Choice?
    for codec in codecs {
      // A GIF has at most 256 colours whatever comes in; each frame gets a palette of its own.
      if codec.pointee.id == AV_CODEC_ID_GIF {
        best = best ?? Choice(codec: codec, format: AV_PIX_FMT_PAL8)
        continue
      }
      let formats = formats(of: codec).filter { canBecome($0, pictures) && takes($0, pictures, codec) }
      guard !formats.isEmpty else { continue }
      let format = PixelFormat.closest(to: pictures.format, among: formats)
      guard format != AV_PIX_FMT_NONE else { continue }
      if let best, rank(best.format) >= rank(format) { continue }
      best = Choice(codec: codec, format: format, isConversion: true)
    }
    if let best { return best }
    throw refusal(pictures, codecs[0], path: path)
  }

  /// Whether pictures may be turned into a format: with a palette or with fewer colour samples in both directions, or
  /// from Y′CbCr to R′G′B′, they would be something else.
  private static func canBecome(_ format: AVPixelFormat, _ pictures: Pictures) -> Bool {
    guard let own = PixelFormat.layout(format) else { return false }
    // A format whose name says full range would stretch limited samples.
    guard pictures.isFullRange || PixelFormat.withoutRange(format) == format else { return false }
    if PixelFormat.isRGB(pictures.format) { return own.model != .grey }
    return own.model != .rgb && (own.model != .grey || PixelFormat.layout(pictures.format)?.model == .grey)
  }

  private static func refusal(_ pictures: Pictures, _ codec: UnsafePointer<AVCodec>, path: String) -> MediaError {
    let formats = formats(of: codec)
    let names = formats.filter { $0 != AV_PIX_FMT_PAL8 }.prefix(12).map { PixelFormat.name($0) }
    let advice = codec.pointee.id == AV_CODEC_ID_FFV1 ? "" : "use the encoder ffv1 with .mkv, or "
    if formats.contains(pictures.format) {
      return MediaError(
        .unsupported,
        "cannot write '\(path)': the encoder \(string(codec.pointee.name)) takes \(PixelFormat.name(pictures.format)) pictures of even width and height only, and these are \(pictures.width)x\(pictures.height); \(advice)crop the input to an even size first"
      )
    }
    return MediaError(
      .unsupported,
      "cannot write '\(path)': the encoder \(string(codec.pointee.name)) does not take \(PixelFormat.name(pictures.format)) pictures, only \(String.list(names, "and")); \(advice)convert the input first"
    )
  }
}

extension PixelLayout {
  /// Whether the two differ only in where the samples lie.
  fileprivate func hasSameSamples(as other: PixelLayout) -> Bool {
    model == other.model && chromaShiftX == other.chromaShiftX && chromaShiftY == other.chromaShiftY
      && components.map(\.depth) == other.components.map(\.depth)
  }
}
