/// How a frame codes colours: the way from R′G′B′ to its components.
///
/// Codes are given as for 8 bits, whatever the depth: 16…235 for limited luma, 0…255 for full (at 10 bits, where full
/// range ends at 1023, up to 255.75).
public struct FrameCode: Sendable, Hashable {
  private let layout: PixelLayout
  private let encoding: ColorEncoding

  /// Number of components that carry colour.
  public var components: Int { layout.colorComponents }
  /// Whether components are the three colours themselves, and not brightness and colour differences.
  public var isRGB: Bool { layout.model == .rgb }
  /// How many luma columns and rows a sample of component `index` covers, as a mean of both directions.
  public func coverage(ofComponent index: Int) -> Float {
    guard layout.model == .yuv, index == 1 || index == 2 else { return 1 }
    return Float(1 << (layout.chromaShiftX + layout.chromaShiftY)).squareRoot()
  }

  public init(_ view: PixelView) {
    layout = view.layout
    encoding = view.encoding
  }

  /// sRGB colours as the frame's own R′G′B′.
  public func signal(from standard: ColorPlanes) -> ColorPlanes { encoding.signal(from: standard) }

  /// Component `index` of colours on 0…255.
  public func codes(_ colors: ColorPlanes, ofComponent index: Int) -> Plane {
    let scale = CodeScale(component: index, of: layout, encoding: encoding)
    let unit = Float(1 << layout.components[index].depth) / 256
    let (gain, zero) = (scale.gain / unit, scale.zero / unit)
    let matrix = YUVMatrix(encoding.matrix)
    func mix(_ r: Float, _ g: Float, _ b: Float) -> Plane {
      var result = colors.red
      for i in result.samples.indices {
        let value = r * colors.red.samples[i] + g * colors.green.samples[i] + b * colors.blue.samples[i]
        result.samples[i] = value * gain + zero
      }
      return result
    }
    switch (layout.model, index) {
    case (.rgb, 0): return mix(1, 0, 0)
    case (.rgb, 1): return mix(0, 1, 0)
    case (.rgb, _): return mix(0, 0, 1)
    case (.yuv, 1):
      let k = 1 / matrix.blueFromCb
      return mix(-matrix.kr * k, -matrix.kg * k, (1 - matrix.kb) * k)
    case (.yuv, 2):
      let k = 1 / matrix.redFromCr
      return mix((1 - matrix.kr) * k, -matrix.kg * k, -matrix.kb * k)
    default: return mix(matrix.kr, matrix.kg, matrix.kb)
    }
  }
}

extension PixelView {
  /// Samples of a row of component `index` in the codes of ``FrameCode``.
  ///
  /// - Parameter count: how many, from sample `x` on; at most as many as `out` has room for.
  public func readCodes(ofComponent index: Int, row y: Int, from x: Int, into out: inout [Float], count: Int) {
    precondition(count <= out.count)
    var plain = CodeScale(component: index, of: layout, encoding: encoding)
    plain.zero = 0
    plain.gain = Float(1 << layout.components[index].depth) / 256
    out.withUnsafeMutableBufferPointer {
      readRow(y, ofComponent: index, from: x, count: count, plain, $0.baseAddress!)
    }
  }
}
