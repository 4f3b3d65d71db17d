import MediaIO
import Testing

/// A small clip, how it is made with the command `ffmpeg`, and how it is copied.
struct PassThroughRow: Sendable, CustomTestStringConvertible {
  var name: String
  /// Commands that make what the main one reads.
  var before: [String] = []
  /// What `ffmpeg` reads; ten pictures where the row says nothing else.
  var input = "-f lavfi -i testsrc2=s=96x64:r=25:d=0.4"
  /// How the clip is made of it.
  var make: String
  /// The original's file extension, and the copy's if it is another.
  var container: String
  var copyContainer: String?
  /// How the clip's track is turned afterwards, in degrees.
  var rotation: Int?
  var encoding: Encoding
  /// Differences that are right, or that FFmpeg cannot avoid: parts of their description, each with the reason.
  var allowed: [String: String] = [:]
  /// The times of the frames, in seconds, where the original's own do not tell.
  var times: [Double]?
  /// Seconds by which times may differ.
  var tolerance = 0.000_001
  /// Seconds by which all times are moved together.
  var shift = 0.0
  /// The format that the reader gives, where it is more than ffprobe sees.
  var pixelFormat: String?
  /// What the writer says.
  var warnings: [String] = []

  enum Encoding: Sendable {
    /// No sample may differ.
    case exact(String?, preset: String? = nil)
    /// The samples are not looked at.
    case lossy(String?)

    var video: VideoEncoding {
      switch self {
      case .exact(let name, let preset): VideoEncoding(encoder: name, preset: preset, quality: 100)
      case .lossy(let name): VideoEncoding(encoder: name)
      }
    }
    var isExact: Bool {
      if case .exact = self { true } else { false }
    }
  }

  var testDescription: String { name }

  /// Encoders whose output is to be had again bit by bit.
  private static let x264 = Encoding.exact("libx264", preset: "ultrafast")
  private static let ffv1 = Encoding.exact("ffv1")
  /// H.264 says nothing of a limited range where no other colour tag is set: it is what silence means.
  private static let rangeUnsaid = ["color_range: tv → none": "limited range is H.264's silence"]
  private static let movNames = ["tag language: und → none": "Matroska and MOV leave an unknown language out"]
  /// MP4 and MOV name a handler for each track, a language, and play tracks that are enabled.
  private static let mp4Names = [
    "tag handler_name": "MP4 names a handler for each track", "tag language: none → und": "MP4's unknown language",
    "disposition.default: 0 → 1": "MP4 plays only tracks that are enabled",
  ]
  private static let sine = " -f lavfi -i sine=f=440:r=48000:d=0.4"
  private static let testsrc = "-f lavfi -i testsrc2=s=96x64:r=25:d=0.4"
  private static let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
  private static let chapterText = [
    ";FFMETADATA1", "title=A title", "artist=Somebody", "[CHAPTER]", "TIMEBASE=1/1000", "START=0", "END=200",
    "title=One", "[CHAPTER]", "TIMEBASE=1/1000", "START=200", "END=400", "title=Two", "",
  ].joined(separator: "\n")
  private static let subtitleText =
    "1\n00:00:00,000 --> 00:00:00,160\nHello\n\n2\n00:00:00,200 --> 00:00:00,360\nAgain\n"
  /// Files that rows may read.
  static let fixtures = ["chapters.txt": chapterText, "text.srt": subtitleText, "font.ttf": "not really a font"]

  static let all = codecs + followed + formats + colours + containers + times + tracks + shapes

  private static let codecs = [
    PassThroughRow(name: "H.264 in MP4", make: h264, container: "mp4", encoding: x264),
    PassThroughRow(
      name: "H.264 with B-frames, copied with B-frames", make: "-c:v libx264 -bf 3 -g 10 -pix_fmt yuv420p",
      container: "mp4", encoding: .exact("libx264", preset: "veryfast")),
    PassThroughRow(
      name: "HEVC in MP4", make: "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p",
      container: "mp4", encoding: x264, allowed: rangeUnsaid),
    PassThroughRow(
      name: "HEVC to HEVC", make: "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1",
      container: "mov", encoding: .lossy("libx265")),
    PassThroughRow(
      name: "VP9 in WebM", make: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", container: "webm",
      encoding: .exact("libvpx-vp9")),
    PassThroughRow(
      name: "AV1 in MP4", make: "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p", container: "mp4", encoding: x264,
      allowed: rangeUnsaid.merging([
        "chroma_location: none → left": "AV1 leaves it open; FFmpeg takes H.264's silence for the left"
      ]) { $1 }),
    PassThroughRow(
      name: "ProRes 422 HQ in MOV", make: "-c:v prores_ks -profile:v 3", container: "mov", copyContainer: "mkv",
      encoding: ffv1, allowed: movNames),
    PassThroughRow(
      name: "ProRes 4444 with alpha in MOV", make: "-vf format=yuva444p10le -c:v prores_ks -profile:v 4",
      // FFmpeg's decoder gives 12 bits, its encoder takes 10.
      container: "mov", encoding: .lossy("prores_ks"),
      warnings: [
        "the pictures were converted from yuva444p12le to yuva444p10le, because prores_ks does not take them"
      ]),
    PassThroughRow(name: "ProRes to ProRes", make: "-c:v prores_ks", container: "mov", encoding: .lossy("prores_ks")),
    PassThroughRow(
      name: "DNxHD in MOV", input: "-f lavfi -i testsrc2=s=1280x720:r=25:d=0.08",
      make: "-c:v dnxhd -b:v 90M -pix_fmt yuv422p", container: "mov", copyContainer: "mkv", encoding: ffv1,
      allowed: movNames),
    PassThroughRow(
      name: "DNxHR HQX, 10 bit", input: "-f lavfi -i testsrc2=s=256x128:r=25:d=0.2",
      make: "-c:v dnxhd -profile:v dnxhr_hqx -pix_fmt yuv422p10le", container: "mov", copyContainer: "mkv",
      encoding: ffv1, allowed: movNames),
    PassThroughRow(
      name: "DNxHR to DNxHR", input: "-f lavfi -i testsrc2=s=256x128:r=25:d=0.2",
      make: "-c:v dnxhd -profile:v dnxhr_hqx -pix_fmt yuv422p10le", container: "mov", encoding: .lossy("dnxhd")),
    PassThroughRow(
      name: "MPEG-2 in TS", make: "-c:v mpeg2video -q:v 3 -bf 2", container: "ts", encoding: x264, allowed: rangeUnsaid),
    PassThroughRow(
      name: "MJPEG in AVI", make: "-c:v mjpeg -q:v 3", container: "avi", encoding: ffv1,
      allowed: [
        "color_": "FFV1 in AVI has no place for colour tags", "chroma_location": "FFV1 in AVI has no place for it",
      ],
      warnings: [
        "that the samples have full range cannot be said by ffv1 in a .avi file, so players will show too much contrast; write an .mkv file"
      ]),
    PassThroughRow(
      name: "MJPEG to MJPEG in MOV", make: "-c:v mjpeg -q:v 3", container: "mov", encoding: .lossy("mjpeg")),
    PassThroughRow(name: "FFV1 in MKV", make: "-c:v ffv1", container: "mkv", encoding: ffv1),
    PassThroughRow(
      name: "GIF to FFV1", make: "-c:v gif", container: "gif", copyContainer: "mkv", encoding: ffv1,
      allowed: ["color_range: none → pc": "R′G′B′ has no other range"]),
    PassThroughRow(
      name: "Animated PNG to FFV1", make: "-c:v apng -plays 0", container: "apng", copyContainer: "mkv",
      encoding: ffv1),
    PassThroughRow(
      name: "VP9 with alpha in WebM",
      make: "-vf format=yuva420p,geq=lum=lum(X\\,Y):a=X*2 -c:v libvpx-vp9 -lossless 1 -auto-alt-ref 0",
      // FFmpeg tells libvpx to keep colours exact, but not alpha.
      container: "webm", copyContainer: "mkv", encoding: ffv1, pixelFormat: "yuva420p"),
    PassThroughRow(
      name: "10-bit AV1 in MKV", make: "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le", container: "mkv",
      encoding: .lossy("libsvtav1")),
    PassThroughRow(
      name: "H.264 with B-frames in AVI", make: "-c:v libx264 -bf 2 -g 10", container: "avi",
      encoding: .exact("libx264", preset: "veryfast"),
      allowed: [" time: ": "AVI stores an order of decoding and no times of display; FFmpeg guesses them"]),
    PassThroughRow(
      name: "MPEG-4 part 2 in AVI", make: "-c:v mpeg4 -q:v 3", container: "avi", encoding: ffv1,
      allowed: ["chroma_location: left → none": "MPEG-4 has it at the left always, FFV1 in AVI cannot say it"]),
  ]

  /// Nothing is asked for: the codec stays.
  private static let followed = [
    PassThroughRow(
      name: "HEVC stays HEVC", make: "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1",
      container: "mov", encoding: .lossy(nil)),
    PassThroughRow(
      name: "10-bit AV1 stays 10-bit AV1", make: "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le", container: "mp4",
      encoding: .lossy(nil)),
    PassThroughRow(
      name: "VP8 stays VP8", make: "-c:v libvpx -threads 1 -deadline good -cpu-used 5", container: "webm",
      encoding: .lossy(nil),
      allowed: [
        "picture color_": "VP8 knows one matrix and range; FFmpeg's decoder tells, and the copy's container says so too"
      ]),
    PassThroughRow(
      name: "VP9 with alpha stays so",
      make: "-vf format=yuva420p,geq=lum=lum(X\\,Y):a=X*2 -c:v libvpx-vp9 -auto-alt-ref 0",
      container: "webm", encoding: .lossy(nil), pixelFormat: "yuva420p"),
    PassThroughRow(
      name: "Interlaced ProRes stays so",
      make: "-vf setfield=tff -flags +ilme+ildct -c:v prores_ks -profile:v 1 -vendor apl0", container: "mov",
      encoding: .lossy(nil)),
    PassThroughRow(
      name: "DNxHR stays DNxHR", input: "-f lavfi -i testsrc2=s=256x128:r=24000/1001:d=0.2",
      make: "-c:v dnxhd -profile:v dnxhr_sq -pix_fmt yuv422p", container: "mov", encoding: .lossy(nil)),
    PassThroughRow(name: "Motion JPEG stays so", make: "-c:v mjpeg -q:v 3", container: "avi", encoding: .lossy(nil)),
    PassThroughRow(
      name: "FFV1 stays FFV1", make: "-c:v ffv1 -pix_fmt yuv422p10le", container: "mkv", encoding: .exact(nil)),
  ]

  /// Every kind of sample, through FFV1 and through the encoder that is chosen for it.
  private static let formats =
    [
      "yuv422p", "yuv444p", "yuv410p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p12le", "yuv422p12le",
      "yuv444p12le", "gray", "gray10le", "gray16le", "gbrp", "gbrp10le", "gbrp12le", "yuva420p", "yuva444p10le",
      "bgra",
    ].map {
      PassThroughRow(name: "\($0) in MKV", make: "-c:v ffv1 -pix_fmt \($0)", container: "mkv", encoding: ffv1)
    } + [
      PassThroughRow(
        name: "FaceFusion fault 10: grey pictures", make: "-c:v libx264 -pix_fmt gray", container: "mp4",
        encoding: .exact(nil)),
      PassThroughRow(
        name: "4:4:4 H.264", make: "-c:v libx264 -pix_fmt yuv444p", container: "mp4", encoding: .exact(nil)),
      PassThroughRow(
        name: "R′G′B′ H.264", make: "-c:v libx264rgb -pix_fmt bgr0", container: "mkv", encoding: .exact(nil)),
      PassThroughRow(
        name: "10-bit H.264 stays 10 bit", make: "-c:v libx264 -pix_fmt yuv420p10le", container: "mp4",
        encoding: .lossy(nil)),
      PassThroughRow(
        name: "12-bit HEVC stays 12 bit",
        make: "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p12le",
        container: "mp4", encoding: .lossy(nil)),
    ]

  private static func tags(_ primaries: String, _ transfer: String, _ matrix: String, _ range: String = "tv") -> String
  {
    "-vf scale=out_range=\(range),format=FORMAT,setparams=range=\(range):color_primaries=\(primaries):"
      + "color_trc=\(transfer):colorspace=\(matrix)"
  }
  private static func tagged(_ name: String, _ tags: String, _ format: String, _ codec: String, _ encoding: Encoding)
    -> PassThroughRow
  {
    PassThroughRow(
      name: name, make: tags.replacing("FORMAT", with: format) + " " + codec, container: "mp4", encoding: encoding)
  }
  private static let hdr10 =
    "-c:v libx265 -preset ultrafast -x265-params log-level=none:hdr10=1:"
    + "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"

  private static let colours = [
    tagged("BT.601, 525 lines", tags("smpte170m", "smpte170m", "smpte170m"), "yuv420p", h264, x264),
    tagged("BT.601, 625 lines", tags("bt470bg", "bt470bg", "bt470bg"), "yuv420p", h264, x264),
    tagged("BT.709", tags("bt709", "bt709", "bt709"), "yuv420p", h264, x264),
    tagged("BT.709, full range", tags("bt709", "bt709", "bt709", "pc"), "yuv420p", h264, x264),
    tagged("BT.2020, 10 bit", tags("bt2020", "bt2020-10", "bt2020nc"), "yuv420p10le", "-c:v libx264", .lossy(nil)),
    tagged(
      "FaceFusion fault 6: PQ with its mastering display and light levels, x265",
      tags("bt2020", "smpte2084", "bt2020nc"), "yuv420p10le", hdr10, .lossy("libx265")),
    tagged(
      "FaceFusion fault 6: PQ with its mastering display and light levels, x264",
      tags("bt2020", "smpte2084", "bt2020nc"), "yuv420p10le", hdr10, .lossy(nil)),
    tagged(
      "FaceFusion fault 6: PQ with its mastering display and light levels, AV1",
      tags("bt2020", "smpte2084", "bt2020nc"), "yuv420p10le", hdr10, .lossy("libsvtav1")),
    tagged(
      "FaceFusion fault 6: HLG", tags("bt2020", "arib-std-b67", "bt2020nc"), "yuv422p10le", "-c:v libx264",
      .lossy(nil)),
    PassThroughRow(
      name: "PQ and light levels in MKV",
      make: tags("bt2020", "smpte2084", "bt2020nc")
        .replacing("FORMAT", with: "yuv420p10le") + " " + hdr10, container: "mkv", encoding: ffv1),
    PassThroughRow(
      name: "PQ and light levels, copied to WebM",
      make: tags("bt2020", "smpte2084", "bt2020nc")
        .replacing("FORMAT", with: "yuv420p10le") + " " + hdr10, container: "mkv", copyContainer: "webm",
      encoding: .lossy(nil)),
    PassThroughRow(
      name: "PQ and light levels in TS",
      make: tags("bt2020", "smpte2084", "bt2020nc")
        .replacing("FORMAT", with: "yuv420p10le") + " " + hdr10, container: "ts", encoding: .lossy("libx265")),
    PassThroughRow(
      name: "PQ and light levels in TS, x264",
      make: tags("bt2020", "smpte2084", "bt2020nc").replacing("FORMAT", with: "yuv420p10le") + " " + hdr10,
      container: "ts", encoding: .lossy(nil),
      allowed: [
        "side.": "x264 writes them, but FFmpeg 5.1 does not read them from H.264",
        "field_order: none → progressive": "HEVC leaves it open, H.264 does not",
      ]),
    PassThroughRow(
      name: "Chroma sited at the top left", make: h264 + " -bsf:v h264_metadata=chroma_sample_loc_type=2",
      container: "mp4", encoding: x264),
  ]

  private static let containers = [
    PassThroughRow(name: "H.264 in MOV", make: h264, container: "mov", encoding: x264),
    PassThroughRow(name: "H.264 in MKV", make: h264, container: "mkv", encoding: x264),
    PassThroughRow(name: "H.264 in TS", make: h264, container: "ts", encoding: x264),
    PassThroughRow(name: "H.264 in AVI", make: h264, container: "avi", encoding: x264),
    PassThroughRow(
      name: "MP4 in fragments", input: testsrc + sine,
      make: h264 + " -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "HEVC and AAC in TS", input: testsrc + sine,
      make: "-c:v libx265 -preset ultrafast -x265-params log-level=none -c:a aac -metadata:s:a:0 language=fra",
      container: "ts", encoding: .lossy("libx265")),
    PassThroughRow(
      name: "Uncompressed sound in AVI", input: testsrc + sine, make: h264 + " -c:a pcm_s16le", container: "avi",
      encoding: x264),
    PassThroughRow(
      name: "FLAC in MKV", input: testsrc + sine, make: h264 + " -c:a flac -metadata:s:v:0 language=ger",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "MP4 with subtitles to MOV", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 " + h264 + " -c:s mov_text",
      container: "mp4", copyContainer: "mov", encoding: x264, allowed: movNames),
    PassThroughRow(
      name: "MP4 with subtitles to MKV", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 " + h264 + " -c:s mov_text",
      container: "mp4", copyContainer: "mkv", encoding: x264,
      allowed: movNames.merging(["streams:": "Matroska has no place for MP4's own kind of text"]) { $1 },
      warnings: ["the subtitle track 1 (mov_text) was left out: a .mkv file cannot hold it"]),
    PassThroughRow(
      name: "Styled subtitles in MKV", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 " + h264 + " -c:s ass -metadata:s:s:0 title=Signs", container: "mkv", encoding: x264),
    PassThroughRow(
      name: "VP9 and Opus in WebM", input: testsrc + sine,
      make: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", container: "webm", encoding: .lossy(nil)),
    PassThroughRow(
      name: "MP4 to MKV", input: testsrc + sine, make: h264 + " -c:a aac", container: "mp4", copyContainer: "mkv",
      encoding: x264, allowed: movNames, tolerance: 0.0006,
      // AAC in MP4 starts its first packet before zero. Matroska cannot: all tracks move, together.
      shift: 0.021),
    PassThroughRow(
      name: "MKV to MOV", input: testsrc + sine, make: h264 + " -c:a ac3", container: "mkv", copyContainer: "mov",
      encoding: x264, allowed: mp4Names, tolerance: 0.0006),
  ]

  private static let times = [
    PassThroughRow(
      name: "FaceFusion fault 5: variable frame rate",
      make: "-vf select='not(mod(n,3))+eq(n,7)' -vsync vfr " + h264, container: "mp4", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 5: variable frame rate, 30 then 20",
      input: "-f lavfi -i testsrc2=s=96x64:r=60:d=0.4",
      make: "-vf select='if(lt(t,0.2),not(mod(n,2)),not(mod(n,3)))' -vsync vfr -c:v libx264 -bf 2", container: "mkv",
      encoding: .exact("libx264", preset: "veryfast")),
    PassThroughRow(
      name: "24000/1001", input: "-f lavfi -i testsrc2=s=96x64:r=24000/1001:d=0.5" + sine,
      make: h264 + " -c:a aac", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "60000/1001 in MKV", input: "-f lavfi -i testsrc2=s=96x64:r=60000/1001:d=0.2", make: h264,
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 3: 60 frames a second", input: "-f lavfi -i testsrc2=s=96x64:r=60:d=0.2" + sine,
      make: h264 + " -c:a aac", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "A late start", input: testsrc + sine, make: h264 + " -c:a mp2 -output_ts_offset 5.3",
      container: "ts", encoding: x264),
    PassThroughRow(
      name: "A late start in MKV", input: testsrc + sine, make: h264 + " -c:a mp2 -output_ts_offset 2.5",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "A picture that starts after its sound", input: "-itsoffset 0.2 " + testsrc + sine,
      make: h264 + " -c:a aac", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "A start before zero", input: testsrc,
      make: h264 + " -output_ts_offset -0.2 -muxdelay 0 -avoid_negative_ts disabled",
      // What is stored is 26 hours; players take it for a little before zero. The copy starts at zero.
      container: "ts", encoding: x264, shift: 0.2),
    PassThroughRow(
      name: "Sound that starts before zero", input: testsrc + sine, make: h264 + " -c:a libopus", container: "mkv",
      encoding: x264),
    PassThroughRow(
      name: "An edit list that starts inside a group of pictures",
      before: [
        "-f lavfi -i testsrc2=s=96x64:r=25:d=1 -f lavfi -i sine=r=48000:d=1 -c:v libx264 -bf 2 -g 50 -c:a aac a.mp4"
      ],
      input: "-ss 0.5 -i a.mp4", make: "-c copy", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Frames stored in another order, without times of display: MPEG-4 in AVI",
      make: "-c:v mpeg4 -q:v 3 -bf 2 -g 10", container: "avi", copyContainer: "mp4", encoding: x264,
      allowed: mp4Names.merging([
        "tag software": "FFmpeg's signature", "field_order": "MPEG-4 in AVI leaves it open, H.264 does not",
      ]) { $1 },
      // The first is shown when the second is decoded.
      times: (1...10).map { Double($0) / 25 }),
    PassThroughRow(
      name: "No timestamps at all, HEVC", make: "-c:v libx265 -x265-params log-level=none:bframes=2", container: "hevc",
      copyContainer: "mkv", encoding: ffv1, times: (0..<10).map { Double($0) / 25 }, tolerance: 0.001),
    PassThroughRow(
      name: "24000/1001 that starts late", input: "-f lavfi -i testsrc2=s=96x64:r=24000/1001:d=0.5" + sine,
      make: h264 + " -c:a aac -output_ts_offset 1.5", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "No timestamps at all", make: "-c:v libx264 -bf 2 -g 10", container: "h264", copyContainer: "mp4",
      encoding: x264, allowed: mp4Names, times: (0..<10).map { Double($0) / 25 }),
  ]

  private static let tracks = [
    PassThroughRow(
      name: "FaceFusion fault 7: AAC in MP4 is copied", input: testsrc + sine, make: h264 + " -c:a aac",
      container: "mp4", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 7: two sound tracks of two codecs and languages", input: testsrc + sine + sine,
      make: "-map 0 -map 1 -map 2 " + h264
        + " -c:a:0 aac -c:a:1 ac3 -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra"
        + " -metadata:s:a:1 title=Commentary -disposition:a:1 comment",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 7: two sound tracks in MP4", input: testsrc + sine + sine,
      make: "-map 0 -map 1 -map 2 " + h264
        + " -c:a:0 aac -c:a:1 libmp3lame -metadata:s:a:0 language=deu -metadata:s:a:1 language=jpn",
      container: "mp4", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 2: sound longer than the picture",
      input: testsrc + " -f lavfi -i sine=r=48000:d=1", make: h264 + " -c:a aac", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Sound shorter than the picture", input: testsrc + " -f lavfi -i sine=r=48000:d=0.1",
      make: h264 + " -c:a aac", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Sound before the picture in the file", input: testsrc + sine, make: "-map 1 -map 0 " + h264 + " -c:a aac",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "Uncompressed sound in MOV", input: testsrc + sine, make: h264 + " -c:a pcm_s24le", container: "mov",
      encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 7: subtitles in MP4", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 " + h264 + " -c:s mov_text -metadata:s:s:0 language=swe", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Subtitles in MKV", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 " + h264 + " -c:s srt -metadata:s:s:0 language=swe -disposition:s:0 forced",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "Subtitles in WebM", input: testsrc + " -i text.srt",
      make: "-map 0 -map 1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:s webvtt", container: "webm",
      encoding: .lossy(nil)),
    PassThroughRow(
      name: "FaceFusion fault 7: chapters and metadata in MP4", input: testsrc + " -i chapters.txt",
      make: "-map 0 -map_metadata 1 -map_chapters 1 " + h264, container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Chapters and metadata in MKV", input: testsrc + " -i chapters.txt",
      make: "-map 0 -map_metadata 1 -map_chapters 1 " + h264, container: "mkv", encoding: x264),
    PassThroughRow(
      name: "Cover art in MP4", before: ["-f lavfi -i color=red:s=16x16 -frames:v 1 cover.png"],
      input: testsrc + " -i cover.png",
      make: "-map 0 -map 1 " + h264 + " -c:v:1 copy -disposition:v:1 attached_pic", container: "mp4", encoding: x264),
    PassThroughRow(
      name: "Cover art and a font in MKV", before: ["-f lavfi -i color=red:s=16x16 -frames:v 1 cover.png"],
      make: h264 + " -attach cover.png -metadata:s:t:0 mimetype=image/png -metadata:s:t:0 filename=cover.png"
        + " -attach font.ttf -metadata:s:t:1 mimetype=application/x-truetype-font",
      container: "mkv", encoding: x264),
    PassThroughRow(
      name: "FaceFusion fault 7: timecode in MOV", make: h264 + " -timecode 01:02:03:04", container: "mov",
      encoding: x264,
      allowed: ["data 1 tag handler_name": "FFmpeg makes the track anew, and names it after the picture's"]),
    PassThroughRow(name: "Timecode in MKV", make: h264 + " -timecode 01:02:03:04", container: "mkv", encoding: x264),
    PassThroughRow(
      name: "Two picture tracks", input: testsrc + " -f lavfi -i testsrc=s=64x48:r=25:d=0.4",
      make: "-map 0 -map 1 " + h264 + " -disposition:v:1 0", container: "mkv", encoding: x264),
  ]

  private static let shapes =
    [90, 180, 270].map { (angle: Int) in
      PassThroughRow(
        name: "FaceFusion fault 1: portrait video turned by \(angle)°", make: h264, container: "mp4", rotation: angle,
        encoding: x264)
    } + [
      PassThroughRow(
        name: "Pixels that are not square", make: "-vf setsar=16/11 " + h264, container: "mp4", encoding: x264),
      PassThroughRow(
        name: "Pixels that are not square, in MKV", make: "-vf setsar=64/45 " + h264, container: "mkv", encoding: x264),
      PassThroughRow(
        name: "Interlaced, top field first", make: "-vf setfield=tff -flags +ilme+ildct " + h264, container: "mp4",
        encoding: x264),
      PassThroughRow(
        name: "Interlaced, bottom field first", make: "-vf setfield=bff -flags +ilme+ildct " + h264, container: "mkv",
        encoding: x264),
      PassThroughRow(
        name: "Interlaced MPEG-2", make: "-vf setfield=tff -flags +ilme+ildct -c:v mpeg2video -q:v 2", container: "ts",
        encoding: .lossy("mpeg2video")),
      PassThroughRow(
        name: "Interlaced ProRes", make: "-vf setfield=tff -flags +ilme+ildct -c:v prores_ks", container: "mov",
        encoding: .lossy("prores_ks")),
    ]
}
