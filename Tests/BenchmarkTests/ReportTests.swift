import Benchmark
import Foundation
import FoundationXML
import Testing

@Suite("What is made of the figures") struct ReportTests {
  private func run(_ wall: Double, _ processor: Double, memory: Int = 0, foreign: Double? = 0) -> Run {
    Run(
      wallSeconds: wall, processorSeconds: processor, peakMemoryBytes: memory, outputBytes: 7, foreignCores: foreign,
      stageSeconds: ["decode": processor / 4, "find": processor / 8, "encode": processor / 2])
  }

  private let face = Clip.all[1]

  private var quiet: Row {
    Row(
      Configuration(Clip.all[0], preset: "ultrafast"), frames: 100, framesWithFaces: 0,
      semblance: [run(5, 8, memory: 400_000_000), run(4, 7, memory: 390_000_000), run(9, 17)],
      ffmpeg: [run(4, 6, memory: 300_000_000), run(3, 9), run(8, 7)])
  }

  private var disturbed: Row {
    Row(
      Configuration(face, preset: "veryfast"), frames: 480, framesWithFaces: 480,
      semblance: [run(20, 40, foreign: 0.5)], ffmpeg: [run(10, 20, foreign: 0.2)])
  }

  private func report(_ rows: [Row]) -> Report {
    Report(
      setting: Report.Setting(
        processor: "Chip <A&B>", cores: 2, ffmpegVersion: "5.1", semblanceVersion: "0.1.0", encoder: "libx264", crf: 10,
        clipSeconds: 20, rounds: 3),
      rows: rows)
  }

  @Test("Medians and what follows from them")
  func medians() {
    let row = quiet
    #expect(row.semblance.wallSeconds == 5)
    #expect(row.ffmpeg.wallSeconds == 4)
    #expect(row.semblance.processorSeconds == 8)
    #expect(row.ffmpeg.processorSeconds == 7)
    #expect(row.semblance.framesPerSecond == 20)
    #expect(row.ffmpeg.framesPerSecond == 25)
    #expect(row.wallRatio == 0.8)
    #expect(row.processorRatio == 7.0 / 8)
    #expect(row.addedMillisecondsPerFrame == 10)
    #expect(row.stageMillisecondsPerFrame == ["decode": 20, "find": 10, "swap": 0, "encode": 40, "other": 0])
    #expect(row.semblance.peakMemoryBytes == 400_000_000)
    #expect(!row.isDisturbed)
    let even = Row(
      Configuration(face, preset: "fast"), frames: 10, framesWithFaces: 10,
      semblance: [run(4, 1), run(1, 1), run(2, 1), run(9, 1)], ffmpeg: [run(3, 1)])
    #expect(even.semblance.wallSeconds == 3)
  }

  @Test("Foreign load: the average over all the time, known only if every run's is")
  func foreignLoad() {
    #expect(disturbed.foreignCores == 0.4)
    #expect(disturbed.isDisturbed)
    let unknown = Row(
      Configuration(face, preset: "fast"), frames: 10, framesWithFaces: 10, semblance: [run(1, 1, foreign: 9)],
      ffmpeg: [run(1, 1, foreign: nil)])
    #expect(unknown.foreignCores == nil)
    #expect(!unknown.isDisturbed)
  }

  @Test("The table for a terminal")
  func text() {
    #expect(
      report([quiet, disturbed]).table(.text) == """
        clip                    preset      fps  ffmpeg fps  wall   cpu  added ms  decode  find  swap  encode  other   MB  ffmpeg MB  foreign
        4K, no face             ultrafast  20.0        25.0  0.80  0.88      10.0    20.0  10.0   0.0    40.0    0.0  400        300     0.00
        4K, one 900-pixel face  veryfast   24.0        48.0  0.50  0.50      41.7    20.8  10.4   0.0    41.7    0.0    0          0   0.40 !

        Clips of 20 s, medians of 3 rounds, libx264 at crf 10; Chip <A&B>, 2 cores; ffmpeg 5.1, semblance 0.1.0.
        wall and cpu: ffmpeg's plain transcode with the same encoder settings is 1.00, more is faster; cpu: processor time, its stages and what is added to ffmpeg's in ms a frame; MB: peak memory; foreign: cores busy with other programs.
        ! More than 0.25 cores were busy with other programs: measure this row again on a quiet machine.

        """)
  }

  @Test("The table as Markdown; an effort has a column where one was chosen")
  func markdown() {
    let row = Row(
      Configuration(face, preset: "fast", effort: "full"), frames: 10, framesWithFaces: 10,
      semblance: [run(1, 1, foreign: nil)], ffmpeg: [run(1, 1.001, foreign: nil)])
    let lines = report([row]).table(.markdown).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(4) == [
        "| clip | preset | effort | fps | ffmpeg fps | wall | cpu | added ms | decode | find | swap | encode | other | MB | ffmpeg MB | foreign |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| 4K, one 900-pixel face | fast | full | 10.0 | 10.0 | 1.00 | 1.00 | -0.1 | 25.0 | 12.5 | 0.0 | 50.0 | 0.0 | 0 | 0 | unknown |",
        "",
      ])
    #expect(!report([row]).table(.markdown).contains("!"))
  }

  @Test("JSON holds every run")
  func json() throws {
    let text = report([quiet]).json
    #expect(text.hasSuffix("}\n"))
    let all = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(Set(all.keys) == ["rows", "setting"])
    let setting = try #require(all["setting"] as? [String: Any])
    #expect(
      Set(setting.keys) == [
        "processor", "cores", "ffmpeg_version", "semblance_version", "encoder", "crf", "clip_seconds", "rounds",
      ])
    let row = try #require((all["rows"] as? [[String: Any]])?.first)
    #expect(
      Set(row.keys) == [
        "configuration", "frames", "frames_with_faces", "semblance", "ffmpeg", "wall_ratio", "processor_ratio",
        "added_milliseconds_per_frame", "stage_milliseconds_per_frame", "foreign_cores", "is_disturbed",
      ])
    #expect(row["wall_ratio"] as? Double == 0.8)
    let side = try #require(row["semblance"] as? [String: Any])
    let runs = try #require(side["runs"] as? [[String: Any]])
    #expect(runs.map { $0["wall_seconds"] as? Double } == [5, 4, 9])
    #expect((runs[0]["stage_seconds"] as? [String: Double])?["encode"] == 4)
  }

  @Test("The chart is well-formed, scales its bars, and needs no font or script of its own")
  func chart() throws {
    let svg = report([quiet, disturbed]).chart
    let picture = Picture()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = picture
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(picture.texts.contains("4K, no face · ultrafast"))
    #expect(picture.texts.contains("4K, one 900-pixel face · veryfast (disturbed)"))
    #expect(picture.texts.contains { $0.contains("Chip <A&B>") })
    // Two bars a row, and two squares of the legend.
    let widths = picture.bars.compactMap { $0["width"].flatMap(Double.init) }
    #expect(widths.count == 6)
    let line = try #require(picture.line["x1"].flatMap(Double.init))
    let left = try #require(picture.bars[0]["x"].flatMap(Double.init))
    for (width, ratio) in zip(widths, [0.8, 0.875, 0.5, 0.5]) { #expect(abs(width - ratio * (line - left)) < 0.1) }
    let width = try #require(picture.size["width"].flatMap(Double.init))
    let high = Row(
      Configuration(face, preset: "fast"), frames: 10, framesWithFaces: 10, semblance: [run(1, 1)],
      ffmpeg: [run(3, 1)])
    let scaled = Picture()
    let second = XMLParser(data: Data(report([high]).chart.utf8))
    second.delegate = scaled
    #expect(second.parse())
    let widest = try #require(scaled.bars.first.flatMap { $0["width"] }.flatMap(Double.init))
    #expect(left + widest < width - 30, "room for the figure behind it")
    #expect(svg.contains("prefers-color-scheme: dark"))
    #expect(!svg.contains("<script"))
    #expect(!svg.contains("url("))
  }

  /// What is in an SVG picture.
  private final class Picture: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var bars: [[String: String]] = []
    var line: [String: String] = [:]
    var size: [String: String] = [:]

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      switch name {
      case "rect": bars.append(attributes)
      case "line": line = attributes
      case "svg": size = attributes
      default: break
      }
      texts.append("")
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if !texts.isEmpty { texts[texts.count - 1] += text.replacing("\n", with: "") }
    }
  }
}

@Suite("How busy the machine is") struct MachineLoadTests {
  @Test(
    "Ticks of /proc/stat: all but idle and iowait",
    arguments: [
      ("cpu  100 20 30 9000 800 4 5 6 50 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n", 1.65),
      ("cpu  100 20 30 9000 800 4 5\n", nil), ("cpu0 1 2 3 4 5 6 7 8\n", nil), ("", nil),
    ] as [(String, Double?)])
  func ticks(_ text: String, _ seconds: Double?) {
    #expect(MachineLoad.busySeconds(text, ticksPerSecond: 100) == seconds)
  }

  @Test("Of what the machine did, what is one's own is not foreign")
  func foreign() throws {
    let before = try #require(MachineLoad())
    var value = 1.0
    let end = Date(timeIntervalSinceNow: 0.3)
    while Date() < end { value = (value + 1).squareRoot() }
    let after = try #require(MachineLoad())
    #expect(value > 0)
    #expect(after.busySeconds > before.busySeconds)
    #expect(after.foreignCores(since: before, own: 0) > after.foreignCores(since: before, own: 0.1))
    #expect(after.foreignCores(since: before, own: 1e6) == 0)
  }
}
