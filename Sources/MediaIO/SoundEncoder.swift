import CFFmpeg

/// Encodes one sound track from a stream of samples that knows its time.
final class SoundEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  /// What the encoder could not take over, in sentences.
  private(set) var warnings: [String] = []
  /// Samples that do not yet fill a frame.
  private let queue: OpaquePointer
  /// Time of the first sample in the queue, in samples. Nil before the first.
  private var time: Int64?
  private let name: String

  /// The unit of all times.
  var timeBase: AVRational { AVRational(num: 1, den: context.pointee.sample_rate) }

  /// Time of the next sample that is added; nil before the first.
  var nextTime: Int64? { time.map { $0 + Int64(av_audio_fifo_size(queue)) } }

  /// How many samples the encoder wants at once.
  private var frameSize: Int32 { context.pointee.frame_size > 0 ? context.pointee.frame_size : 4096 }

  /// - Parameters:
  ///   - input: what the track's decoder gives.
  ///   - what: the track, for messages.
  init(
    _ target: SoundChoice.Target, like input: AVCodecParameters, container: Container, what: String, path: String
  ) throws(MediaError) {
    name = target.name
    // A track may be announced and have no sound; then any will do.
    var layout = SoundChoice.plain(input.ch_layout)
    if layout.nb_channels <= 0 { av_channel_layout_default(&layout, 2) }
    let rate = SoundChoice.rate(near: input.sample_rate > 0 ? input.sample_rate : 48000, for: target.codec)
    let format = SoundChoice.format(
      near: input.format >= 0 ? AVSampleFormat(rawValue: input.format) : AV_SAMPLE_FMT_FLTP, for: target.codec)
    var opened: UnsafeMutablePointer<AVCodecContext>?
    var reason = "it takes no such channels"
    for candidate in SoundChoice.layouts(for: layout, target.codec) where opened == nil {
      let result = SoundEncoder.open(target, candidate, rate, format, bits: input.bits_per_raw_sample, container)
      opened = result.context
      reason = result.reason
    }
    guard let context = opened,
      let queue = av_audio_fifo_alloc(context.pointee.sample_fmt, context.pointee.ch_layout.nb_channels, 4096)
    else {
      avcodec_free_context(&opened)
      throw MediaError(
        .unsupported,
        "the audio encoder \(target.name) does not take the \(what) for '\(path)': \(reason); choose another encoder")
    }
    self.context = context
    self.queue = queue
    if context.pointee.ch_layout.nb_channels < layout.nb_channels {
      warnings.append(
        "the \(what) was mixed from \(layout.nb_channels) channels down to \(context.pointee.ch_layout.nb_channels), because \(name) does not take more"
      )
    }
    if rate < input.sample_rate {
      warnings.append(
        "the \(what) was converted from \(input.sample_rate) to \(rate) samples a second, because \(name) does not take more"
      )
    }
  }

  deinit {
    var closing: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&closing)
    av_audio_fifo_free(queue)
  }

  private static func open(
    _ target: SoundChoice.Target, _ layout: AVChannelLayout, _ rate: Int32, _ format: AVSampleFormat, bits: Int32,
    _ container: Container
  ) -> (context: UnsafeMutablePointer<AVCodecContext>?, reason: String) {
    var made = avcodec_alloc_context3(target.codec)
    guard let context = made else { return (nil, "there is not enough memory") }
    var layout = layout
    let opened = libav {
      let code = av_channel_layout_copy(&context.pointee.ch_layout, &layout)
      if code < 0 { return code }
      context.pointee.sample_rate = rate
      context.pointee.sample_fmt = format
      context.pointee.time_base = AVRational(num: 1, den: rate)
      // 24-bit sound lies in 32-bit samples.
      if format == AV_SAMPLE_FMT_S32 || format == AV_SAMPLE_FMT_S32P {
        context.pointee.bits_per_raw_sample = bits > 0 ? bits : 24
      }
      // One thread: sound is little work.
      context.pointee.thread_count = 1
      context.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
      if container.has(AVFMT_GLOBALHEADER) { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
      SoundQuality.apply(target.quality, to: context, encoder: target.name)
      return avcodec_open2(context, target.codec, nil)
    }
    guard opened.failed else { return (context, "") }
    avcodec_free_context(&made)
    return (nil, opened.reason)
  }

  /// Sets the time of the first sample.
  func start(at time: Int64) { self.time = time }

  /// Adds samples of the encoder's own format, from the sample `first` on.
  func add(_ frame: UnsafeMutablePointer<AVFrame>, from first: Int32 = 0) throws(MediaError) {
    guard first < frame.pointee.nb_samples else { return }
    let isPlanar = av_sample_fmt_is_planar(context.pointee.sample_fmt) != 0
    let channels = context.pointee.ch_layout.nb_channels
    let step = Int(first) * Int(av_get_bytes_per_sample(context.pointee.sample_fmt)) * (isPlanar ? 1 : Int(channels))
    var planes: [UnsafeMutableRawPointer?] = (0..<(isPlanar ? Int(channels) : 1)).map { plane in
      frame.pointee.extended_data[plane].map { UnsafeMutableRawPointer($0) + step }
    }
    guard av_audio_fifo_write(queue, &planes, frame.pointee.nb_samples - first) >= 0 else { throw .outOfMemory }
  }

  /// Adds silence, handing out what is full to `deliver` so that long gaps need no memory.
  func addSilence(_ samples: Int64, deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void)
    throws(MediaError)
  {
    var left = samples
    var layout = context.pointee.ch_layout
    while left > 0 {
      let count = Int32(min(left, Int64(frameSize)))
      let frame = try SoundConverter.allocate(
        context.pointee.sample_fmt, context.pointee.sample_rate, &layout, samples: count)
      defer { Frame.discard(frame) }
      av_samples_set_silence(
        frame.pointee.extended_data, 0, count, layout.nb_channels, context.pointee.sample_fmt)
      try add(frame)
      try encode(deliver: deliver)
      left -= Int64(count)
    }
  }

  /// Goes on at a later time. What is in the queue is filled up to a whole frame with silence.
  func jump(to later: Int64, deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void) throws(MediaError) {
    try encode(deliver: deliver)
    let left = av_audio_fifo_size(queue)
    if left > 0 {
      if context.pointee.frame_size > 0 {
        try addSilence(Int64(frameSize - left), deliver: deliver)
      } else {
        try encodeFrame(left, deliver)
      }
    }
    time = max(later, time ?? later)
  }

  /// Encodes all whole frames in the queue.
  func encode(deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void) throws(MediaError) {
    while av_audio_fifo_size(queue) >= frameSize { try encodeFrame(frameSize, deliver) }
  }

  /// Encodes the rest, and gives out all that the encoder holds back.
  func finish(deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void) throws(MediaError) {
    try encode(deliver: deliver)
    let left = av_audio_fifo_size(queue)
    if left > 0 { try encodeFrame(left, deliver) }
    try send(nil, deliver)
  }

  private func encodeFrame(
    _ count: Int32, _ deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    var layout = context.pointee.ch_layout
    let frame = try SoundConverter.allocate(
      context.pointee.sample_fmt, context.pointee.sample_rate, &layout, samples: count)
    defer { Frame.discard(frame) }
    let planes = UnsafeMutableRawPointer(frame.pointee.extended_data)?
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    guard av_audio_fifo_read(queue, planes, count) == count else { throw .outOfMemory }
    frame.pointee.pts = time ?? 0
    time = (time ?? 0) + Int64(count)
    try send(frame, deliver)
  }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?, _ deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    let sent = libav { avcodec_send_frame(context, frame) }
    guard !sent.failed else { throw failure(sent) }
    while true {
      guard let packet = av_packet_alloc() else { throw .outOfMemory }
      let received = libav { avcodec_receive_packet(context, packet) }
      guard !received.failed else {
        var unused: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&unused)
        if received.code == cff_error(EAGAIN) || received.code == cff_error_eof() { return }
        throw failure(received)
      }
      try deliver(packet)
    }
  }

  private func failure(_ result: LibavResult) -> MediaError {
    MediaError(.failed, "the audio encoder \(name) failed: \(result.reason); try another encoder")
  }
}
