import Testing

extension CommandTests {
  @Suite("Help") struct HelpTests {
    @Test("The program, its commands and what goes for all of them")
    func program() throws {
      let help = try Scratch().run(["--help"])
      #expect(help.code == 0)
      #expect(help.errors == "")
      #expect(help.output == programHelp)
      #expect(try Scratch().run([]).output == programHelp)
      let version = try Scratch().run(["--version"])
      #expect(version.output == "0.1.0\n")
    }

    @Test("The command run")
    func run() throws {
      let help = try Scratch().run(["run", "--help"])
      #expect(help.code == 0)
      #expect(help.errors == "")
      #expect(help.output == runHelp)
      #expect(try Scratch().run(["help", "run"]).output == runHelp)
    }

    @Test("The command identity and what it has")
    func identity() throws {
      for (arguments, text) in [
        (["identity", "--help"], identityHelp), (["identity", "new", "--help"], identityNewHelp),
        (["identity", "show", "--help"], identityShowHelp),
      ] {
        let help = try Scratch().run(arguments)
        #expect(help.code == 0)
        #expect(help.errors == "")
        #expect(help.output == text)
      }
    }

    @Test("The command benchmark")
    func benchmark() throws {
      let help = try Scratch().run(["benchmark", "--help"])
      #expect(help.code == 0)
      #expect(help.errors == "")
      #expect(help.output == benchmarkHelp)
    }
  }
}

private let programHelp = #"""
  OVERVIEW: Replaces faces in pictures and video, with the consent of the people
  shown.

  Give a photo of a consenting person and a picture or clip; get it back with the
  face replaced. Sound, timing and every pixel outside the face stay as they
  were.

  EXAMPLES
    semblance run --source actor.jpg --target clip.mp4 --output recast.mp4
    semblance run --source actor.jpg --target group.png --face-selector-mode one

  ENVIRONMENT
    SEMBLANCE_CACHE        The folder with the models and ONNX Runtime, which
                           `make setup` fills. Default: $XDG_CACHE_HOME/semblance
                           or, if that is not set, ~/.cache/semblance
    SEMBLANCE_ONNXRUNTIME  Path of ONNX Runtime's library, if --onnxruntime is
                           not given. Default: onnxruntime/libonnxruntime.so in
                           the cache folder, else the system's

  EXIT CODES
      0  done: the output is whole
     64  the command line contradicts itself or has an unknown option or value
     65  an input is no picture or video, or is damaged beyond use
     66  an input does not exist
     67  no face in a source, or in the target with --require-face
     69  ONNX Runtime, a model or a device is missing or not the right one
     73  the output cannot be made: its folder, its name, its encoder
     74  reading, computing or writing failed on the way
     75  the target ends early; what was readable has been delivered
    130  stopped by Ctrl-C (143 by SIGTERM, 129 as its terminal closed);
         nothing is left of the output
  Unless it is 0 or 75, a file that was at the output's place is as it was.

  USAGE: semblance <subcommand>

  OPTIONS:
    --version               Show the version.
    -h, --help              Show help information.

  SUBCOMMANDS:
    run                     Replace the faces of one picture or clip.
    identity                Save what is known of a source person, and show it.
    benchmark               Measure the speed of this machine against ffmpeg's.

    See 'semblance help <subcommand>' for detailed help.

  """#

private let runHelp = #"""
  OVERVIEW: Replace the faces of one picture or clip.

  The target decides what is made: a picture from a picture, a video from a
  video. Whatever FFmpeg reads is read. An output that already exists is replaced
  once the new one is whole, and not touched before.

  A target that shows no face is delivered with its pictures unchanged. Of a
  source that shows several faces, the largest is used. A name that begins with a
  dash is written --target=-name.mp4.

  The result is told on standard output, everything else on standard error. With
  --progress json all of it goes to standard output, one object a line; each has
  an "event": progress, notice, warning, and at the end result or error.

  EXAMPLES
    semblance run --source actor.jpg --target clip.mp4
    semblance run --source actor.jpg --target clip.mov --output recast.mp4
    semblance run -s actor.jpg -t clip.mp4 --output-video-quality 95
    semblance run -s front.jpg side.jpg -t group.png --face-selector-mode one
    semblance run -s actor.identity -t clip.mp4
    semblance run -s actor.jpg -t frames/ -o recast/ --output-video-scale 2
    semblance run -s actor.jpg -t frames/%06d.png --sequence-fps 24 -o recast.mov
    semblance run -t clip.mp4 --processors face_debugger -o meshes.mp4

  ENVIRONMENT
    SEMBLANCE_CACHE        The folder with the models and ONNX Runtime, which
                           `make setup` fills. Default: $XDG_CACHE_HOME/semblance
                           or, if that is not set, ~/.cache/semblance
    SEMBLANCE_ONNXRUNTIME  Path of ONNX Runtime's library, if --onnxruntime is
                           not given. Default: onnxruntime/libonnxruntime.so in
                           the cache folder, else the system's

  EXIT CODES
      0  done: the output is whole
     64  the command line contradicts itself or has an unknown option or value
     65  an input is no picture or video, or is damaged beyond use
     66  an input does not exist
     67  no face in a source, or in the target with --require-face
     69  ONNX Runtime, a model or a device is missing or not the right one
     73  the output cannot be made: its folder, its name, its encoder
     74  reading, computing or writing failed on the way
     75  the target ends early; what was readable has been delivered
    130  stopped by Ctrl-C (143 by SIGTERM, 129 as its terminal closed);
         nothing is left of the output
  Unless it is 0 or 75, a file that was at the output's place is as it was.

  USAGE: semblance run --source <photo> ... --target <file> [--output <file>] [<options>]

  FILES:
    -s, --source, --source-paths <photo>
                            Photos of the person whose face is put in, or one
                            identity (see semblance help identity); of a clip,
                            the first frame. Several photos are merged: each part
                            of the face comes from the one that shows it best.
    -t, --target, --target-path <file>
                            The picture or clip whose faces are replaced. A clip
                            may also be a folder of pictures, or numbered ones:
                            frames/%06d.png.
    --sequence-fps <rate>   Pictures a second, if the target is a series of
                            pictures. (default: 25)
    -o, --output, --output-path <file>
                            Where the result goes; its ending chooses the format.
                            Of a clip, folder/ or folder/%06d.png makes pictures.
                            (default: beside the target, with -swapped in its
                            name and never over another file)

  PROCESSORS:
    --processors <name>     What is done to each face, in this order. (values:
                            face_swapper, face_debugger; default: face_swapper)
    --face-shape <share>    How much of the source's shape the face gets, 0
                            (none) to 1 (all); none with --effort fast. (default:
                            0.5)
    --face-debugger-items <item>
                            What face_debugger draws: mesh, box and track if left
                            out. mask, light, texture and shape are the swap's
                            and need --source. (values: mesh, outline, box,
                            region, track, skin, mask, light, texture, shape)

  FACES:
    --face-selector-mode <mode>
                            Which faces are replaced: many (every face found) or
                            one (the largest). (values: many, one; default: many)
    --require-face          Fail if the target shows no face, instead of
                            delivering it unchanged.

  PART OF A CLIP:
    --trim-frame-start <frame>
                            First frame of the clip that is delivered, counted
                            from 0.
    --trim-frame-end <frame>
                            Frame before which the clip is cut.
    --trim-start <seconds>  Time from which on the clip is delivered.
    --trim-end <seconds>    Time before which the clip is cut.

  OUTPUT:
    --output-video-encoder <name>
                            Encoder, as FFmpeg names it: libx264, libx265,
                            prores_ks, ffv1, … (default: one for the target's
                            codec, else libx264, or what the container and the
                            target's pixels need)
    --output-video-preset <name>
                            The encoder's own preset, from fast to thorough:
                            ultrafast … veryslow for libx264. (default: the
                            encoder's)
    --output-video-quality <0…100>
                            0 (small) to 100 (best; lossless with 8-bit libx264).
                            (default: 80, or the profile of a ProRes or DNxHR
                            target)
    --lossless              Encode so that every sample comes out as it went in:
                            libx264, libx265, libvpx-vp9, libaom-av1 or ffv1.
    --output-audio-encoder <name>
                            Encoder of the sound, as FFmpeg names it, or copy.
                            (default: copy; what the container can't hold becomes
                            aac, in WebM libopus, in AVI libmp3lame)
    --output-audio-quality <0…100>
                            0 (small) to 100 (best), for sound that is encoded
                            anew, which this option asks for. (default: 80)
    --output-audio-volume <0…100>
                            Loudness in percent of the samples' values; below 100
                            the sound is encoded anew. (default: 100)
    --output-video-fps <rate>
                            A constant frame rate, such as 30 or 24000/1001:
                            frames are left out or repeated, the length stays.
                            (default: every frame at its own time)
    --output-video-scale <factor>
                            How many times as wide and as high a video becomes,
                            0.25 to 8. (default: 1.0)
    --output-image-scale <factor>
                            How many times as wide and as high a picture becomes,
                            0.25 to 8. (default: 1.0)
    --output-image-quality <0…100>
                            0 (small) to 100 (best), for JPEG and WebP pictures.
                            (default: 95)

  EXECUTION:
    --hwaccel <type>        What decodes the target: none (the processor), auto
                            (a device, if there is one) or a type of device:
                            vaapi, cuda, qsv, vulkan, … (default: none)
    --effort <effort>       How much work a face is worth: full, or fast for
                            previews (faces are looked at on every second frame
                            and drawn from a coarser grid). (values: fast, full;
                            default: full)
    --onnxruntime <path>    ONNX Runtime's library. (default:
                            $SEMBLANCE_ONNXRUNTIME, else the one in the cache
                            folder, else the system's)
    --threads <count>       Threads of the decoder and of the encoder, 0 to 1024;
                            with 0 they choose. (default: 0)
    --progress <style>      How to report: auto (a bar on a terminal, else
                            lines), bar, lines, json (one object a line) or none
                            (only errors). (values: auto, bar, lines, json, none;
                            default: auto)

  OPTIONS:
    --version               Show the version.
    -h, --help              Show help information.


  """#

private let benchmarkHelp = #"""
  OVERVIEW: Measure the speed of this machine against ffmpeg's.

  Runs `semblance run` and a plain transcode by ffmpeg in turn, on the same clips
  with the same encoder settings, and tells how much slower replacing faces is.
  The clips are made once, by ffmpeg, from the media that `make setup` brings,
  and kept in the folder benchmark in the cache folder. It takes a quarter of an
  hour and longer, and is right only if nothing else runs meanwhile: rows that
  other programs disturbed are marked.

  The table goes to standard output, what is going on to standard error.

  USAGE: semblance benchmark [<options>]

  OPTIONS:
    --clips <clip>          Clips to measure with. (values: 4k-no-face, 4k-face,
                            1080p-face, 1080p-no-face; default: 4k-no-face,
                            4k-face, 1080p-face, 1080p-no-face)
    --presets <preset>      Presets of libx264 to measure with. (values:
                            ultrafast, superfast, veryfast, faster, fast, medium,
                            slow, slower, veryslow, placebo; default: ultrafast,
                            veryfast)
    --efforts <effort>      Efforts to measure: fast, full. (values: fast, full;
                            default: fast, full)
    --rounds <count>        How often each of the two runs. (default: 3)
    --seconds <seconds>     How long the clips are, 1 to 600 seconds. (default:
                            20)
    --ffmpeg <path>         The ffmpeg program, a path or a name in PATH.
                            (default: ffmpeg)
    --json <file>           Write all that was measured to a JSON file.
    --svg <file>            Draw the ratios into an SVG picture.
    --markdown              Print the table as Markdown.
    --version               Show the version.
    -h, --help              Show help information.


  """#

private let identityHelp = #"""
  OVERVIEW: Save what is known of a source person, and show it.

  An identity is made once from photos of one person. It then serves as --source
  instead of them, with the same result to the bit. It holds the face as a
  picture, so treat it like a photo.

  EXAMPLES
    semblance identity new front.jpg left.jpg right.jpg -o actor.identity
    semblance identity show actor.identity -o actor.png
    semblance run --source actor.identity --target clip.mp4

  USAGE: semblance identity <subcommand>

  OPTIONS:
    --version               Show the version.
    -h, --help              Show help information.

  SUBCOMMANDS:
    new                     Make an identity from photos of one person.
    show                    Tell what an identity was made of, and show it as a
                            picture.

    See 'semblance help identity <subcommand>' for detailed help.

  """#

private let identityNewHelp = #"""
  OVERVIEW: Make an identity from photos of one person.

  Photos are merged: each place of the face is taken from the one that shows it
  most frontally, sharply and evenly lit. What could be better about them is said
  on standard error. That they show one and the same person is not checked. Of
  more than 8 photos, the best 8 are used.

  An output that already exists is replaced once the new one is whole, and not
  touched before.

  USAGE: semblance identity new <photo> ... --output <file> [--onnxruntime <path>]

  ARGUMENTS:
    <photo>                 Photos of the person; of a clip, the first frame.

  OPTIONS:
    -o, --output, --output-path <file>
                            Where it goes; the name ends in .identity.
    --onnxruntime <path>    ONNX Runtime's library, as for the command run.
    --version               Show the version.
    -h, --help              Show help information.


  """#

private let identityShowHelp = #"""
  OVERVIEW: Tell what an identity was made of, and show it as a picture.

  The picture is the face as it will be put in, before it takes on a target's
  light and shape; what is grey is left to the target.

  USAGE: semblance identity show <file> [--output <picture>]

  ARGUMENTS:
    <file>                  The identity.

  OPTIONS:
    -o, --output, --output-path <picture>
                            Write the face as a picture; the ending chooses the
                            format.
    --version               Show the version.
    -h, --help              Show help information.


  """#
