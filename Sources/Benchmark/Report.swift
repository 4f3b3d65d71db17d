internal import Engine
internal import Foundation

/// One run of one program.
public struct Run: Encodable, Sendable, Equatable {
  public var wallSeconds: Double
  public var processorSeconds: Double
  public var peakMemoryBytes: Int
  public var outputBytes: Int
  /// Cores that were busy with other programs meanwhile; nil where the system does not tell.
  public var foreignCores: Double?
  /// Processor time of each stage; empty for ffmpeg.
  public var stageSeconds: [String: Double] = [:]

  public init(
    wallSeconds: Double, processorSeconds: Double, peakMemoryBytes: Int, outputBytes: Int, foreignCores: Double?,
    stageSeconds: [String: Double] = [:]
  ) {
    self.wallSeconds = wallSeconds
    self.processorSeconds = processorSeconds
    self.peakMemoryBytes = peakMemoryBytes
    self.outputBytes = outputBytes
    self.foreignCores = foreignCores
    self.stageSeconds = stageSeconds
  }
}

/// All runs of one program in one row: medians, and the largest memory.
public struct Runs: Encodable, Sendable, Equatable {
  public var framesPerSecond: Double
  public var wallSeconds: Double
  public var processorSeconds: Double
  public var peakMemoryBytes: Int
  public var runs: [Run]

  init(_ runs: [Run], frames: Int) {
    self.runs = runs
    wallSeconds = median(runs.map(\.wallSeconds))
    processorSeconds = median(runs.map(\.processorSeconds))
    framesPerSecond = Double(frames) / wallSeconds
    peakMemoryBytes = runs.map(\.peakMemoryBytes).max() ?? 0
  }
}

/// What is measured together: one clip with one preset and one effort.
public struct Configuration: Encodable, Sendable, Equatable {
  public var clip: String
  public var title: String
  public var preset: String
  /// Nil is the command's own.
  public var effort: String?

  public init(_ clip: Clip, preset: String, effort: String? = nil) {
    self.clip = clip.name
    title = clip.title
    self.preset = preset
    self.effort = effort
  }

  /// In one line.
  var name: String { ([title, preset] + (effort.map { [$0] } ?? [])).joined(separator: " · ") }
}

/// How one configuration fared.
public struct Row: Encodable, Sendable, Equatable {
  public var configuration: Configuration
  public var frames: Int
  public var framesWithFaces: Int
  public var semblance: Runs
  public var ffmpeg: Runs
  /// ffmpeg's median wall time through ours: 1 is as fast, less is slower.
  public var wallRatio: Double
  /// The same of processor time.
  public var processorRatio: Double
  /// Processor time that a frame takes beyond what ffmpeg spends on it.
  public var addedMillisecondsPerFrame: Double
  /// Median processor time of each stage on a frame, in our order of stages.
  public var stageMillisecondsPerFrame: [String: Double]
  /// Cores that were busy with other programs, on average over all runs; nil where the system does not tell.
  public var foreignCores: Double?
  /// Whether that is more than a measurement should stand.
  public var isDisturbed: Bool

  /// Above so many foreign cores a row's wall times are not to be trusted.
  public static let tolerableForeignCores = 0.25

  /// - Parameters:
  ///   - semblance: our runs, at least one.
  ///   - ffmpeg: the runs that took turns with them.
  public init(
    _ configuration: Configuration, frames: Int, framesWithFaces: Int, semblance ours: [Run], ffmpeg theirs: [Run]
  ) {
    self.configuration = configuration
    self.frames = frames
    self.framesWithFaces = framesWithFaces
    semblance = Runs(ours, frames: frames)
    ffmpeg = Runs(theirs, frames: frames)
    wallRatio = ffmpeg.wallSeconds / semblance.wallSeconds
    processorRatio = ffmpeg.processorSeconds / semblance.processorSeconds
    addedMillisecondsPerFrame = (semblance.processorSeconds - ffmpeg.processorSeconds) * 1000 / Double(frames)
    stageMillisecondsPerFrame = Dictionary(
      uniqueKeysWithValues: Row.stages.map { stage in
        (stage, median(ours.map { $0.stageSeconds[stage] ?? 0 }) * 1000 / Double(frames))
      })
    let all = ours + theirs
    let known = all.compactMap { run in run.foreignCores.map { $0 * run.wallSeconds } }
    foreignCores = known.count == all.count ? known.reduce(0, +) / all.map(\.wallSeconds).reduce(0, +) : nil
    isDisturbed = (foreignCores ?? 0) > Row.tolerableForeignCores
  }

  static let stages = StageTime.Stage.allCases.map(\.rawValue)
}

/// The result of a benchmark.
public struct Report: Encodable, Sendable, Equatable {
  /// Where and with what was measured.
  public struct Setting: Encodable, Sendable, Equatable {
    public var processor: String
    public var cores: Int
    public var ffmpegVersion: String
    public var semblanceVersion: String
    public var encoder: String
    /// Of libx264.
    public var crf: Int
    public var clipSeconds: Int
    public var rounds: Int

    public init(
      processor: String, cores: Int, ffmpegVersion: String, semblanceVersion: String, encoder: String, crf: Int,
      clipSeconds: Int, rounds: Int
    ) {
      self.processor = processor
      self.cores = cores
      self.ffmpegVersion = ffmpegVersion
      self.semblanceVersion = semblanceVersion
      self.encoder = encoder
      self.crf = crf
      self.clipSeconds = clipSeconds
      self.rounds = rounds
    }

    /// In one sentence.
    var sentence: String {
      let repeats = rounds == 1 ? "1 round" : "medians of \(rounds) rounds"
      return "Clips of \(clipSeconds) s, \(repeats), \(encoder) at crf \(crf); \(processor), "
        + (cores == 1 ? "1 core" : "\(cores) cores") + "; ffmpeg \(ffmpegVersion), semblance \(semblanceVersion)."
    }
  }

  public var setting: Setting
  public var rows: [Row]

  public init(setting: Setting, rows: [Row]) {
    self.setting = setting
    self.rows = rows
  }

  /// All of it, every single run too, with keys in snake_case and times in seconds where the key says nothing else.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Its numbers are all finite, which is the one thing that encoding could stumble over.
    guard let data = try? encoder.encode(self) else { return "" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// The one in the middle, or halfway between the two there; 0 of none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
