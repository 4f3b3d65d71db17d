public import FaceAnalysis
public import Imaging

/// Replaces a face without any learned generator: the source's skin, moved by the target's mesh, lit as the target is.
///
/// Everything smooth (which texel goes where, what is skin, the light, the mask) is computed on a small grid; only the
/// texture's fine detail is added at full size, straight into the frame's samples. Inside the lips, on hair and outside
/// the face the target stays.
public struct BuiltinSwapper: FaceEffect {
  /// What a user may choose.
  public struct Options: Sendable {
    /// How much of the source's shape the face gets, 0…1.
    public var faceShape: Float

    public init(faceShape: Float = 0.5) { self.faceShape = faceShape }
  }

  /// How many cells of the small grid a face is wide, at most.
  private let mostCells: Float
  private let effort: Effort
  private let options: Options
  private let texture: SourceTexture
  private let sourceFacing: [Float]
  private let sourceShape: FaceShape

  /// - Parameters:
  ///   - photo: a picture of the source person.
  ///   - mesh: the person's face in it.
  ///   - effort: `fast` works on a grid half as fine.
  public init(photo: PixelView, mesh: FaceMesh, effort: Effort = .full, options: Options = Options()) {
    self.effort = effort
    mostCells = effort == .full ? 128 : 64
    self.options = options
    texture = SourcePreparation.texture(from: photo, mesh: mesh)
    sourceFacing = texture.mesh.smoothFacing
    sourceShape = FaceShape(texture.mesh)
  }

  private var isReshaping: Bool { options.faceShape > 0 }

  public func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    guard face.mesh.isFinite else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
    return FaceGrid.rect(for: face.mesh, isReshaped: isReshaping, in: frame)
  }

  public func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
    guard face.mesh.isFinite else { return nil }
    return FaceNote(
      shape: isReshaping ? FaceShape(face.mesh) : nil,
      glasses: effort == .full ? GlassesObservation(pixels, face: face, after: history) : nil)
  }

  public func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
    guard let drawing = drawing(of: face, in: pixels, history: history) else { return }
    if let displacement = drawing.displacement { pixels.displace(displacement) }
    pixels.paint(drawing.surface)
  }

  /// The new face as it is to be drawn; nil if there is nothing to draw.
  package func drawing(of face: TrackedFace, in frame: PixelView, history: FaceHistory) -> FaceDrawing? {
    guard face.mesh.isFinite else { return nil }
    let confidence = max(0, min(1, face.confidence))
    let shape = reshaped(face.mesh, history, strength: options.faceShape * confidence)
    guard let grid = FaceGrid(frame, mesh: face.mesh, shape: shape, mostCells: mostCells) else { return nil }
    let ratio = texture.texelsPerPixel(of: grid.mesh)
    let level = texture.level(ratio: ratio)
    let texelX = grid.raster.interpolate(texture.mesh.points.map(\.x)).extended(beyond: grid.coverage, rings: 2)
    let texelY = grid.raster.interpolate(texture.mesh.points.map(\.y)).extended(beyond: grid.coverage, rings: 2)
    let encoding = frame.encoding
    let source = encoding.signal(from: level.colors(x: texelX, y: texelY, .bilinear))
    let (mask, weight) = level.weights(x: texelX, y: texelY)

    let skin = SkinModel(grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    let inFront = effort == .full ? ThingsInFront(grid, skin: skin, glasses: Glasses(history)) : nil
    let plain = grid.raster.interpolate(FaceTopology.plainSkin).mapped { smoothstep(0.6, 0.95, $0) }
    let seen = inFront.map { front in skin.probability * front.free } ?? skin.probability
    let common = (weight * grid.coverage) * (seen * (plain * plain)) + grid.coverage * 1e-4
    let match = ColorMatch(
      source: encoding.gammaCoded(from: source), target: encoding.gammaCoded(from: grid.colors), weight: common,
      faceWidth: grid.mesh.width
    ).coded(as: encoding)
    let alpha =
      BlendMask.mask(
        grid: grid, sourceMask: mask * grid.coverage, sourceFacing: sourceFacing, skin: skin, inFront: inFront)
      * confidence
    let surface = FaceSurface(
      grid: grid, texelX: texelX, texelY: texelY, alpha: alpha, source: source, match: match, texture: texture,
      texelsPerCell: ratio)
    return FaceDrawing(
      displacement: grid.moves.map {
        Displacement(grid: grid.cells, x: $0.x, y: $0.y, wanted: alpha.mapped { $0 < 0.999 ? 1 : 0 })
      },
      surface: surface.surface(in: frame))
  }

  /// The face with the source's shape; nil if it keeps its own.
  private func reshaped(_ mesh: FaceMesh, _ history: FaceHistory, strength: Float) -> FaceMesh? {
    guard isReshaping else { return nil }
    var shapes = history.notes(FaceNote.self).compactMap(\.note.shape)
    if shapes.isEmpty { shapes = [FaceShape(mesh)] }
    let rest = FaceShape(meanOf: shapes)
    return ShapeChange(from: rest, to: sourceShape).apply(to: mesh, rest: rest, strength: strength)
  }
}

/// What is done to a frame for one face, in this order.
package struct FaceDrawing {
  /// The frame bent to the new face's shape; nil if the face keeps its own.
  package var displacement: Displacement?
  package var surface: Surface
}
