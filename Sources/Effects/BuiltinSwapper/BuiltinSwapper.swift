public import FaceAnalysis
public import Imaging

/// Replaces a face without any learned generator: the source's skin, moved by the target's mesh, lit as the target is.
///
/// Everything smooth (which texel goes where, what is skin, the light, the mask) is computed on a small grid; only the
/// texture's fine detail is added at full size, straight into the frame's samples. Inside the lips, on hair, on hands and
/// outside the face the target stays.
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
  /// Where each vertex is in the texture.
  private let texels: [SIMD2<Float>]
  /// sRGB; nil if the photo does not show it.
  private let sourceIris: SIMD3<Float>?

  /// - Parameters:
  ///   - identity: the source person.
  ///   - effort: `fast` works on a grid half as fine.
  public init(_ identity: Identity, effort: Effort = .full, options: Options = Options()) {
    self.effort = effort
    mostCells = effort == .full ? 128 : 64
    self.options = options
    texture = SourceTexture(identity)
    sourceFacing = texture.mesh.smoothFacing
    sourceShape = identity.shape
    texels = texture.mesh.texels
    sourceIris = texture.irisColor
  }

  /// Bending the frame costs as much as all else that a preview needs.
  private var isReshaping: Bool { options.faceShape > 0 && effort == .full }

  public func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    guard face.mesh.isFinite else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
    return FaceGrid.rect(for: face.mesh, isReshaped: isReshaping, in: frame)
  }

  public func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
    guard face.mesh.isFinite else { return nil }
    var note = FaceNote(face, in: pixels)
    if effort == .full { note.glasses = GlassesObservation(pixels, face: face, after: history) }
    return note
  }

  public func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
    guard let drawing = drawing(of: face, in: pixels, history: history) else { return }
    if let displacement = drawing.displacement { pixels.displace(displacement) }
    pixels.paint(drawing.surface)
    drawing.tint?(pixels)
  }

  /// The new face as it is to be drawn; nil if there is nothing to draw.
  package func drawing(of face: TrackedFace, in frame: PixelView, history: FaceHistory) -> FaceDrawing? {
    guard face.mesh.isFinite else { return nil }
    let confidence = max(0, min(1, face.confidence))
    let rest = RestingFace(history.notes(FaceNote.self).map(\.note).nonEmpty ?? [FaceNote(face, in: frame)])
    let shape =
      isReshaping
      ? ShapeChange(from: rest.shape, to: sourceShape).apply(
        to: face.mesh, rest: rest.shape, strength: options.faceShape * confidence) : nil
    guard let grid = FaceGrid(frame, mesh: face.mesh, shape: shape, mostCells: mostCells) else { return nil }
    let ratio = texture.texelsPerPixel(of: grid.mesh)
    let level = texture.level(ratio: ratio)
    let texelX = grid.raster.interpolate(texels.map(\.x)).extended(beyond: grid.coverage, rings: 2)
    let texelY = grid.raster.interpolate(texels.map(\.y)).extended(beyond: grid.coverage, rings: 2)
    let encoding = frame.encoding
    let source = encoding.signal(from: level.colors(x: texelX, y: texelY, .bilinear))
    let (mask, weight) = level.weights(x: texelX, y: texelY)

    let hand = HandMask.mask(face.hands.map(grid.local), guide: grid.standardColors.luma)
    // The light on a hand tells nothing about the light on the face: not even close to its edge.
    let covered = hand?.grown(by: 3)
    let skin = SkinModel(
      grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage, covered: covered)
    let inFront = effort == .full ? ThingsInFront(grid, skin: skin, glasses: Glasses(history)) : nil
    let plain = grid.raster.interpolate(FaceTopology.plainSkin).mapped { smoothstep(0.6, 0.95, $0) }
    let seen = inFront.map { front in skin.probability * front.free } ?? skin.probability
    var common = (weight * grid.coverage) * (seen * (plain * plain))
    if let covered { common = common - common * covered }
    common = common + grid.coverage * 1e-4
    let target = encoding.gammaCoded(from: grid.colors)
    let match = ColorMatch(
      source: encoding.gammaCoded(from: source), target: target, weight: common, faceWidth: grid.mesh.width)
    var free =
      BlendMask.mask(
        grid: grid, sourceMask: mask * grid.coverage, sourceFacing: sourceFacing, skin: skin, inFront: inFront)
      * confidence
    if let hand {
      let shadow = HandShadow.shadow(
        of: hand, target: target.luma, face: match.colors.luma, coverage: grid.coverage,
        skin: grid.raster.interpolate(FaceTopology.farFromDarkFeatures), faceWidth: grid.mesh.width)
      free = free - free * hand.maximum(shadow)
    }
    let alpha =
      rest.openEyes.map { open in
        free - free * EyeMask.kept(grid.mesh, open: open, width: free.width, height: free.height)
      } ?? free
    let surface = FaceSurface(
      grid: grid, texelX: texelX, texelY: texelY, alpha: alpha, source: source,
      match: match.clearer(weight: common, faceWidth: grid.mesh.width).coded(as: encoding), texture: texture,
      texelsPerCell: ratio, grainy: effort == .full ? plain : nil)
    var tint: ((PixelView) -> Void)?
    if let sourceIris, let targetIris = rest.irisColor, let middle = grid.mesh.irises?.left.center {
      let light =
        SIMD3(
          match.gain.red.value(at: middle), match.gain.green.value(at: middle), match.gain.blue.value(at: middle)
        )
      let mesh = shape ?? face.mesh
      tint = { [free] frame in
        IrisTint(source: sourceIris, target: targetIris).apply(to: frame, mesh: mesh, light: light) {
          free.value(at: grid.cells.local($0))
        }
      }
    }
    return FaceDrawing(
      displacement: grid.moves.map {
        Displacement(grid: grid.cells, x: $0.x, y: $0.y, wanted: alpha.mapped { $0 < 0.999 ? 1 : 0 })
      },
      surface: surface.surface(in: frame), parts: surface, tint: tint)
  }
}

/// What is done to a frame for one face, in this order.
package struct FaceDrawing {
  /// The frame bent to the new face's shape; nil if the face keeps its own.
  package var displacement: Displacement?
  package var surface: Surface
  /// What the surface is made of.
  var parts: FaceSurface
  /// Changes the colour of the target's irises.
  package var tint: ((PixelView) -> Void)?
}

extension FaceMesh {
  /// Where the vertices read a texture that this mesh lies on: a little outside the edge of its lips, so that no teeth
  /// are drawn along it.
  fileprivate var texels: [SIMD2<Float>] {
    var result = positions
    for (inner, outer) in zip(FaceTopology.lipsInner, FaceTopology.lipsOuter) {
      result[inner] += 0.18 * (result[outer] - result[inner])
    }
    return result
  }
}

extension Array {
  fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}
