import CFFmpeg

/// Whether a device decodes the picture.
///
/// Its pictures are copied back into memory as they are, so the samples do not change.
public enum HardwareDecoding: Sendable, Hashable {
  /// The processor does.
  case none
  /// The first device that this machine opens and that knows the codec, else the processor, with a notice.
  case automatic
  /// A device of this type, by FFmpeg's name: ``MediaLibrary/hardwareTypes()``.
  case device(String)
}

extension HardwareDevice {
  /// The device that decodes a track, and what there is to say about it.
  ///
  /// - Throws: ``MediaError`` if one was named and is not there, or cannot decode such a track.
  static func forDecoding(_ stream: UnsafeMutablePointer<AVStream>, _ hardware: HardwareDecoding, path: String)
    throws(MediaError) -> (HardwareDevice?, [String])
  {
    let id = stream.pointee.codecpar.pointee.codec_id
    let codec = string(avcodec_get_name(id))
    // No device decodes alpha.
    let isOpaque = entries(stream.pointee.metadata)["alpha_mode"] != "1"
    func canDecode(_ type: AVHWDeviceType) -> Bool { isOpaque && decoder(of: id, on: type) != nil }
    switch hardware {
    case .none:
      return (nil, [])
    case .automatic:
      let able = types.filter(canDecode)
      var reason = ""
      for type in able {
        if let device = HardwareDevice(type, reason: &reason) { return (device, []) }
      }
      let tried = able.isEmpty ? "" : " (tried \(String.list(able.map(name), "and")))"
      return (nil, ["no device of this machine decodes \(codec)\(tried), so the processor does"])
    case .device(let wanted):
      guard let type = types.first(where: { name($0) == wanted }) else {
        throw MediaError(
          .unavailable, "there is no device type '\(wanted)' in this FFmpeg; use \(String.list(types.map(name)))")
      }
      guard canDecode(type) else {
        throw MediaError(
          .unavailable,
          "cannot decode the \(codec) track of '\(path)' with \(wanted): this FFmpeg has no decoder for that; decode it with the processor"
        )
      }
      var reason = ""
      if let device = HardwareDevice(type, reason: &reason) { return (device, []) }
      throw MediaError(
        .unavailable,
        "cannot decode '\(path)' with \(wanted): this machine offers no such device (\(reason)); check its driver, or decode with the processor"
      )
    }
  }
}
