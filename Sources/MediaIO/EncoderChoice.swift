import CFFmpeg
import Imaging

/// Which encoder makes the video of a file.
enum EncoderChoice {
  /// Encoders to consider where none is asked for and those of the target's own codec will not do. The first that takes
  /// the frames' very format is used.
  private static let candidates = ["libx264", "libx264rgb", "libx265", "prores_ks", "ffv1"]

  /// Encoders that follow a target's codec: who works in it expects it back.
  ///
  /// MPEG-2 and what is older becomes H.264, which everything plays that plays them: their encoders know a few frame
  /// rates only, so frames would lose their times.
  private static func followers(of codec: AVCodecID) -> [String] {
    switch codec {
    case AV_CODEC_ID_H264: ["libx264", "libx264rgb"]
    case AV_CODEC_ID_HEVC: ["libx265"]
    case AV_CODEC_ID_VP8: ["libvpx"]
    case AV_CODEC_ID_VP9: ["libvpx-vp9"]
    case AV_CODEC_ID_AV1: ["libsvtav1", "libaom-av1"]
    case AV_CODEC_ID_PRORES: ["prores_ks"]
    case AV_CODEC_ID_DNXHD: ["dnxhd"]
    case AV_CODEC_ID_FFV1: ["ffv1"]
    case AV_CODEC_ID_MJPEG: ["mjpeg"]
    default: []
    }
  }

  /// An encoder and what it is fed.
  struct Choice {
    var codec: UnsafePointer<AVCodec>
    var format: AVPixelFormat
    /// Whether the samples have to change, which is worth a warning.
    var isConversion = false
    /// The encoder of the target's codec, where it was passed over because it does not take the samples as they are.
    var passedOver: UnsafePointer<AVCodec>?
  }

  /// What there is to encode.
  struct Pictures {
    var format: AVPixelFormat
    var isFullRange: Bool
    var width: Int32
    var height: Int32
    var isInterlaced = false
    /// What they were encoded with.
    var codec = AV_CODEC_ID_NONE
  }

  /// The encoder to use and the format to feed it: one that takes the samples as they are, else the closest there is.
  ///
  /// - Throws: ``MediaError`` if there is no encoder of that name, or it takes nothing that comes close.
  static func choose(
    _ encoding: VideoEncoding, container: Container, pictures: Pictures, path: String
  ) throws(MediaError) -> Choice {
    let choice = try chooseAny(encoding, container: container, pictures: pictures, path: path)
    guard encoding.isLossless, choice.isConversion else { return choice }
    throw MediaError(
      .unsupported,
      "cannot write '\(path)' without loss: the encoder \(string(choice.codec.pointee.name)) does not take \(PixelFormat.name(pictures.format)) pictures of \(pictures.width)x\(pictures.height) pixels; use the encoder ffv1 with .mkv"
    )
  }

  private static func chooseAny(
    _ encoding: VideoEncoding, container: Container, pictures: Pictures, path: String
  ) throws(MediaError) -> Choice {
    if let name = encoding.encoder {
      let codec = try named(name, container: container, path: path)
      if let format = match(pictures, codec) { return Choice(codec: codec, format: format) }
      return try closest(to: pictures, among: [codec], path: path)
    }
    func usable(_ names: [String]) -> [UnsafePointer<AVCodec>] {
      names.compactMap { avcodec_find_encoder_by_name($0) }.filter { container.surelyHolds($0.pointee.id) }
    }
    let ownEncoders = usable(followers(of: pictures.codec))
    let followers = ownEncoders.filter { follows($0, pictures) }
    var others = usable(candidates)
    if let usual = usualEncoder(of: container) {
      if container.surelyHolds(AV_CODEC_ID_H264) { others.append(usual) } else { others.insert(usual, at: 0) }
    }
    let options = (followers + others).filter { !encoding.isLossless || EncoderLossless.options(for: $0) != nil }
    for codec in options {
      guard let format = match(pictures, codec) else { continue }
      let isFollowed = encoding.isLossless || codec.pointee.id == pictures.codec
      return Choice(codec: codec, format: format, passedOver: isFollowed ? nil : ownEncoders.first)
    }
    guard !options.isEmpty else {
      throw MediaError(
        .unsupported,
        "cannot write '\(path)': this FFmpeg has no \(encoding.isLossless ? "lossless " : "")encoder for its container; use .mp4 or .mkv"
      )
    }
    return try closest(to: pictures, among: options, path: path)
  }

  /// Whether an encoder can take the place of the target's own: some have a smallest size, and most no fields.
  private static func follows(_ codec: UnsafePointer<AVCodec>, _ pictures: Pictures) -> Bool {
    switch string(codec.pointee.name) {
    case "libx264", "libx264rgb", "prores_ks", "ffv1": true
    case "libsvtav1": !pictures.isInterlaced && pictures.width >= 64 && pictures.height >= 64
    // DNxHR. DNxHD has fields, but few sizes.
    case "dnxhd": !pictures.isInterlaced && pictures.width >= 256 && pictures.height >= 120
    default: !pictures.isInterlaced
    }
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
    let name = string(codec.pointee.name)
    // What is sent to the device: its own format says nothing of the samples.
    if name.hasSuffix("_vaapi") {
      return name == "h264_vaapi" ? [AV_PIX_FMT_NV12] : [AV_PIX_FMT_NV12, AV_PIX_FMT_P010LE]
    }
    let formats = allFormats(of: codec)
    // The list is that of the interface. No card makes H.264 of more than 8 bits.
    let isShallow = name == "h264_nvenc" || name == "h264_qsv"
    return isShallow ? formats.filter { PixelFormat.depth($0) == 8 } : formats
  }

  private static func allFormats(of codec: UnsafePointer<AVCodec>) -> [AVPixelFormat] {
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
