import CFFmpeg

/// One scale of quality, 0…100, for encoders that each have their own.
enum EncoderQuality {
  /// How an encoder wants to be told.
  enum Setting: Equatable {
    /// Private options, by name.
    case options([String: String])
    /// FFmpeg's quantiser scale, 1 (best) … 31.
    case quantiser(Int)
    /// FFmpeg's quality scale where more is better, 0…10.
    case theora(Int)
    /// FFmpeg's `global_quality` in the encoder's own unit.
    case global(Int)
    /// Private options that bound the quality, below a bit rate that never does.
    case bounded([String: String])
    /// It has no choice.
    case none
  }

  /// The setting for a quality. The steps are those users know from FaceFusion: 80 is crf 10 for `libx264`.
  ///
  /// - Parameters:
  ///   - wanted: 0…100; nil for the default.
  ///   - original: what the target was encoded with.
  static func setting(
    _ wanted: Int?, encoder: String, format: AVPixelFormat = AV_PIX_FMT_NONE, like original: AVCodecParameters? = nil
  ) -> Setting {
    if wanted == nil, let profile = profile(of: original, encoder, format) {
      return .options(["profile": "\(profile)"])
    }
    let quality = min(max(wanted ?? 80, 0), 100)
    switch encoder {
    case "libx264", "libx264rgb", "libx265":
      return .options(["crf": "\(scale(quality, from: 51))"])
    case "libvpx-vp9", "libaom-av1":
      return .options(["crf": "\(scale(quality, from: 63))"])
    case "libsvtav1":
      // To FFmpeg's wrapper 0 means that nothing was asked for.
      return .options(["crf": "\(max(1, scale(quality, from: 63)))"])
    case "libvpx":
      // VP8 knows no quality without a bit rate.
      return .bounded(["crf": "\(max(4, scale(quality, from: 63)))"])
    case "librav1e":
      return .options(["qp": "\(scale(quality, from: 255))"])
    case "h264_nvenc", "hevc_nvenc", "av1_nvenc":
      // 0 leaves the choice to the encoder.
      return .options(["rc": "vbr", "cq": "\(max(1, scale(quality, from: 51)))"])
    case "h264_amf", "hevc_amf", "av1_amf":
      let value = "\(scale(quality, from: 51))"
      return .options(["rc": "cqp", "qp_i": value, "qp_p": value])
    case "h264_qsv", "hevc_qsv", "av1_qsv":
      return .quantiser(max(1, scale(quality, from: 51)))
    case "h264_vaapi", "hevc_vaapi":
      return .options(["rc_mode": "CQP", "qp": "\(max(1, scale(quality, from: 51)))"])
    case "vp9_vaapi", "av1_vaapi":
      return .global(max(1, scale(quality, from: 255)))
    case "prores_ks":
      // 0 proxy, 1 lt, 2 standard, 3 hq. With 4:4:4 or alpha the encoder takes its 4444 profile by itself.
      let isPlain = PixelFormat.layout(format).map { $0.chromaShiftX == 1 && !$0.hasAlpha } ?? true
      return isPlain ? .options(["profile": "\(min(3, quality / 25))"]) : .none
    case "dnxhd":
      // DNxHR takes every size; its older namesake a few.
      if PixelFormat.layout(format)?.chromaShiftX == 0 { return .options(["profile": "dnxhr_444"]) }
      if PixelFormat.depth(format) > 8 { return .options(["profile": "dnxhr_hqx"]) }
      return .options(["profile": quality < 34 ? "dnxhr_lb" : quality < 67 ? "dnxhr_sq" : "dnxhr_hq"])
    case "libwebp", "libwebp_anim":
      return .options(["quality": "\(quality)"])
    case "libtheora":
      return .theora((quality + 5) / 10)
    case "mjpeg", "mpeg4", "libxvid", "mpeg1video", "mpeg2video", "msmpeg4", "msmpeg4v2", "wmv1", "wmv2", "flv", "h263",
      "h263p", "h261", "snow", "ljpeg":
      return .quantiser(max(1, scale(quality, from: 31)))
    default:
      return .none
    }
  }

  /// The target's own profile, for encoders whose profiles are their steps of quality.
  private static func profile(of original: AVCodecParameters?, _ encoder: String, _ format: AVPixelFormat) -> Int32? {
    guard let original else { return nil }
    let is444 = PixelFormat.layout(format).map { $0.chromaShiftX == 0 } ?? false
    switch (encoder, original.codec_id) {
    case ("prores_ks", AV_CODEC_ID_PRORES):
      // 4444 and 4444 XQ are 4 and 5.
      return (is444 ? 4...5 : 0...3).contains(original.profile) ? original.profile : nil
    case ("dnxhd", AV_CODEC_ID_DNXHD):
      // DNxHR: 1 LB, 2 SQ, 3 HQ, 4 HQX, 5 444. 0 is DNxHD, which knows few sizes.
      let fitting: ClosedRange<Int32> = is444 ? 5...5 : PixelFormat.depth(format) > 8 ? 4...4 : 1...3
      return fitting.contains(original.profile) ? original.profile : nil
    default:
      return nil
    }
  }

  private static func scale(_ quality: Int, from worst: Int) -> Int {
    Int(Double(worst) - Double(worst) * Double(quality) / 100 + 0.5)
  }

  /// Tells the encoder, before it is opened.
  static func apply(_ setting: Setting, to context: UnsafeMutablePointer<AVCodecContext>) -> Int32 {
    switch setting {
    case .options(let options), .bounded(let options):
      // With a bit rate set these encoders would aim at it and treat the quality as a bound.
      context.pointee.bit_rate = if case .bounded = setting { 200_000_000 } else { 0 }
      for (name, value) in options {
        let code = av_opt_set(context.pointee.priv_data, name, value, 0)
        if code < 0 { return code }
      }
    case .quantiser(let value):
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE
      context.pointee.global_quality = Int32(value) * cff_qp_to_lambda()
      context.pointee.qmin = min(context.pointee.qmin, Int32(value))
    case .theora(let value):
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE
      context.pointee.global_quality = Int32(value) * cff_qp_to_lambda()
    case .global(let value):
      context.pointee.global_quality = Int32(value)
    case .none:
      break
    }
    return 0
  }
}
