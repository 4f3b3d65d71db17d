import Engine
import Foundation
import Imaging
import MediaIO
import Testing

/// Jobs on clips without a face: all that has to survive does.
@Suite("A job without faces", .serialized) struct FacelessJobTests {
  @Test(
    "Every sample survives a lossless encoder",
    arguments: [
      ("yuv420p", "mkv", VideoEncoding(encoder: "ffv1")), ("yuv422p10le", "mkv", VideoEncoding(encoder: "ffv1")),
      ("yuv444p", "mkv", VideoEncoding(encoder: "ffv1")), ("bgr0", "mkv", VideoEncoding(encoder: "ffv1")),
      ("gray", "mkv", VideoEncoding(encoder: "ffv1")), ("yuv420p", "mp4", VideoEncoding(quality: 100)),
      ("yuv420p", "mkv", VideoEncoding(quality: 100)),
    ])
  func lossless(format: String, container: String, encoding: VideoEncoding) throws {
    let scratch = try Scratch()
    try Clip(format: format).write(to: scratch.path("in.mkv"))
    let result = try job(scratch, "in.mkv", "out.\(container)", encoding).run()
    #expect(result.frames == 12)
    #expect(result.framesWithFaces == 0)
    #expect(result.truncation == nil)
    #expect(try Contents(of: scratch.path("out.\(container)")).samples == Contents(of: scratch.path("in.mkv")).samples)
  }

  @Test("A part of a clip is the same frames of the whole") func part() throws {
    let scratch = try Scratch()
    try Clip(hasSound: true).write(to: scratch.path("in.mkv"))
    var request = job(scratch, "in.mkv", "out.mkv", VideoEncoding(encoder: "ffv1"))
    request.trim = .frames(start: 3, end: 8)
    #expect(try request.run().frames == 5)
    let whole = try Contents(of: scratch.path("in.mkv")).samples
    #expect(try Contents(of: scratch.path("out.mkv")).samples == Array(whole[3..<8]))
  }

  @Test(
    "Frames keep their own times, and sound its packets",
    arguments: [
      ("mkv", VideoEncoding(encoder: "ffv1")), ("mov", VideoEncoding(quality: 100)),
      ("mkv", VideoEncoding(quality: 100)),
    ])
  func times(container: String, encoding: VideoEncoding) throws {
    let scratch = try Scratch()
    // A variable rate, and a start that is not 0.
    let clip = Clip(
      unit: Rational(1, 1000), times: [1200, 1233, 1300, 1333, 1480, 1900, 1910, 1950, 2400, 2433, 2466, 2500, 2580],
      hasSound: true)
    try clip.write(to: scratch.path("in.\(container)"), encoding)
    _ = try job(scratch, "in.\(container)", "out.\(container)", encoding).run()
    let before = try Contents(of: scratch.path("in.\(container)"))
    let after = try Contents(of: scratch.path("out.\(container)"))
    #expect(before.times == clip.times.map { $0 * 10_000 })
    #expect(after.times == before.times)
    #expect(after.samples == before.samples)
    #expect(before.packets.count > 3)
    #expect(after.sound == before.sound)
    #expect(after.soundTimes == before.soundTimes)
    #expect(after.packets.map(\.duration) == before.packets.map(\.duration))
  }

  @Test("The pinned clip without a face keeps its sound and times")
  func pinned() throws {
    let scratch = try Scratch()
    var request = JobRequest(
      sources: [try Pinned.path("astronaut.png")], target: try Pinned.path("no_face.mp4"),
      output: scratch.path("out.mp4"))
    request.encoding = VideoEncoding(preset: "ultrafast")
    let result = try request.run()
    let before = try Contents(of: try Pinned.path("no_face.mp4"))
    let after = try Contents(of: scratch.path("out.mp4"))
    #expect(result.frames == before.frames.count)
    #expect(result.framesWithFaces == 0)
    #expect(after.times == before.times)
    #expect(after.sound == before.sound)
    #expect(after.soundTimes == before.soundTimes)
    #expect(!before.packets.isEmpty)
  }

  @Test("Is told that nothing was found, and how far it is") func events() throws {
    let scratch = try Scratch()
    try Clip().write(to: scratch.path("in.mkv"))
    let events = Box<[JobEvent]>([])
    _ = try job(scratch, "in.mkv", "out.mkv").run { event in
      events.change { $0.append(event) }
    }
    let progress = events.value.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    #expect(progress.map(\.frames) == Array(1...12))
    #expect(progress.allSatisfy { $0.faces == 0 && $0.framesWithFaces == 0 && $0.totalFrames == 12 })
    #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.seconds <= $1.seconds })
    let notices = events.value.compactMap { if case .notice(let text) = $0 { text } else { nil } }
    #expect(notices.contains { $0.contains("no face was found in '\(scratch.path("in.mkv"))'") })
  }

  @Test("Fails where a face is required, and delivers nothing") func required() throws {
    let scratch = try Scratch()
    try Clip().write(to: scratch.path("in.mkv"))
    var request = job(scratch, "in.mkv", "out.mkv")
    request.requiresFace = true
    try expectFailure(.noFace) { _ = try request.run() }
    #expect(scratch.names == ["in.mkv"])
  }

  @Test("A picture without a face is delivered unchanged") func picture() throws {
    let scratch = try Scratch()
    let frame = try Frame(width: 80, height: 60, pixelFormatName: "rgb24")
    try frame.paintNoise(5)
    _ = try PictureFile.write(frame, to: scratch.path("in.png"))
    let result = try job(scratch, "in.png", "out.png").run()
    #expect(result.frames == 1 && result.framesWithFaces == 0)
    #expect(try Samples(PictureFile.read(scratch.path("out.png"))) == Samples(frame))
    var request = job(scratch, "in.png", "other.png")
    request.requiresFace = true
    try expectFailure(.noFace) { _ = try request.run() }
    #expect(scratch.names == ["in.png", "out.png"])
  }
}

@Suite("A job that cannot be done", .serialized) struct FailingJobTests {
  @Test func refusesToWriteOverAnInput() throws {
    let scratch = try Scratch()
    try Clip(times: [0]).write(to: scratch.path("in.mkv"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link.mkv"), withDestinationPath: scratch.path("in.mkv"))
    let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path("in.mkv")))
    for output in ["in.mkv", "link.mkv", "./in.mkv"] {
      try expectFailure(.invalidRequest) { _ = try job(scratch, "in.mkv", output).run() }
    }
    _ = try PictureFile.write(
      Frame(width: 8, height: 8, pixelFormatName: "rgb24"), to: scratch.path("photo.png"))
    var request = job(scratch, "in.mkv", "photo.png")
    request.sources = [scratch.path("photo.png")]
    try expectFailure(.invalidRequest) { _ = try request.run() }
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path("in.mkv"))) == before)
  }

  @Test func namesWhatIsMissing() throws {
    let scratch = try Scratch()
    try Clip(times: [0]).write(to: scratch.path("in.mkv"))
    try expectFailure(.missingInput, saying: "nobody.mkv") { _ = try job(scratch, "nobody.mkv", "out.mkv").run() }
    var request = job(scratch, "in.mkv", "out.mkv")
    request.sources = [scratch.path("nobody.png")]
    try expectFailure(.missingInput, saying: "nobody.png") { _ = try request.run() }
    request.sources = []
    try expectFailure(.invalidRequest, saying: "--source") { _ = try request.run() }
    #expect(scratch.names == ["in.mkv"])
  }

  @Test func wantsAPictureForAPictureAndAVideoForAVideo() throws {
    let scratch = try Scratch()
    try Clip(times: [0, 1]).write(to: scratch.path("in.mkv"))
    let frame = try Frame(width: 8, height: 8, pixelFormatName: "rgb24")
    _ = try PictureFile.write(frame, to: scratch.path("in.png"))
    try expectFailure(.unwritableOutput, saying: "out.png") { _ = try job(scratch, "in.mkv", "out.png").run() }
    try expectFailure(.unwritableOutput, saying: "out.mp4") { _ = try job(scratch, "in.png", "out.mp4").run() }
    #expect(scratch.names == ["in.mkv", "in.png"])
  }

  @Test func saysWhichPhotoShowsNoFace() throws {
    let scratch = try Scratch()
    try Clip().write(to: scratch.path("in.mkv"))
    let blank = try Frame(width: 200, height: 200, pixelFormatName: "rgb24")
    _ = try PictureFile.write(blank, to: scratch.path("blank.png"))
    var request = job(scratch, "in.mkv", "out.mkv")
    request.sources = [scratch.path("blank.png")]
    try expectFailure(.noFace, saying: "blank.png") { _ = try request.run() }
    #expect(scratch.names == ["blank.png", "in.mkv"])
  }

  @Test func saysWhenRubbishIsGivenForATarget() throws {
    let scratch = try Scratch()
    try Data("this is no video".utf8).write(to: URL(fileURLWithPath: scratch.path("in.mkv")))
    try expectFailure(.unreadableInput, saying: "in.mkv") { _ = try job(scratch, "in.mkv", "out.mkv").run() }
    #expect(scratch.names == ["in.mkv"])
  }

  @Test func saysWhenTheRuntimeIsNotThere() throws {
    let scratch = try Scratch()
    try Clip().write(to: scratch.path("in.mkv"))
    var request = job(scratch, "in.mkv", "out.mkv")
    request.runtimePath = scratch.path("nothing.so")
    try expectFailure(.unavailable) { _ = try request.run() }
    #expect(scratch.names == ["in.mkv"])
  }

  @Test func stopsOnRequestAndLeavesNothing() throws {
    let scratch = try Scratch()
    // Longer clips are meshed by OpenVINO, which AddressSanitizer does not let load.
    try Clip(times: Array(0..<140)).write(to: scratch.path("in.mkv"))
    // What was there before stays.
    try Data("old".utf8).write(to: URL(fileURLWithPath: scratch.path("out.mkv")))
    let cancellation = Cancellation()
    let frames = Box(0)
    try expectFailure(.cancelled) {
      _ = try job(scratch, "in.mkv", "out.mkv").run(cancellation: cancellation) { event in
        if case .progress(let progress) = event {
          frames.change { $0 = progress.frames }
          if progress.frames == 3 { cancellation.request() }
        }
      }
    }
    #expect(frames.value < 140)
    #expect(scratch.names == ["in.mkv", "out.mkv"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path("out.mkv"))) == Data("old".utf8))
  }

  @Test func cancelledBeforehandItWritesNothing() throws {
    let scratch = try Scratch()
    try Clip().write(to: scratch.path("in.mkv"))
    _ = try PictureFile.write(
      try Frame(width: 64, height: 64, pixelFormatName: "rgb24"), to: scratch.path("in.png"))
    let cancellation = Cancellation()
    cancellation.request()
    for ending in ["mkv", "png"] {
      try expectFailure(.cancelled) {
        _ = try job(scratch, "in.\(ending)", "out.\(ending)").run(cancellation: cancellation)
      }
    }
    #expect(scratch.names == ["in.mkv", "in.png"])
  }

  @Test func givesAnOutputANameThatIsFree() throws {
    let scratch = try Scratch()
    #expect(JobRequest.defaultOutput(for: scratch.path("clip.mp4")) == scratch.path("clip-swapped.mp4"))
    #expect(JobRequest.defaultOutput(for: scratch.path("clip.wmv")) == scratch.path("clip-swapped.mp4"))
    #expect(JobRequest.defaultOutput(for: scratch.path("a.b.MKV")) == scratch.path("a.b-swapped.MKV"))
    #expect(JobRequest.defaultOutput(for: scratch.path("photo.jpg")) == scratch.path("photo-swapped.jpg"))
    #expect(JobRequest.defaultOutput(for: "clip.mov") == "clip-swapped.mov")
    for name in ["clip-swapped.mp4", "clip-swapped-2.mp4"] {
      try Data().write(to: URL(fileURLWithPath: scratch.path(name)))
    }
    #expect(JobRequest.defaultOutput(for: scratch.path("clip.mp4")) == scratch.path("clip-swapped-3.mp4"))
  }

  @Test func tellsHowLongItWillTake() {
    var progress = JobProgress(frames: 50, totalFrames: 200, faces: 1, framesWithFaces: 20, seconds: 10)
    #expect(progress.framesPerSecond == 5)
    #expect(progress.secondsLeft == 30)
    progress.totalFrames = 40
    #expect(progress.secondsLeft == 0)
    progress.totalFrames = nil
    #expect(progress.secondsLeft == nil)
    progress = JobProgress(frames: 0, totalFrames: 10, faces: 0, framesWithFaces: 0, seconds: 0)
    #expect(progress.framesPerSecond == 0 && progress.secondsLeft == nil)
  }
}

/// A job with the astronaut as source, between files of a folder.
func job(
  _ scratch: Scratch, _ target: String, _ output: String, _ encoding: VideoEncoding = VideoEncoding(encoder: "ffv1")
) -> JobRequest {
  let source = (try? Pinned.path("astronaut.png")) ?? ""
  var request = JobRequest(sources: [source], target: scratch.path(target), output: scratch.path(output))
  request.encoding = encoding
  return request
}

/// Runs `body`, which must throw a job's error of this kind whose one sentence has `text` in it.
func expectFailure(
  _ kind: JobError.Kind, saying text: String = "", sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) throws {
  do {
    try body()
    Issue.record("it should have failed", sourceLocation: sourceLocation)
  } catch let error as JobError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(text.isEmpty || error.message.contains(text), sourceLocation: sourceLocation)
    #expect(!error.message.contains("\n"), sourceLocation: sourceLocation)
  }
}
