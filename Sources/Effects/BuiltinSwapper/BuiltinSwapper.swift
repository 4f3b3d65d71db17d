public import FaceAnalysis
public import Imaging

/// Replaces a face without any learned generator: the source's skin, moved by the target's mesh, lit as the target is.
///
/// Everything smooth (which texel goes where, what is skin, the light, the mask) is computed on a small grid; only the
/// texture's fine detail is added at full size, straight into the frame's samples. Inside the lips, on hair and outside
/// the face the target stays.
public struct BuiltinSwapper: FaceEffect {
  /// How many cells of the small grid a face is wide, at most.
  private let mostCells: Float
  private let texture: SourceTexture
  private let sourceFacing: [Float]

  /// - Parameters:
  ///   - identity: the source person.
  ///   - effort: `fast` works on a grid half as fine.
  public init(_ identity: Identity, effort: Effort = .full) {
    mostCells = effort == .full ? 128 : 64
    texture = SourceTexture(identity)
    sourceFacing = texture.mesh.smoothFacing
  }

  public func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    face.mesh.crop(growth: 1.06, in: frame)
  }

  public func apply(to pixels: PixelView, face: TrackedFace) {
    if let surface = surface(of: face, in: pixels) { pixels.paint(surface) }
  }

  /// The new face as it is to be drawn; nil if there is nothing to draw.
  package func surface(of face: TrackedFace, in frame: PixelView) -> Surface? {
    guard let grid = FaceGrid(frame, mesh: face.mesh, mostCells: mostCells) else { return nil }
    let ratio = texture.texelsPerPixel(of: grid.mesh)
    let level = texture.level(ratio: ratio)
    let texelX = grid.raster.interpolate(texture.mesh.points.map(\.x)).extended(beyond: grid.coverage, rings: 2)
    let texelY = grid.raster.interpolate(texture.mesh.points.map(\.y)).extended(beyond: grid.coverage, rings: 2)
    let encoding = frame.encoding
    let source = encoding.signal(from: level.colors(x: texelX, y: texelY, .bilinear))
    let (mask, weight) = level.weights(x: texelX, y: texelY)

    let skin = SkinModel(grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    let plain = grid.raster.interpolate(FaceTopology.plainSkin).mapped { smoothstep(0.6, 0.95, $0) }
    let common = (weight * grid.coverage) * (skin.probability * (plain * plain)) + grid.coverage * 1e-4
    let match = ColorMatch(
      source: encoding.gammaCoded(from: source), target: encoding.gammaCoded(from: grid.colors), weight: common,
      faceWidth: grid.mesh.width
    ).coded(as: encoding)
    let alpha = BlendMask.mask(grid: grid, sourceMask: mask * grid.coverage, sourceFacing: sourceFacing, skin: skin)
    let face = FaceSurface(
      grid: grid, texelX: texelX, texelY: texelY, alpha: alpha * max(0, min(1, face.confidence)), source: source,
      match: match, texture: texture, texelsPerCell: ratio)
    return face.surface(in: frame)
  }
}
