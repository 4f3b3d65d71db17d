import CFFmpeg

/// Pictures in a device's own memory, for encoders that take no others (VAAPI).
final class HardwareUpload {
  /// The description that the encoder needs, too.
  let frames: UnsafeMutablePointer<AVBufferRef>

  /// - Parameters:
  ///   - format: how the samples lie before they are sent to the device.
  ///   - hardwareFormat: the device's name for pictures of its own.
  /// - Throws: ``MediaError`` if the device does not take such pictures.
  init(
    to device: HardwareDevice, as hardwareFormat: AVPixelFormat, format: AVPixelFormat, width: Int32, height: Int32
  ) throws(MediaError) {
    guard let made = av_hwframe_ctx_alloc(device.reference), let data = made.pointee.data else { throw .outOfMemory }
    frames = made
    data.withMemoryRebound(to: AVHWFramesContext.self, capacity: 1) { context in
      context.pointee.format = hardwareFormat
      context.pointee.sw_format = format
      context.pointee.width = width
      context.pointee.height = height
      // As many as an encoder holds back; drivers that need to know the number beforehand take no more.
      context.pointee.initial_pool_size = 24
    }
    let begun = libav { av_hwframe_ctx_init(made) }
    guard !begun.failed else {
      throw MediaError(
        .unsupported,
        "the device \(device.name) does not take \(width)x\(height) \(PixelFormat.name(format)) pictures: \(begun.reason); use an encoder of the processor such as libx264 or libx265"
      )
    }
  }

  deinit {
    var owned: UnsafeMutablePointer<AVBufferRef>? = frames
    av_buffer_unref(&owned)
  }

  /// The frame with its samples in the device.
  func upload(_ frame: Frame) throws(MediaError) -> Frame {
    guard let copy = av_frame_alloc() else { throw .outOfMemory }
    let sent = libav {
      var code = av_hwframe_get_buffer(frames, copy, 0)
      if code >= 0 { code = av_hwframe_transfer_data(copy, frame.av, 0) }
      return code < 0 ? code : av_frame_copy_props(copy, frame.av)
    }
    guard !sent.failed else {
      Frame.discard(copy)
      throw MediaError(.failed, "a picture could not be sent to the device: \(sent.reason); use another encoder")
    }
    return Frame(owning: copy, timeBase: frame.timeBase, trackOrientation: frame.trackOrientation)
  }
}
