public import ArgumentParser
import Benchmark
import Catalogue
import Engine
import FaceAnalysis
import Foundation
import MediaIO

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure the speed of this machine against ffmpeg's.",
    usage: "semblance benchmark [<options>]",
    discussion: """
      Runs `semblance run` and a plain transcode by ffmpeg in turn, on the same clips with the same encoder settings, \
      and tells how much slower replacing faces is. The clips are made once, by ffmpeg, from the media that `make setup` \
      brings, and kept in the folder benchmark in the cache folder. It takes a quarter of an hour and longer, and is \
      right only if nothing else runs meanwhile: rows that other programs disturbed are marked.

      The table goes to standard output, what is going on to standard error.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Clips to measure with.", valueName: "clip"))
  var clips = Clip.all

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Presets of libx264 to measure with.", valueName: "preset"))
  var presets: [X264Preset] = [.ultrafast, .veryfast]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Efforts to measure: fast, full.", valueName: "effort"))
  var efforts: [Effort] = [.fast, .full]

  @Option(help: ArgumentHelp("How often each of the two runs.", valueName: "count"))
  var rounds = 3

  @Option(help: ArgumentHelp("How long the clips are, 1 to 600 seconds.", valueName: "seconds"))
  var seconds = 20

  @Option(help: ArgumentHelp("The ffmpeg program, a path or a name in PATH.", valueName: "path"))
  var ffmpeg = "ffmpeg"

  @Option(help: ArgumentHelp("Write all that was measured to a JSON file.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Draw the ratios into an SVG picture.", valueName: "file"))
  var svg: String?

  @Flag(help: "Print the table as Markdown.")
  var markdown = false

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be between 1 and 100, got \(rounds).")
    }
    guard (1...600).contains(seconds) else {
      throw ValidationError("--seconds must be between 1 and 600, got \(seconds).")
    }
  }

  func run() throws {
    let cancellation = Cancellation()
    let interrupts = Interrupts(cancellation) { _exit($0) }
    defer { withExtendedLifetime(interrupts) {} }
    do {
      let report = try measure(cancellation)
      try FileHandle.standardOutput.write(contentsOf: Data(report.table(markdown ? .markdown : .text).utf8))
    } catch {
      let error = JobError(error)
      let code = interrupts.exitCode ?? ExitStatus.code(for: error.kind)
      ProgressReporter(style: .lines).fail(error, code: code)
      throw ExitCode(code)
    }
  }

  private func measure(_ cancellation: Cancellation) throws -> Report {
    // Better now than after a quarter of an hour.
    for path in [json, svg].compactMap({ $0 }) { try PathCheck.writable(path) }
    var benchmark = Benchmark(version: Semblance.version, cache: try CacheFolder())
    benchmark.clips = clips
    benchmark.presets = presets.map(\.rawValue)
    benchmark.efforts = efforts.map(\.rawValue)
    benchmark.rounds = rounds
    benchmark.seconds = seconds
    benchmark.ffmpeg = ffmpeg
    let report = try benchmark.run(cancellation: cancellation) { step in
      try? FileHandle.standardError.write(contentsOf: Data((step + "\n").utf8))
    }
    for (path, text) in [(json, report.json), (svg, report.chart)] {
      guard let path else { continue }
      do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      } catch {
        throw JobError(.unwritableOutput, "cannot write '\(path)': \(error.localizedDescription)")
      }
    }
    return report
  }
}

enum X264Preset: String, ExpressibleByArgument, CaseIterable {
  case ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow, placebo
}

extension Clip: ExpressibleByArgument {
  init?(argument: String) {
    guard let clip = Clip.all.first(where: { $0.name == argument }) else { return nil }
    self = clip
  }

  var defaultValueDescription: String { name }
  static var allValueStrings: [String] { all.map(\.name) }
}
