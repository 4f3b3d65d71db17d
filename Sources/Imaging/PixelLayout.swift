/// How the samples of a frame lie in memory, and what they mean.
///
/// The frame's samples are never repacked: kernels read and write them where the decoder put them. The description
/// follows FFmpeg's pixel format descriptors (libavutil/pixdesc.h), which cover planar, semi-planar and packed formats
/// of any depth with the same few numbers.
public struct PixelLayout: Sendable, Hashable {
  /// What the first three components are.
  public enum Model: Sendable, Hashable {
    /// Components are Y′, Cb, Cr.
    case yuv
    /// Components are R′, G′, B′.
    case rgb
    /// One component, Y′.
    case grey
  }

  /// Where one component's samples are.
  public struct Component: Sendable, Hashable {
    /// Index of the plane that holds it.
    public var plane: Int
    /// Bytes from the start of a row to the first sample.
    public var offset: Int
    /// Bytes between two samples of a row.
    public var step: Int
    /// Bits below the sample in its word (6 for P010).
    public var shift: Int
    /// Bits of the sample, 1…16. Above 8 the word is 16 bits in native byte order.
    public var depth: Int

    public init(plane: Int, offset: Int, step: Int, shift: Int = 0, depth: Int = 8) {
      self.plane = plane
      self.offset = offset
      self.step = step
      self.shift = shift
      self.depth = depth
    }
  }

  public var model: Model
  /// Y′, Cb, Cr or R′, G′, B′ or Y′, then alpha if there is one.
  public var components: [Component]
  /// log2 of how many luma columns share a chroma sample: 1 for 4:2:0 and 4:2:2, 0 for 4:4:4.
  public var chromaShiftX: Int
  /// log2 of how many luma rows share a chroma sample: 1 for 4:2:0, 0 for 4:2:2 and 4:4:4.
  public var chromaShiftY: Int

  public init(model: Model, components: [Component], chromaShiftX: Int = 0, chromaShiftY: Int = 0) {
    self.model = model
    self.components = components
    self.chromaShiftX = chromaShiftX
    self.chromaShiftY = chromaShiftY
  }

  /// Components that carry colour: 3, or 1 for grey.
  public var colorComponents: Int { model == .grey ? 1 : 3 }
  /// Whether the last component is alpha.
  public var hasAlpha: Bool { components.count > colorComponents }

  /// Planar 8-bit 4:2:0, the format of nearly all delivered video.
  public static let yuv420p = PixelLayout(
    model: .yuv,
    components: (0..<3).map { Component(plane: $0, offset: 0, step: 1) },
    chromaShiftX: 1, chromaShiftY: 1)
  /// Packed 8-bit R′G′B′.
  public static let rgb24 = PixelLayout(
    model: .rgb, components: (0..<3).map { Component(plane: 0, offset: $0, step: 3) })
}

/// The numbers that turn a frame's samples into R′G′B′ and back, and what that R′G′B′ means.
public struct ColorEncoding: Sendable, Hashable {
  /// Luma coefficients of the matrix (ITU-R BT.601, BT.709, BT.2020 non-constant luminance, or what the stream says).
  public enum Matrix: Sendable, Hashable {
    case bt601, bt709, bt2020, smpte240m, fcc

    /// Kr and Kb, from ITU-T H.273 table 4 (MatrixCoefficients).
    public var redBlue: (red: Float, blue: Float) {
      switch self {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      case .smpte240m: (0.212, 0.087)
      case .fcc: (0.30, 0.11)
      }
    }
  }

  /// Transfer functions that differ enough to matter.
  public enum Transfer: Sendable, Hashable {
    /// Any curve of ordinary pictures; all are taken as sRGB's.
    case sdr
    /// SMPTE ST 2084: absolute light up to 10000 cd/m².
    case pq
    /// Hybrid log-gamma of ITU-R BT.2100.
    case hlg
  }

  /// Primaries that differ enough to matter: others count as BT.709.
  public enum Primaries: Sendable, Hashable {
    case bt709, bt2020
  }

  public var matrix: Matrix
  /// True for 0…255 luma (JPEG), false for 16…235 (video). R′G′B′ is always full range.
  public var fullRange: Bool
  /// How R′G′B′ stands for light.
  public var transfer: Transfer
  /// Which red, green and blue are meant.
  public var primaries: Primaries

  public init(
    matrix: Matrix = .bt601, fullRange: Bool = false, transfer: Transfer = .sdr, primaries: Primaries = .bt709
  ) {
    self.matrix = matrix
    self.fullRange = fullRange
    self.transfer = transfer
    self.primaries = primaries
  }
}

/// The samples of a frame in memory. It owns nothing: whoever hands it out keeps the memory alive for the scope of the
/// call it is passed to.
public struct PixelView {
  public let layout: PixelLayout
  public let encoding: ColorEncoding
  /// How the picture has to be turned to be seen upright. Samples are never turned: what looks for faces reads the frame
  /// through ``crop(width:height:transform:scale:offset:into:)``, which minds it.
  public let orientation: Orientation
  /// Luma size in pixels, as stored.
  public let width: Int
  public let height: Int
  /// First byte of each plane's first row.
  public let planes: [UnsafeMutableRawPointer]
  /// Bytes between the starts of two rows; may be negative.
  public let strides: [Int]

  public init(
    layout: PixelLayout, encoding: ColorEncoding, orientation: Orientation = .upright, width: Int, height: Int,
    planes: [UnsafeMutableRawPointer], strides: [Int]
  ) {
    precondition(planes.count == strides.count)
    precondition(layout.components.allSatisfy { $0.plane < planes.count })
    self.layout = layout
    self.encoding = encoding
    self.orientation = orientation
    self.width = width
    self.height = height
    self.planes = planes
    self.strides = strides
  }

  /// Size of the picture when seen upright.
  public var uprightWidth: Int { orientation.swapsSides ? height : width }
  public var uprightHeight: Int { orientation.swapsSides ? width : height }
}
