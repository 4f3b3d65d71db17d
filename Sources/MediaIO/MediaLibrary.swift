import CFFmpeg

/// The FFmpeg that this program runs with.
public enum MediaLibrary {
  /// FFmpeg's version, such as `5.1.9-0+deb12u1`.
  public static var version: String { string(av_version_info(), or: "unknown") }

  /// Names of all video encoders it offers, sorted.
  public static func videoEncoders() -> [String] {
    var names: [String] = []
    var state: UnsafeMutableRawPointer?
    while let codec = av_codec_iterate(&state) {
      if av_codec_is_encoder(codec) != 0, codec.pointee.type == AVMEDIA_TYPE_VIDEO {
        names.append(string(codec.pointee.name))
      }
    }
    return names.sorted()
  }

  /// Names of the types of devices that it could decode with, whether this machine has them or not.
  public static func hardwareTypes() -> [String] { HardwareDevice.types.map { HardwareDevice.name($0) } }

  /// The ones people ask for, of those there are: short enough for a message.
  static func usualVideoEncoders() -> [String] {
    [
      "libx264", "libx264rgb", "libx265", "libvpx-vp9", "libaom-av1", "libsvtav1", "prores_ks", "ffv1", "mjpeg",
      "h264_nvenc", "hevc_nvenc",
    ].filter { avcodec_find_encoder_by_name($0) != nil }
  }

  static func usualAudioEncoders() -> [String] {
    ["aac", "libopus", "libvorbis", "libmp3lame", "ac3", "flac", "pcm_s16le", "pcm_s24le"].filter {
      avcodec_find_encoder_by_name($0) != nil
    }
  }
}
