internal import Effects
internal import FaceAnalysis
internal import Foundation
internal import Imaging
internal import MediaIO

extension JobRequest {
  /// Does the job and returns when its output is whole and in place.
  ///
  /// It blocks for as long as it takes: call it from a thread of your own.
  ///
  /// - Parameters:
  ///   - cancellation: stops the job; nothing is left of the output then.
  ///   - onEvent: called from the job's threads, one at a time.
  /// - Throws: ``JobError``. The output path is then as it was before.
  public func run(
    cancellation: Cancellation = Cancellation(), onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }
  ) throws(JobError) -> JobResult {
    let lock = NSLock()
    let notify: @Sendable (JobEvent) -> Void = { event in lock.withLock { onEvent(event) } }
    do {
      try checkPaths()
      let meter = ProcessorMeter()
      let reader = try meter.measure(.decode) { try ThreadName.inherited(ThreadName.read) { try openTarget() } }
      cancellation.onRequest { reader.cancel() }
      switch reader.info.kind {
      case .picture: return try runPicture(reader, meter, cancellation: cancellation, notify: notify)
      case .video: return try runVideo(reader, meter, cancellation: cancellation, notify: notify)
      }
    } catch {
      throw cancellation.isRequested ? JobError(CancellationError()) : JobError(error)
    }
  }

  /// An output over an input would take the place of what the user wants to keep.
  private func checkPaths() throws {
    try checkProcessors()
    try SourceReader.check(sources)
    try InputCheck.check(inputs: sources + (PictureList.isList(target) ? [] : [target]), output: output)
  }

  private func openTarget() throws -> any ClipReader {
    // What cannot be written is told before the target is looked at, which may take long.
    if !isSeries(output) { try PathCheck.writable(output) }
    guard PictureList.isList(target) else {
      return try MediaFile.open(
        target, threads: threads, trim: trim, margin: FaceStage.margin(effort), hardware: hardwareDecoding)
    }
    return try PictureListReader(
      PictureList(path: target), frameRate: sequenceFrameRate, trim: trim, margin: FaceStage.margin(effort))
  }

  private func runPicture(
    _ reader: any ClipReader, _ meter: ProcessorMeter, cancellation: Cancellation,
    notify: @escaping @Sendable (JobEvent) -> Void
  ) throws -> JobResult {
    let start = Date()
    guard PictureFile.canWrite(output) else {
      throw JobError(
        .unwritableOutput,
        "cannot write '\(output)': the target is a picture, and this is not the name of one; end it in "
          + PictureFile.writableExtensions.map { "." + $0 }.joined(separator: ", "))
    }
    let picture = try meter.measure(.decode) { try SourceReader.picture(target).editable() }
    let models = try FaceModels(runtimePath: runtimePath)
    let effects = try EffectMaker(self, models: models, notify: notify, cancellation: cancellation).effects()
    var selector = FaceSelector(mode: selectorMode)
    let faces = try meter.measure(.find) {
      selector.select(from: try picture.withPixels { try models.faces(in: $0, withHands: effort == .full) })
    }
    try report(framesWithFaces: faces.count, notify)
    if !faces.isEmpty {
      try meter.measure(.swap) {
        try picture.withMutablePixels { EffectChain(effects).apply(to: faces.reversed(), in: $0) }
      }
    }
    if cancellation.isRequested { throw CancellationError() }
    let written = try meter.measure(.encode) {
      let resized = try writing { try FrameScaler(factor: pictureScale, isForVideo: false).scale(picture) }
      return try PictureFile.write(resized, to: output, quality: pictureQuality)
    }
    for warning in written.warnings { notify(.warning(warning)) }
    let seconds = Date().timeIntervalSince(start)
    notify(
      .progress(
        JobProgress(
          frames: 1, totalFrames: 1, faces: faces.count, framesWithFaces: min(1, faces.count), seconds: seconds)))
    return JobResult(
      path: written.path, frames: 1, framesWithFaces: min(1, faces.count), writtenFrames: 1, seconds: seconds,
      encoder: written.encoder, processorTime: meter.times())
  }

  private func runVideo(
    _ reader: any ClipReader, _ meter: ProcessorMeter, cancellation: Cancellation,
    notify: @escaping @Sendable (JobEvent) -> Void
  ) throws -> JobResult {
    let start = Date()
    let writer = try writing { try openOutput(reader) }
    defer { writer.abandon() }
    cancellation.onRequest { writer.cancel() }
    let notices = reader.notices
    for notice in notices { notify(.notice(notice)) }
    let stage = LazyStage(self, clipFrames: reader.info.framesInFile, meter, cancellation, notify)
    let tally = Tally(total: reader.info.estimatedFrames, start: start)
    try Pipeline.run(load: { $0.load }, bytes: { $0.bytes }, cancellation: cancellation) {
      switch try meter.measure(.decode, reader.next) {
      case .frame(let frame): Parcel.frame(frame, faces: 0)
      case .packet(let packet): Parcel.packet(packet)
      case nil: nil
      }
    } work: { parcel in
      try stage.process(parcel)
    } write: { parcel in
      switch parcel {
      case .frame(let frame, let faces):
        try meter.measure(.encode) { try writing { try writer.encode(frame) } }
        notify(.progress(tally.count(faces: faces)))
      case .packet(let packet):
        try meter.measure(.encode) { try writing { try writer.write(packet) } }
      }
    }
    try report(framesWithFaces: tally.framesWithFaces, notify)
    for notice in reader.notices.dropFirst(notices.count) { notify(.notice(notice)) }
    warnOfDamage(reader, notify)
    if cancellation.isRequested { throw CancellationError() }
    meter.countThreads()
    let written = try meter.measure(.encode) { try writer.finish() }
    let times = withExtendedLifetime((reader, writer)) { meter.times() }
    for warning in written.warnings { notify(.warning(warning)) }
    return JobResult(
      path: written.path, frames: tally.frames, framesWithFaces: tally.framesWithFaces,
      writtenFrames: written.frames, seconds: Date().timeIntervalSince(start), encoder: written.encoder,
      truncation: reader.truncation, processorTime: times)
  }

  private func warnOfDamage(_ reader: any ClipReader, _ notify: (JobEvent) -> Void) {
    if reader.damagedPackets > 0 {
      let what = reader.damagedPackets == 1 ? "1 damaged packet" : "\(reader.damagedPackets) damaged packets"
      notify(.warning("\(what) of '\(target)' could not be decoded and had to be left out"))
    }
    if reader.damagedFrames > 0 {
      let what = reader.damagedFrames == 1 ? "1 frame" : "\(reader.damagedFrames) frames"
      notify(.warning("in \(what) of '\(target)', which is damaged, the decoder had to guess parts of the picture"))
    }
    if let damage = reader.containerDamage, reader.truncation == nil {
      notify(.warning("parts of '\(target)' are damaged and had to be left out (\(damage))"))
    }
    if let truncation = reader.truncation {
      notify(.warning("'\(target)' ends too early (\(truncation)); what could be read of it is delivered"))
    }
  }

  private func report(framesWithFaces: Int, _ notify: (JobEvent) -> Void) throws {
    guard framesWithFaces == 0 else { return }
    if requiresFace {
      throw JobError(.noFace, "no face was found in the target '\(target)', and --require-face was given")
    }
    notify(.notice("no face was found in '\(target)': its pictures are delivered unchanged"))
  }
}

/// Runs `body`, which makes the output: what cannot be served there is no fault of an input.
private func writing<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as MediaError where error.kind == .unsupported {
    throw JobError(.unwritableOutput, error.message)
  }
}

/// The face stage, made on the work thread when the first frame comes, while the decoder is already running.
private final class LazyStage: @unchecked Sendable {  // used by the work thread alone
  private let request: JobRequest
  private let clipFrames: Int?
  private let meter: ProcessorMeter
  private let cancellation: Cancellation
  private let notify: @Sendable (JobEvent) -> Void
  private var stage: FaceStage?

  init(
    _ request: JobRequest, clipFrames: Int?, _ meter: ProcessorMeter, _ cancellation: Cancellation,
    _ notify: @escaping @Sendable (JobEvent) -> Void
  ) {
    self.cancellation = cancellation
    self.request = request
    self.clipFrames = clipFrames
    self.meter = meter
    self.notify = notify
  }

  func process(_ parcel: Parcel?) throws -> [Parcel] {
    if let stage { return try stage.process(parcel) }
    let models = try FaceModels(runtimePath: request.runtimePath)
    let effects = try EffectMaker(request, models: models, notify: notify, cancellation: cancellation).effects()
    let made = FaceStage(
      tracker: try models.tracker(effort: request.effort, clipFrames: clipFrames),
      selector: FaceSelector(mode: request.selectorMode), effects: effects, meter: meter)
    stage = made
    return try made.process(parcel)
  }
}

/// Counts what was written.
private final class Tally: @unchecked Sendable {  // written by the write thread, read after it has ended
  private let total: Int?
  private let start: Date
  private(set) var frames = 0
  private(set) var framesWithFaces = 0

  init(total: Int?, start: Date) {
    self.total = total
    self.start = start
  }

  func count(faces: Int) -> JobProgress {
    frames += 1
    if faces > 0 { framesWithFaces += 1 }
    return JobProgress(
      frames: frames, totalFrames: total, faces: faces, framesWithFaces: framesWithFaces,
      seconds: Date().timeIntervalSince(start))
  }
}
