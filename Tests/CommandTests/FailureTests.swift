import Foundation
import MediaIO
import Testing

extension CommandTests {
  @Suite("Bad input: one sentence, an exit code, and nothing touched") struct FailureTests {
    private let scratch: Scratch

    init() throws {
      scratch = try Scratch()
      try scratch.cut(Cache.clip, frames: 12, to: "clip.mp4")
      try scratch.write("precious", to: "old.mp4")
    }

    @Test("Command lines that say nothing sensible")
    func usage() throws {
      let end = """

        Usage: semblance run --source <photo> ... --target <file> [--output <file>] [<options>]
          See 'semblance run --help' for more information.

        """
      func expect(_ arguments: [String], _ message: String, _ location: SourceLocation = #_sourceLocation) throws {
        try scratch.expectFailure(["run"] + arguments, 64, message + end, location)
      }
      let job = ["--source", "a.png", "--target", "clip.mp4", "--output", "old.mp4"]
      try expect(job + ["--bogus"], "Error: Unknown option '--bogus'")
      try expect(
        job + ["--output-video-quality", "101"], "Error: --output-video-quality must be between 0 and 100, got 101.")
      try expect(
        job + ["--output-image-quality=-1"], "Error: --output-image-quality must be between 0 and 100, got -1.")
      for name in ["--output-video-scale", "--output-image-scale"] {
        for factor in ["0.2", "8.25", "nan"] {
          try expect(job + [name, factor], "Error: \(name) must be between 0.25 and 8, got \(Double(factor) ?? 0).")
        }
      }
      for name in ["--output-video-fps", "--sequence-fps"] {
        try expect(
          job + [name, "2000"], "Error: \(name) must be between 0.1 and 1000 frames a second, got 2000/1.")
        for rate in ["0", "-5", "30/0", "1/2/3", "1.2.3", "fast"] {
          let outcome = try Scratch().run(["run"] + job + ["\(name)=\(rate)"])
          #expect(outcome.code == 64)
          #expect(outcome.errors.hasPrefix("Error: The value '\(rate)' is invalid for '\(name) <rate>'"))
        }
      }
      try expect(job + ["--threads", "99999"], "Error: --threads must be between 0 and 1024, got 99999.")
      try expect(
        job + ["--output-video-quality", "high"],
        """
        Error: The value 'high' is invalid for '--output-video-quality <0…100>'
        Help:  --output-video-quality <0…100>  0 (small) to 100 (best; lossless with 8-bit libx264). (default: 80, or the profile of a ProRes or DNxHR target)
        """)
      try expect(
        job + ["--lossless", "--output-video-quality", "80"],
        "Error: Give --lossless or --output-video-quality, not both: without loss there is one quality.")
      try expect(
        job + ["--output-audio-quality", "101"], "Error: --output-audio-quality must be between 0 and 100, got 101.")
      try expect(
        job + ["--output-audio-volume", "101"], "Error: --output-audio-volume must be between 0 and 100, got 101.")
      for change in [["--output-audio-quality", "50"], ["--output-audio-volume", "50"]] {
        try expect(
          job + ["--output-audio-encoder", "copy"] + change,
          "Error: Sound that is copied keeps its quality and volume; name another --output-audio-encoder.")
      }
      let devices = ["auto", "none"] + MediaLibrary.hardwareTypes()
      try expect(
        job + ["--hwaccel", "abacus"],
        "Error: --hwaccel must be one of \(devices.joined(separator: ", ")), got 'abacus'.")
      try expect(
        job + ["--face-selector-mode", "two"],
        """
        Error: The value 'two' is invalid for '--face-selector-mode <mode>'. Please provide one of 'many' and 'one'.
        Help:  --face-selector-mode <mode>  Which faces are replaced: many (every face found) or one (the largest).
        """)
      try expect(
        ["--source", "a.png"],
        """
        Error: Missing expected argument '--target <file>'
        Help:  --target <file>  The picture or clip whose faces are replaced. A clip may also be a folder of pictures, \
        or numbered ones: frames/%06d.png.
        """)
      try expect(["--target", "clip.mp4"], "Error: Give a photo of the person whose face is put in, with --source.")
      try expect(
        ["--target", "clip.mp4", "--processors", "face_debugger", "--face-debugger-items", "light"],
        "Error: Give a photo of the person whose face is put in, with --source.")
      try expect(
        job + ["--face-debugger-items", "mesh"],
        "Error: --face-debugger-items is of use only with --processors face_debugger.")
      try expect(
        job + ["--processors", "face_swapper", "face_painter"],
        """
        Error: The value 'face_painter' is invalid for '--processors <name>'. Please provide one of 'face_swapper' and \
        'face_debugger'.
        Help:  --processors <name>  What is done to each face, in this order.
        """)
      try expect(["--source", "a.png", "--target", ""], "Error: --target must name a file, got an empty text.")
      try expect(["--source", "", "--target", "clip.mp4"], "Error: --source must name a file, got an empty text.")
      try expect(
        ["--source", "a.png", "--target", "b", "--output", ""], "Error: --output must name a file, got an empty text.")
    }

    @Test("Targets that cannot be used")
    func targets() throws {
      try scratch.write("", to: "empty.mp4")
      try scratch.write("Dear reader, this is only a letter.\n", to: "letter.txt")
      try scratch.write(try Data(contentsOf: URL(fileURLWithPath: Cache.photo)).prefix(300_000), to: "cut.png")
      try scratch.write(try Data(contentsOf: URL(fileURLWithPath: Cache.group)).prefix(90_000), to: "cut.jpg")
      try scratch.write(try Data(contentsOf: URL(fileURLWithPath: Cache.clip)).prefix(24), to: "cut.mp4")
      try #require(mkfifo(scratch.path("pipe.mp4"), 0o600) == 0)
      func expect(_ target: String, _ code: Int32, _ message: String, _ location: SourceLocation = #_sourceLocation)
        throws
      {
        try scratch.expectFailure(
          ["run", "--source", Cache.photo, "--target", target, "--output", "old.mp4"], code, "semblance: \(message)\n",
          location)
      }
      try expect("missing.mp4", 66, "cannot open 'missing.mp4': there is no such file; check the path")
      try expect("m", 66, "cannot open 'm': there is no such file; check the path")
      try expect("empty.mp4", 65, "cannot open 'empty.mp4': the file is empty; copy or download it again")
      try expect(
        "letter.txt", 65,
        "cannot open 'letter.txt': it is not a picture or video that FFmpeg knows; check that it is the right file")
      try expect(
        "cut.mp4", 65,
        "cannot open 'cut.mp4': moov atom not found; the file is damaged or incomplete, copy or download it again")
      try scratch.makeFolder("folder")
      try expect(
        "folder", 66, "cannot open the folder 'folder' as a clip: there are no pictures in it; name one with pictures")
      try expect(
        "pipe.mp4", 65, "cannot open 'pipe.mp4': it is a pipe or a device, not a file; save it to a file first")
      let picture = ["run", "--source", Cache.photo, "--output", "old.png", "--target"]
      try scratch.write("precious", to: "old.png")
      try scratch.expectFailure(
        picture + ["cut.png"], 65,
        "semblance: cannot use 'cut.png': no picture could be decoded from its png track (its only packet is damaged); "
          + "try another copy\n")
      try scratch.expectFailure(
        picture + ["cut.jpg"], 65,
        "semblance: cannot use 'cut.jpg': the picture is damaged or incomplete; copy or download it again\n")
    }

    @Test("Sources that cannot be used")
    func sources() throws {
      try scratch.write("Dear reader, this is only a letter.\n", to: "letter.txt")
      try scratch.cut(Cache.clipWithoutFace, frames: 1, to: "empty street.mp4")
      func expect(_ sources: [String], _ code: Int32, _ message: String, _ location: SourceLocation = #_sourceLocation)
        throws
      {
        try scratch.expectFailure(
          ["run", "--source"] + sources + ["--target", "clip.mp4", "--output", "old.mp4"], code,
          "semblance: \(message)\n", location)
      }
      try expect(["missing.png"], 66, "cannot open 'missing.png': there is no such file; check the path")
      try expect(
        [Cache.photo, "missing.png"], 66, "cannot open 'missing.png': there is no such file; check the path")
      try expect(
        ["letter.txt"], 65,
        "cannot open 'letter.txt': it is not a picture or video that FFmpeg knows; check that it is the right file")
      try expect(
        ["empty street.mp4"], 67,
        "no face was found in the source 'empty street.mp4'; use a sharp, well lit photo of the face from the front")
    }

    @Test("Outputs that cannot be made")
    func outputs() throws {
      try #require(mkfifo(scratch.path("pipe.mp4"), 0o600) == 0)
      try scratch.link("clip-link.mp4", to: "clip.mp4")
      try #require(link(scratch.path("clip.mp4"), scratch.path("clip-again.mp4")) == 0)
      try scratch.makeFolder("folder.mp4")
      func expect(
        _ output: String, options: [String] = [], code: Int32 = 73, _ message: String,
        _ location: SourceLocation = #_sourceLocation
      ) throws {
        try scratch.expectFailure(
          ["run", "--source", Cache.photo, "--target", "clip.mp4", "--output", output] + options, code,
          "semblance: \(message)\n", location)
      }
      let known = ".mp4, .mov, .mkv, .webm, .avi, .m4v, .ts, .gif or .webp"
      try expect("no/out.mp4", "cannot write 'no/out.mp4': there is no folder 'no'; create it first")
      try expect("folder.mp4", "cannot write 'folder.mp4': it is a folder; name a file in it")
      try expect("/dev/null", "cannot write '/dev/null': it is a pipe or a device, not a file; choose another name")
      try expect("pipe.mp4", "cannot write 'pipe.mp4': it is a pipe or a device, not a file; choose another name")
      try expect("out", "cannot write 'out': the name has no extension; add one of \(known)")
      try expect("out.xyz", "cannot write video to 'out.xyz': '.xyz' is no container for it; use \(known)")
      try expect("out.mp3", "cannot write video to 'out.mp3': '.mp3' is no container for it; use \(known)")
      try expect(
        "out.png",
        "cannot write 'out.png': the target is a video, and this is the name of a picture; end it in .mp4, .mov or .mkv, "
          + "or write a series of pictures to a folder/ or to %06d.png")
      try expect(
        "out.webm", options: ["--output-audio-encoder", "copy"],
        "cannot write 'out.webm': a .webm file cannot hold the audio track 1 (aac); write an .mkv file instead"
      )
      try expect(
        "out.webm", options: ["--output-audio-encoder", "flac"],
        "cannot write 'out.webm': a .webm file cannot hold what the audio encoder flac makes; use .mkv, or another encoder"
      )
      try expect(
        "out.mp4", options: ["--output-video-encoder", "mpeg4", "--lossless"],
        "the encoder mpeg4 has no lossless mode here; use libx264, libx265, libvpx-vp9 or libaom-av1")
      for same in ["clip.mp4", "./clip.mp4", scratch.path("clip.mp4"), "clip-link.mp4", "clip-again.mp4"] {
        try expect(
          same, code: 64, "cannot write '\(same)': it is also an input; choose another name for the output")
      }
      try expect(
        "old.mp4", options: ["--output-video-preset", "warp"],
        "the encoder libx264 has no preset 'warp'; use ultrafast, superfast, veryfast, faster, fast, medium, slow, "
          + "slower, veryslow or placebo")
      try expect(
        "old.webm", options: ["--output-video-encoder", "libx264"],
        "cannot write 'old.webm': a .webm file cannot hold what the encoder libx264 makes; use .mkv, or another encoder"
      )
      try scratch.expectFailure(
        ["run", "--source", Cache.photo, "--target", Cache.group, "--output", "old.mp4"], 73,
        "semblance: cannot write 'old.mp4': the target is a picture, and this is not the name of one; end it in "
          + ".png, .jpg, .jpeg, .jpe, .webp, .tif, .tiff, .bmp\n")
    }

    @Test("An unknown encoder")
    func encoder() throws {
      let before = scratch.state
      let outcome = try scratch.run(
        [
          "run", "--source", Cache.photo, "--target", "clip.mp4", "--output", "old.mp4", "--output-video-encoder",
          "libnope",
        ])
      #expect(outcome.code == 73)
      // Which ones there are depends on how FFmpeg was built.
      let list =
        #/semblance: there is no video encoder 'libnope' in this FFmpeg; use ([a-z0-9_-]+, )+[a-z0-9_-]+ or [a-z0-9_-]+\n/#
      #expect(outcome.errors.wholeMatch(of: list) != nil)
      #expect(outcome.output == "")
      #expect(scratch.state == before)
    }

    @Test("Devices that are not there: nothing to decode with, nothing to encode with")
    func devices() throws {
      let before = scratch.state
      func run(_ options: [String]) throws -> Outcome {
        try scratch.run(["run", "--source", Cache.photo, "--target", "clip.mp4", "--output", "old.mp4"] + options)
      }
      // On a machine that has one there is nothing to see.
      let decoding = try run(["--hwaccel", "vaapi", "--trim-frame-end", "1"])
      if decoding.code != 0 {
        #expect(decoding.code == 69)
        #expect(
          decoding.errors.hasPrefix(
            "semblance: cannot decode 'clip.mp4' with vaapi: this machine offers no such device ("))
        #expect(scratch.state == before)
      }
      let encoding = try run(["--output-video-encoder", "h264_vaapi", "--trim-frame-end", "1"])
      if encoding.code != 0 {
        #expect(encoding.code == 73)
        #expect(
          encoding.errors.hasPrefix(
            "semblance: the encoder h264_vaapi needs a device that this machine does not offer (vaapi: "))
        #expect(scratch.state == before)
      }
    }

    @Test("A target without a face, where one is required")
    func requireFace() throws {
      try scratch.cut(Cache.clipWithoutFace, frames: 3, to: "street.mp4")
      try scratch.expectFailure(
        [
          "run", "--source", Cache.photo, "--target", "street.mp4", "--output", "old.mp4", "--require-face",
          "--progress", "none",
        ], 67,
        "semblance: no face was found in the target 'street.mp4', and --require-face was given\n")
    }

    @Test("With JSON, a failure is an event")
    func json() throws {
      let outcome = try scratch.run(
        ["run", "--source", Cache.photo, "--target", "missing.mp4", "--progress", "json"])
      #expect(outcome.code == 66)
      #expect(outcome.errors == "")
      #expect(
        outcome.output
          == #"{"code":66,"event":"error","message":"cannot open 'missing.mp4': there is no such file; check the path"}"#
          + "\n")
    }
  }

  @Suite("What set-up brings is missing or wrong") struct SetUpTests {
    private let scratch: Scratch
    private var job: [String] { ["run", "--source", Cache.photo, "--target", Cache.group, "--output", "old.png"] }
    private var models: String { scratch.path("cache/models") }

    /// A cache folder with links to all the real one has.
    init() throws {
      scratch = try Scratch()
      try scratch.write("precious", to: "old.png")
      try scratch.makeFolder("cache/models")
      try scratch.link("cache/onnxruntime", to: Cache.folder + "/onnxruntime")
      for name in try FileManager.default.contentsOfDirectory(atPath: Cache.folder + "/models") {
        try scratch.link("cache/models/" + name, to: Cache.folder + "/models/" + name)
      }
    }

    private var environment: [String: String?] { ["SEMBLANCE_CACHE": scratch.path("cache")] }

    @Test("A model that is not there")
    func missing() throws {
      try FileManager.default.removeItem(atPath: models + "/face_mesh.onnx")
      try scratch.expectFailure(
        job, environment: environment, 69,
        "semblance: model 'face_mesh' is not at '\(models)/face_mesh.onnx'; `make setup` gets it\n")
    }

    @Test("A model with one wrong byte")
    func damaged() throws {
      let name = "cache/models/face_mesh.onnx"
      var bytes = try scratch.bytes(of: name)
      let last = bytes.endIndex - 1
      bytes[last] ^= 1
      try FileManager.default.removeItem(atPath: scratch.path(name))
      try scratch.write(bytes, to: name)
      let before = scratch.state
      let outcome = try scratch.run(job, environment: environment)
      #expect(outcome.code == 69)
      let sentence =
        #/semblance: model 'face_mesh' at '(.+)' should have the SHA-256 2577923d5b58… and has [0-9a-f]{12}…; run `make setup` to repair it\n/#
      let match = try #require(outcome.errors.wholeMatch(of: sentence), "\(outcome.errors)")
      #expect(match.1 == models + "/face_mesh.onnx")
      #expect(scratch.state == before)
    }

    @Test(
      "ONNX Runtime that is nowhere",
      .enabled("the system has none of its own") {
        (["libonnxruntime.so", "libonnxruntime.so.1"] as [String]).allSatisfy { dlopen($0, RTLD_LAZY) == nil }
      })
    func runtime() throws {
      try scratch.expectFailure(
        job, environment: ["SEMBLANCE_CACHE": "/nowhere", "SEMBLANCE_ONNXRUNTIME": nil], 69,
        "semblance: ONNX Runtime was not found: looked at '/nowhere/onnxruntime/libonnxruntime.so', "
          + "'libonnxruntime.so' of the system, 'libonnxruntime.so.1' of the system; `make setup` gets it, "
          + "or name a libonnxruntime.so with --onnxruntime or SEMBLANCE_ONNXRUNTIME\n")
    }

    @Test("ONNX Runtime that is not where one said")
    func namedRuntime() throws {
      let end =
        "; name a libonnxruntime.so that exists, or none to use the one that `make setup` gets\n"
      try scratch.expectFailure(
        job + ["--onnxruntime", "/nowhere/a.so"], 69,
        "semblance: ONNX Runtime is not at '/nowhere/a.so', the path that --onnxruntime names" + end)
      try scratch.expectFailure(
        job, environment: ["SEMBLANCE_ONNXRUNTIME": "/nowhere/b.so"], 69,
        "semblance: ONNX Runtime is not at '/nowhere/b.so', the path that SEMBLANCE_ONNXRUNTIME names" + end)
    }
  }
}
