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
  /// How many frames were handed out of which the decoder had to guess parts.
  public private(set) var damagedFrames = 0
  /// Why the file ended before it should have, once the end was reached; nil if it is whole.
  public private(set) var truncation: String?
  /// How many frames were handed out.
  public private(set) var frameCount = 0

  private let demuxer: Demuxer
  private let decoder: VideoDecoder
  private let main: Int
  private let cancelFlag = CancelFlag()
  private var phase = Phase.reading
  private var failedReads = 0

  private enum Phase { case reading, draining, ended }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: a path in the file system. Addresses of other kinds are not understood, on purpose.
  ///   - threads: threads for decoding; 0 for as many as there are cores.
  /// - Throws: ``MediaError`` if there is no such file, or it has no picture that can be decoded.
  public init(path: String, threads: Int = 0) throws(MediaError) {
    demuxer = try Demuxer(path: path, cancelFlag: cancelFlag)
    guard let main = demuxer.mainStream, let stream = demuxer.streams[main] else {
      throw MediaError(
        .unreadable,
        "cannot use '\(path)': it has no picture track (it holds \(demuxer.contents)); choose a picture or a video")
    }
    self.main = main
    let isPicture = demuxer.isPicture(stream)
    decoder = try VideoDecoder(
      stream, orientation: demuxer.orientation(of: stream),
      frameRate: av_guess_frame_rate(demuxer.context, stream, nil), threads: isPicture ? 1 : threads, path: path)
    // Parsers may leave the format open until the first frame; then the container's word stands.
    let format =
      decoder.context.pointee.pix_fmt == AV_PIX_FMT_NONE
      ? AVPixelFormat(rawValue: stream.pointee.codecpar.pointee.format) : decoder.context.pointee.pix_fmt
    info = demuxer.describe(main: main, format: format)
    template = try MediaTemplate(copying: demuxer, main: main)
  }

  /// The next frame or packet, or nil at the end.
  ///
  /// Packets that cannot be decoded are left out and counted. A file that ends too early is read as far as it goes.
  ///
  /// - Throws: ``MediaError`` if the file yields no picture at all, or reading was cancelled.
  public func next() throws(MediaError) -> Item? {
    while phase != .ended {
      if cancelFlag.isRaised { throw .cancelled(info.path) }
      switch try decoder.next() {
      case .frame(let frame):
        frameCount += 1
        if frame.isDamaged { damagedFrames += 1 }
        return .frame(frame)
      case .damaged:
        damagedPackets += 1
      case .end:
        try end()
      case .needsPacket:
        if let packet = try read() { return .packet(packet) }
      }
    }
    return nil
  }

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
    let track = Int(packet.pointee.stream_index)
    guard track == main else {
      // A track that appears in mid-file was not announced, so no writer has a place for it.
      guard track < info.tracks.count, let stream = demuxer.streams[track] else {
        av_packet_free(&owned)
        return nil
      }
      return Packet(owning: packet, timeBase: stream.pointee.time_base)
    }
    let sent = decoder.send(packet)
    av_packet_free(&owned)
    if sent.code == cff_error(ENOMEM) { throw .outOfMemory }
    if sent.failed { damagedPackets += 1 }
    return nil
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
    guard frameCount == 0 else { return }
    let few = [0: "it is empty", 1: "its only packet is damaged"]
    let why = truncation ?? few[damagedPackets] ?? "all its \(damagedPackets) packets are damaged"
    throw MediaError(
      .unreadable,
      "cannot use '\(info.path)': no picture could be decoded from its \(info.videoCodecName) track (\(why)); try another copy"
    )
  }
}

extension Demuxer {
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
