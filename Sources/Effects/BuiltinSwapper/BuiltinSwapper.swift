public import FaceAnalysis
internal import Glibc
public import Imaging

/// Replaces a face without any learned generator: the source's skin, moved by the target's mesh, lit as the target is.
///
/// Everything smooth (which texel goes where, what is skin, the light, the mask) is computed on a small grid where the
/// face is 128 pixels wide; only the texture's fine detail is added at full size. Inside the lips, on hair and outside
/// the face the target stays.
public struct BuiltinSwapper: FaceEffect {
  private static let gridWidth: Float = 128
  /// Added to values before ratios and logarithms, of 255: nothing is divided by black.
  private static let offset: Float = 4

  private let texture: SourceTexture
  private let sourceFacing: [Float]

  /// - Parameters:
  ///   - photo: a picture of the source person.
  ///   - mesh: the person's face in it.
  public init(photo: PixelView, mesh: FaceMesh) {
    texture = SourcePreparation.texture(from: photo, mesh: mesh)
    sourceFacing = texture.mesh.smoothFacing
  }

  public func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    face.mesh.crop(growth: 1.06, in: frame)
  }

  public func apply(to patch: inout Patch, face: TrackedFace) {
    let mesh = patch.local(face.mesh)
    guard let grid = Grid(patch.colors, mesh: mesh, gridWidth: Self.gridWidth) else { return }
    let ratio = texture.texelsPerPixel(of: grid.mesh)
    let level = texture.level(ratio: ratio)
    let texelX = grid.raster.interpolate(texture.mesh.points.map(\.x)).extended(beyond: grid.coverage, rings: 2)
    let texelY = grid.raster.interpolate(texture.mesh.points.map(\.y)).extended(beyond: grid.coverage, rings: 2)
    let source = level.colors(x: texelX, y: texelY, .bilinear)
    let (mask, weight) = level.weights(x: texelX, y: texelY)

    let skin = SkinModel(grid.colors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    let plain = grid.raster.interpolate(FaceTopology.plainSkin).mapped { smoothstep(0.6, 0.95, $0) }
    let common = (weight * grid.coverage) * (skin.probability * (plain * plain)) + grid.coverage * 1e-4
    let match = ColorMatch(
      source: source, target: grid.colors, weight: common, faceWidth: grid.mesh.width, offset: Self.offset)
    let alpha = BlendMask.mask(
      grid: grid, sourceMask: mask * grid.coverage, sourceFacing: sourceFacing, skin: skin)

    let size = (width: patch.rect.width, height: patch.rect.height)
    func full(_ plane: Plane) -> Plane { plane.enlarged(width: size.width, height: size.height) }
    var colors = match.colors.map(full)
    if grid.scale < 1 {
      addDetail(
        to: &colors, patch: patch.colors, mesh: mesh, grid: grid, texelX: texelX, texelY: texelY, source: source,
        match: match, alpha: alpha, full: full)
    }
    let shown = full(alpha)
    patch.colors = patch.colors.zip(colors) { own, new in
      var result = own
      for i in result.samples.indices where shown.samples[i] > 0 {
        result.samples[i] = max(0, min(255, new.samples[i]))
      }
      return result
    }
    let confidence = face.confidence
    patch.mask = patch.mask.combined(with: shown) { max($0, $1 * confidence) }
  }

  /// What the texture has beyond the grid's resolution, in the target's light and no sharper than the target.
  private func addDetail(
    to colors: inout ColorPlanes, patch: ColorPlanes, mesh: FaceMesh, grid: Grid, texelX: Plane, texelY: Plane,
    source: ColorPlanes, match: ColorMatch, alpha: Plane, full: (Plane) -> Plane
  ) {
    let level = texture.level(ratio: texture.texelsPerPixel(of: mesh))
    let sharp = level.colors(x: full(texelX), y: full(texelY), .cubic)
    var detail = sharp.zip(source.map(full)) { $0 - $1 }.zip(match.gain.map(full)) { $0 * $1 }
    let detailLuma = detail.luma
    detail = detail.map { $0.combined(with: detailLuma) { $1 + ($0 - $1) * match.saturation } }
    let targetDetail = patch.zip(grid.colors.map(full)) { $0 - $1 }.luma
    let frontal = grid.raster.interpolate(grid.mesh.smoothFacing)
    let weight = full(alpha.combined(with: frontal) { $1 > 0.4 ? $0 : 0 })
    func strength(_ plane: Plane) -> Float {
      let energy = plane.mapped { min($0 * $0, 100) }.sum(weightedBy: weight)
      return (energy / (weight.sum + 1e-6)).squareRoot()
    }
    let sharpness = max(0.3, min(1, strength(targetDetail) / (strength(detail.luma) + 0.3)))
    colors = colors.zip(detail) { $0 + $1 * sharpness }
  }
}

/// The small copy of a patch on which everything smooth is computed.
package struct Grid {
  package let colors: ColorPlanes
  package let mesh: FaceMesh
  package let raster: MeshRaster
  /// 1 where the mesh is, 0 elsewhere.
  package let coverage: Plane
  /// Grid pixels a patch pixel, at most 1.
  package let scale: Float

  /// Nil if the face is too small or too thin to be drawn.
  package init?(_ patch: ColorPlanes, mesh full: FaceMesh, gridWidth: Float) {
    guard full.width.isFinite, full.width > 4 else { return nil }
    scale = min(1, gridWidth / full.width)
    let width = max(8, Int((Float(patch.width) * scale).rounded(.up)))
    let height = max(8, Int((Float(patch.height) * scale).rounded(.up)))
    colors = scale < 1 ? patch.shrunk(width: width, height: height) : patch
    mesh = full.scaled(x: Float(colors.width) / Float(patch.width), y: Float(colors.height) / Float(patch.height))
    raster = mesh.raster(width: colors.width, height: colors.height)
    coverage = raster.coverage()
    guard coverage.sum > 16 else { return nil }
  }
}
