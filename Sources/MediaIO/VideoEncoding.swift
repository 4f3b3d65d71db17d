/// How pictures are compressed.
public struct VideoEncoding: Sendable, Hashable {
  /// FFmpeg's name of the encoder, such as `libx265`. Nil chooses one that keeps the samples as they are: for the
  /// target's own codec where the container holds that, else `libx264` where it can.
  public var encoder: String?
  /// The encoder's own name for a trade of speed against size, such as `veryfast`. Nil leaves the encoder's default.
  public var preset: String?
  /// 0…100; 100 is the best the encoder offers, which for 8-bit `libx264` is lossless. Lossless encoders ignore it. Nil
  /// is 80, or for ProRes and DNxHR the target's own profile.
  public var quality: Int?
  /// Whether every sample must come out as it went in. The quality then counts for nothing.
  public var isLossless: Bool

  public init(encoder: String? = nil, preset: String? = nil, quality: Int? = nil, isLossless: Bool = false) {
    self.encoder = encoder
    self.preset = preset
    self.quality = quality
    self.isLossless = isLossless
  }
}

/// A finished file.
public struct Output: Sendable, Hashable {
  public var path: String
  /// Frames that were encoded.
  public var frames: Int
  /// Size of the file.
  public var bytes: Int
  /// FFmpeg's name of the encoder that was used.
  public var encoder: String
  /// What could not be taken over, in sentences.
  public var warnings: [String]
}
