import CFFmpeg
import Imaging

/// Decodes the main picture track.
final class VideoDecoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  private let stream: UnsafeMutablePointer<AVStream>
  private let orientation: Orientation?
  private let pool = FramePool()
  /// Time of the frame before and how long it is, to continue from where a frame has no time of its own.
  private var expected: Int64?
  private let frameLength: Int64
  /// What decodes, if not the processor.
  private let device: HardwareDevice?
  /// Whether the device refused this stream, so that the processor decodes after all.
  private(set) var fellBack = false

  enum Step {
    case frame(Frame)
    case needsPacket
    case damaged
    case end
  }

  init(
    _ stream: UnsafeMutablePointer<AVStream>, orientation: Orientation?, frameRate: AVRational, threads: Int,
    maxPixels: Int, device: HardwareDevice? = nil, path: String
  ) throws(MediaError) {
    self.stream = stream
    self.device = device
    self.orientation = orientation
    let parameters = stream.pointee.codecpar
    let name = string(avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
    let hardware = device.flatMap {
      HardwareDevice.decoder(of: parameters.unsafelyUnwrapped.pointee.codec_id, on: $0.type)
    }
    guard let codec = hardware?.codec ?? VideoDecoder.codec(for: stream) else {
      throw MediaError(
        .unsupported,
        "cannot read '\(path)': this FFmpeg has no decoder for its picture track (\(name)); convert the file to H.264 first"
      )
    }
    guard let context = avcodec_alloc_context3(codec) else { throw .outOfMemory }
    self.context = context
    frameLength = frameRate.num > 0 ? max(1, av_rescale_q(1, av_inv_q(frameRate), stream.pointee.time_base)) : 1
    let opened = libav {
      let code = avcodec_parameters_to_context(context, parameters)
      if code < 0 { return code }
      context.pointee.pkt_timebase = stream.pointee.time_base
      context.pointee.max_pixels = Int64(maxPixels)
      // The library's default is one thread; 0 asks for as many as there are cores.
      context.pointee.thread_count = Int32(clamping: threads)
      context.pointee.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE
      if let device, let hardware { VideoDecoder.use(device, hardware.format, in: context) }
      return avcodec_open2(context, codec, nil)
    }
    guard !opened.failed else {
      throw MediaError(
        .unreadable,
        "cannot read '\(path)': the decoder for \(name) does not start: \(opened.reason); try another copy")
    }
  }

  /// Has the decoder work on a device wherever it can. The format is kept in `opaque`: C functions hold no values.
  private static func use(
    _ device: HardwareDevice, _ format: AVPixelFormat, in context: UnsafeMutablePointer<AVCodecContext>
  ) {
    context.pointee.hw_device_ctx = av_buffer_ref(device.reference)
    context.pointee.opaque = UnsafeMutableRawPointer(bitPattern: Int(format.rawValue))
    context.pointee.get_format = { context, offered in
      let wanted = context.map { AVPixelFormat(rawValue: Int32(Int(bitPattern: $0.pointee.opaque))) }
      var next = offered
      while let format = next?.pointee, format != AV_PIX_FMT_NONE {
        if format == wanted { return format }
        next = next?.advanced(by: 1)
      }
      return avcodec_default_get_format(context, offered)
    }
  }

  /// The decoder of a track. FFmpeg's own for VP8 and VP9 is the fastest, but blind to alpha.
  private static func codec(for stream: UnsafeMutablePointer<AVStream>) -> UnsafePointer<AVCodec>? {
    let id = stream.pointee.codecpar.pointee.codec_id
    if entries(stream.pointee.metadata)["alpha_mode"] == "1", id == AV_CODEC_ID_VP8 || id == AV_CODEC_ID_VP9,
      let codec = avcodec_find_decoder_by_name(id == AV_CODEC_ID_VP8 ? "libvpx" : "libvpx-vp9")
    {
      return codec
    }
    return avcodec_find_decoder(id)
  }

  deinit {
    var closing: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&closing)
  }

  /// Hands over a packet, or the end (nil). Call it after ``next()`` has asked for one.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> LibavResult {
    libav { avcodec_send_packet(context, packet) }
  }

  /// The next frame in the order of display.
  func next() throws(MediaError) -> Step {
    guard let frame = av_frame_alloc() else { throw .outOfMemory }
    let received = libav { avcodec_receive_frame(context, frame) }
    guard received.failed else {
      setTime(of: frame)
      let frame = try download(frame)
      return .frame(
        Frame(owning: frame, timeBase: stream.pointee.time_base, trackOrientation: orientation, pool: pool))
    }
    Frame.discard(frame)
    switch received.code {
    case cff_error(EAGAIN): return .needsPacket
    case cff_error_eof(): return .end
    case cff_error(ENOMEM): throw .outOfMemory
    default: return .damaged
    }
  }

  /// The frame in memory; takes over one that may be in a device.
  private func download(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    guard let device else { return frame }
    guard frame.pointee.hw_frames_ctx != nil else {
      fellBack = true
      return frame
    }
    defer { Frame.discard(frame) }
    guard let copy = av_frame_alloc() else { throw .outOfMemory }
    let moved = libav {
      let code = av_hwframe_transfer_data(copy, frame, 0)
      return code < 0 ? code : av_frame_copy_props(copy, frame)
    }
    guard !moved.failed else {
      Frame.discard(copy)
      throw MediaError(
        .failed, "a picture could not be fetched from the device \(device.name): \(moved.reason); decode without it")
    }
    return copy
  }

  private func setTime(of frame: UnsafeMutablePointer<AVFrame>) {
    let time = known(frame.pointee.best_effort_timestamp) ?? known(frame.pointee.pts) ?? expected ?? 0
    frame.pointee.pts = time
    if cff_frame_duration(frame) <= 0 { cff_set_frame_duration(frame, frameLength) }
    expected = time + cff_frame_duration(frame)
  }
}
