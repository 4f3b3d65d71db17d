import CFFmpeg

/// A graphics card or the like that decodes or encodes, opened through one of FFmpeg's interfaces.
// @unchecked Sendable: FFmpeg's device contexts may be used from any thread.
final class HardwareDevice: @unchecked Sendable {
  let type: AVHWDeviceType
  /// Counted by FFmpeg.
  let reference: UnsafeMutablePointer<AVBufferRef>

  var name: String { HardwareDevice.name(type) }

  /// Opens the machine's first device of that type.
  ///
  /// - Parameter reason: why there is none, if so.
  init?(_ type: AVHWDeviceType, reason: inout String) {
    var made: UnsafeMutablePointer<AVBufferRef>?
    let opened = libav { av_hwdevice_ctx_create(&made, type, nil, nil, 0) }
    guard !opened.failed, let made else {
      reason = opened.reason
      return nil
    }
    self.type = type
    reference = made
  }

  deinit {
    var owned: UnsafeMutablePointer<AVBufferRef>? = reference
    av_buffer_unref(&owned)
  }

  static func name(_ type: AVHWDeviceType) -> String { string(av_hwdevice_get_type_name(type)) }

  /// The types that this FFmpeg was built with, in its own order.
  static var types: [AVHWDeviceType] {
    var types: [AVHWDeviceType] = []
    var next = av_hwdevice_iterate_types(AV_HWDEVICE_TYPE_NONE)
    while next != AV_HWDEVICE_TYPE_NONE {
      types.append(next)
      next = av_hwdevice_iterate_types(next)
    }
    return types
  }

  /// The type an encoder works on; nil for encoders of the processor.
  static func type(ofEncoder name: String) -> AVHWDeviceType? {
    switch name.split(separator: "_").last {
    case "nvenc": AV_HWDEVICE_TYPE_CUDA
    case "qsv": AV_HWDEVICE_TYPE_QSV
    case "vaapi": AV_HWDEVICE_TYPE_VAAPI
    default: nil
    }
  }

  /// The device an encoder needs; nil for encoders of the processor.
  ///
  /// - Throws: ``MediaError`` if this machine has none.
  static func forEncoder(_ name: String) throws(MediaError) -> HardwareDevice? {
    guard let type = type(ofEncoder: name) else { return nil }
    var reason = ""
    if let device = HardwareDevice(type, reason: &reason) { return device }
    throw MediaError(
      .unsupported,
      "the encoder \(name) needs a device that this machine does not offer (\(HardwareDevice.name(type)): \(reason)); check its driver, or use an encoder of the processor such as libx264 or libx265"
    )
  }

  /// A decoder for a codec that can use the device's type, and the format its pictures then have.
  static func decoder(of codec: AVCodecID, on type: AVHWDeviceType)
    -> (codec: UnsafePointer<AVCodec>, format: AVPixelFormat)?
  {
    var state: UnsafeMutableRawPointer?
    while let candidate = av_codec_iterate(&state) {
      guard candidate.pointee.id == codec, av_codec_is_decoder(candidate) != 0 else { continue }
      var index: Int32 = 0
      while let config = avcodec_get_hw_config(candidate, index) {
        if config.pointee.device_type == type,
          config.pointee.methods & Int32(AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0
        {
          return (candidate, config.pointee.pix_fmt)
        }
        index += 1
      }
    }
    return nil
  }
}
