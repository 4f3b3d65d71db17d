import CFFmpeg

/// Compresses one still picture. For these codecs what comes out is the whole file.
final class PictureEncoder {
  let name: String
  private let context: UnsafeMutablePointer<AVCodecContext>
  private let path: String

  init(_ picture: Frame, format: PictureFormat, quality: Int, path: String) throws(MediaError) {
    name = format.encoder
    self.path = path
    guard let codec = avcodec_find_encoder_by_name(format.encoder),
      let context = avcodec_alloc_context3(codec)
    else {
      throw MediaError(
        .unsupported, "cannot write '\(path)': this FFmpeg lacks the encoder \(format.encoder); use .png instead")
    }
    self.context = context
    let source = picture.av.pointee
    context.pointee.width = source.width
    context.pointee.height = source.height
    context.pointee.pix_fmt = picture.format
    context.pointee.time_base = AVRational(num: 1, den: 25)
    context.pointee.color_range = source.color_range
    context.pointee.colorspace = source.colorspace
    context.pointee.color_primaries = source.color_primaries
    context.pointee.color_trc = source.color_trc
    context.pointee.sample_aspect_ratio = source.sample_aspect_ratio
    // Frame threads would hold the only picture back.
    context.pointee.thread_type = FF_THREAD_SLICE
    context.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
    let opened = libav { [name] in
      var code = EncoderQuality.apply(EncoderQuality.setting(quality, encoder: name), to: context)
      for (option, value) in format.options where code >= 0 {
        code = av_opt_set(context.pointee.priv_data, option, value, 0)
      }
      return code < 0 ? code : avcodec_open2(context, codec, nil)
    }
    guard !opened.failed else { throw failure(opened) }
  }

  deinit {
    var closing: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&closing)
  }

  func encode(_ picture: Frame) throws(MediaError) -> [UInt8] {
    let input = try picture.reference()
    input.av.pointee.pict_type = AV_PICTURE_TYPE_NONE
    input.av.pointee.pts = 0
    input.av.pointee.quality = context.pointee.global_quality
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    defer { av_packet_free(&owned) }
    let encoded = libav {
      let code = avcodec_send_frame(context, input.av)
      if code < 0 { return code }
      let ended = avcodec_send_frame(context, nil)
      return ended < 0 ? ended : avcodec_receive_packet(context, packet)
    }
    guard !encoded.failed else { throw failure(encoded) }
    return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
  }

  private func failure(_ result: LibavResult) -> MediaError {
    MediaError(.failed, "cannot write '\(path)': the encoder \(name) failed: \(result.reason); use .png instead")
  }
}
