internal import Catalogue

/// A clip to measure with, and how ffmpeg makes it of the demo media.
public struct Clip: Sendable, Equatable {
  /// What options and file names call it.
  public let name: String
  /// What people read.
  public let title: String
  /// Whether each of its frames shows a face.
  public let hasFace: Bool
  /// Names of the media that it is made of; each is repeated for as long as it takes.
  let inputs: [String]
  /// Makes the picture of the inputs.
  let filter: String

  /// Frames a second, as ffmpeg takes it.
  static let rate = "24000/1001"

  /// How many frames there are in so many seconds.
  public static func frames(seconds: Int) -> Int { (seconds * 24000 + 500) / 1001 }

  /// Part of the file names: another number when a recipe changes, or clips of the old one would be measured.
  private static let recipe = 1

  /// All there are, the largest first.
  public static let all = [
    Clip(
      name: "4k-no-face", title: "4K, no face", hasFace: false, inputs: [withoutFace],
      filter: "[0:v]scale=3840:2160,setsar=1"),
    // The woman's face is 226 pixels wide in her own clip; enlarged to the whole frame it would be 1357.
    Clip(
      name: "4k-face", title: "4K, one 900-pixel face", hasFace: true, inputs: [withoutFace, withFace],
      filter: "[0:v]scale=3840:2160,setsar=1,fps=\(rate)[sky];[1:v]scale=2560:1440,setsar=1[woman];"
        + "[sky][woman]overlay=(W-w)/2:(H-h)/2"),
    Clip(
      name: "1080p-face", title: "1080p, one 680-pixel face", hasFace: true, inputs: [withFace],
      filter: "[0:v]scale=1920:1080,setsar=1"),
    Clip(
      name: "1080p-no-face", title: "1080p, no face", hasFace: false, inputs: [withoutFace],
      filter: "[0:v]scale=1920:1080,setsar=1"),
  ]

  private static let withFace = "WolfgangLanger_Pexels.mp4"
  private static let withoutFace = "no_face.mp4"

  func file(seconds: Int, in cache: CacheFolder) -> String {
    "\(cache.benchmark)/\(name)-\(seconds)s-v\(Clip.recipe).mp4"
  }

  /// What ffmpeg is told in order to make it.
  func recipe(seconds: Int, media: String, output: String) -> [String] {
    ["-nostdin", "-v", "error", "-y"] + inputs.flatMap { ["-stream_loop", "-1", "-i", "\(media)/\($0)"] } + [
      "-filter_complex", "\(filter),fps=\(Clip.rate),format=yuv420p", "-frames:v", "\(Clip.frames(seconds: seconds))",
      "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-f", "mp4", output,
    ]
  }
}
