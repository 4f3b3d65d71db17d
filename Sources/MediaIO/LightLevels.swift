import CFFmpeg

/// How bright the picture's master was: what HDR displays go by.
struct LightLevels {
  private let master: AVMasteringDisplayMetadata?
  private let content: AVContentLightMetadata?

  /// What the frame says, else its track.
  init(of frame: Frame, track: UnsafeMutablePointer<AVStream>?) {
    master = LightLevels.read(
      frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, track, AV_PKT_DATA_MASTERING_DISPLAY_METADATA)
    content = LightLevels.read(
      frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, track, AV_PKT_DATA_CONTENT_LIGHT_LEVEL)
  }

  /// PNG's chromaticities, which FFmpeg hands out as a master's, say nothing of light.
  var isEmpty: Bool { (master?.has_luminance ?? 0) == 0 && content == nil }

  private static func read<T>(
    _ frame: Frame, _ ofFrame: AVFrameSideDataType, _ track: UnsafeMutablePointer<AVStream>?,
    _ ofTrack: AVPacketSideDataType
  ) -> T? {
    if let data = av_frame_get_side_data(frame.av, ofFrame)?.pointee, data.size >= MemoryLayout<T>.size {
      return UnsafeRawPointer(data.data).loadUnaligned(as: T.self)
    }
    var size = 0
    guard let track, let bytes = cff_stream_side_data(track, ofTrack, &size), size >= MemoryLayout<T>.size else {
      return nil
    }
    return UnsafeRawPointer(bytes).loadUnaligned(as: T.self)
  }

  /// Private options that make an encoder write it into its bit stream, by the option's name; nil if it cannot.
  ///
  /// FFmpeg's wrappers hand this over by themselves only in newer versions.
  func options(for encoder: String) -> (name: String, entries: [(String, String)])? {
    switch encoder {
    case "libx264": ("x264-params", entries("mastering-display", "cll", isWhole: true))
    case "libx265": ("x265-params", entries("master-display", "max-cll", isWhole: true))
    case "libsvtav1": ("svtav1-params", entries("mastering-display", "content-light", isWhole: false))
    default: nil
    }
  }

  /// - Parameter isWhole: whether the encoder counts in units of 1/50000 and 1/10000 candela, or takes plain numbers.
  private func entries(_ masterName: String, _ contentName: String, isWhole: Bool) -> [(String, String)] {
    var entries: [(String, String)] = []
    if let master, master.has_primaries != 0, master.has_luminance != 0 {
      func point(_ x: AVRational, _ y: AVRational) -> String {
        "(\(number(x, 50000, isWhole)),\(number(y, 50000, isWhole)))"
      }
      let primaries = master.display_primaries
      let text =
        "G" + point(primaries.1.0, primaries.1.1) + "B" + point(primaries.2.0, primaries.2.1)
        + "R" + point(primaries.0.0, primaries.0.1) + "WP" + point(master.white_point.0, master.white_point.1)
        + "L(\(number(master.max_luminance, 10000, isWhole)),\(number(master.min_luminance, 10000, isWhole)))"
      entries.append((masterName, text))
    }
    if let content { entries.append((contentName, "\(content.MaxCLL),\(content.MaxFALL)")) }
    return entries
  }

  private func number(_ value: AVRational, _ unit: Int32, _ isWhole: Bool) -> String {
    let exact = av_q2d(value)
    return isWhole ? "\(Int((exact * Double(unit)).rounded()))" : "\(exact)"
  }
}
