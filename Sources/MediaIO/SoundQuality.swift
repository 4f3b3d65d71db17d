import CFFmpeg

/// One scale of quality, 0…100, for sound encoders that each have their own.
enum SoundQuality {
  /// Tells the encoder, before it is opened. Its channels must be set.
  static func apply(_ quality: Int, to context: UnsafeMutablePointer<AVCodecContext>, encoder: String) {
    let share = Double(min(max(quality, 0), 100)) / 100
    switch encoder {
    case "libmp3lame": setScale(9 - 9 * share, context)
    case "libvorbis": setScale(-1 + 11 * share, context)
    default:
      guard let range = kilobitsPerChannel(encoder) else { return }
      let wanted = Int64(range.lowerBound + (range.upperBound - range.lowerBound) * share)
      let total = wanted * Int64(max(1, context.pointee.ch_layout.nb_channels))
      context.pointee.bit_rate = 1000 * (rates(encoder).map { nearest(total, in: $0) } ?? total)
    }
  }

  private static func setScale(_ value: Double, _ context: UnsafeMutablePointer<AVCodecContext>) {
    context.pointee.flags |= AV_CODEC_FLAG_QSCALE
    context.pointee.global_quality = Int32((value * Double(cff_qp_to_lambda())).rounded())
  }

  /// From barely good to beyond what ears tell apart; nil for encoders that lose nothing or have rates of their own.
  private static func kilobitsPerChannel(_ encoder: String) -> ClosedRange<Double>? {
    switch encoder {
    case "aac", "libfdk_aac", "vorbis": 32...160
    case "libopus", "opus": 16...128
    case "ac3", "ac3_fixed", "eac3": 48...224
    case "mp2", "mp2fixed", "libtwolame": 48...192
    default: nil
    }
  }

  /// Rates that a codec can say; nil if it can say all.
  private static func rates(_ encoder: String) -> [Int64]? {
    let common: [Int64] = [64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    switch encoder {
    case "mp2", "mp2fixed", "libtwolame": return common
    case "ac3", "ac3_fixed", "eac3": return common + [448, 512, 576, 640]
    default: return nil
    }
  }

  private static func nearest(_ rate: Int64, in rates: [Int64]) -> Int64 {
    rates.min { abs($0 - rate) < abs($1 - rate) } ?? rate
  }
}
