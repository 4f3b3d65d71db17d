import Engine
import Foundation
import Imaging
import MediaIO
import Testing

/// Jobs whose output has another size, rate or kind than the target.
@Suite("Another form", .serialized) struct FormTests {
  @Test("FaceFusion fault 3: at another frame rate, a face is replaced where it is in that very frame")
  func rate() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "yuv420p").write(to: scratch.path("in.mkv"))
    _ = try request(scratch, "in.mkv", "plain.mkv").run()
    var halved = try request(scratch, "in.mkv", "half.mkv")
    halved.form.frameRate = Rational(25, 2)
    let result = try halved.run()
    #expect((result.frames, result.framesWithFaces, result.writtenFrames) == (12, 12, 6))
    let (plain, half) = (try Contents(of: scratch.path("plain.mkv")), try Contents(of: scratch.path("half.mkv")))
    // A frame half-way between two slots goes to the later one, so each slot but the first shows the one before it too.
    #expect(half.samples.count == 6)
    for (slot, samples) in half.samples.enumerated() { #expect(samples == plain.samples[slot * 2]) }

    var doubled = try request(scratch, "in.mkv", "double.mkv")
    doubled.form.frameRate = Rational(50, 1)
    #expect(try doubled.run().writtenFrames == 24)
    let twice = try Contents(of: scratch.path("double.mkv"))
    for (slot, samples) in twice.samples.enumerated() { #expect(samples == plain.samples[slot / 2]) }
  }

  @Test("FaceFusion fault 4: the finished frame is resized, and a face is found in the target's own pixels")
  func scale() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "yuv420p", frames: 6).write(to: scratch.path("in.mkv"))
    _ = try request(scratch, "in.mkv", "plain.mkv").run()
    for (factor, width, height) in [(0.25, 50, 54), (2.0, 400, 432)] {
      var scaled = try request(scratch, "in.mkv", "out.mkv")
      scaled.form.scale = factor
      let result = try scaled.run()
      #expect((result.frames, result.framesWithFaces, result.writtenFrames) == (6, 6, 6))
      let scaler = FrameScaler(factor: factor, isForVideo: true)
      let plain = try Contents(of: scratch.path("plain.mkv"))
      let out = try Contents(of: scratch.path("out.mkv"))
      #expect(out.times == plain.times)
      for (frame, original) in zip(out.frames, plain.frames) {
        #expect((frame.width, frame.height) == (width, height))
        #expect(try Samples(frame) == Samples(scaler.scale(original)))
      }
    }
  }

  @Test("A picture is resized after its face was replaced")
  func picture() throws {
    let scratch = try Scratch()
    var scaled = try request(scratch, "", "out.png")
    scaled.target = try Pinned.path("multi_face.jpg")
    scaled.pictureScale = 0.5
    _ = try scaled.run()
    scaled.pictureScale = 1
    scaled.output = scratch.path("plain.png")
    _ = try scaled.run()
    let plain = try PictureFile.read(scratch.path("plain.png"))
    let out = try PictureFile.read(scratch.path("out.png"))
    #expect(out.width == Int((Double(plain.width) / 2).rounded()))
    #expect(abs(out.height * 2 - plain.height) <= 1)
  }

  @Test(
    "A series of pictures keeps depth, alpha, numbers and names",
    arguments: ["rgb24", "rgba", "rgb48le", "rgba64le", "gray", "gray16le"])
  func series(format: String) throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("in"), withIntermediateDirectories: false)
    for number in 7...11 {
      let frame = try Frame(width: 64, height: 48, pixelFormatName: format)
      try frame.paintNoise(number)
      try PictureFile.write(frame, to: scratch.path("in/shot\(number).png"))
    }
    var job = try request(scratch, "in", "out/")
    #expect(try job.run().writtenFrames == 5)
    #expect(try names(scratch.path("out")) == ["shot10.png", "shot11.png", "shot7.png", "shot8.png", "shot9.png"])
    job = try request(scratch, "in/shot%d.png", "cut/a%03d.png")
    job.trim = .frames(start: 1, end: 3)
    #expect(try job.run().writtenFrames == 2)
    #expect(try names(scratch.path("cut")) == ["a008.png", "a009.png"])
    for (one, other) in [("in/shot8.png", "out/shot8.png"), ("in/shot8.png", "cut/a008.png")] {
      let (before, after) = (try PictureFile.read(scratch.path(one)), try PictureFile.read(scratch.path(other)))
      #expect(after.pixelFormatName == before.pixelFormatName)
      #expect(try Samples(after.editable()) == Samples(before.editable()))
    }
  }

  @Test("A series becomes a video without sound at its rate, and a video a series")
  func video() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "rgb24", frames: 5).write(to: scratch.path("in.mkv"))
    try Clip(hasSound: true).write(to: scratch.path("sound.mkv"))
    let plain = try request(scratch, "in.mkv", "out/%04d.png").run()
    #expect((plain.framesWithFaces, plain.writtenFrames) == (5, 5))
    #expect(try names(scratch.path("out")) == (1...5).map { "000\($0).png" })
    var job = try request(scratch, "out/%04d.png", "again.mkv")
    job.sequenceFrameRate = Rational(24000, 1001)
    _ = try job.run()
    job.output = scratch.path("again.mp4")
    job.encoding = VideoEncoding(preset: "ultrafast")
    #expect(try job.run().writtenFrames == 5)
    let reader = try MediaReader(path: scratch.path("again.mkv"))
    #expect(reader.info.frameRate == Rational(24000, 1001))
    let warnings = Box<[String]>([])
    _ = try request(scratch, "sound.mkv", "silent/").run { event in
      if case .warning(let text) = event { warnings.change { $0.append(text) } }
    }
    #expect(warnings.value == ["the other tracks were left out: pictures have no place for them"])
  }

  @Test("What a series cannot be is said in words, and nothing is left behind")
  func failures() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("in"), withIntermediateDirectories: false)
    let small = try Frame(width: 32, height: 32, pixelFormatName: "rgb24")
    let large = try Frame(width: 34, height: 32, pixelFormatName: "rgb24")
    try PictureFile.write(small, to: scratch.path("in/1.png"))
    try PictureFile.write(large, to: scratch.path("in/2.png"))
    try expectFailure(.unreadableInput, saying: "34x32") { _ = try request(scratch, "in", "out/").run() }
    try expectFailure(.unreadableInput, saying: "34x32") { _ = try request(scratch, "in", "out.mkv").run() }
    try expectFailure(.missingInput, saying: "no picture") { _ = try request(scratch, "in/%d.jpg", "out/").run() }
    try expectFailure(.unwritableOutput, saying: "there already") { _ = try request(scratch, "in", "in/").run() }
    try expectFailure(.unwritableOutput, saying: "there already") {
      _ = try request(scratch, "in/%d.png", "in/%d.png").run()
    }
    var faster = try request(scratch, "in", "out/")
    faster.form.frameRate = Rational(50, 1)
    try expectFailure(.invalidRequest, saying: "%06d.png") { _ = try faster.run() }
    #expect(scratch.names == ["in"])
    #expect(try names(scratch.path("in")) == ["1.png", "2.png"])
  }

  @Test("A name for the output of a series that nothing has yet")
  func names() throws {
    let scratch = try Scratch()
    let folder = scratch.path("frames")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    #expect(JobRequest.defaultOutput(for: folder) == folder + "-swapped/")
    #expect(JobRequest.defaultOutput(for: folder + "/") == folder + "-swapped/")
    #expect(JobRequest.defaultOutput(for: folder + "/%d.png") == folder + "-swapped/%d.png")
    try FileManager.default.createDirectory(atPath: folder + "-swapped", withIntermediateDirectories: false)
    #expect(JobRequest.defaultOutput(for: folder) == folder + "-swapped-2/")
    #expect(JobRequest.defaultOutput(for: "no such/%d.png") == "no such-swapped/%d.png")
    #expect(JobRequest.defaultOutput(for: "%d.png") == "swapped/%d.png")
    #expect(JobRequest.defaultOutput(for: ".") == "swapped/")
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func request(_ scratch: Scratch, _ target: String, _ output: String) throws -> JobRequest {
    var request = job(scratch, target, output, VideoEncoding(encoder: "ffv1"))
    request.sources = [try Pinned.path("multi_face.jpg")]
    return request
  }
}
