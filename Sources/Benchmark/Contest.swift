internal import Catalogue
internal import Engine
internal import Foundation

/// Lets the two programs take turns.
struct Contest {
  let semblance: Program
  let ffmpeg: Program
  let photo: String
  let folder: WorkFolder
  let cancellation: Cancellation

  /// Measures one configuration.
  func row(_ configuration: Configuration, clip: String, rounds: Int, onStep: (String) -> Void) throws -> Row {
    warmUp(clip)
    var ours: [Run] = []
    var theirs: [Run] = []
    var result: JobOutcome?
    for round in 1...rounds {
      let (plain, _) = try measure(ffmpeg, configuration) { output in
        Benchmark.ffmpegArguments(configuration, clip: clip, output: output)
      }
      var (own, end) = try measure(semblance, configuration) { output in
        Benchmark.semblanceArguments(configuration, photo: photo, clip: clip, output: output)
      }
      let outcome = try JobOutcome(of: end, configuration)
      own.stageSeconds = outcome.stageSeconds(total: own.processorSeconds)
      theirs.append(plain)
      ours.append(own)
      result = outcome
      onStep(
        "\(configuration.name), round \(round) of \(rounds): ffmpeg \(decimal(plain.wallSeconds, 2)) s, semblance "
          + "\(decimal(own.wallSeconds, 2)) s")
    }
    return Row(
      configuration, frames: result?.frames ?? 0, framesWithFaces: result?.framesWithFaces ?? 0, semblance: ours,
      ffmpeg: theirs)
  }

  /// Has the clip in memory, for the first run too.
  private func warmUp(_ clip: String) {
    guard let handle = FileHandle(forReadingAtPath: clip) else { return }
    while let piece = try? handle.read(upToCount: 1 << 20), !piece.isEmpty {}
  }

  private func measure(
    _ program: Program, _ configuration: Configuration, _ arguments: (_ output: String) -> [String]
  ) throws -> (Run, Program.End) {
    let output = "\(folder.path)/\(program.name).mp4"
    defer { unlink(output) }
    let before = MachineLoad()
    let end = try program.run(arguments(output), cancellation: cancellation)
    let after = MachineLoad()
    if program.name == ffmpeg.name { try end.requireSuccess("ffmpeg's transcode for '\(configuration.name)'") }
    let size = (try? FileManager.default.attributesOfItem(atPath: output)[.size] as? Int) ?? 0
    let foreign = before.flatMap { before in
      after.map { $0.foreignCores(since: before, own: end.processorSeconds) }
    }
    let run = Run(
      wallSeconds: end.wallSeconds, processorSeconds: end.processorSeconds, peakMemoryBytes: end.peakMemory,
      outputBytes: size, foreignCores: foreign)
    return (run, end)
  }
}

/// What our program says last, as it writes it for `--progress json`.
struct JobOutcome {
  var frames: Int
  var framesWithFaces: Int
  private var times: [String: Double]

  private struct Event: Decodable {
    var message: String?
    var frames: Int?
    var frames_with_faces: Int?
    var processor_seconds: [String: Double]?
  }

  init(of end: Program.End, _ configuration: Configuration) throws(JobError) {
    let line = end.output.split(separator: "\n").last ?? ""
    let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8))
    guard end.code == 0, let event, let frames = event.frames, let faces = event.frames_with_faces,
      let times = event.processor_seconds
    else {
      let reason = event?.message ?? (end.lastWords.isEmpty ? "exit code \(end.code)" : end.lastWords)
      // What set-up brings is missing: 69, as the command ends in that case.
      throw JobError(
        end.code == 69 ? .unavailable : .failed, "semblance's run for '\(configuration.name)' failed: \(reason)")
    }
    (self.frames, framesWithFaces, self.times) = (frames, faces, times)
  }

  /// - Parameter total: of the whole program; what no stage accounts for, its start too, is `other`.
  func stageSeconds(total: Double) -> [String: Double] {
    let other = StageTime.Stage.other.rawValue
    let known = times.filter { $0.key != other }
    return known.merging([other: max(0, total - known.values.reduce(0, +))]) { $1 }
  }
}

/// A folder for what is written while measuring.
struct WorkFolder {
  let path: String

  /// Beside the clips: the folder for temporary files may be small, or in memory.
  init(in cache: CacheFolder) throws(JobError) {
    var name = "\(cache.benchmark)/run-XXXXXX".utf8CString
    let made = name.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    guard made else {
      throw JobError(
        .unwritableOutput,
        "cannot make a folder in '\(cache.benchmark)' to measure in: \(String(cString: strerror(errno)).lowercased())")
    }
    path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
