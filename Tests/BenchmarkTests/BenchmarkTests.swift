import Benchmark
import Catalogue
import Engine
import Foundation
import Testing

/// Scripts stand in for both programs: what is measured here is not speed, but that the right things are run in turn.
@Suite("What is run") struct ContestTests {
  private let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("benchmark-\(UUID().uuidString)")
    folder = url.path
    try FileManager.default.createDirectory(atPath: folder + "/cache/media", withIntermediateDirectories: true)
    for name in ["astronaut.png", "no_face.mp4", "WolfgangLanger_Pexels.mp4"] {
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/cache/media/\(name)"))
    }
    // Both write their arguments to a log, and a file at the output's place.
    try script(
      "ffmpeg", #"echo "ffmpeg $*" >>LOG; [ "$1" = -version ] && exit; for last; do :; done; echo clip >"$last""#)
    try script(
      "semblance",
      #"""
      echo "semblance $*" >>LOG
      while [ "$1" != --output ]; do shift; done
      echo clip >"$2"
      echo '{"event":"progress","frames":48}'
      echo '{"event":"result","frames":48,"frames_with_faces":47,"processor_seconds":{"decode":1e-5,"other":99}}'
      """#)
  }

  private func script(_ name: String, _ text: String) throws {
    let path = "\(folder)/\(name)"
    let text = "#!/bin/sh\n" + text.replacing("LOG", with: "\(folder)/log") + "\n"
    // A file that this process had open for writing could be inherited, open, by a program that another test starts at
    // that moment, and then cannot be run: a copy made by another process can.
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".text"))
    let install = Process()
    install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
    install.arguments = ["-m", "755", path + ".text", path]
    try install.run()
    install.waitUntilExit()
  }

  private func benchmark(_ clips: String..., rounds: Int = 2) -> Benchmark {
    var benchmark = Benchmark(version: "9", cache: CacheFolder(path: folder + "/cache"))
    benchmark.ffmpeg = folder + "/ffmpeg"
    benchmark.program = folder + "/semblance"
    benchmark.clips = Clip.all.filter { clips.contains($0.name) }
    benchmark.presets = ["ultrafast"]
    benchmark.efforts = ["fast"]
    benchmark.rounds = rounds
    benchmark.seconds = 2
    return benchmark
  }

  /// What was run, without the folder's name.
  private var log: [String] {
    let text = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
    return text.replacing(folder, with: "").replacing(#/run-[A-Za-z0-9]{6}/#, with: "run").split(separator: "\n").map(
      String.init)
  }

  private var kept: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/cache/benchmark")) ?? []).sorted()
  }

  @Test("The two take turns with the same settings; clips are made once; nothing else is left")
  func turns() throws {
    let report = try benchmark("1080p-face").run()
    let plain =
      "ffmpeg -nostdin -v error -y -i /cache/benchmark/1080p-face-2s-v1.mp4 -c:v libx264 -preset ultrafast -crf 18 -an "
      + "/cache/benchmark/run/ffmpeg.mp4"
    let own =
      "semblance run --source /cache/media/astronaut.png --target /cache/benchmark/1080p-face-2s-v1.mp4 --output "
      + "/cache/benchmark/run/semblance.mp4 --output-video-encoder libx264 --output-video-preset ultrafast "
      + "--output-video-quality 65 --progress json --effort fast"
    #expect(log.count == 6)
    #expect(log.first == "ffmpeg -version")
    #expect(
      log[1].hasPrefix("ffmpeg -nostdin -v error -y -stream_loop -1 -i /cache/media/WolfgangLanger_Pexels.mp4 "))
    #expect(log[1].contains(" -frames:v 48 "))
    #expect(log[1].contains("/cache/benchmark/1080p-face-2s-v1.mp4."), "it has its name only when it is whole")
    #expect(log.dropFirst(2) == [plain, own, plain, own])
    #expect(kept == ["1080p-face-2s-v1.mp4"])

    let row = try #require(report.rows.first)
    #expect(report.rows.count == 1)
    #expect(row.frames == 48)
    #expect(row.framesWithFaces == 47)
    #expect(row.semblance.runs.count == 2)
    #expect(row.ffmpeg.runs.count == 2)
    for run in row.semblance.runs + row.ffmpeg.runs {
      #expect(run.wallSeconds > 0)
      #expect(run.processorSeconds > 0)
      #expect(run.peakMemoryBytes > 100_000)
      #expect(run.outputBytes == 5)
    }
    for run in row.semblance.runs {
      #expect(abs(try #require(run.stageSeconds["other"]) - max(0, run.processorSeconds - 1e-5)) < 1e-9)
    }

    _ = try benchmark("1080p-face", rounds: 1).run()
    #expect(log.dropFirst(6) == ["ffmpeg -version", plain, own])
  }

  @Test("Rows: every clip with every preset and every effort")
  func rows() throws {
    var benchmark = benchmark("4k-no-face", "4k-face")
    benchmark.presets = ["ultrafast", "fast"]
    benchmark.efforts = [nil, "full"]
    benchmark.rounds = 1
    let names = benchmark.configurations.map { "\($0.clip) \($0.preset) \($0.effort ?? "-")" }
    #expect(
      names == [
        "4k-no-face ultrafast -", "4k-no-face ultrafast full", "4k-no-face fast -", "4k-no-face fast full",
        "4k-face ultrafast -", "4k-face ultrafast full", "4k-face fast -", "4k-face fast full",
      ])
    let report = try benchmark.run()
    #expect(report.rows.map(\.configuration) == benchmark.configurations)
    #expect(log.count { $0.hasSuffix("--progress json --effort full") } == 4)
  }

  @Test("Every clip has a name of its own, and media that set-up brings")
  func clips() {
    #expect(Set(Clip.all.map(\.name)).count == Clip.all.count)
    #expect(Clip.frames(seconds: 20) == 480)
    #expect(Clip.frames(seconds: 1) == 24)
  }

  private func failure(_ benchmark: Benchmark) -> JobError? { #expect(throws: JobError.self) { try benchmark.run() } }

  @Test("A program or a medium that is missing")
  func missing() throws {
    var nowhere = benchmark("4k-face")
    nowhere.ffmpeg = "/nowhere/ffmpeg"
    let program = failure(nowhere)
    #expect(program?.kind == .unavailable)
    #expect(program?.message == "there is no program at '/nowhere/ffmpeg'; name the ffmpeg program with --ffmpeg")
    let medium = folder + "/cache/media/no_face.mp4"
    try FileManager.default.removeItem(atPath: medium)
    let error = failure(benchmark("4k-face"))
    #expect(error?.kind == .unavailable)
    #expect(
      error?.message == "'no_face.mp4', which the benchmark needs, is not at '\(medium)'; `make setup` gets it")
    #expect(kept == [])
  }

  @Test("A clip that cannot be made leaves nothing")
  func noClip() throws {
    let path = folder + "/cache/benchmark/4k-face-2s-v1.mp4"
    for (words, kind, reason) in [
      ("Invalid argument", .failed, "Invalid argument"),
      (
        "av_interleaved_write_frame(): No space left on device", .unwritableOutput,
        "the disk is full; free some space, or use shorter clips"
      ),
    ] as [(String, JobError.Kind, String)] {
      try script(
        "ffmpeg",
        #"[ "$1" = -version ] && exit; for last; do :; done; echo half >"$last"; echo "\#(words)" >&2; exit 1"#)
      let error = failure(benchmark("4k-face"))
      #expect(error?.kind == kind)
      #expect(error?.message == "making the clip '\(path)' failed: \(reason)")
      #expect(kept == [])
    }
  }

  @Test("A run that fails ends it, with the run's own words")
  func failingRun() throws {
    try script("semblance", #"echo '{"event":"error","code":69,"message":"no models"}'; exit 69"#)
    let error = failure(benchmark("4k-face"))
    #expect(error?.kind == .unavailable)
    #expect(error?.message == "semblance's run for '4K, one 900-pixel face · ultrafast · fast' failed: no models")
    #expect(kept == ["4k-face-2s-v1.mp4"])
    try script("semblance", "kill -9 $$")
    #expect(failure(benchmark("4k-face"))?.message.hasSuffix("failed: exit code 137") == true)
  }

  @Test("A cancelled benchmark ends the program that runs", .timeLimit(.minutes(1)))
  func cancelled() throws {
    try script("semblance", "echo started >>LOG; exec sleep 100")
    let cancellation = Cancellation()
    let benchmark = benchmark("4k-face")
    let log = folder + "/log"
    Thread.detachNewThread {
      while (try? String(contentsOfFile: log, encoding: .utf8))?.contains("started") != true { usleep(5000) }
      cancellation.request()
    }
    let error = #expect(throws: JobError.self) { try benchmark.run(cancellation: cancellation) }
    #expect(error?.kind == .cancelled)
    #expect(kept == ["4k-face-2s-v1.mp4"])
  }
}
