import CFFmpeg

/// Reads one media file from its beginning to its end: the main picture track decoded, all others as they are.
///
/// Use it from one thread at a time; only ``cancel()`` may be called from any.
// @unchecked Sendable: so that it can be handed to the thread that reads. The cancel flag is atomic.
public final class MediaReader: @unchecked Sendable {
  /// What the file holds, in the order of its parts.
  public enum Item: Sendable {
    /// A frame of the main picture track; they come in the order of display.
    case frame(Frame)
    /// A packet of another track; they come in the order of the file.
    case packet(Packet)
  }

  public let info: MediaInfo
  /// All a writer has to know to make a file like this one.
  public let template: MediaTemplate
  /// How many packets of the main track could not be decoded and were left out.
  public private(set) var damagedPackets = 0
  public private(set) var damagedFrames = 0
  /// What is wrong with the container, if some of it had to be jumped over.
  public private(set) var containerDamage: String?
  /// Why the file ended before it should have, once the end was reached; nil if it is whole.
  public private(set) var truncation: String?
  public private(set) var frameCount = 0

  /// How many frames were decoded only to get to the start of a ``Trim``.
  public var skippedFrames: Int { cutter?.skippedFrames ?? 0 }

  /// What decodes differs from what was asked for, in sentences. More may come with the first frame.
  public var notices: [String] {
    guard let device, decoder.fellBack else { return deviceNotices }
    return deviceNotices + [
      "the device \(device.name) does not take the pictures of '\(info.path)', so the processor decodes them"
    ]
  }

  private let deviceNotices: [String]
  private let device: HardwareDevice?
  private let path: String
  private let trim: Trim?
  private let margin: TrimMargin
  private let threads: Int
  private var demuxer: Demuxer
  private var decoder: VideoDecoder
  private var cutter: Cutter?
  /// Whether a jump over what lies before the start was tried.
  private var hasJumped = false
  private let main: Int
  private let cancelFlag = CancelFlag()
  private var phase = Phase.reading
  private var failedReads = 0
  /// The size of a picture that the decoder found too large.
  private var refusedSize: String?

  private enum Phase { case reading, draining, ended }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: a path in the file system. Addresses of other kinds are not understood, on purpose.
  ///   - threads: threads for decoding; 0 for as many as there are cores.
  ///   - trim: the part to read; nil for all. Frames are exact wherever key frames are. Packets of other tracks that end
  ///     before its first frame or begin after its last are left out, and the first frame's time becomes zero.
  ///   - margin: how many frames around `trim` are handed out too.
  ///   - hardware: whether a device decodes.
  /// - Throws: ``MediaError`` if there is no such file, it has no picture that can be decoded, `trim` is no part, or the
  ///   named device is not there.
  public init(
    path: String, threads: Int = 0, trim: Trim? = nil, margin: TrimMargin = .none, hardware: HardwareDecoding = .none
  ) throws(MediaError) {
    try trim?.check(path: path)
    self.path = path
    self.trim = trim
    self.margin = margin
    demuxer = try Demuxer(path: path, cancelFlag: cancelFlag)
    guard let main = demuxer.mainStream, let stream = demuxer.streams[main] else {
      throw MediaError(
        .unreadable,
        "cannot use '\(path)': it has no picture track (it holds \(demuxer.contents)); choose a picture or a video")
    }
    self.main = main
    self.threads = demuxer.isPicture(stream) ? 1 : threads
    (device, deviceNotices) =
      demuxer.isPicture(stream) ? (nil, []) : try HardwareDevice.forDecoding(stream, hardware, path: path)
    decoder = try demuxer.decoder(of: main, threads: self.threads, device: device)
    // Parsers may leave the format open until the first frame; then the container's word stands.
    let format =
      decoder.context.pointee.pix_fmt == AV_PIX_FMT_NONE
      ? AVPixelFormat(rawValue: stream.pointee.codecpar.pointee.format) : decoder.context.pointee.pix_fmt
    var info = demuxer.describe(main: main, format: format)
    info.framesInFile = info.estimatedFrames
    if let trim {
      let rest = trim.estimate(frames: info.estimatedFrames, rate: info.frameRate, duration: info.duration)
      (info.estimatedFrames, info.duration) = (rest.frames, rest.duration)
      cutter = demuxer.cutter(trim, margin: margin, rate: info.frameRate, main: main)
    }
    self.info = info
    template = try MediaTemplate(copying: demuxer, main: main)
  }

  /// The next frame or packet, or nil at the end.
  ///
  /// Packets that cannot be decoded are left out and counted. A file that ends too early is read as far as it goes.
  ///
  /// - Throws: ``MediaError`` if the file yields no picture at all, or reading was cancelled.
  public func next() throws(MediaError) -> Item? {
    while true {
      if cancelFlag.isRaised { throw .cancelled(info.path) }
      if let item = cutter?.pop() {
        if case .frame(let frame) = item { count(frame) }
        return item
      }
      if phase == .ended { return nil }
      if let cutter, cutter.isFinished {
        phase = .ended
        continue
      }
      switch try decoder.next() {
      case .frame(let frame):
        guard let cutter else {
          frame.number = frameCount
          count(frame)
          return .frame(frame)
        }
        let isNew = cutter.start == nil
        cutter.add(frame)
        try jumpIfWorthwhile(cutter)
        if isNew, let start = cutter.start { begin(cutter, at: start) }
      case .damaged:
        countDamage()
      case .end:
        try end()
      case .needsPacket:
        guard let packet = try read() else { continue }
        guard let cutter else { return .packet(packet) }
        cutter.add(packet)
      }
    }
  }

  private func count(_ frame: Frame) {
    guard frame.isWanted else { return }
    frameCount += 1
    if frame.isDamaged { damagedFrames += 1 }
  }

  private func countDamage() {
    // What is damaged after the end is of no interest.
    if cutter?.end == nil { damagedPackets += 1 }
  }

  /// The start of the cut is known: so are the chapters and the timecode.
  private func begin(_ cutter: Cutter, at start: Int64) {
    // What was damaged before it is of no interest.
    damagedPackets = 0
    guard let origin = cutter.origin, let unit = demuxer.streams[main]?.pointee.time_base else { return }
    let first = Double(start) * av_q2d(unit)
    let length = trim?.hasEnd == true ? info.duration : nil
    template.cut(start: first, end: length.map { first + $0 }, origin: Double(origin) * av_q2d(unit))
  }

  /// Once the first frame is known, goes on near the start of the cut, if what is decoded there is sure to be the same.
  private func jumpIfWorthwhile(_ cutter: Cutter) throws(MediaError) {
    guard !hasJumped else { return }
    hasJumped = true
    guard case .seconds(let start, _)? = trim, let origin = cutter.origin, cutter.start == nil,
      let stream = demuxer.streams[main], demuxer.canSeek
    else { return }
    let unit = stream.pointee.time_base
    let rate = info.frameRate?.value ?? 25
    // The frames of the margin must all be there, and one more for their fractions.
    let first = start - (margin.before > 0 ? Double(margin.before + 1) / rate : 0)
    guard first > MediaReader.slack * 1.5 else { return }
    let distance = Int64((first - MediaReader.slack) / av_q2d(unit))
    let limit = origin + Int64(first / av_q2d(unit))
    guard let packet = demuxer.seek(to: origin + distance, before: limit, main: main) else {
      // The file is read from its beginning, by a new demuxer: this one may be anywhere.
      demuxer = try Demuxer(path: path, cancelFlag: cancelFlag)
      decoder = try demuxer.decoder(of: main, threads: threads, device: device)
      cutter.restart(at: 0)
      return
    }
    avcodec_flush_buffers(decoder.context)
    let shown = Double(known(packet.pointee.pts).map { $0 - origin } ?? distance) * av_q2d(unit)
    cutter.restart(at: demuxer.index(of: packet, main: main) ?? max(0, Int((shown * rate).rounded())))
    try decode(packet)
  }

  /// How long before the first frame that is handed out reading goes on after a jump, in seconds: it leaves room for
  /// sound that lies far from its picture.
  private static let slack = 5.0

  /// Makes the read under way, and all later ones, throw. Callable from any thread.
  public func cancel() { cancelFlag.raise() }

  /// Reads one packet. Gives it to the decoder, or returns it if it is of another track.
  private func read() throws(MediaError) -> Packet? {
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    let got = libav { av_read_frame(demuxer.context, packet) }
    guard !got.failed else {
      av_packet_free(&owned)
      try stopOrRetry(got)
      return nil
    }
    failedReads = 0
    containerDamage = containerDamage ?? got.containerError?.withoutFullStop
    let track = Int(packet.pointee.stream_index)
    guard track == main else {
      // A track that appears in mid-file was not announced, so no writer has a place for it.
      guard track < info.tracks.count, let stream = demuxer.streams[track] else {
        av_packet_free(&owned)
        return nil
      }
      return Packet(owning: packet, timeBase: stream.pointee.time_base)
    }
    try decode(packet)
    return nil
  }

  /// Gives a packet of the main track to the decoder, and lets it go.
  private func decode(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    defer { av_packet_free(&owned) }
    if let cutter, let end = cutter.end, cutter.hasAllFrames {
      // The sound of the last frames may lie behind them in the file, but not for ever.
      let time = known(packet.pointee.dts) ?? known(packet.pointee.pts) ?? end
      if cutter.seconds(to: time) > cutter.seconds(to: end) + MediaReader.slack * 2 { phase = .ended }
      return
    }
    let sent = decoder.send(packet)
    if sent.code == cff_error(ENOMEM) { throw .outOfMemory }
    if sent.failed {
      countDamage()
      refusedSize = refusedSize ?? sent.refusedSize
    }
  }

  /// A read failed: it is the end, or a bad spot after which more may follow.
  private func stopOrRetry(_ got: LibavResult) throws(MediaError) {
    if got.code == cff_error_exit() || cancelFlag.isRaised { throw .cancelled(info.path) }
    if got.code == cff_error(EAGAIN) { return }
    if got.code != cff_error_eof() {
      truncation = truncation ?? got.reason
      failedReads += 1
      // Each sample that lies beyond the end of the file fails once; some in between may still be there.
      if got.code == cff_error_invalid_data(), failedReads < 1000 { return }
    } else if let line = got.errors.last {
      truncation = truncation ?? line.withoutFullStop
    }
    let missing = demuxer.missingBytes
    if missing > 0 { truncation = "\(missing) bytes are missing at its end" }
    phase = .draining
    // Tells the decoder to give out what it holds back; it cannot fail before the first flush.
    _ = decoder.send(nil)
  }

  private func end() throws(MediaError) {
    phase = .ended
    cutter?.finish()
    containerDamage = containerDamage ?? demuxer.damage
    // What was jumped over may have been all the rest; then no end was met.
    if let containerDamage, trim == nil, let total = info.estimatedFrames, frameCount + damagedPackets < total * 9 / 10
    {
      truncation = truncation ?? containerDamage
    }
    guard frameCount == 0, cutter?.start == nil else { return }
    if let trim, let cutter, cutter.origin != nil {
      let length =
        if case .frames = trim { "it has only \(cutter.skippedFrames) frames" } else {
          "its last frame is shown at \(cutter.length) seconds"
        }
      throw MediaError(
        .unsupported, "cannot cut '\(info.path)' to \(trim.description): \(length); choose an earlier start")
    }
    if let refusedSize { throw Limits.tooLarge(refusedSize, isPicture: info.kind == .picture, path: info.path) }
    let few = [0: "it is empty", 1: "its only packet is damaged"]
    let why = truncation ?? few[damagedPackets] ?? "all its \(damagedPackets) packets are damaged"
    throw MediaError(
      .unreadable,
      "cannot use '\(info.path)': no picture could be decoded from its \(info.videoCodecName) track (\(why)); try another copy"
    )
  }
}

extension Demuxer {
  fileprivate func decoder(of main: Int, threads: Int, device: HardwareDevice?) throws(MediaError) -> VideoDecoder {
    guard let stream = streams[main] else { throw .outOfMemory }
    return try VideoDecoder(
      stream, orientation: orientation(of: stream), frameRate: av_guess_frame_rate(context, stream, nil),
      threads: threads, maxPixels: isPicture(stream) ? Limits.picturePixels : Limits.videoPixels, device: device,
      path: path)
  }

  fileprivate func cutter(_ trim: Trim, margin: TrimMargin, rate: Rational?, main: Int) -> Cutter {
    let tracks = streams.compactMap { $0?.pointee }
    let covers = tracks.filter { $0.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 }.map { Int($0.index) }
    return Cutter(
      trim, margin: margin, rate: rate, unit: tracks[main].time_base,
      kinds: tracks.map { Track.Kind($0.codecpar.pointee.codec_type) }, covers: Set(covers))
  }

  /// The kinds of tracks there are, for a message.
  fileprivate var contents: String {
    let kinds = streams.compactMap { $0.map { Track.Kind($0.pointee.codecpar.pointee.codec_type) } }
    var names: [String] = []
    for kind in kinds {
      let name = kind == .video ? "a cover picture" : kind == .subtitle ? "subtitles" : kind.rawValue
      if !names.contains(name) { names.append(name) }
    }
    return names.isEmpty ? "nothing" : String.list(names, "and")
  }
}
