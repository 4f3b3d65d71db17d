import CFFmpeg
import Imaging

/// Which encoder makes the video of a file.
enum EncoderChoice {
  /// Encoders to consider where none is asked for. The first that takes the frames' very format is used.
  private static let candidates = ["libx264", "libx264rgb", "libx265", "prores_ks", "ffv1"]

  /// The encoder to use and the format to feed it.
  ///
  /// - Throws: ``MediaError`` if there is no encoder of that name, or none takes the frames as they are.
  static func choose(
    _ name: String?, container: Container, format: AVPixelFormat, isFullRange: Bool, path: String
  ) throws(MediaError) -> (codec: UnsafePointer<AVCodec>, format: AVPixelFormat) {
    if let name {
      let codec = try named(name, container: container, path: path)
      return (codec, try accepted(format, isFullRange: isFullRange, by: codec, path: path))
    }
    var options = candidates.compactMap { avcodec_find_encoder_by_name($0) }.filter {
      container.surelyHolds($0.pointee.id)
    }
    if let usual = usualEncoder(of: container) {
      if container.surelyHolds(AV_CODEC_ID_H264) { options.append(usual) } else { options.insert(usual, at: 0) }
    }
    for codec in options {
      if let taken = match(format, isFullRange: isFullRange, in: formats(of: codec)) { return (codec, taken) }
    }
    guard let first = options.first else {
      throw MediaError(
        .unsupported, "cannot write '\(path)': this FFmpeg has no encoder for its container; use .mp4 or .mkv")
    }
    return (first, try accepted(format, isFullRange: isFullRange, by: first, path: path))
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

  /// The format in which an encoder takes the samples of `format` untouched. `yuvj420p` and full-range `yuv420p` are the
  /// same samples; `nv12` and `yuv420p`, `gbrp` and `rgb24` have the same samples in another order.
  private static func match(_ format: AVPixelFormat, isFullRange: Bool, in formats: [AVPixelFormat]) -> AVPixelFormat? {
    if formats.isEmpty { return format }
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

  private static func accepted(
    _ format: AVPixelFormat, isFullRange: Bool, by codec: UnsafePointer<AVCodec>, path: String
  ) throws(MediaError) -> AVPixelFormat {
    let formats = formats(of: codec)
    if let taken = match(format, isFullRange: isFullRange, in: formats) { return taken }
    // A GIF has at most 256 colours whatever comes in, so here alone nothing is promised.
    if codec.pointee.id == AV_CODEC_ID_GIF { return AV_PIX_FMT_RGB8 }
    let names = formats.filter { $0 != AV_PIX_FMT_PAL8 }.prefix(12).map { PixelFormat.name($0) }
    let advice = codec.pointee.id == AV_CODEC_ID_FFV1 ? "" : "use the encoder ffv1 with .mkv, or "
    throw MediaError(
      .unsupported,
      "cannot write '\(path)': the encoder \(string(codec.pointee.name)) does not take \(PixelFormat.name(format)) pictures, only \(String.list(names, "and")); \(advice)convert the input first"
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
