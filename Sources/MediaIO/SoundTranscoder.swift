import CFFmpeg

/// Decodes a sound track and encodes it anew, every sample at its own time.
final class SoundTranscoder {
  private let decoder: UnsafeMutablePointer<AVCodecContext>
  private let converter: SoundConverter
  let encoder: SoundEncoder
  /// The track, for messages.
  private let what: String
  private var damagedPackets = 0
  /// Seconds of silence that stand where the input has nothing.
  private var silence = 0.0
  private var ignoredJumps = 0

  /// By how much a time may differ from where the samples before it end: containers round, and clocks jitter. It is less
  /// than a packet of any usual codec, so that one that is missing leaves a gap; and nobody hears it.
  private static let tolerance = 0.01
  /// The longest gap that is filled. A longer one is left to the container.
  private static let longestSilence = 60.0
  /// The longest stretch that is left out because it comes a second time. More than that is a clock that was set back.
  private static let longestOverlap = 1.0

  /// - Parameters:
  ///   - what: the track, for messages.
  ///   - path: the output.
  /// - Throws: ``MediaError`` if there is no decoder or the encoder does not take such sound.
  init(
    _ stream: UnsafeMutablePointer<AVStream>, to target: SoundChoice.Target, container: Container, what: String,
    path: String
  ) throws(MediaError) {
    self.what = what
    let parameters = stream.pointee.codecpar.unsafelyUnwrapped
    guard let codec = avcodec_find_decoder(parameters.pointee.codec_id),
      let decoder = avcodec_alloc_context3(codec)
    else {
      throw MediaError(
        .unsupported,
        "cannot write '\(path)': this FFmpeg has no decoder for the \(what), so it cannot be encoded anew; write an .mkv file, which can take a copy"
      )
    }
    let opened = libav {
      let code = avcodec_parameters_to_context(decoder, parameters)
      if code < 0 { return code }
      decoder.pointee.pkt_timebase = stream.pointee.time_base
      decoder.pointee.thread_count = 1
      return avcodec_open2(decoder, codec, nil)
    }
    do throws(MediaError) {
      guard !opened.failed else {
        throw MediaError(
          .unsupported,
          "cannot write '\(path)': the decoder for the \(what) does not start: \(opened.reason); write an .mkv file, which can take a copy"
        )
      }
      encoder = try SoundEncoder(target, like: parameters.pointee, container: container, what: what, path: path)
    } catch {
      var closing: UnsafeMutablePointer<AVCodecContext>? = decoder
      avcodec_free_context(&closing)
      throw error
    }
    self.decoder = decoder
    converter = SoundConverter(for: encoder.context, volume: target.volume)
  }

  deinit {
    var closing: UnsafeMutablePointer<AVCodecContext>? = decoder
    avcodec_free_context(&closing)
  }

  /// What became of the sound that is worth knowing, in sentences.
  var warnings: [String] {
    var warnings = encoder.warnings
    if damagedPackets > 0 {
      let packets = damagedPackets == 1 ? "1 damaged packet" : "\(damagedPackets) damaged packets"
      warnings.append("\(packets) of the \(what) could not be decoded and had to be left out")
    }
    if silence > 0 {
      let seconds = (silence * 1000).rounded() / 1000
      warnings.append("the \(what) has gaps; \(seconds) seconds of silence stand there")
    }
    if ignoredJumps > 0 {
      warnings.append("the times of the \(what) jump back \(ignoredJumps) times; the sound goes on without a break")
    }
    return warnings
  }

  /// Takes a packet in; nil says that no more come. Hands what is encoded to `deliver`, which owns it then.
  func send(
    _ packet: UnsafeMutablePointer<AVPacket>?, deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    let sent = libav { avcodec_send_packet(decoder, packet) }
    if sent.code == cff_error(ENOMEM) { throw .outOfMemory }
    if sent.failed { damagedPackets += 1 }
    while let frame = try receive() {
      defer { Frame.discard(frame) }
      try add(frame, deliver)
    }
    guard packet == nil else { return }
    try flushConverter()
    try encoder.finish(deliver: deliver)
  }

  private func receive() throws(MediaError) -> UnsafeMutablePointer<AVFrame>? {
    while true {
      guard let frame = av_frame_alloc() else { throw .outOfMemory }
      let received = libav { avcodec_receive_frame(decoder, frame) }
      if !received.failed { return frame }
      Frame.discard(frame)
      switch received.code {
      case cff_error(EAGAIN), cff_error_eof(): return nil
      case cff_error(ENOMEM): throw .outOfMemory
      default: damagedPackets += 1
      }
    }
  }

  private func add(
    _ frame: UnsafeMutablePointer<AVFrame>, _ deliver: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    if converter.needsFlush(before: frame) { try flushConverter() }
    let rate = Double(encoder.context.pointee.sample_rate)
    let time = known(frame.pointee.pts).map { av_rescale_q($0, decoder.pointee.pkt_timebase, encoder.timeBase) }
    if encoder.nextTime == nil { encoder.start(at: time ?? 0) }
    let expected = (encoder.nextTime ?? 0) + converter.delay
    let gap = (time ?? expected) - expected
    var repeated: Int64 = 0
    switch Double(gap) / rate {
    case ...(-SoundTranscoder.longestOverlap): ignoredJumps += 1
    case ..<(-SoundTranscoder.tolerance): repeated = -gap
    case ...SoundTranscoder.tolerance: break
    case ...SoundTranscoder.longestSilence:
      try flushConverter()
      silence += Double(gap) / rate
      try encoder.addSilence((time ?? expected) - (encoder.nextTime ?? 0), deliver: deliver)
    default:
      try flushConverter()
      try encoder.jump(to: time ?? expected, deliver: deliver)
    }
    let converted = try converter.convert(frame)
    defer { Frame.discard(converted) }
    try encoder.add(converted, from: Int32(clamping: repeated))
    try encoder.encode(deliver: deliver)
  }

  private func flushConverter() throws(MediaError) {
    guard let rest = try converter.flush() else { return }
    defer { Frame.discard(rest) }
    try encoder.add(rest)
  }
}
