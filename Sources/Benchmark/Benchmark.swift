public import Catalogue
public import Engine
internal import Foundation

/// Measures this program against ffmpeg, on the same clips with the same encoder settings.
///
/// The two take turns, so that whatever slows the machine slows both. Wall time counts, and processor time, which other
/// programs disturb less.
public struct Benchmark: Sendable {
  public var clips = Clip.all
  /// Presets of libx264, fastest first.
  public var presets = ["ultrafast", "veryfast"]
  /// Values of the option that chooses between speed and looks; nil leaves it out.
  public var efforts: [String?] = Benchmark.efforts
  public var rounds = 3
  /// How long the clips are.
  public var seconds = 20
  /// Path or name of the ffmpeg program.
  public var ffmpeg = "ffmpeg"
  /// Path of the semblance program.
  public var program = "/proc/self/exe"
  /// What the report calls it.
  public var version: String
  public var cache: CacheFolder

  /// All efforts there are to measure.
  public static let efforts: [String?] = ["fast", "full"]

  /// The two are one setting: `--output-video-quality` is a scale of its own.
  private static let (quality, crf) = (65, 18)
  private static let encoder = "libx264"

  public init(version: String, cache: CacheFolder) {
    self.version = version
    self.cache = cache
  }

  /// What is measured, in order.
  public var configurations: [Configuration] {
    clips.flatMap { clip in
      presets.flatMap { preset in efforts.map { Configuration(clip, preset: preset, effort: $0) } }
    }
  }

  /// Measures everything. It takes minutes and wants the machine for itself.
  ///
  /// - Parameter onStep: told what is going on, in a few words.
  /// - Throws: `unavailable` if ffmpeg or a demo medium is missing, `unwritableOutput` if there is no room for the clips.
  public func run(
    cancellation: Cancellation = Cancellation(), onStep: (String) -> Void = { _ in }
  ) throws(JobError) -> Report {
    do {
      let ffmpeg = try Program.ffmpeg(ffmpeg)
      let photo = try ClipMaker.requireMedia("astronaut.png", in: cache)
      let version = try ffmpeg.run(["-version"], cancellation: cancellation)
      try version.requireSuccess("asking ffmpeg for its version")
      let maker = ClipMaker(cache: cache, ffmpeg: ffmpeg, seconds: seconds, cancellation: cancellation)
      // All clips first, so that the measurements come one upon another.
      var paths: [String: String] = [:]
      for clip in clips {
        paths[clip.name] = try maker.path(of: clip) { onStep("making the clip '\(clip.name)', which is kept") }
      }
      let folder = try WorkFolder(in: cache)
      defer { folder.remove() }
      let contest = Contest(
        semblance: Program(name: "semblance", path: program), ffmpeg: ffmpeg, photo: photo, folder: folder,
        cancellation: cancellation)
      var rows: [Row] = []
      for configuration in configurations {
        guard let clip = paths[configuration.clip] else { continue }
        rows.append(try contest.row(configuration, clip: clip, rounds: rounds, onStep: onStep))
      }
      return Report(setting: setting(ffmpegVersion: version.output), rows: rows)
    } catch {
      throw JobError(error)
    }
  }

  private func setting(ffmpegVersion: String) -> Report.Setting {
    // "ffmpeg version 5.1.9-0+deb12u1 Copyright …"
    let words = ffmpegVersion.split(separator: " ")
    return Report.Setting(
      processor: Benchmark.processor, cores: ProcessInfo.processInfo.activeProcessorCount,
      ffmpegVersion: words.count > 2 ? String(words[2]) : "of unknown version", semblanceVersion: version,
      encoder: Benchmark.encoder, crf: Benchmark.crf, clipSeconds: seconds, rounds: rounds)
  }

  /// What the processor calls itself.
  private static var processor: String {
    let text = FileHandle(forReadingAtPath: "/proc/cpuinfo").flatMap { try? $0.readToEnd() }
    let line = text.flatMap { String(decoding: $0, as: UTF8.self).firstMatch(of: #/model name\s*:\s*(.+)/#) }
    return line.map { String($0.1) } ?? "unknown processor"
  }

  static func semblanceArguments(
    _ configuration: Configuration, photo: String, clip: String, output: String
  ) -> [String] {
    [
      "run", "--source", photo, "--target", clip, "--output", output, "--output-video-encoder", encoder,
      "--output-video-preset", configuration.preset, "--output-video-quality", "\(quality)", "--progress", "json",
    ] + (configuration.effort.map { ["--effort", $0] } ?? [])
  }

  static func ffmpegArguments(_ configuration: Configuration, clip: String, output: String) -> [String] {
    [
      "-nostdin", "-v", "error", "-y", "-i", clip, "-c:v", encoder, "-preset", configuration.preset, "-crf", "\(crf)",
      "-an", output,
    ]
  }
}
