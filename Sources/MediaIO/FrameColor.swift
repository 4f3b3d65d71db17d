import CFFmpeg
import Imaging

/// What a frame's colour tags say.
enum FrameColor {
  /// The numbers for the frame's samples. Untagged pictures larger than SD are taken for BT.709, as players do.
  static func encoding(of frame: AVFrame) -> ColorEncoding {
    let format = AVPixelFormat(rawValue: frame.format)
    let transfer: ColorEncoding.Transfer =
      switch frame.color_trc {
      case AVCOL_TRC_SMPTE2084: .pq
      case AVCOL_TRC_ARIB_STD_B67: .hlg
      default: .sdr
      }
    let primaries: ColorEncoding.Primaries = frame.color_primaries == AVCOL_PRI_BT2020 ? .bt2020 : .bt709
    let isRGB = PixelFormat.isRGB(format)
    let isFull = isRGB || frame.color_range == AVCOL_RANGE_JPEG || PixelFormat.withoutRange(format) != format
    return ColorEncoding(
      matrix: isRGB ? .bt709 : matrix(of: frame), fullRange: isFull, transfer: transfer, primaries: primaries)
  }

  private static func matrix(of frame: AVFrame) -> ColorEncoding.Matrix {
    switch frame.colorspace {
    case AVCOL_SPC_BT709: .bt709
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: .bt601
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
    case AVCOL_SPC_SMPTE240M: .smpte240m
    case AVCOL_SPC_FCC: .fcc
    default: frame.height > 576 || frame.width > 1024 ? .bt709 : .bt601
    }
  }

  /// Whether the samples are Y′CbCr or R′G′B′ as their layout says. YCgCo, ICtCp and X′Y′Z′ travel in the same formats
  /// and mean something else.
  static func isDescribed(_ frame: AVFrame) -> Bool {
    switch frame.colorspace {
    case AVCOL_SPC_YCGCO, AVCOL_SPC_ICTCP, AVCOL_SPC_SMPTE2085, AVCOL_SPC_CHROMA_DERIVED_CL,
      AVCOL_SPC_CHROMA_DERIVED_NCL:
      false
    default: true
    }
  }

  /// Tags a frame with what `encoding` says. Ordinary curves and primaries are of many kinds: their tags are kept.
  static func tag(_ frame: UnsafeMutablePointer<AVFrame>, with encoding: ColorEncoding) {
    let isRGB = PixelFormat.isRGB(AVPixelFormat(rawValue: frame.pointee.format))
    frame.pointee.color_range = encoding.fullRange || isRGB ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    frame.pointee.colorspace =
      switch encoding.matrix {
      case _ where isRGB: AVCOL_SPC_RGB
      case .bt601: AVCOL_SPC_SMPTE170M
      case .bt709: AVCOL_SPC_BT709
      case .bt2020: AVCOL_SPC_BT2020_NCL
      case .smpte240m: AVCOL_SPC_SMPTE240M
      case .fcc: AVCOL_SPC_FCC
      }
    switch encoding.transfer {
    case .sdr: break
    case .pq: frame.pointee.color_trc = AVCOL_TRC_SMPTE2084
    case .hlg: frame.pointee.color_trc = AVCOL_TRC_ARIB_STD_B67
    }
    if encoding.primaries == .bt2020 { frame.pointee.color_primaries = AVCOL_PRI_BT2020 }
  }

  /// swscale's number of the same matrix.
  static func scalerMatrix(_ matrix: ColorEncoding.Matrix) -> Int32 {
    switch matrix {
    case .bt601: SWS_CS_ITU601
    case .bt709: SWS_CS_ITU709
    case .bt2020: SWS_CS_BT2020
    case .smpte240m: SWS_CS_SMPTE240M
    case .fcc: SWS_CS_FCC
    }
  }
}
