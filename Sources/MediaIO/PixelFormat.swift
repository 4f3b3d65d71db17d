import CFFmpeg
import Imaging

/// What FFmpeg's description of a pixel format means for us.
enum PixelFormat {
  /// The format of that name, or an error that says so.
  static func named(_ name: String) throws(MediaError) -> AVPixelFormat {
    let format = av_get_pix_fmt(name)
    guard format != AV_PIX_FMT_NONE else {
      throw MediaError(.unsupported, "there is no pixel format '\(name)'; use one of FFmpeg's names, such as yuv420p")
    }
    return format
  }

  static func name(_ format: AVPixelFormat) -> String { string(av_get_pix_fmt_name(format), or: "unknown") }

  /// `yuvj420p` and its kin are the plain formats with the range written into the name. FFmpeg is giving them up.
  static func withoutRange(_ format: AVPixelFormat) -> AVPixelFormat {
    switch format {
    case AV_PIX_FMT_YUVJ420P: AV_PIX_FMT_YUV420P
    case AV_PIX_FMT_YUVJ422P: AV_PIX_FMT_YUV422P
    case AV_PIX_FMT_YUVJ444P: AV_PIX_FMT_YUV444P
    case AV_PIX_FMT_YUVJ440P: AV_PIX_FMT_YUV440P
    case AV_PIX_FMT_YUVJ411P: AV_PIX_FMT_YUV411P
    default: format
    }
  }

  /// The other direction, for encoders that want the range in the name.
  static func withRange(_ format: AVPixelFormat) -> AVPixelFormat {
    switch format {
    case AV_PIX_FMT_YUV420P: AV_PIX_FMT_YUVJ420P
    case AV_PIX_FMT_YUV422P: AV_PIX_FMT_YUVJ422P
    case AV_PIX_FMT_YUV444P: AV_PIX_FMT_YUVJ444P
    case AV_PIX_FMT_YUV440P: AV_PIX_FMT_YUVJ440P
    case AV_PIX_FMT_YUV411P: AV_PIX_FMT_YUVJ411P
    default: format
    }
  }

  static func hasAlpha(_ format: AVPixelFormat) -> Bool { has(format, AV_PIX_FMT_FLAG_ALPHA) }

  static func isRGB(_ format: AVPixelFormat) -> Bool { has(format, AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) }

  private static func has(_ format: AVPixelFormat, _ flags: Int32) -> Bool {
    guard let descriptor = av_pix_fmt_desc_get(format) else { return false }
    return descriptor.pointee.flags & UInt64(flags) != 0
  }

  /// Bits of the deepest component, or 0 for an unknown format.
  static func depth(_ format: AVPixelFormat) -> Int {
    guard let descriptor = av_pix_fmt_desc_get(format)?.pointee else { return 0 }
    return components(of: descriptor).map { Int($0.depth) }.max() ?? 0
  }

  /// How the samples of a format lie in memory. Nil if they cannot be edited in place: palettes, bit streams, surfaces of
  /// a graphics card, foreign byte order, mosaics, floats, samples that share a byte.
  static func layout(_ format: AVPixelFormat) -> PixelLayout? {
    guard let descriptor = av_pix_fmt_desc_get(format)?.pointee else { return nil }
    let opaque =
      AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE
      | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT
    // XYZ is no colour model of ours, and 4:1:1 in groups of six bytes has no constant step between its samples.
    let named = [AV_PIX_FMT_XYZ12LE, AV_PIX_FMT_UYYVYY411]
    guard descriptor.flags & UInt64(opaque) == 0, !named.contains(format) else { return nil }

    let parts = components(of: descriptor).map {
      PixelLayout.Component(
        plane: Int($0.plane), offset: Int($0.offset), step: Int($0.step), shift: Int($0.shift), depth: Int($0.depth))
    }
    guard !parts.isEmpty, parts.allSatisfy(\.isWholeWord), areApart(parts) else { return nil }
    let isRGB = descriptor.flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
    return PixelLayout(
      model: parts.count < 3 ? .grey : isRGB ? .rgb : .yuv, components: parts,
      chromaShiftX: Int(descriptor.log2_chroma_w), chromaShiftY: Int(descriptor.log2_chroma_h))
  }

  private static func components(of descriptor: AVPixFmtDescriptor) -> [AVComponentDescriptor] {
    let all = [descriptor.comp.0, descriptor.comp.1, descriptor.comp.2, descriptor.comp.3]
    return Array(all.prefix(Int(descriptor.nb_components)))
  }

  /// Whether no byte belongs to two components: else writing one would disturb another.
  private static func areApart(_ components: [PixelLayout.Component]) -> Bool {
    for plane in Set(components.map(\.plane)) {
      let here = components.filter { $0.plane == plane }
      let period = here.map(\.step).max() ?? 0
      var taken = Set<Int>()
      for component in here {
        for start in stride(from: component.offset, to: component.offset + period, by: component.step) {
          for byte in start..<(start + component.bytes) where !taken.insert(byte % period).inserted { return false }
        }
      }
    }
    return true
  }
}

extension PixelLayout.Component {
  /// Bytes of the word that holds a sample.
  fileprivate var bytes: Int { depth > 8 ? 2 : 1 }

  fileprivate var isWholeWord: Bool {
    step >= bytes && (1...16).contains(depth) && depth + shift <= bytes * 8
  }
}
