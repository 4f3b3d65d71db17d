import CFFmpeg
import Imaging

/// Encodes the main picture track, set up after its first frame.
final class VideoEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  let codec: UnsafePointer<AVCodec>
  /// The first frame as the encoder sees it; all others must be alike.
  private let first: (width: Int32, height: Int32, format: AVPixelFormat)
  private let inputFormat: AVPixelFormat
  private let dropsAlpha: Bool
  /// For encoders that take pictures from a device's memory only.
  private var upload: HardwareUpload?
  /// What the encoder could not take over, in sentences.
  private(set) var warnings: [String]
  /// How long the frames inside the encoder last, by their time: encoders forget it.
  private var durations: [Int64: Int64] = [:]
  private var lastTime: Int64?
  private let frameLength: Int64
  private(set) var frames = 0
  private(set) var movedFrames = 0

  var name: String { string(codec.pointee.name) }

  struct Request {
    var encoding: VideoEncoding
    /// The constant rate that the frames have got; nil if they have their own times.
    var frameRate: Rational?
    var container: Container
    var template: MediaTemplate
    var threads: Int
    var path: String
    /// What the encoder named in `encoding` works on, if not the processor.
    var device: HardwareDevice?
  }

  init(_ request: Request, first frame: Frame) throws(MediaError) {
    let pictures = EncoderChoice.Pictures(
      format: frame.format, isFullRange: frame.encoding.fullRange, width: frame.av.pointee.width,
      height: frame.av.pointee.height, isInterlaced: cff_frame_is_interlaced(frame.av) != 0,
      codec: request.template.codecToFollow)
    let choice = try EncoderChoice.choose(
      request.encoding, container: request.container, pictures: pictures, path: request.path)
    codec = choice.codec
    inputFormat = frame.format
    first = (frame.av.pointee.width, frame.av.pointee.height, choice.format)
    warnings = choice.isConversion ? [VideoEncoder.warning(of: choice, for: frame)] : []
    if let other = choice.passedOver {
      warnings.append(
        "the video was encoded with \(string(codec.pointee.name)) and not in the codec of the target, because \(string(other.pointee.name)) does not take \(pictures.isInterlaced ? "interlaced " : "")\(frame.pixelFormatName) pictures of \(frame.width)x\(frame.height) pixels as they are"
      )
    }
    dropsAlpha =
      choice.isConversion && !PixelFormat.hasAlpha(choice.format)
      && (PixelFormat.hasAlpha(frame.format) || frame.format == AV_PIX_FMT_PAL8)
    // What the samples mean once they are in the encoder's format.
    let sample =
      choice.format == AV_PIX_FMT_PAL8
      ? try frame.paletted().frame : try VideoEncoder.prepare(frame, choice.format, dropsAlpha: dropsAlpha)
    let source = withExtendedLifetime(sample) { sample.av.pointee }
    let isFullRange = FrameColor.encoding(of: source).fullRange
    guard let context = avcodec_alloc_context3(codec) else { throw .outOfMemory }
    self.context = context
    let template = request.template
    let timeBase = VideoEncoder.timeBase(for: codec, request)
    let frameRate = request.frameRate?.av ?? template.frameRate
    frameLength = frameRate.num > 0 ? max(1, av_rescale_q(1, av_inv_q(frameRate), timeBase)) : 1
    context.pointee.width = source.width
    context.pointee.height = source.height
    context.pointee.pix_fmt = choice.format
    context.pointee.time_base = timeBase
    context.pointee.framerate = frameRate
    context.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : source.color_range
    context.pointee.colorspace = source.colorspace
    context.pointee.color_primaries = source.color_primaries
    context.pointee.color_trc = source.color_trc
    context.pointee.chroma_sample_location = source.chroma_location
    context.pointee.sample_aspect_ratio = VideoEncoder.pixelShape(source, template)
    // The library's default is one thread; 0 asks for as many as there are cores.
    context.pointee.thread_count = Int32(clamping: request.threads)
    context.pointee.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE
    context.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
    if request.container.has(AVFMT_GLOBALHEADER) { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    setInterlacing(frame, track: template.streams[template.main])
    let light = LightLevels(of: frame, track: template.streams[template.main])
    // QuickTime plays HEVC only under this tag.
    if codec.pointee.id == AV_CODEC_ID_HEVC, request.container.isMP4 {
      context.pointee.codec_tag = cff_tag(CChar(bitPattern: 104), 118, 99, 49)
    }
    if let device = request.device { try use(device, for: choice.format) }
    if let preset = request.encoding.preset { try EncoderPreset.apply(preset, to: context, encoder: name) }
    let name = string(codec.pointee.name)
    let lossless = request.encoding.isLossless ? EncoderLossless.options(for: codec) : nil
    let opened = libav { [codec] in
      let setting =
        lossless.map { EncoderQuality.Setting.options($0) }
        ?? EncoderQuality.setting(
          request.encoding.quality, encoder: name, format: choice.format,
          like: template.streams[template.main]?.pointee.codecpar.pointee)
      let code = EncoderQuality.apply(setting, to: context)
      if code < 0 { return code }
      VideoEncoder.describe(light, isLossless: lossless != nil, to: context, encoder: name)
      return avcodec_open2(context, codec, nil)
    }
    guard !opened.failed else {
      throw MediaError(
        .unsupported,
        "the encoder \(name) does not take \(source.width)x\(source.height) \(PixelFormat.name(choice.format)) pictures for '\(request.path)': \(opened.reason); choose another encoder"
      )
    }
    if !light.isEmpty, light.options(for: name) == nil, !request.container.isMP4,
      !request.container.isMatroskaOrWebM
    {
      warnings.append(
        "the mastering display and light levels were left out: neither \(name) nor a .\(request.container.fileExtension) file can say them; use libx265, or write an .mkv file"
      )
    }
    if isFullRange, !PixelFormat.isRGB(choice.format), !request.container.tellsRange(of: context.pointee) {
      warnings.append(
        "that the samples have full range cannot be said by \(name) in a .\(request.container.fileExtension) file, so players will show too much contrast; write an .mkv file"
      )
    }
  }

  deinit {
    var closing: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&closing)
  }

  /// The input's own unit of time, so that no timestamp is rounded. Encoders and containers that can only count whole
  /// frames, or in no more than 16 bits, get the length of one frame.
  private static func timeBase(for codec: UnsafePointer<AVCodec>, _ request: Request) -> AVRational {
    if let rate = request.frameRate { return av_inv_q(rate.av) }
    let template = request.template
    let own = template.streams[template.main]?.pointee.time_base ?? AVRational(num: 1, den: 90000)
    guard template.frameRate.num > 0 else { return own }
    let is16Bit = [AV_CODEC_ID_MPEG4, AV_CODEC_ID_H263, AV_CODEC_ID_H263P].contains(codec.pointee.id)
    let countsFrames =
      cff_encoder_has_fixed_rates(codec) != 0 || codec.pointee.id == AV_CODEC_ID_THEORA
      || request.container.countsFrames
    return countsFrames || (is16Bit && own.den > 65535) ? av_inv_q(template.frameRate) : own
  }

  private static func pixelShape(_ frame: AVFrame, _ template: MediaTemplate) -> AVRational {
    guard frame.sample_aspect_ratio.num == 0, let stream = template.streams[template.main]?.pointee else {
      return frame.sample_aspect_ratio
    }
    let shape = stream.sample_aspect_ratio
    return shape.num != 0 ? shape : stream.codecpar.pointee.sample_aspect_ratio
  }

  /// Has the encoder work on a device, and send it the pictures if it takes none from memory.
  private func use(_ device: HardwareDevice, for format: AVPixelFormat) throws(MediaError) {
    context.pointee.hw_device_ctx = av_buffer_ref(device.reference)
    guard device.type == AV_HWDEVICE_TYPE_VAAPI else { return }
    let made = try HardwareUpload(
      to: device, as: AV_PIX_FMT_VAAPI, format: format, width: context.pointee.width, height: context.pointee.height)
    context.pointee.pix_fmt = AV_PIX_FMT_VAAPI
    context.pointee.hw_frames_ctx = av_buffer_ref(made.frames)
    upload = made
  }

  /// Fields woven into a frame are coded as fields, or they would be smeared into each other.
  private func setInterlacing(_ frame: Frame, track: UnsafeMutablePointer<AVStream>?) {
    let isInterlaced = cff_frame_is_interlaced(frame.av) != 0
    // The container knows more: in which order fields are stored, too.
    let said = track?.pointee.codecpar.pointee.field_order ?? AV_FIELD_UNKNOWN
    let isSaidInterlaced = said != AV_FIELD_UNKNOWN && said != AV_FIELD_PROGRESSIVE
    if isInterlaced, !isSaidInterlaced {
      context.pointee.field_order = cff_frame_is_top_field_first(frame.av) != 0 ? AV_FIELD_TT : AV_FIELD_BB
    } else {
      context.pointee.field_order = said
    }
    if isInterlaced || isSaidInterlaced, ["libx264", "prores_ks", "mpeg2video", "dnxhd"].contains(name) {
      context.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
    }
  }

  /// Has the encoder write light levels into its bit stream, where it can.
  private static func describe(
    _ light: LightLevels, isLossless: Bool, to context: UnsafeMutablePointer<AVCodecContext>, encoder: String
  ) {
    var entries = light.options(for: encoder)?.entries ?? []
    // x265 does not know FFmpeg's log and prints to standard error.
    if encoder == "libx265" {
      entries.insert(("log-level", "none"), at: 0)
      // All its parameters are one option.
      if isLossless { entries.append(("lossless", "1")) }
    }
    let option = light.options(for: encoder)?.name
    guard let option, !entries.isEmpty else { return }
    let text = entries.map { "\($0.0)=\($0.1)" }.joined(separator: ":")
    av_opt_set(context.pointee.priv_data, option, text, 0)
  }

  private static func warning(of choice: EncoderChoice.Choice, for frame: Frame) -> String {
    let from = PixelFormat.name(frame.format)
    let to = PixelFormat.name(choice.format)
    let encoder = string(choice.codec.pointee.name)
    let losesAlpha =
      !PixelFormat.hasAlpha(choice.format) && (PixelFormat.hasAlpha(frame.format) || frame.format == AV_PIX_FMT_PAL8)
    let why =
      EncoderChoice.formats(of: choice.codec).contains(frame.format)
      ? "\(encoder) does not take them in \(frame.width)x\(frame.height) pixels" : "\(encoder) does not take them"
    return "the pictures were converted from \(from) to \(to), because \(why)"
      + (losesAlpha ? "; what is transparent lies over black" : "")
  }

  /// A frame in the encoder's format.
  private static func prepare(_ frame: Frame, _ format: AVPixelFormat, dropsAlpha: Bool) throws(MediaError) -> Frame {
    if PixelFormat.withoutRange(frame.format) == PixelFormat.withoutRange(format) {
      // The encoder's format is only another name of the input's.
      let same = try frame.reference()
      same.av.pointee.format = format.rawValue
      return same
    }
    let input = dropsAlpha ? try frame.overBlack() : frame
    // The samples mean what they did before, unless R′G′B′ becomes Y′CbCr or the reverse.
    let isSameModel = PixelFormat.isRGB(input.format) == PixelFormat.isRGB(format)
    guard isSameModel else { return try input.converted(to: format) }
    let same = try input.converted(to: format, as: input.encoding)
    // What was left open stays open.
    same.av.pointee.color_range = frame.av.pointee.color_range
    same.av.pointee.colorspace = frame.av.pointee.colorspace
    return same
  }

  private func prepare(_ frame: Frame) throws(MediaError) -> Frame {
    guard first.format == AV_PIX_FMT_PAL8, frame.format != AV_PIX_FMT_PAL8 else {
      return try VideoEncoder.prepare(frame, first.format, dropsAlpha: dropsAlpha)
    }
    let (paletted, isExact) = try frame.paletted()
    let warning = "the pictures were reduced to 256 colours each, because \(name) has no more"
    if !isExact, !warnings.contains(warning) { warnings.append(warning) }
    return paletted
  }

  /// Takes a frame in.
  func send(_ frame: Frame) throws(MediaError) {
    try checkAlike(frame)
    var input = try prepare(frame)
    if let upload { input = try upload.upload(input) }
    // Else some encoders take the kind of the input's frame for an order.
    input.av.pointee.pict_type = AV_PICTURE_TYPE_NONE
    // MPEG-2, MPEG-4 and Motion JPEG look for their quantiser here.
    input.av.pointee.quality = context.pointee.global_quality
    let time = nextTime(frame)
    input.av.pointee.pts = time
    let timeBase = context.pointee.time_base
    if frame.duration > 0, frame.timeBase.num > 0 {
      durations[time] = max(1, av_rescale_q(frame.duration, frame.timeBase, timeBase))
      cff_set_frame_duration(input.av, durations[time] ?? 0)
    }
    let sent = libav { avcodec_send_frame(context, input.av) }
    guard !sent.failed else { throw failure(sent) }
    frames += 1
  }

  /// Says that no more frames come.
  func end() throws(MediaError) {
    let sent = libav { avcodec_send_frame(context, nil) }
    guard !sent.failed else { throw failure(sent) }
  }

  /// The next packet, in the encoder's time base; nil if the encoder wants more frames or is empty.
  func receive() throws(MediaError) -> UnsafeMutablePointer<AVPacket>? {
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    let received = libav { avcodec_receive_packet(context, packet) }
    guard received.failed else {
      if let duration = durations.removeValue(forKey: packet.pointee.pts) { packet.pointee.duration = duration }
      if packet.pointee.duration <= 0 { packet.pointee.duration = frameLength }
      return packet
    }
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&owned)
    if received.code == cff_error(EAGAIN) || received.code == cff_error_eof() { return nil }
    throw failure(received)
  }

  private func checkAlike(_ frame: Frame) throws(MediaError) {
    let now = frame.av.pointee
    guard now.width == first.width, now.height == first.height, frame.format == inputFormat else {
      throw MediaError(
        .unsupported,
        "the picture changes from \(first.width)x\(first.height) \(PixelFormat.name(inputFormat)) to \(now.width)x\(now.height) \(frame.pixelFormatName) after \(frames) frames, which one video cannot; cut the input there first"
      )
    }
  }

  /// The frame's time in the encoder's unit. Each frame must be later than the one before: where the input says otherwise,
  /// it is moved by the least there is.
  private func nextTime(_ frame: Frame) -> Int64 {
    var time = (lastTime ?? -frameLength) + frameLength
    if let own = known(frame.av.pointee.pts), frame.timeBase.num > 0 {
      time = av_rescale_q(own, frame.timeBase, context.pointee.time_base)
    }
    if let lastTime, time <= lastTime {
      time = lastTime + 1
      movedFrames += 1
    }
    lastTime = time
    return time
  }

  private func failure(_ result: LibavResult) -> MediaError {
    MediaError(.failed, "the encoder \(name) failed after \(frames) frames: \(result.reason); try another encoder")
  }
}
