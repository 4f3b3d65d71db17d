package import FaceAnalysis
package import Imaging

/// The source person's skin as a picture: without hair, shine or holes, with what of it may be shown.
///
/// It stays in the photo's own pixels, so that a texel is resampled once only.
package struct SourceTexture: Sendable {
  /// One size of the texture.
  package struct Level: Sendable {
    package var colors: ColorPlanes
    /// 0…1: how much of a texel may be shown.
    package var mask: Plane
    /// 0…1: how much a texel counts in statistics of skin.
    package var weight: Plane
    /// Size of this level relative to the first.
    package var scaleX: Float
    package var scaleY: Float
  }

  /// One size of the texture as the renderer reads it: red, green, blue and nothing a texel.
  struct Texels: Sendable {
    var colors: [SIMD4<Float>]
    var width: Int
    var height: Int
    /// Size relative to the first level.
    var scaleX: Float
    var scaleY: Float

    init(_ planes: ColorPlanes, relativeTo first: ColorPlanes) {
      width = planes.width
      height = planes.height
      scaleX = Float(width) / Float(first.width)
      scaleY = Float(height) / Float(first.height)
      colors = planes.red.samples.indices.map {
        SIMD4(planes.red.samples[$0], planes.green.samples[$0], planes.blue.samples[$0], 0)
      }
    }

    /// Bilinear reading at a point of this level; edges repeated.
    func color(x: Float, y: Float) -> SIMD4<Float> {
      let u = max(0, min(Float(width - 1), x))
      let v = max(0, min(Float(height - 1), y))
      let k = Int(v) * width + Int(u)
      let right = Int(u) + 1 < width ? 1 : 0
      let down = Int(v) + 1 < height ? width : 0
      let (fu, fv) = (u - Float(Int(u)), v - Float(Int(v)))
      let top = colors[k] + fu * (colors[k + right] - colors[k])
      let bottom = colors[k + down] + fu * (colors[k + down + right] - colors[k + down])
      return top + fv * (bottom - top)
    }
  }

  /// The face's points in the texture.
  package let mesh: FaceMesh
  /// Each half an octave smaller than the one before: averaged over areas, so that no far face is aliased.
  private let levels: [Level]
  /// The same colours for the renderer, the finest first. Small photos are enlarged here once, by a sharper filter than a
  /// frame has time for.
  private let fine: [Texels]

  package init(mesh: FaceMesh, colors: ColorPlanes, mask: Plane, weight: Plane) {
    self.mesh = mesh
    var levels = [Level(colors: colors, mask: mask, weight: weight, scaleX: 1, scaleY: 1)]
    for k in 1... {
      var factor: Float = 1
      for _ in 0..<k { factor *= Float(2).squareRoot() }
      let width = Int((Float(colors.width) / factor).rounded())
      let height = Int((Float(colors.height) / factor).rounded())
      if min(width, height) < 8 { break }
      levels.append(
        Level(
          colors: colors.shrunk(width: width, height: height), mask: mask.shrunk(width: width, height: height),
          weight: weight.shrunk(width: width, height: height), scaleX: Float(width) / Float(colors.width),
          scaleY: Float(height) / Float(colors.height)))
    }
    self.levels = levels
    var fine = levels.map { Texels($0.colors, relativeTo: colors) }
    for factor in [2, 4] where Float(factor) * mesh.width < 1024 {
      fine.insert(Texels(colors.magnified(by: factor), relativeTo: colors), at: 0)
    }
    self.fine = fine
  }

  /// The coarsest texels that are at least as fine as the pixels of a face, `ratio` texels of the first level to a pixel.
  func texels(ratio: Float) -> Texels {
    fine.last { $0.scaleX * ratio >= 0.95 } ?? fine[0]
  }

  /// The level whose texels are nearest to the pixels of a face, `ratio` texels of the first level to a pixel.
  package func level(ratio: Float) -> Level {
    var k = 0
    // Half octaves, rounded to the nearest: thresholds at 2^(1/4), 2^(3/4), …
    var threshold = Float(2).squareRoot().squareRoot()
    while ratio > threshold && k + 1 < levels.count {
      threshold *= Float(2).squareRoot()
      k += 1
    }
    return levels[k]
  }

  /// How many texels of the first level lie along a pixel of `target`, as a median over the triangles.
  package func texelsPerPixel(of target: FaceMesh) -> Float {
    func area(_ m: FaceMesh, _ t: SIMD3<Int32>) -> Float {
      let a = m.xy(Int(t.x))
      let u = m.xy(Int(t.y)) - a
      let v = m.xy(Int(t.z)) - a
      return abs(u.x * v.y - u.y * v.x)
    }
    let ratios = FaceTopology.triangles.compactMap { t -> Float? in
      let there = area(target, t)
      return there > 0.2 ? area(mesh, t) / there : nil
    }
    return ratios.isEmpty ? 1 : median(ratios).squareRoot()
  }
}

extension SourceTexture.Level {
  /// Colours at points of the first level given as maps.
  func colors(x: Plane, y: Plane, _ interpolation: Interpolation) -> ColorPlanes {
    let (mapX, mapY) = (here(x, scaleX), here(y, scaleY))
    return colors.map { $0.sampled(x: mapX, y: mapY, interpolation).mapped { max(0, min(255, $0)) } }
  }

  /// Mask and statistics weight at points of the first level given as maps.
  func weights(x: Plane, y: Plane) -> (mask: Plane, weight: Plane) {
    let (mapX, mapY) = (here(x, scaleX), here(y, scaleY))
    return (mask.sampled(x: mapX, y: mapY, .bilinear), weight.sampled(x: mapX, y: mapY, .bilinear))
  }

  private func here(_ map: Plane, _ scale: Float) -> Plane {
    scale == 1 ? map : map.mapped { ($0 + 0.5) * scale - 0.5 }
  }
}

extension ColorPlanes {
  /// A copy `factor` times as large, by the sharp cubic.
  fileprivate func magnified(by factor: Int) -> ColorPlanes {
    let (newWidth, newHeight) = (width * factor, height * factor)
    var x = Plane(width: newWidth, height: newHeight)
    var y = x
    for j in 0..<newHeight {
      for i in 0..<newWidth {
        x[i, j] = (Float(i) + 0.5) / Float(factor) - 0.5
        y[i, j] = (Float(j) + 0.5) / Float(factor) - 0.5
      }
    }
    return map { $0.sampled(x: x, y: y, .cubic).mapped { max(0, min(255, $0)) } }
  }
}
