import CFFmpeg

/// Writes a container.
final class Muxer {
  private let context: UnsafeMutablePointer<AVFormatContext>
  private let container: Container
  private let template: MediaTemplate
  private let plan: TrackPlan
  /// Where each track of the input goes; nil for those left out.
  private var targets: [UnsafeMutablePointer<AVStream>?] = []
  private var clocks: [PacketClock] = []
  private let path: String
  private let temporary: String
  private var isOpen = false

  /// - Parameters:
  ///   - temporary: where to write.
  ///   - path: what to call it in messages.
  init(
    _ container: Container, template: MediaTemplate, plan: TrackPlan, extraMetadata: [String: String],
    temporary: String, path: String
  ) throws(MediaError) {
    self.container = container
    self.template = template
    self.plan = plan
    self.path = path
    self.temporary = temporary
    var made: UnsafeMutablePointer<AVFormatContext>?
    let url = FilePath.url(temporary)
    guard avformat_alloc_output_context2(&made, container.format, nil, url) >= 0, let context = made else {
      throw .outOfMemory
    }
    self.context = context
    // Codecs that FFmpeg calls experimental in a container came from such a container.
    context.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
    ContainerMetadata.copy(
      from: template.context.pointee.metadata, adding: extraMetadata, to: &context.pointee.metadata)
    for (index, fate) in plan.fates.enumerated() {
      targets.append(fate == .leaveOut ? nil : try addStream(like: template.streams[index], index, fate))
      clocks.append(PacketClock(allowsEqual: container.has(AVFMT_TS_NONSTRICT)))
    }
    let opened = libav { avio_open(&context.pointee.pb, url, AVIO_FLAG_WRITE) }
    guard !opened.failed else {
      // FFmpeg's codes for what the system says are its numbers, negated.
      throw MediaError(
        .unwritable, "cannot write '\(path)': \(FilePath.reason(-opened.code)); choose another folder")
    }
  }

  deinit {
    avio_closep(&context.pointee.pb)
    avformat_free_context(context)
  }

  private func addStream(like source: UnsafeMutablePointer<AVStream>?, _ index: Int, _ fate: TrackPlan.Fate)
    throws(MediaError) -> UnsafeMutablePointer<AVStream>?
  {
    guard let source, let stream = avformat_new_stream(context, nil) else { throw .outOfMemory }
    stream.pointee.time_base = source.pointee.time_base
    stream.pointee.avg_frame_rate = source.pointee.avg_frame_rate
    stream.pointee.disposition = source.pointee.disposition
    ContainerMetadata.copyTrack(
      from: source.pointee.metadata, isEncoded: fate.isEncoding, to: &stream.pointee.metadata)
    guard !fate.isEncoding else { return stream }
    stream.pointee.r_frame_rate = source.pointee.r_frame_rate
    stream.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
    let parameters = stream.pointee.codecpar.unsafelyUnwrapped
    guard avcodec_parameters_copy(parameters, source.pointee.codecpar) >= 0,
      cff_stream_copy_side_data(stream, source) >= 0
    else { throw .outOfMemory }
    parameters.pointee.codec_tag = container.tag(for: source.pointee.codecpar.pointee)
    // These containers state block sizes that hold for one packet only, and mislead others.
    if parameters.pointee.codec_id == AV_CODEC_ID_AC3
      || (parameters.pointee.codec_id == AV_CODEC_ID_MP3 && [1, 576, 1152].contains(parameters.pointee.block_align))
    {
      parameters.pointee.block_align = 0
    }
    if fate == .attach { try makeAttachment(stream, index) }
    return stream
  }

  /// Turns a track for a cover into an attached file.
  private func makeAttachment(_ stream: UnsafeMutablePointer<AVStream>, _ index: Int) throws(MediaError) {
    let bytes = template.covers[index] ?? []
    let parameters = stream.pointee.codecpar.unsafelyUnwrapped
    let isPNG = parameters.pointee.codec_id == AV_CODEC_ID_PNG
    av_freep(&parameters.pointee.extradata)
    guard let memory = av_mallocz(bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else { throw .outOfMemory }
    memory.copyMemory(from: bytes, byteCount: bytes.count)
    parameters.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
    parameters.pointee.extradata_size = Int32(clamping: bytes.count)
    parameters.pointee.codec_type = AVMEDIA_TYPE_ATTACHMENT
    parameters.pointee.codec_tag = 0
    stream.pointee.disposition = 0
    av_dict_set(&stream.pointee.metadata, "filename", isPNG ? "cover.png" : "cover.jpg", AV_DICT_DONT_OVERWRITE)
    av_dict_set(
      &stream.pointee.metadata, "mimetype", isPNG ? "image/png" : "image/jpeg", AV_DICT_DONT_OVERWRITE)
  }

  /// Describes the encoded tracks and writes the header.
  ///
  /// - Parameter constantRate: the frame rate, if it is not the input's.
  func begin(
    _ encoder: VideoEncoder, _ sound: [Int: SoundTranscoder], first frame: Frame, constantRate: Rational?
  ) throws(MediaError) {
    guard let stream = targets[template.main], let source = template.streams[template.main] else { return }
    guard avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context) >= 0 else { throw .outOfMemory }
    stream.pointee.time_base = encoder.context.pointee.time_base
    if let constantRate { stream.pointee.avg_frame_rate = constantRate.av }
    stream.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
    try VideoSideData.copy(from: source, first: frame, to: stream)
    for (index, transcoder) in sound {
      guard let stream = targets[index] else { continue }
      guard avcodec_parameters_from_context(stream.pointee.codecpar, transcoder.encoder.context) >= 0 else {
        throw .outOfMemory
      }
      stream.pointee.time_base = transcoder.encoder.timeBase
    }
    try takeOverWhatACutMoves(constantRate)
    var options = headerOptions()
    defer { av_dict_free(&options) }
    let written = libav { avformat_write_header(context, &options) }
    guard !written.failed else {
      throw MediaError(
        .unsupported, "cannot start '\(path)': \(written.reason); write an .mkv file instead")
    }
    isOpen = true
  }

  /// Chapters and timecode are final only now that there is a frame.
  private func takeOverWhatACutMoves(_ constantRate: Rational?) throws(MediaError) {
    guard cff_copy_chapters(context, template.context) >= 0 else { throw .outOfMemory }
    func copyTimecode(_ from: OpaquePointer?, _ to: inout OpaquePointer?) {
      if av_dict_get(to, "timecode", nil, 0) != nil, let text = entries(from)["timecode"] {
        let label = constantRate.flatMap { rate in
          Rational(template.frameRate).flatMap { Timecode.relabel(text, from: $0, to: rate) }
        }
        av_dict_set(&to, "timecode", label ?? text, 0)
      }
    }
    copyTimecode(template.context.pointee.metadata, &context.pointee.metadata)
    for (target, source) in zip(targets, template.streams) {
      if let target, let source { copyTimecode(source.pointee.metadata, &target.pointee.metadata) }
    }
  }

  private func headerOptions() -> OpaquePointer? {
    var options: OpaquePointer?
    // GIF counts repetitions, and without the entry is played once; WebP counts plays.
    if let plays = template.plays, container.name == "gif" || container.name == "webp" {
      let repeats = plays == 0 ? 0 : plays == 1 ? -1 : plays - 1
      av_dict_set(&options, "loop", "\(min(65535, container.name == "gif" ? repeats : plays))", 0)
    }
    guard container.isMP4 else { return options }
    let freeKeys = ContainerMetadata.needsFreeKeys(context.pointee.metadata) ? "+use_metadata_tags" : ""
    av_dict_set(&options, "movflags", "+faststart" + freeKeys, 0)
    if let timescale { av_dict_set(&options, "movie_timescale", "\(timescale)", 0) }
    return options
  }

  /// The unit of the movie as a whole, in parts of a second. Nil leaves it at the muxer's 1/1000.
  ///
  /// MP4 writes in it how late a track starts. Where one does, a unit that all tracks share keeps that exact.
  private var timescale: Int? {
    let present = plan.fates.indices.filter { targets[$0] != nil }
    let isLate = present.contains { (template.streams[$0].flatMap { known($0.pointee.start_time) } ?? 0) > 0 }
    guard isLate else { return nil }
    let units = present.compactMap { index in
      let stream = if case .transcode = plan.fates[index] { targets[index] } else { template.streams[index] }
      return stream.map { Int($0.pointee.time_base.den) }
    }
    var common = 1
    for unit in units where unit > 0 {
      common = common / Int(av_gcd(Int64(common), Int64(unit))) * unit
      // Beyond this even short movies need 64-bit lengths, which some players lack.
      if common > 1 << 24 { return template.streams[template.main].map { Int($0.pointee.time_base.den) } }
    }
    return common
  }

  /// Writes a packet of the input's track `index` and takes it over.
  func write(_ packet: UnsafeMutablePointer<AVPacket>, track index: Int, timeBase: AVRational) throws(MediaError) {
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    defer { av_packet_free(&owned) }
    guard targets.indices.contains(index), let stream = targets[index], plan.fates[index] != .attach else { return }
    // Before the unit changes, so that nothing is rounded twice.
    let delay = codecDelay(of: stream, in: timeBase)
    if let time = known(packet.pointee.pts) { packet.pointee.pts = time + delay }
    if let time = known(packet.pointee.dts) { packet.pointee.dts = time + delay }
    clocks[index].stamp(packet, from: timeBase, to: stream.pointee.time_base)
    packet.pointee.stream_index = stream.pointee.index
    packet.pointee.pos = -1
    let written = libav { av_interleaved_write_frame(context, packet) }
    guard !written.failed else { throw failure(written) }
  }

  /// What has to be added to a track's times, in a unit: what Matroska's muxer says of the track and does not do.
  private func codecDelay(of stream: UnsafeMutablePointer<AVStream>, in unit: AVRational) -> Int64 {
    let parameters = stream.pointee.codecpar.pointee
    guard container.isMatroskaOrWebM, cff_matroska_adds_codec_delay() == 0,
      parameters.codec_id == AV_CODEC_ID_OPUS, parameters.initial_padding > 0
    else { return 0 }
    return av_rescale_q(Int64(parameters.initial_padding), AVRational(num: 1, den: 48000), unit)
  }

  /// Writes what is held back and the end of the file.
  func end() throws(MediaError) {
    let written = libav {
      let code = av_write_trailer(context)
      // What the disk did not take shows only now.
      let closed = avio_closep(&context.pointee.pb)
      return code < 0 ? code : closed
    }
    guard !written.failed else { throw failure(written) }
  }

  /// What had to be changed of the copied tracks' times.
  var warnings: [String] {
    clocks.enumerated().compactMap { index, clock in
      clock.movedPackets == 0
        ? nil : "\(clock.movedPackets) packets of track \(index) ran backwards in time and were moved"
    }
  }

  private func failure(_ result: LibavResult) -> MediaError {
    guard FilePath.size(of: temporary) != nil else { return .outputIsGone(path) }
    // Without a line of its own, what FFmpeg reports is what the system said: its numbers, negated.
    let isSystems = result.errors.isEmpty && result.code > -4096
    let reason = isSystems || result.code == cff_error(ENOSPC) ? FilePath.reason(-result.code) : result.reason
    return MediaError(.failed, "writing '\(path)' failed: \(reason); the unfinished file was removed")
  }
}
