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

    let texels = texture.texels(ratio: texture.texelsPerPixel(of: mesh))
    func renderer(gain: ColorPlanes) -> FaceRenderer {
      FaceRenderer(
        texelX: texelX, texelY: texelY, alpha: alpha, colors: match.colors, source: source, gain: gain,
        saturation: match.saturation, texels: texels)
    }
    // The face must not look sharper than the frame it is in.
    let detail = renderer(gain: match.gain)
    let sharpness = detail.sharpness(in: patch.colors, grid: grid)
    let drawn = sharpness < 1 ? renderer(gain: match.gain.map { $0 * sharpness }) : detail
    drawn.draw(onto: &patch, confidence: face.confidence)
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
