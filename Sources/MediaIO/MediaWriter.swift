import CFFmpeg

/// Writes one media file: frames encoded into the picture track, packets of all other tracks as they are.
///
/// The file has its final name only after ``finish()``. Until then it is a hidden file beside it, which ``abandon()`` and
/// the end of the writer's life remove. Use it from one thread at a time; only ``cancel()`` may be called from any.
// @unchecked Sendable: so that it can be handed to the thread that writes.
public final class MediaWriter: @unchecked Sendable {
  /// What could not be taken over so far, in sentences.
  public var warnings: [String] { plan.warnings + (encoder?.warnings ?? []) + soundWarnings + timeWarnings }

  private let encoding: VideoEncoding
  private let form: VideoForm
  private var shaper: FrameShaper
  private let template: MediaTemplate
  private let container: Container
  private let plan: TrackPlan
  private let threads: Int
  private let device: HardwareDevice?
  private let file: TemporaryFile
  private var muxer: Muxer?
  private var encoder: VideoEncoder?
  /// Of the sound tracks that are encoded anew.
  private var sound: [Int: SoundTranscoder] = [:]
  /// Packets that came before the first frame: the header needs the encoder, and that the frame.
  private var early: [Packet] = []
  private var earlyBytes = 0
  /// How many bytes of them are kept. More come only where a file's tracks lie one after the other.
  private static let earlyLimit = 512 << 20
  private var phase = Phase.writing
  private let cancelFlag = CancelFlag()
  /// The muxer's warnings, once it is gone.
  private var lateWarnings: [String] = []

  private enum Phase { case writing, finished, abandoned }

  /// Prepares a file with the tracks, times, chapters and metadata of `template`.
  ///
  /// - Parameters:
  ///   - path: where the file will be. Its extension names the container.
  ///   - template: what it takes over: ``MediaReader/template``, or one made from nothing.
  ///   - encoding: how pictures are compressed.
  ///   - sound: what becomes of the sound.
  ///   - form: the size and the frame rate they get.
  ///   - extraMetadata: entries to add to the file's own.
  ///   - threads: threads for encoding; 0 for as many as there are cores.
  /// - Throws: ``MediaError`` if the container, the encoder or the place will not do.
  public init(
    path: String, like template: MediaTemplate, encoding: VideoEncoding = VideoEncoding(),
    sound: SoundEncoding = SoundEncoding(), form: VideoForm = VideoForm(), extraMetadata: [String: String] = [:],
    threads: Int = 0
  ) throws(MediaError) {
    try FilePath.checkWritable(path)
    container = try Container(forVideoAt: path)
    if let name = encoding.encoder {
      let codec = try EncoderChoice.named(name, container: container, path: path)
      if encoding.isLossless { try EncoderLossless.check(codec, container: container) }
      device = try HardwareDevice.forEncoder(name)
    } else {
      device = nil
    }
    plan = try TrackPlan(template, sound, in: container, path: path)
    self.sound = try MediaWriter.transcoders(plan, template, container, path)
    self.encoding = encoding
    self.form = form
    shaper = FrameShaper(form)
    self.template = template
    self.threads = threads
    file = TemporaryFile(for: path)
    do throws(MediaError) {
      muxer = try Muxer(
        container, template: template, plan: plan, extraMetadata: extraMetadata, temporary: file.path, path: path)
    } catch {
      file.remove()
      throw error
    }
  }

  deinit { abandon() }

  private static func transcoders(
    _ plan: TrackPlan, _ template: MediaTemplate, _ container: Container, _ path: String
  ) throws(MediaError) -> [Int: SoundTranscoder] {
    var made: [Int: SoundTranscoder] = [:]
    for (index, fate) in plan.fates.enumerated() {
      guard case .transcode(let target) = fate, let stream = template.streams[index] else { continue }
      made[index] = try SoundTranscoder(
        stream, to: target, container: container, what: TrackPlan.description(of: stream), path: path)
    }
    return made
  }

  /// Takes a packet of another track: copies it, or encodes its sound anew. Those of tracks that were left out are
  /// ignored.
  ///
  /// - Throws: ``MediaError`` if it cannot be written.
  public func write(_ packet: Packet) throws(MediaError) {
    checkWriting()
    guard encoder != nil else {
      earlyBytes += packet.size
      guard earlyBytes <= MediaWriter.earlyLimit else {
        throw MediaError(
          .failed,
          "cannot write '\(file.finalPath)': over \(MediaWriter.earlyLimit >> 20) MB of the target's other tracks lie before "
            + "its first frame; copy its tracks into a .mov file first, which keeps them side by side")
      }
      early.append(packet)
      return
    }
    try take(packet)
  }

  /// Encodes a frame. All must have the size and format of the first.
  ///
  /// The samples reach the encoder as they are where it takes their format; else they are converted to the closest one
  /// that it takes, which ``warnings`` then tells. Without a place for alpha, what is transparent lies over black.
  ///
  /// - Throws: ``MediaError`` if the encoder does not take such frames, or the file cannot be written.
  public func encode(_ frame: Frame) throws(MediaError) {
    checkWriting()
    // Not only when the shaper lets go of it: until then all packets would have to wait.
    if encoder == nil { try begin(shaper.resized(frame)) }
    try shape(frame)
  }

  /// Brings a frame, or with nil the last one, into the wanted form and encodes what comes of it.
  private func shape(_ frame: Frame?) throws(MediaError) {
    try shaper.shape(frame) { frame throws(MediaError) in
      guard let encoder else { return }
      try encoder.send(frame)
      try drain(encoder)
    }
  }

  /// Ends the file and gives it its name, in place of what was there.
  ///
  /// - Throws: ``MediaError`` if there was no frame, or the file cannot be written; then nothing is left behind.
  public func finish() throws(MediaError) -> Output {
    checkWriting()
    do throws(MediaError) {
      try shape(nil)
      guard let encoder, let muxer else {
        throw MediaError(.failed, "cannot finish '\(file.finalPath)': it has no frames")
      }
      try encoder.end()
      try drain(encoder)
      for (track, transcoder) in sound.sorted(by: { $0.key < $1.key }) {
        try send(nil, to: transcoder, track: track)
      }
      try muxer.end()
      let output = Output(
        path: file.finalPath, frames: encoder.frames, bytes: FilePath.size(of: file.path) ?? 0, encoder: encoder.name,
        warnings: warnings)
      try file.deliver()
      phase = .finished
      lateWarnings = muxer.warnings
      self.muxer = nil
      early = []
      return output
    } catch {
      abandon()
      throw error
    }
  }

  /// Stops, and removes what was written. The final path is not touched. Does nothing after ``finish()``.
  public func abandon() {
    guard phase == .writing else { return }
    phase = .abandoned
    muxer = nil
    encoder = nil
    sound = [:]
    early = []
    file.remove()
  }

  /// Makes the call under way, and all later ones, throw. Callable from any thread.
  ///
  /// It matters for ``finish()``: an encoder may still hold many frames, and take long over each.
  public func cancel() { cancelFlag.raise() }

  private func checkWriting() { precondition(phase == .writing, "the file is finished or abandoned already") }

  private func begin(_ frame: Frame) throws(MediaError) {
    let request = VideoEncoder.Request(
      encoding: encoding, frameRate: form.frameRate, container: container, template: template, threads: threads,
      path: file.finalPath, device: device)
    let made = try VideoEncoder(request, first: frame)
    try muxer?.begin(made, sound, first: frame, constantRate: form.frameRate)
    encoder = made
    let waiting = early
    early = []
    for packet in waiting { try take(packet) }
  }

  private func take(_ packet: Packet) throws(MediaError) {
    guard let copy = av_packet_clone(packet.av) else { throw .outOfMemory }
    guard let transcoder = sound[packet.track] else {
      try muxer?.write(copy, track: packet.track, timeBase: packet.timeBase)
      return
    }
    var owned: UnsafeMutablePointer<AVPacket>? = copy
    defer { av_packet_free(&owned) }
    if let base = template.streams[packet.track]?.pointee.time_base {
      av_packet_rescale_ts(copy, packet.timeBase, base)
    }
    try send(copy, to: transcoder, track: packet.track)
  }

  /// - Parameter packet: nil at the end of the track.
  private func send(_ packet: UnsafeMutablePointer<AVPacket>?, to transcoder: SoundTranscoder, track: Int)
    throws(MediaError)
  {
    try transcoder.send(packet) { (encoded: UnsafeMutablePointer<AVPacket>) throws(MediaError) in
      try muxer?.write(encoded, track: track, timeBase: transcoder.encoder.timeBase)
    }
  }

  private func drain(_ encoder: VideoEncoder) throws(MediaError) {
    while let packet = try encoder.receive() {
      if cancelFlag.isRaised {
        var unwanted: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&unwanted)
        throw MediaError(.cancelled, "writing '\(file.finalPath)' was cancelled")
      }
      try muxer?.write(packet, track: template.main, timeBase: encoder.context.pointee.time_base)
    }
  }

  private var soundWarnings: [String] { sound.sorted { $0.key < $1.key }.flatMap(\.value.warnings) }

  private var timeWarnings: [String] {
    let moved = encoder?.movedFrames ?? 0
    let ofFrames = moved == 0 ? [] : ["\(moved) frames were not later than the one before and were moved."]
    return ofFrames + (muxer?.warnings ?? lateWarnings)
  }
}
