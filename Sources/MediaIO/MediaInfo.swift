public import Imaging

/// What a file says of itself.
public struct MediaInfo: Sendable {
  public enum Kind: Sendable, Hashable {
    /// One still picture.
    case picture
    /// Moving pictures, GIF and animated PNG among them.
    case video
  }

  public var path: String
  public var kind: Kind
  /// FFmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  public var containerName: String
  /// Length in seconds, if the container tells.
  public var duration: Double?
  /// Average frames a second, if known. Frames need not be evenly spaced.
  public var frameRate: Rational?
  /// About how many frames there are: exact where the container has an index, else length × rate.
  public var estimatedFrames: Int?
  /// The same for the whole file, whatever part of it is read.
  public var framesInFile: Int?
  /// Size in pixels as stored, before any rotation.
  public var width: Int
  public var height: Int
  /// FFmpeg's name of the decoder's pixel format, such as `yuv420p10le`.
  public var pixelFormatName: String
  public var videoCodecName: String
  /// How the picture has to be turned to be seen upright. Files with EXIF tell only with the frame.
  public var orientation: Orientation
  /// The container's own metadata.
  public var metadata: [String: String]
  public var tracks: [Track]
}

/// One track of a file.
public struct Track: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    case video, audio, subtitle, data, attachment
  }

  public var index: Int
  public var kind: Kind
  public var codecName: String
  /// ISO 639 code, if the file has one.
  public var language: String?
  /// Whether this is the picture track that is decoded. All others are copied.
  public var isMain: Bool
}
