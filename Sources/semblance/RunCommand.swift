public import ArgumentParser
import CMemory
public import Engine
public import FaceAnalysis
import Glibc
import MediaIO

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Replace the faces of one picture or clip.",
    usage: "semblance run --source <photo> ... --target <file> [--output <file>] [<options>]",
    discussion: """
      The target decides what is made: a picture from a picture, a video from a video. Whatever FFmpeg reads is read. An \
      output that already exists is replaced once the new one is whole, and not touched before.

      A target that shows no face is delivered with its pictures unchanged. Of a source that shows several faces, the \
      largest is used. A name that begins with a dash is written --target=-name.mp4.

      The result is told on standard output, everything else on standard error. With --progress json all of it goes to \
      standard output, one object a line; each has an "event": progress, notice, warning, and at the end result or \
      error.

      EXAMPLES
        semblance run --source actor.jpg --target clip.mp4
        semblance run --source actor.jpg --target clip.mov --output recast.mp4
        semblance run -s actor.jpg -t clip.mp4 --output-video-quality 95
        semblance run -s front.jpg side.jpg -t group.png --face-selector-mode one
        semblance run -s actor.identity -t clip.mp4
        semblance run -s actor.jpg -t frames/ -o recast/ --output-video-scale 2
        semblance run -s actor.jpg -t frames/%06d.png --sequence-fps 24 -o recast.mov
        semblance run -t clip.mp4 --processors face_debugger -o meshes.mp4

      \(HelpSections.environment)

      \(HelpSections.exitCodes)
      """)

  struct Files: ParsableArguments {
    @Option(
      name: [.customLong("source"), .customLong("source-paths"), .short], parsing: .upToNextOption,
      help: ArgumentHelp(
        "Photos of the person whose face is put in, or one identity (see semblance help identity); of a clip, the first "
          + "frame. Several photos are merged: each part of the face comes from the one that shows it best.",
        valueName: "photo"))
    var source: [String] = []

    @Option(
      name: [.customLong("target"), .customLong("target-path"), .short],
      help: ArgumentHelp(
        "The picture or clip whose faces are replaced. A clip may also be a folder of pictures, or numbered ones: "
          + "frames/%06d.png.", valueName: "file"))
    var target: String

    @Option(
      name: .customLong("sequence-fps"),
      help: ArgumentHelp("Pictures a second, if the target is a series of pictures. (default: 25)", valueName: "rate"))
    var sequenceRate: FrameRate?

    @Option(
      name: [.customLong("output"), .customLong("output-path"), .short],
      help: ArgumentHelp(
        "Where the result goes; its ending chooses the format. Of a clip, folder/ or folder/%06d.png makes pictures. "
          + "(default: beside the target, with -swapped in its name and "
          + "never over another file)",
        valueName: "file"))
    var output: String?
  }

  struct Faces: ParsableArguments {
    @Option(
      help: ArgumentHelp("Which faces are replaced: many (every face found) or one (the largest).", valueName: "mode"))
    var faceSelectorMode: FaceSelectorMode = .many

    @Flag(help: "Fail if the target shows no face, instead of delivering it unchanged.")
    var requireFace = false
  }

  struct Part: ParsableArguments {
    @Option(help: ArgumentHelp("First frame of the clip that is delivered, counted from 0.", valueName: "frame"))
    var trimFrameStart: Int?

    @Option(help: ArgumentHelp("Frame before which the clip is cut.", valueName: "frame"))
    var trimFrameEnd: Int?

    @Option(help: ArgumentHelp("Time from which on the clip is delivered.", valueName: "seconds"))
    var trimStart: Double?

    @Option(help: ArgumentHelp("Time before which the clip is cut.", valueName: "seconds"))
    var trimEnd: Double?

    /// What the options ask for; nil is the whole clip.
    var trim: Trim? {
      if trimFrameStart != nil || trimFrameEnd != nil { return .frames(start: trimFrameStart ?? 0, end: trimFrameEnd) }
      if trimStart != nil || trimEnd != nil { return .seconds(start: trimStart ?? 0, end: trimEnd) }
      return nil
    }

    func validate() throws {
      guard (trimFrameStart == nil && trimFrameEnd == nil) || (trimStart == nil && trimEnd == nil) else {
        throw ValidationError("Cut by frames or by seconds, not by both.")
      }
      let (first, last) = (trimFrameStart ?? 0, trimFrameEnd ?? Int.max)
      let (start, end) = (trimStart ?? 0, trimEnd ?? .infinity)
      guard first >= 0, last > first, start >= 0, end > start else {
        throw ValidationError("A cut must not start before 0, and its end must be after its start.")
      }
    }
  }

  struct Output: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Encoder, as FFmpeg names it: libx264, libx265, prores_ks, ffv1, … (default: one for the target's codec, else "
          + "libx264, or what the container and the target's pixels need)",
        valueName: "name"))
    var outputVideoEncoder: String?

    @Option(
      help: ArgumentHelp(
        "The encoder's own preset, from fast to thorough: ultrafast … veryslow for libx264. (default: the encoder's)",
        valueName: "name"))
    var outputVideoPreset: String?

    @Option(
      help: ArgumentHelp(
        "0 (small) to 100 (best; lossless with 8-bit libx264). (default: 80, or the profile of a ProRes or DNxHR target)",
        valueName: "0…100"))
    var outputVideoQuality: Int?

    @Flag(
      help: "Encode so that every sample comes out as it went in: libx264, libx265, libvpx-vp9, libaom-av1 or ffv1.")
    var lossless = false

    @Option(
      help: ArgumentHelp(
        "Encoder of the sound, as FFmpeg names it, or copy. (default: copy; what the container can't hold becomes aac, "
          + "in WebM libopus, in AVI libmp3lame)",
        valueName: "name"))
    var outputAudioEncoder: String?

    @Option(
      help: ArgumentHelp(
        "0 (small) to 100 (best), for sound that is encoded anew, which this option asks for. (default: 80)",
        valueName: "0…100"))
    var outputAudioQuality: Int?

    @Option(
      help: ArgumentHelp(
        "Loudness in percent of the samples' values; below 100 the sound is encoded anew.", valueName: "0…100"))
    var outputAudioVolume = 100

    @Option(
      name: .customLong("output-video-fps"),
      help: ArgumentHelp(
        "A constant frame rate, such as 30 or 24000/1001: frames are left out or repeated, the length stays. (default: "
          + "every frame at its own time)", valueName: "rate"))
    var outputVideoRate: FrameRate?

    @Option(
      help: ArgumentHelp("How many times as wide and as high a video becomes, 0.25 to 8.", valueName: "factor"))
    var outputVideoScale = 1.0

    @Option(
      help: ArgumentHelp("How many times as wide and as high a picture becomes, 0.25 to 8.", valueName: "factor"))
    var outputImageScale = 1.0

    @Option(help: ArgumentHelp("0 (small) to 100 (best), for JPEG and WebP pictures.", valueName: "0…100"))
    var outputImageQuality = 95
  }

  struct Execution: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "What decodes the target: none (the processor), auto (a device, if there is one) or a type of device: vaapi, "
          + "cuda, qsv, vulkan, …", valueName: "type"))
    var hwaccel = "none"

    @Option(
      help: ArgumentHelp(
        "How much work a face is worth: full, or fast for previews (faces are looked at on every second frame and drawn "
          + "from a coarser grid).",
        valueName: "effort"))
    var effort: Effort = .full

    @Option(
      name: .customLong("onnxruntime"),
      help: ArgumentHelp(
        "ONNX Runtime's library. (default: $SEMBLANCE_ONNXRUNTIME, else the one in the cache folder, else the system's)",
        valueName: "path"))
    var onnxRuntime: String?

    @Option(
      help: ArgumentHelp(
        "Threads of the decoder and of the encoder, 0 to 1024; with 0 they choose.", valueName: "count"))
    var threads = 0

    @Option(
      help: ArgumentHelp(
        "How to report: auto (a bar on a terminal, else lines), bar, lines, json (one object a line) or none (only "
          + "errors).", valueName: "style"))
    var progress: ProgressStyle = .auto
  }

  @OptionGroup(title: "Files") var files: Files
  @OptionGroup(title: "Processors") var processing: Processing
  @OptionGroup(title: "Faces") var faces: Faces
  @OptionGroup(title: "Part of a clip") var part: Part
  @OptionGroup(title: "Output") var output: Output
  @OptionGroup(title: "Execution") var execution: Execution

  func validate() throws {
    try requireRate(output.outputVideoRate, "--output-video-fps")
    try requireRate(files.sequenceRate, "--sequence-fps")
    try requireScale(output.outputVideoScale, "--output-video-scale")
    try requireScale(output.outputImageScale, "--output-image-scale")
    if let quality = output.outputVideoQuality { try requirePercent(quality, "--output-video-quality") }
    if let quality = output.outputAudioQuality { try requirePercent(quality, "--output-audio-quality") }
    try requirePercent(output.outputAudioVolume, "--output-audio-volume")
    guard !output.lossless || output.outputVideoQuality == nil else {
      throw ValidationError("Give --lossless or --output-video-quality, not both: without loss there is one quality.")
    }
    guard
      output.outputAudioEncoder != "copy"
        || (output.outputAudioQuality == nil && output.outputAudioVolume == 100)
    else {
      throw ValidationError("Sound that is copied keeps its quality and volume; name another --output-audio-encoder.")
    }
    let devices = ["auto", "none"] + MediaLibrary.hardwareTypes()
    guard devices.contains(execution.hwaccel) else {
      throw ValidationError(
        "--hwaccel must be one of \(devices.joined(separator: ", ")), got '\(execution.hwaccel)'.")
    }
    try requirePercent(output.outputImageQuality, "--output-image-quality")
    guard (0...1024).contains(execution.threads) else {
      throw ValidationError("--threads must be between 0 and 1024, got \(execution.threads).")
    }
    var request = JobRequest(sources: files.source, target: files.target, output: "")
    processing.apply(to: &request)
    guard !request.needsSource || !files.source.isEmpty else {
      throw ValidationError("Give a photo of the person whose face is put in, with --source.")
    }
    try requireName(files.target, "--target")
    for source in files.source { try requireName(source, "--source") }
    if let path = files.output { try requireName(path, "--output") }
    if let path = execution.onnxRuntime { try requireName(path, "--onnxruntime") }
  }

  /// An empty name is most often a variable that a script did not set.
  private func requireName(_ value: String, _ name: String) throws {
    guard !value.isEmpty else { throw ValidationError("\(name) must name a file, got an empty text.") }
  }

  private func requireRate(_ rate: FrameRate?, _ name: String) throws {
    guard let rate, !(0.1...1000).contains(rate.rational.value) else { return }
    throw ValidationError("\(name) must be between 0.1 and 1000 frames a second, got \(rate.rational).")
  }

  private func requireScale(_ factor: Double, _ name: String) throws {
    guard (0.25...8).contains(factor) else {
      throw ValidationError("\(name) must be between 0.25 and 8, got \(factor).")
    }
  }

  private func requirePercent(_ value: Int, _ name: String) throws {
    guard (0...100).contains(value) else {
      throw ValidationError("\(name) must be between 0 and 100, got \(value).")
    }
  }

  func run() throws {
    cmemory_keep_for_next_frame()
    // SVT-AV1 would tell its version and settings on standard error.
    setenv("SVT_LOG", "1", 0)
    var request = JobRequest(
      sources: files.source, target: files.target,
      output: files.output ?? JobRequest.defaultOutput(for: files.target))
    processing.apply(to: &request)
    request.selectorMode = faces.faceSelectorMode
    request.requiresFace = faces.requireFace
    request.trim = part.trim
    request.effort = execution.effort
    if let rate = files.sequenceRate { request.sequenceFrameRate = rate.rational }
    request.form = VideoForm(frameRate: output.outputVideoRate?.rational, scale: output.outputVideoScale)
    request.pictureScale = output.outputImageScale
    request.encoding.encoder = output.outputVideoEncoder
    request.encoding.preset = output.outputVideoPreset
    request.encoding.quality = output.outputVideoQuality
    request.encoding.isLossless = output.lossless
    request.sound.encoder = output.outputAudioEncoder
    request.sound.quality = output.outputAudioQuality
    request.sound.volume = output.outputAudioVolume
    request.hardwareDecoding =
      switch execution.hwaccel {
      case "none": .none
      case "auto": .automatic
      default: .device(execution.hwaccel)
      }
    request.pictureQuality = output.outputImageQuality
    request.runtimePath = execution.onnxRuntime
    request.threads = execution.threads

    let reporter = ProgressReporter(style: execution.progress)
    let cancellation = Cancellation()
    let interrupts = Interrupts(cancellation) { [style = execution.progress] code in
      UnfinishedFiles.removeAll()
      ProgressReporter.lastWords(JobError(CancellationError()), code: code, style: style)
      _exit(code)
    }
    defer { withExtendedLifetime(interrupts) {} }
    do {
      let result = try request.run(cancellation: cancellation) { reporter.report($0) }
      reporter.finish(result)
      if result.truncation != nil { throw ExitCode(ExitStatus.code(for: .truncatedInput)) }
    } catch let error as JobError {
      let code = interrupts.exitCode ?? ExitStatus.code(for: error.kind)
      reporter.fail(error, code: code)
      throw ExitCode(code)
    }
  }
}

extension FaceSelectorMode: ExpressibleByArgument {}
extension Effort: ExpressibleByArgument {}
