package import FaceAnalysis
package import Imaging
internal import Synchronization

/// The picture of an ``Identity`` in all the sizes that frames ask for. Its colours are sRGB.
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

  /// The face's points in the texture.
  package let mesh: FaceMesh
  /// Each half an octave smaller than the one before: averaged over areas, so that no far face is aliased.
  private let levels: [Level]
  /// Small photos are enlarged here once, by a sharper filter than a frame has time for; the largest first.
  private let enlarged: [ColorPlanes]
  private let planes = TexturePlaneCache()

  package init(_ identity: Identity) {
    self.init(mesh: identity.mesh, colors: identity.colors, mask: identity.mask, weight: identity.weight)
  }

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
    enlarged = [4, 2].filter { Float($0) * mesh.width < 1024 }.map { colors.magnified(by: $0) }
  }

  /// One component of the texture in a frame's code: the coarsest size that is at least as fine as the frame's samples.
  ///
  /// - Parameter ratio: texels of the first level along a sample.
  func plane(ofComponent index: Int, _ code: FrameCode, ratio: Float) -> TexturePlane {
    let sizes = enlarged + levels.map(\.colors)
    func scale(_ colors: ColorPlanes) -> (x: Float, y: Float) {
      (Float(colors.width) / Float(levels[0].colors.width), Float(colors.height) / Float(levels[0].colors.height))
    }
    let size = sizes.lastIndex { scale($0).x * ratio >= 0.95 } ?? 0
    return planes.plane(TexturePlaneCache.Key(code: code, component: index, size: size)) {
      let (x, y) = scale(sizes[size])
      return TexturePlane(code.codes(code.signal(from: sizes[size]), ofComponent: index), scaleX: x, scaleY: y)
    }
  }

  /// sRGB of the source's irises, as a mean of both; nil if they are not seen well.
  var irisColor: SIMD3<Float>? {
    guard let irises = mesh.irises else { return nil }
    let opening = mesh.eyeOpening
    let found = [
      (irises.left, FaceTopology.leftEye, opening.left), (irises.right, FaceTopology.rightEye, opening.right),
    ].compactMap { iris, lids, opening in
      opening > FaceNote.seenFrom
        ? IrisTint.color(of: iris, lids: lids.map { mesh.xy($0) }, in: levels[0].colors) : nil
    }
    return found.isEmpty ? nil : found.reduce(.zero, +) / Float(found.count)
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

/// Components of a texture that frames have asked for so far.
private final class TexturePlaneCache: Sendable {
  struct Key: Hashable {
    var code: FrameCode
    var component: Int
    var size: Int
  }

  private let planes = Mutex<[Key: TexturePlane]>([:])

  func plane(_ key: Key, _ make: () -> TexturePlane) -> TexturePlane {
    planes.withLock { planes in
      if let known = planes[key] { return known }
      let made = make()
      planes[key] = made
      return made
    }
  }
}
