internal import Imaging

/// Draws the new face at the patch's full size, in one pass over its pixels.
///
/// What varies slowly comes from the grid, interpolated: where each pixel's texel is, the mask, the colour without the
/// texture's fine detail, and the gain of that detail. Each grid row is spread over the columns once, so that the loop
/// over pixels only blends two such rows, reads the texture and writes.
struct FaceRenderer {
  /// x, y of the texel in the first level of the texture; how much of the face is seen; unused.
  private let places: [SIMD4<Float>]
  /// Colour of the face where the texture has no detail.
  private let bases: [SIMD4<Float>]
  /// What the texture is multiplied by.
  private let gains: [SIMD4<Float>]
  /// The texture on the grid.
  private let sources: [SIMD4<Float>]
  private let width: Int
  private let height: Int
  private let texels: SourceTexture.Texels
  /// How much of the detail's colour contrast stays.
  private let saturation: Float

  private static let lumaWeights = SIMD4<Float>(0.299, 0.587, 0.114, 0)

  /// - Parameters:
  ///   - texelX, texelY: where each grid pixel's texel is.
  ///   - alpha: how much of the face is seen.
  ///   - colors: the face on the grid, detail as far as the grid shows it included.
  ///   - source: the texture on the grid.
  ///   - gain: what the texture's detail is multiplied by.
  ///   - saturation: how much of the detail's colour contrast stays.
  ///   - texels: the texture, at least as fine as the patch's pixels where it can be.
  init(
    texelX: Plane, texelY: Plane, alpha: Plane, colors: ColorPlanes, source: ColorPlanes, gain: ColorPlanes,
    saturation: Float, texels: SourceTexture.Texels
  ) {
    width = alpha.width
    height = alpha.height
    self.texels = texels
    self.saturation = saturation
    var places = [SIMD4<Float>](repeating: .zero, count: width * height)
    var bases = places
    var gains = places
    var sources = places
    for i in places.indices {
      places[i] = SIMD4(
        (texelX.samples[i] + 0.5) * texels.scaleX - 0.5, (texelY.samples[i] + 0.5) * texels.scaleY - 0.5,
        alpha.samples[i], 0)
      let k = SIMD4(gain.red.samples[i], gain.green.samples[i], gain.blue.samples[i], 0)
      let own = SIMD4(source.red.samples[i], source.green.samples[i], source.blue.samples[i], 0)
      let color = SIMD4(colors.red.samples[i], colors.green.samples[i], colors.blue.samples[i], 0)
      gains[i] = k
      sources[i] = own
      // The texture is read whole at full size: what of it the grid already shows is taken off here.
      bases[i] = color - Self.saturated(own * k, saturation)
    }
    self.places = places
    self.bases = bases
    self.gains = gains
    self.sources = sources
  }

  /// Less colour contrast, the same luma.
  @inline(__always)
  private static func saturated(_ color: SIMD4<Float>, _ saturation: Float) -> SIMD4<Float> {
    color * saturation + (color * lumaWeights).sum() * (1 - saturation)
  }

  /// Luma of the detail that full size adds at a point of the grid, and how much of the face is seen there; nil if none.
  func detail(at p: SIMD2<Float>) -> (luma: Float, weight: Float)? {
    let x = max(0, min(Float(width - 1), p.x))
    let y = max(0, min(Float(height - 1), p.y))
    let i = Int(y) * width + Int(x)
    let right = Int(x) + 1 < width ? 1 : 0
    let down = Int(y) + 1 < height ? width : 0
    let (fx, fy) = (x - Float(Int(x)), y - Float(Int(y)))
    func at(_ field: [SIMD4<Float>]) -> SIMD4<Float> {
      let top = field[i] + fx * (field[i + right] - field[i])
      let bottom = field[i + down] + fx * (field[i + down + right] - field[i + down])
      return top + fy * (bottom - top)
    }
    let place = at(places)
    guard place.z > 0 else { return nil }
    let texel = texels.color(x: place.x, y: place.y) - at(sources)
    return ((texel * at(gains) * Self.lumaWeights).sum(), place.z)
  }

  /// Replaces the patch's colours where the face is seen and raises its mask there.
  func draw(onto patch: inout Patch, confidence: Float) {
    let columns = Columns(from: width, to: patch.rect.width)
    let rowScale = Float(height) / Float(patch.rect.height)
    let patchWidth = patch.rect.width
    var upper = SpreadRow(count: patchWidth)
    var lower = SpreadRow(count: patchWidth)
    let stride = patchWidth
    patch.colors.red.samples.withUnsafeMutableBufferPointer { red in
      patch.colors.green.samples.withUnsafeMutableBufferPointer { green in
        patch.colors.blue.samples.withUnsafeMutableBufferPointer { blue in
          patch.mask.samples.withUnsafeMutableBufferPointer { mask in
            texels.colors.withUnsafeBufferPointer { texture in
              for y in 0..<patch.rect.height {
                let position = max(0, min(Float(height - 1), (Float(y) + 0.5) * rowScale - 0.5))
                let row = Int(position)
                let next = min(height - 1, row + 1)
                if lower.row == row { swap(&upper, &lower) }
                if upper.row != row { spread(row, columns, into: &upper) }
                if lower.row != next { spread(next, columns, into: &lower) }
                let first = min(upper.first, lower.first)
                let last = max(upper.last, lower.last)
                guard first <= last else { continue }
                let t = position - Float(row)
                drawRow(
                  first...last, upper: upper, lower: lower, t, confidence, texture, red.baseAddress! + y * stride,
                  green.baseAddress! + y * stride, blue.baseAddress! + y * stride, mask.baseAddress! + y * stride)
              }
            }
          }
        }
      }
    }
  }

  private func drawRow(
    _ span: ClosedRange<Int>, upper: SpreadRow, lower: SpreadRow, _ t: Float, _ confidence: Float,
    _ texture: UnsafeBufferPointer<SIMD4<Float>>, _ red: UnsafeMutablePointer<Float>,
    _ green: UnsafeMutablePointer<Float>, _ blue: UnsafeMutablePointer<Float>, _ mask: UnsafeMutablePointer<Float>
  ) {
    let stride = texels.width
    let lastX = Float(texels.width - 1)
    let lastY = Float(texels.height - 1)
    upper.values.withUnsafeBufferPointer { above in
      lower.values.withUnsafeBufferPointer { below in
        for x in span {
          let i = 3 &* x
          let place = above[i] + t * (below[i] - above[i])
          guard place.z > 0 else { continue }
          let base = above[i &+ 1] + t * (below[i &+ 1] - above[i &+ 1])
          let gain = above[i &+ 2] + t * (below[i &+ 2] - above[i &+ 2])
          let u = max(0, min(lastX, place.x))
          let v = max(0, min(lastY, place.y))
          let iu = Int(truncatingIfNeeded: Int32(u))
          let iv = Int(truncatingIfNeeded: Int32(v))
          let right = iu &+ 1 < stride ? 1 : 0
          let down = iv &+ 1 < texels.height ? stride : 0
          let k = iv &* stride &+ iu
          let fu = u - Float(iu)
          let fv = v - Float(iv)
          let top = texture[k] + fu * (texture[k &+ right] - texture[k])
          let bottom = texture[k &+ down] + fu * (texture[k &+ down &+ right] - texture[k &+ down])
          let texel = (top + fv * (bottom - top)) * gain
          let color = base + Self.saturated(texel, saturation)
          red[x] = max(0, min(255, color.x))
          green[x] = max(0, min(255, color.y))
          blue[x] = max(0, min(255, color.z))
          mask[x] = max(mask[x], place.z * confidence)
        }
      }
    }
  }

  /// Interpolates one grid row over the patch's columns.
  private func spread(_ row: Int, _ columns: Columns, into out: inout SpreadRow) {
    out.row = row
    out.first = Int.max
    out.last = -1
    let start = row * width
    // A row that shows nothing is spread all the same: the row beside it is blended with its colours.
    let shown = (0..<width).filter { places[start + $0].z > 0 }
    places.withUnsafeBufferPointer { places in
      bases.withUnsafeBufferPointer { bases in
        gains.withUnsafeBufferPointer { gains in
          out.values.withUnsafeMutableBufferPointer { values in
            for x in 0..<columns.left.count {
              let i = start &+ columns.left[x]
              let j = start &+ columns.right[x]
              let t = columns.fraction[x]
              values[3 &* x] = places[i] + t * (places[j] - places[i])
              values[3 &* x &+ 1] = bases[i] + t * (bases[j] - bases[i])
              values[3 &* x &+ 2] = gains[i] + t * (gains[j] - gains[i])
            }
          }
        }
      }
    }
    if let firstCell = shown.first, let lastCell = shown.last {
      out.first = columns.left.firstIndex { $0 + 1 >= firstCell } ?? 0
      out.last = columns.left.lastIndex { $0 <= lastCell } ?? columns.left.count - 1
    }
  }

  /// A grid row at every column of the patch: place, base and gain, one after another.
  private struct SpreadRow {
    var row = -1
    var first = Int.max
    var last = -1
    var values: [SIMD4<Float>]

    init(count: Int) { values = [SIMD4<Float>](repeating: .zero, count: 3 * count) }
  }

  /// Between which grid columns a patch column lies.
  private struct Columns {
    var left: [Int] = []
    var right: [Int] = []
    var fraction: [Float] = []

    init(from old: Int, to new: Int) {
      let scale = Float(old) / Float(new)
      for x in 0..<new {
        let position = max(0, min(Float(old - 1), (Float(x) + 0.5) * scale - 0.5))
        let i = Int(position)
        left.append(i)
        right.append(min(old - 1, i + 1))
        fraction.append(position - Float(i))
      }
    }
  }
}
