import Foundation
import MediaIO
import Testing

extension CommandTests {
  @Suite("Damage, and trouble on the way") struct DamageTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func job(_ target: String, _ output: String) -> [String] {
      ["run", "--source", Cache.photo, "--target", target, "--output", output, "--progress", "none"]
    }

    /// Copies the frames of the clip, and its sound, into a file of another kind.
    private func make(_ name: String, encoder: String, frames: Int = 12) throws {
      let reader = try MediaReader(path: Cache.clip, threads: 1)
      let writer = try MediaWriter(
        path: scratch.path(name), like: reader.template,
        encoding: VideoEncoding(encoder: encoder, preset: encoder == "libx264" ? "ultrafast" : nil), threads: 1)
      while reader.frameCount < frames, let item = try reader.next() {
        switch item {
        case .frame(let frame): try writer.encode(frame)
        case .packet(let packet): try writer.write(packet)
        }
      }
      _ = try writer.finish()
    }

    @Test("A frame damaged in mid-file is delivered as far as the decoder gets it, and told; the sound is kept")
    func damagedFrame() throws {
      try make("clip.mkv", encoder: "mpeg4")
      var bytes = try scratch.bytes(of: "clip.mkv")
      let middle = bytes.startIndex + bytes.count / 2
      bytes.replaceSubrange(middle..<(middle + 64), with: (0..<64).map { UInt8($0) })
      try scratch.write(bytes, to: "damaged.mkv")
      let outcome = try scratch.run(job("damaged.mkv", "out.mkv").dropLast(2) + [])
      #expect(outcome.code == 0)
      #expect(
        outcome.errors.contains(
          "warning: in 1 frame of 'damaged.mkv', which is damaged, the decoder had to guess parts of the picture\n"),
        "\(outcome.errors)")
      let whole = try Contents(of: scratch.path("clip.mkv"))
      let result = try Contents(of: scratch.path("out.mkv"))
      #expect(result.frames.map { $0.timestamp?.value } == whole.frames.map { $0.timestamp?.value })
      #expect(!whole.sound.isEmpty && result.sound == whole.sound)
    }

    @Test("Targets cut short are delivered as far as they go", arguments: ["clip.mp4", "clip.mov", "clip.ts"])
    func truncated(name: String) throws {
      try make(name, encoder: "libx264")
      let bytes = try scratch.bytes(of: name)
      try scratch.write(bytes.prefix(bytes.count * 2 / 3 + 1), to: "cut-" + name)
      let outcome = try scratch.run(job("cut-" + name, "out.mkv").dropLast(2) + ["--progress", "lines"])
      #expect(outcome.code == 75)
      let warning =
        #/warning: 'cut-.+' ends too early \(\d+ bytes are missing at its end\); what could be read of it is delivered\n/#
      #expect(outcome.errors.firstMatch(of: warning) != nil, "\(outcome.errors)")
      #expect(scratch.names == ["cut-" + name, name, "out.mkv"].sorted())
      #expect((2...11).contains(try Contents(of: scratch.path("out.mkv")).frames.count))
    }

    @Test("A target of which the container is damaged is delivered as far as it can be read, and it is told")
    func damagedContainer() throws {
      try make("clip.mkv", encoder: "mpeg4")
      var bytes = try scratch.bytes(of: "clip.mkv")
      let middle = bytes.startIndex + bytes.count / 2
      bytes.replaceSubrange(middle..., with: Data(repeating: 0xFF, count: bytes.endIndex - middle))
      try scratch.write(bytes, to: "damaged.mkv")
      let outcome = try scratch.run(job("damaged.mkv", "out.mkv").dropLast(2) + [])
      #expect(outcome.code == 75)
      #expect(
        outcome.errors.firstMatch(
          of: #/warning: 'damaged.mkv' ends too early \(.+[^.]\); what could be read of it is delivered\n/#) != nil,
        "\(outcome.errors)")
      #expect((1...10).contains(try Contents(of: scratch.path("out.mkv")).frames.count))
    }

    @Test("A target of which no frame can be decoded is refused")
    func nothingDecodes() throws {
      try make("clip.mp4", encoder: "libx264")
      var bytes = try scratch.bytes(of: "clip.mp4")
      // The index stays; what it points to is gone.
      let start = try #require(bytes.firstRange(of: Data("mdat".utf8))).upperBound
      bytes.replaceSubrange(start..., with: Data(repeating: 0xFF, count: bytes.endIndex - start))
      try scratch.write(bytes, to: "damaged.mp4")
      let before = scratch.state
      let outcome = try scratch.run(job("damaged.mp4", "out.mkv"))
      #expect(outcome.code == 65)
      #expect(
        outcome.errors.hasPrefix(
          "semblance: cannot use 'damaged.mp4': no picture could be decoded from its h264 track ("),
        "\(outcome.errors)")
      #expect(scratch.state == before)
    }

    @Test("An encoder that does not take the pictures")
    func encoder() throws {
      try scratch.cut(Cache.clip, frames: 3, to: "clip.mp4")
      let before = scratch.state
      let outcome = try scratch.run(job("clip.mp4", "out.avi") + ["--output-video-encoder", "h263"])
      #expect(outcome.code == 73)
      #expect(
        outcome.errors.hasPrefix("semblance: the encoder h263 does not take 640x360 yuv420p pictures for 'out.avi': "),
        "\(outcome.errors)")
      #expect(scratch.state == before)
    }

    @Test("A place that takes no more bytes", arguments: ["out.mp4", "out.mkv", "out.png"])
    func full(output: String) throws {
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      try scratch.write("precious", to: output)
      let before = scratch.state
      let target = output.hasSuffix("png") ? Cache.photo : "clip.mp4"
      // As the disk would when it is full; where the sum of what is written is bounded, no disk needs to be.
      let outcome = try scratch.run(job(target, output), fileBlocks: 40)
      #expect(outcome.code == 74)
      #expect(
        outcome.errors
          == "semblance: writing '\(output)' failed: no file may become so large there; the unfinished file was removed\n",
        "\(outcome.errors)")
      #expect(scratch.state == before)
    }

    @Test("A folder that goes away")
    func folder() throws {
      try scratch.makeFolder("results")
      let command = try Command(
        [
          "run", "--source", Cache.photo, "--target", Cache.clip, "--output", "results/out.mp4", "--trim-frame-end",
          "20",
        ],
        in: scratch)
      try command.waitForFirstWords()
      try FileManager.default.removeItem(atPath: scratch.path("results"))
      let outcome = try command.wait()
      #expect(outcome.code == 73)
      #expect(
        outcome.errors.hasSuffix(
          "\nsemblance: cannot finish 'results/out.mp4': its folder, or the hidden file that is written there, was "
            + "removed; choose another folder\n"), "\(outcome.errors)")
      #expect(scratch.names.isEmpty)
    }

    @Test("A killed process leaves its unfinished file, hidden, and the next one is not disturbed by it")
    func killed() throws {
      try scratch.cut(Cache.clip, frames: 3, to: "clip.mp4")
      try scratch.write("precious", to: "out.mp4")
      let command = try Command(
        ["run", "--source", Cache.photo, "--target", Cache.clip, "--output", "out.mp4"], in: scratch)
      try command.waitForFirstWords()
      command.destroy()
      let left = scratch.names.filter { $0 != "clip.mp4" && $0 != "out.mp4" }
      #expect(left.count == 1)
      #expect(left.allSatisfy { $0.wholeMatch(of: #/\.out\.mp4\.\d+-\d+\.part/#) != nil }, "\(left)")
      #expect(try scratch.bytes(of: "out.mp4") == Data("precious".utf8))
      #expect(try scratch.run(job("clip.mp4", "out.mp4")).code == 0)
      #expect(try Contents(of: scratch.path("out.mp4")).frames.count == 3)
      #expect(scratch.names == (["clip.mp4", "out.mp4"] + left).sorted())
    }

    @Test("Inputs and folders without permission", .enabled("root may do anything") { geteuid() != 0 })
    func permissions() throws {
      try scratch.cut(Cache.clip, frames: 1, to: "clip.mp4")
      try scratch.makeFolder("locked")
      chmod(scratch.path("locked"), 0o500)
      try scratch.expectFailure(
        job("clip.mp4", "locked/out.mp4"), 73,
        "semblance: cannot write 'locked/out.mp4': the folder 'locked' may not be written to; choose another or change "
          + "its permissions\n")
      chmod(scratch.path("clip.mp4"), 0)
      let outcome = try scratch.run(job("clip.mp4", "out.mp4"))
      #expect(outcome.code == 65)
      #expect(outcome.errors == "semblance: cannot open 'clip.mp4': permission denied; check its permissions\n")
    }
  }
}
