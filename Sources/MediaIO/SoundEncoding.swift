/// What becomes of the sound tracks.
///
/// They are copied, packet for packet, unless something is asked for that a copy cannot do, or the output cannot hold
/// them.
public struct SoundEncoding: Sendable, Hashable {
  /// FFmpeg's name of the encoder, such as `libopus`, or `copy`, which forbids encoding anew. Nil copies where it can,
  /// else chooses by the container: `libopus` for WebM, `libmp3lame` for AVI, `aac` for all others.
  public var encoder: String?
  /// 0…100. Nil is 80 where sound is encoded anew. Lossless encoders ignore it.
  public var quality: Int?
  /// Percent of the samples' values, 0…100.
  public var volume: Int

  public init(encoder: String? = nil, quality: Int? = nil, volume: Int = 100) {
    self.encoder = encoder
    self.quality = quality
    self.volume = volume
  }

  /// Whether something is asked for that a copy cannot do.
  var needsEncoder: Bool { (encoder.map { $0 != "copy" } ?? false) || quality != nil || volume != 100 }
}
