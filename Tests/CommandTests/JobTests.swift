import Foundation
import Imaging
import MediaIO
import Testing

extension CommandTests {
  @Suite("Jobs that succeed") struct JobTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("A picture onto a picture: every face, or the largest")
    func picture() throws {
      let job = ["run", "--source", Cache.photo, "--target", Cache.group, "--output"]
      let many = try scratch.run(job + ["many.png"])
      #expect(many.code == 0)
      #expect(many.errors == "")
      #expect(many.output.wholeMatch(of: #/many\.png: 1 picture, \d+\.\d s, png\n/#) != nil, "\(many.output)")
      let one = try scratch.run(job + ["one.png", "--face-selector-mode", "one"])
      #expect(one.code == 0)
      #expect(scratch.names == ["many.png", "one.png"])

      // An unchanged copy, made the same way, to compare with.
      try PictureFile.write(PictureFile.read(Cache.group), to: scratch.path("before.png"))
      let before = try PictureFile.read(scratch.path("before.png"))
      let changedByMany = difference(before, try PictureFile.read(scratch.path("many.png")))
      let changedByOne = difference(before, try PictureFile.read(scratch.path("one.png")))
      #expect(changedByOne > 1000)
      #expect(changedByMany > changedByOne * 2)
      #expect(changedByMany < samples(of: before).count / 2, "what is no face stays as it was")
    }

    @Test("Of a source with several faces the largest is used, and it says so")
    func severalFaces() throws {
      try scratch.link("group.jpg", to: Cache.group)
      let outcome = try scratch.run(
        ["run", "--source", "group.jpg", "--target", Cache.photo, "--output", "out.jpg"])
      #expect(outcome.code == 0)
      #expect(outcome.errors == "note: 'group.jpg' shows 5 faces; the largest is used\n")
    }

    @Test("Several sources are merged, and it says so")
    func severalSources() throws {
      try scratch.link("group.jpg", to: Cache.group)
      try scratch.link("face.png", to: Cache.photo)
      let outcome = try scratch.run(
        ["run", "-s", "group.jpg", "face.png", "-t", Cache.photo, "-o", "out.jpg", "--progress", "none"])
      #expect(outcome.code == 0)
      #expect(outcome.errors == "")
      let told = try scratch.run(["run", "-s", "group.jpg", "face.png", "-t", Cache.photo, "-o", "out.jpg"])
      #expect(
        told.errors.wholeMatch(
          of:
            #/note: 'group\.jpg' shows 5 faces; the largest is used\nnote: 2 source photos are merged; '(group\.jpg|face\.png)' shows the face best\n/#
        ) != nil, "\(told.errors)")
    }

    @Test(
      "A picture onto a video, under a default name; sound and times are kept", arguments: ["a %d ü:b.mp4", "-c.mov"])
    func video(name: String) throws {
      try scratch.cut(Cache.clip, frames: 12, to: name)
      let outcome = try scratch.run(
        ["run", "--source", Cache.photo, "--target=\(name)", "--output-video-preset", "ultrafast"])
      let result = name.replacing(".", with: "-swapped.")
      #expect(outcome.code == 0)
      #expect(
        outcome.output.wholeMatch(of: #/(.+): 12 frames, 12 with a face, \d+\.\d s, \d+\.\d fps, libx264\n/#)?.1
          == result[...], "\(outcome.output)")
      // The first frame and the last; a slow machine may tell of some between.
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count >= 2)
      for line in lines {
        #expect(
          line.wholeMatch(of: #/frame \d+ of 12, \d+\.\d fps, \d+:\d\d left, 1 face/#) != nil, "\(line)")
      }
      #expect(lines.last?.hasPrefix("frame 12 of 12, ") == true)
      #expect(scratch.names == [name, result].sorted())

      let before = try Contents(of: scratch.path(name))
      let after = try Contents(of: scratch.path(result))
      #expect(after.frames.map { $0.timestamp?.value } == before.frames.map { $0.timestamp?.value })
      #expect(!after.sound.isEmpty)
      #expect(after.sound == before.sound)
      #expect(difference(before.frames[5], after.frames[5]) > 10_000)
    }

    @Test("What is asked of sound, loss and devices reaches the output")
    func encoding() throws {
      try scratch.cut(Cache.clipWithoutFace, frames: 6, to: "street.mp4")
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      func run(_ target: String, _ output: String, _ options: [String]) throws -> Outcome {
        try scratch.run(["run", "--source", Cache.photo, "--target", target, "--output", output] + options)
      }
      func codecs(_ name: String) throws -> [String] {
        try MediaReader(path: scratch.path(name)).info.tracks.map(\.codecName)
      }
      let lossless = try run("street.mp4", "same.mkv", ["--lossless", "--output-video-preset", "ultrafast"])
      #expect(lossless.code == 0)
      let first = try MediaReader(path: scratch.path("street.mp4"), threads: 1)
      let second = try MediaReader(path: scratch.path("same.mkv"), threads: 1)
      var count = 0
      while let frame = try first.nextFrame(), let other = try second.nextFrame() {
        #expect(difference(frame, other) == 0)
        count += 1
      }
      #expect(count == 6)

      let fast = ["--output-video-preset", "ultrafast"]
      #expect(try run("clip.mp4", "quiet.mkv", fast + ["--output-audio-volume", "50"]).code == 0)
      #expect(try run("clip.mp4", "small.mp4", fast + ["--output-audio-quality", "0"]).code == 0)
      #expect(try run("clip.mp4", "flac.mkv", fast + ["--output-audio-encoder", "flac"]).code == 0)
      #expect(try codecs("quiet.mkv") == ["h264", "aac"])
      #expect(try codecs("small.mp4") == ["h264", "aac"])
      #expect(try codecs("flac.mkv") == ["h264", "flac"])
      #expect(try scratch.bytes(of: "small.mp4").count < scratch.bytes(of: "clip.mp4").count)

      let web = try run("clip.mp4", "out.webm", ["--output-video-preset", "8", "--hwaccel", "auto"])
      #expect(web.code == 0)
      #expect(
        web.errors.contains(
          "warning: the audio track 1 (aac) was encoded anew with libopus, because it cannot be in a .webm file; "
            + "an .mkv file holds it as it is\n"), "\(web.errors)")
      #expect(try codecs("out.webm") == ["vp9", "opus"])
      let notes = web.errors.split(separator: "\n").filter {
        $0.hasPrefix("note: no device of this machine decodes h264")
      }
      #expect(notes.count <= 1)
    }

    @Test("A clip becomes pictures, pictures a clip, of other rates and sizes")
    func series() throws {
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      let job = ["run", "--source", Cache.photo, "--output-video-preset", "ultrafast", "--target"]
      let out = try scratch.run(
        job + ["clip.mp4", "--output", "out/f%03d.png", "--output-video-fps", "11.988", "--output-video-scale", "0.5"])
      #expect(out.code == 0)
      #expect(
        out.output.wholeMatch(
          of: #/out/f%03d\.png: 12 frames, 12 with a face, 6 written, \d+\.\d s, \d+\.\d fps, png\n/#) != nil,
        "\(out.output)")
      #expect(out.errors.contains("\nwarning: the other tracks were left out: pictures have no place for them\n"))
      let names = try files(scratch, "out")
      #expect(names == (1...6).map { "f00\($0).png" })

      // A folder, under a default name.
      #expect(try scratch.run(job + ["out"]).code == 0)
      #expect(try files(scratch, "out-swapped") == names)

      let back = try scratch.run(
        job + ["out/f%03d.png", "--output", "back.mp4", "--sequence-fps", "24000/1001", "--trim-frame-start", "2"])
      #expect(back.code == 0)
      let contents = try Contents(of: scratch.path("back.mp4"))
      #expect(contents.frames.count == 4)
      #expect(contents.info.frameRate == Rational(24000, 1001))
      #expect((contents.info.width, contents.info.height) == (320, 180))

      let picture = try scratch.run(
        ["run", "-s", Cache.photo, "-t", Cache.group, "-o", "half.png", "--output-image-scale", "0.5"])
      #expect(picture.code == 0)
      let (half, whole) = (try PictureFile.read(scratch.path("half.png")), try PictureFile.read(Cache.group))
      #expect(half.width == Int((Double(whole.width) / 2).rounded()))
      #expect(scratch.names == ["back.mp4", "clip.mp4", "half.png", "out", "out-swapped"])
    }

    @Test("A default name is never that of another file")
    func defaultName() throws {
      try scratch.link("group.jpg", to: Cache.group)
      try scratch.write("precious", to: "group-swapped.jpg")
      let outcome = try scratch.run(["run", "--source", Cache.photo, "--target", "group.jpg"])
      #expect(outcome.code == 0)
      #expect(scratch.names == ["group-swapped-2.jpg", "group-swapped.jpg", "group.jpg"])
      #expect(try scratch.bytes(of: "group-swapped.jpg") == Data("precious".utf8))
    }

    @Test("An existing output is replaced; through a link, what it points to")
    func replace() throws {
      try scratch.makeFolder("elsewhere")
      try scratch.write("old", to: "elsewhere/real.png")
      try scratch.link("out.png", to: "elsewhere/real.png")
      let outcome = try scratch.run(
        ["run", "--source", Cache.photo, "--target", Cache.group, "--output", "out.png"])
      #expect(outcome.code == 0)
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("out.png")) == "elsewhere/real.png")
      #expect(try PictureFile.read(scratch.path("elsewhere/real.png")).width > 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("elsewhere")) == ["real.png"])
    }

    @Test("JSON: one object a line, the result last")
    func json() throws {
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      let outcome = try scratch.run(
        ["run", "--source", Cache.photo, "--target", "clip.mp4", "--output", "out.mkv", "--progress", "json"])
      #expect(outcome.code == 0)
      #expect(outcome.errors == "")
      let events = try outcome.output.split(separator: "\n").map { line in
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
      #expect(outcome.output.hasSuffix("\n"))
      #expect(events.count >= 3)
      for event in events.dropLast() {
        #expect(event["event"] as? String == "progress")
        #expect(
          Set(event.keys) == [
            "event", "frames", "total_frames", "fps", "faces", "frames_with_faces", "seconds", "seconds_left",
          ])
        #expect(event["total_frames"] as? Int == 12)
        #expect(event["faces"] as? Int == 1)
      }
      let counts = events.dropLast().compactMap { $0["frames"] as? Int }
      #expect(counts == counts.sorted())
      #expect(counts.last == 12)
      let result = try #require(events.last)
      #expect(
        Set(result.keys) == [
          "event", "output", "frames", "frames_with_faces", "frames_written", "seconds", "encoder", "truncated",
          "processor_seconds",
        ])
      #expect(result["event"] as? String == "result")
      #expect(result["output"] as? String == "out.mkv")
      #expect(result["frames"] as? Int == 12)
      #expect(result["frames_with_faces"] as? Int == 12)
      #expect(result["encoder"] as? String == "libx264")
      #expect(result["truncated"] as? Bool == false)
      let times = try #require(result["processor_seconds"] as? [String: Double])
      #expect(Set(times.keys) == ["decode", "find", "swap", "encode", "other"])
      #expect(times.values.allSatisfy { $0 > 0 })
    }

    @Test("Without a face every frame is delivered as it was, with a notice")
    func noFace() throws {
      try scratch.cut(Cache.clipWithoutFace, frames: 12, to: "street.mp4")
      let outcome = try scratch.run(
        [
          "run", "--source", Cache.photo, "--target", "street.mp4", "--output", "out.mkv", "--output-video-encoder",
          "ffv1",
        ])
      #expect(outcome.code == 0)
      #expect(
        outcome.errors.hasSuffix("\nnote: no face was found in 'street.mp4': its pictures are delivered unchanged\n"))
      #expect(
        outcome.output.wholeMatch(of: #/out\.mkv: 12 frames, 0 with a face, \d+\.\d s, \d+\.\d fps, ffv1\n/#) != nil,
        "\(outcome.output)")
      let before = try Contents(of: scratch.path("street.mp4"))
      let after = try Contents(of: scratch.path("out.mkv"))
      #expect(before.frames.count == 12)
      // Compared apart: a failure would print millions of numbers.
      let isSame = after.frames.map(samples) == before.frames.map(samples)
      #expect(isSame)
    }

    @Test("A target cut short is delivered as far as it goes, with exit code 75")
    func truncated() throws {
      try scratch.cut(Cache.clip, frames: 12, to: "whole.mkv")
      let bytes = try scratch.bytes(of: "whole.mkv")
      try scratch.write(bytes.prefix(bytes.count / 2), to: "cut.mkv")
      let outcome = try scratch.run(["run", "--source", Cache.photo, "--target", "cut.mkv", "--output", "out.mkv"])
      #expect(outcome.code == 75)
      #expect(
        outcome.errors.hasSuffix(
          "warning: 'cut.mkv' ends too early (\(bytes.count - bytes.count / 2) bytes are missing at its end); "
            + "what could be read of it is delivered\n"))
      #expect((2...10).contains(try Contents(of: scratch.path("out.mkv")).frames.count))
    }

    @Test("A reader that leaves early does not harm the output")
    func closedPipe() throws {
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      let pipe = Pipe()
      let command = try Command(
        ["run", "--source", Cache.photo, "--target", "clip.mp4", "--output", "out.mkv", "--progress", "json"],
        in: scratch, output: pipe)
      #expect(try pipe.fileHandleForReading.read(upToCount: 1) == Data("{".utf8))
      try pipe.fileHandleForReading.close()
      #expect(try command.wait().code == 0)
      #expect(scratch.names == ["clip.mp4", "out.mkv"])
      #expect(try Contents(of: scratch.path("out.mkv")).frames.count == 12)
    }
  }

  @Suite("Stopping") struct StopTests {
    @Test("A signal ends a job within two seconds and leaves the place as it was", arguments: [SIGINT, SIGTERM])
    func stop(signal: Int32) throws {
      let scratch = try Scratch()
      try scratch.write("precious", to: "out.mp4")
      let before = scratch.state
      let command = try Command(
        [
          "run", "--source", Cache.photo, "--target", Cache.clip, "--output", "out.mp4", "--output-video-preset",
          "veryslow",
        ], in: scratch)
      try command.waitForFirstWords()
      #expect(scratch.names.contains { $0.hasPrefix(".out.mp4.") && $0.hasSuffix(".part") })
      let start = Date()
      command.send(signal)
      let outcome = try command.wait()
      #expect(Date().timeIntervalSince(start) < 2)
      #expect(outcome.code == 128 + signal)
      #expect(outcome.output == "")
      #expect(outcome.errors.hasSuffix("\nsemblance: stopped on request; no output was written\n"))
      #expect(scratch.state == before)
    }

    @Test("A signal leaves nothing of a series of pictures", arguments: ["new/", "old/%d.png"])
    func series(output: String) throws {
      let scratch = try Scratch()
      try scratch.makeFolder("old")
      let command = try Command(
        ["run", "--source", Cache.photo, "--target", Cache.clip, "--output", output], in: scratch)
      try command.waitForFirstWords()
      command.send(SIGINT)
      #expect(try command.wait().code == 130)
      #expect(scratch.names == ["old"])
      #expect(try files(scratch, "old") == [])
    }

    @Test("A job that cannot stop by itself is ended all the same")
    func stuck() throws {
      let scratch = try Scratch()
      let pipe = Pipe()
      let command = try Command(
        ["run", "--source", Cache.photo, "--target", Cache.clip, "--output", "out.mp4", "--progress", "json"],
        in: scratch, output: pipe)
      // Nobody reads on: with the pipe full, the job waits in the middle of a line.
      let end = pipe.fileHandleForReading
      let capacity = fcntl(end.fileDescriptor, 1031 /* F_SETPIPE_SZ, which Swift does not see */, 4096)
      try #require(capacity > 0)
      let deadline = Date() + 20
      var waiting: Int32 = 0
      // A line has some 130 bytes.
      while waiting < capacity - 200, Date() < deadline {
        usleep(50_000)
        try #require(ioctl(end.fileDescriptor, UInt(FIONREAD), &waiting) == 0)
      }
      usleep(500_000)
      let start = Date()
      command.send(SIGINT)
      #expect(try command.wait().code == 130)
      #expect(Date().timeIntervalSince(start) < 2)
      #expect(scratch.names == [])
    }
  }
}

/// Names of all that is in a folder.
private func files(_ scratch: Scratch, _ folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: scratch.path(folder)).sorted()
}
