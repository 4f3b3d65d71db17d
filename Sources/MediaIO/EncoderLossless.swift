import CFFmpeg

/// Which encoders can give back every sample as it was, and how they are told.
enum EncoderLossless {
  /// Private options, by name; nil if the encoder always loses something.
  static func options(for codec: UnsafePointer<AVCodec>) -> [String: String]? {
    switch string(codec.pointee.name) {
    // Not crf 0, which is lossless with 8 bits only.
    case "libx264", "libx264rgb": ["qp": "0"]
    // It is told among its other parameters.
    case "libx265": [:]
    case "libvpx-vp9": ["lossless": "1"]
    case "libaom-av1": ["aom-params": "lossless=1"]
    default: isAlways(codec.pointee.id) ? [:] : nil
    }
  }

  /// Whether all that a codec can hold is lossless, as with FFV1. Of a GIF only its palette is.
  private static func isAlways(_ codec: AVCodecID) -> Bool {
    guard codec != AV_CODEC_ID_GIF, let descriptor = avcodec_descriptor_get(codec) else { return false }
    let kinds = AV_CODEC_PROP_LOSSLESS | AV_CODEC_PROP_LOSSY
    return descriptor.pointee.props & kinds == AV_CODEC_PROP_LOSSLESS
  }

  /// - Throws: ``MediaError`` if the encoder cannot do without loss.
  static func check(_ codec: UnsafePointer<AVCodec>, container: Container) throws(MediaError) {
    guard options(for: codec) == nil else { return }
    let able = EncoderLossless.names(in: container)
    let advice =
      able.isEmpty
      ? "a .\(container.fileExtension) file holds no codec that can; write an .mkv file"
      : "use \(String.list(able))"
    throw MediaError(.unsupported, "the encoder \(string(codec.pointee.name)) has no lossless mode here; \(advice)")
  }

  /// The usual lossless encoders that a container can take.
  private static func names(in container: Container) -> [String] {
    ["libx264", "libx265", "libvpx-vp9", "libaom-av1", "ffv1"].filter {
      avcodec_find_encoder_by_name($0).map { container.surelyHolds($0.pointee.id) } ?? false
    }
  }
}
