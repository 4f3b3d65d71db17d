import CFFmpeg

/// An encoder's named trades of speed against size.
enum EncoderPreset {
  /// The names of x264 and x265, which take them as free text.
  private static let x26x = [
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
  ]

  /// Tells the encoder, before it is opened.
  ///
  /// - Throws: ``MediaError`` if it has no presets, or none of that name.
  static func apply(_ preset: String, to context: UnsafeMutablePointer<AVCodecContext>, encoder: String)
    throws(MediaError)
  {
    let settings = context.pointee.priv_data
    // libvpx and libaom have numbers instead of names, and call them after what they use up.
    let name = (["preset", "cpu-used"] as [String]).first { av_opt_find(settings, $0, nil, 0, 0) != nil }
    guard let settings, let name, let option = av_opt_find(settings, name, nil, 0, 0) else {
      throw MediaError(
        .unsupported, "the encoder \(encoder) has no presets; leave '\(preset)' out, or use libx264 or libx265")
    }
    let names = encoder.hasPrefix("libx26") ? x26x : constants(of: option, in: settings)
    let isKnown = !encoder.hasPrefix("libx26") || names.contains(preset)
    guard isKnown, !libav({ av_opt_set(settings, name, preset, 0) }).failed else {
      let advice =
        names.isEmpty
        ? "use a number from \(Int(option.pointee.min)) to \(Int(option.pointee.max))" : "use \(String.list(names))"
      throw MediaError(.unsupported, "the encoder \(encoder) has no preset '\(preset)'; \(advice)")
    }
  }

  private static func constants(of option: UnsafePointer<AVOption>, in settings: UnsafeMutableRawPointer) -> [String] {
    guard let unit = option.pointee.unit else { return [] }
    var names: [String] = []
    var next: UnsafePointer<AVOption>?
    while let entry = av_opt_next(settings, next) {
      next = entry
      if entry.pointee.type == AV_OPT_TYPE_CONST, string(entry.pointee.unit) == string(unit) {
        names.append(string(entry.pointee.name))
      }
    }
    return names
  }
}
