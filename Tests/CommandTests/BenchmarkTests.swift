import Foundation
import Testing

extension CommandTests {
  @Suite("The benchmark") struct BenchmarkTests {
    private let scratch: Scratch

    /// A cache folder with all the real one has but its clips.
    init() throws {
      scratch = try Scratch()
      try scratch.makeFolder("cache")
      for part in ["models", "onnxruntime", "media"] {
        try scratch.link("cache/\(part)", to: "\(Cache.folder)/\(part)")
      }
    }

    private var environment: [String: String?] { ["SEMBLANCE_CACHE": scratch.path("cache")] }

    @Test("One short row, measured for real")
    func row() throws {
      let outcome = try scratch.run(
        [
          "benchmark", "--clips", "1080p-no-face", "--presets", "ultrafast", "--efforts", "fast", "--seconds", "1",
          "--rounds", "1", "--json", "all.json", "--svg", "chart.svg", "--markdown",
        ], environment: environment)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      let line = try #require(lines.first { $0.hasPrefix("| 1080p, no face | ultrafast | ") }, "\(outcome.output)")
      #expect(line.split(separator: "|").count == lines[0].split(separator: "|").count)
      #expect(outcome.errors.contains("making the clip '1080p-no-face', which is kept\n"))
      #expect(outcome.errors.contains("1080p, no face · ultrafast · fast, round 1 of 1: ffmpeg "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("cache/benchmark")).count == 1)

      let report = try #require(
        JSONSerialization.jsonObject(with: try scratch.bytes(of: "all.json")) as? [String: Any])
      let row = try #require((report["rows"] as? [[String: Any]])?.first)
      #expect(row["frames"] as? Int == 24)
      #expect(row["frames_with_faces"] as? Int == 0)
      let stages = try #require(row["stage_milliseconds_per_frame"] as? [String: Double])
      for stage in ["decode", "find", "encode", "other"] { #expect(try #require(stages[stage]) > 0) }
      #expect(stages["swap"] == 0)
      for side in ["semblance", "ffmpeg"] {
        let runs = try #require((row[side] as? [String: Any])?["runs"] as? [[String: Any]])
        let run = try #require(runs.first)
        for key in ["wall_seconds", "processor_seconds", "peak_memory_bytes", "output_bytes"] {
          #expect(try #require(run[key] as? Double) > 0, "\(side) \(key)")
        }
      }
      #expect(String(decoding: try scratch.bytes(of: "chart.svg"), as: UTF8.self).contains("</svg>"))
    }

    @Test("What is missing is said in words")
    func missing() throws {
      try scratch.expectFailure(
        ["benchmark", "--ffmpeg", "no-such-ffmpeg"], environment: environment, 69,
        "semblance: the program 'no-such-ffmpeg' was not found in PATH; install FFmpeg's package, or name the program "
          + "with --ffmpeg\n")
      try scratch.expectFailure(
        ["benchmark"], environment: ["SEMBLANCE_CACHE": "/nowhere"], 69,
        "semblance: 'astronaut.png', which the benchmark needs, is not at '/nowhere/media/astronaut.png'; `make setup` "
          + "gets it\n")
      try scratch.expectFailure(
        ["benchmark", "--json", "no/all.json"], environment: environment, 73,
        "semblance: cannot write 'no/all.json': there is no folder 'no'; create it first\n")
      let end = "\nUsage: semblance benchmark [<options>]\n  See 'semblance benchmark --help' for more information.\n"
      try scratch.expectFailure(
        ["benchmark", "--rounds", "0"], 64, "Error: --rounds must be between 1 and 100, got 0." + end)
      try scratch.expectFailure(
        ["benchmark", "--seconds", "601"], 64, "Error: --seconds must be between 1 and 600, got 601." + end)
    }

    @Test("Ctrl-C ends it, and nothing is left but whole clips")
    func interrupt() throws {
      let command = try Command(
        ["benchmark", "--clips", "1080p-no-face", "--seconds", "60"], in: scratch, environment: environment)
      try command.waitForFirstWords()
      command.send(SIGINT)
      let outcome = try command.wait()
      #expect(outcome.code == 130)
      #expect(outcome.errors.hasSuffix("semblance: stopped on request; no output was written\n"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("cache/benchmark")) == [])
    }
  }
}
