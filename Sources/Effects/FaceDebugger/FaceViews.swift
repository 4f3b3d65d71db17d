internal import FaceAnalysis
internal import Imaging

/// What the swapper makes of a face, on its small grid: noted before anything is drawn.
struct FaceViews: Sendable {
  private let cells: CellGrid
  /// Where a known vertex lay: an effect may see the face in a part of the frame.
  private let anchor: SIMD2<Float>
  /// 1 where the face is.
  private var coverage: Plane
  private var skin: Plane?
  private var alpha: Plane?
  private var gain: ColorPlanes?
  private var texture: (x: Plane, y: Plane, level: SourceTexture.Level)?
  /// The face with the source's shape, in pixels of the frame.
  private var shape: [SIMD2<Float>]?
  /// What the swapper wants to know of this frame later.
  private var swapperNote: (any Sendable)?

  /// Nil if the face is not in the frame, or too small for the swapper.
  ///
  /// - Parameter history: the debugger's own notes, in which those of the swapper are kept.
  init?(
    of face: TrackedFace, in frame: PixelView, items: [FaceDebugger.Item], swapper: BuiltinSwapper?,
    history: FaceHistory
  ) {
    guard let grid = FaceGrid(frame, mesh: face.mesh) else { return nil }
    cells = grid.cells
    anchor = face.mesh.xy(Self.anchorVertex)
    coverage = grid.coverage
    if items.contains(.skin) {
      skin =
        SkinModel(grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage).probability
    }
    guard items.contains(where: { $0.needsSource }), let swapper else { return }
    var known = FaceHistory()
    for (age, views) in history.notes(FaceViews.self) {
      known.advance(to: history.frame - age)
      if let note = views.swapperNote { known.add(note) }
    }
    known.advance(to: history.frame)
    swapperNote = swapper.observe(frame, face: face, history: known)
    if let swapperNote { known.add(swapperNote) }
    guard let parts = swapper.drawing(of: face, in: frame, history: known)?.parts else { return }
    // The swapper may work on a coarser grid; all are brought to this one.
    let from = parts.grid.cells
    func here(_ plane: Plane) -> Plane { plane.sampled(from, on: cells) }
    coverage = here(parts.grid.coverage)
    if items.contains(.mask) { alpha = here(parts.alpha) }
    if items.contains(.light) { gain = parts.match.gain.map(here) }
    if items.contains(.texture) {
      let level = parts.texture.level(ratio: parts.texture.texelsPerPixel(of: face.mesh))
      texture = (here(parts.texelX), here(parts.texelY), level)
    }
    if items.contains(.shape) {
      shape = parts.grid.mesh.positions.map {
        ($0 + 0.5) * Float(from.cell) - 0.5 + SIMD2(Float(from.x), Float(from.y))
      }
    }
  }

  private static let anchorVertex = 4

  func draw(_ items: [FaceDebugger.Item], on canvas: inout Canvas, face: TrackedFace) {
    let moved = anchor - face.mesh.xy(Self.anchorVertex)
    let offset = SIMD2(moved.x.rounded(), moved.y.rounded())
    let (x, y) = places(in: canvas.rect, moved: offset)
    func full(_ plane: Plane) -> Plane { plane.sampled(x: x, y: y, .bilinear) }
    let covered = full(coverage)
    for item in items {
      switch item {
      case .skin:
        if let skin { canvas.tint(Self.skinColor, full(skin) * covered * Self.strength) }
      case .mask:
        if let alpha { canvas.tint(Self.maskColor, full(alpha) * Self.strength) }
      case .light:
        if let gain { canvas.fill(gain.map { full($0).mapped { min(255, 128 * $0) } }, covered) }
      case .texture:
        if let texture {
          canvas.fill(texture.level.colors(x: full(texture.x), y: full(texture.y), .bilinear), covered)
        }
      case .shape:
        guard let shape else { break }
        let width = max(1, face.mesh.width / 300)
        for (from, to) in zip(face.mesh.positions, shape) {
          canvas.stroke([from, to - offset], width: width, color: Self.arrowColor, opacity: 1)
          canvas.stroke([to - offset], width: 3 * width, color: Self.arrowColor, opacity: 1)
        }
      case .mesh, .outline, .box, .region, .track: break
      }
    }
  }

  private static let skinColor = SIMD3<Float>(0, 200, 90)
  private static let maskColor = SIMD3<Float>(230, 30, 120)
  private static let arrowColor = SIMD3<Float>(255, 230, 0)
  private static let strength: Float = 0.6

  /// Where each pixel of a rectangle lies in the grid.
  private func places(in rect: PixelRect, moved: SIMD2<Float>) -> (x: Plane, y: Plane) {
    var x = Plane(width: rect.width, height: rect.height)
    var y = x
    for row in 0..<rect.height {
      for column in 0..<rect.width {
        let p = cells.local(SIMD2(Float(rect.x + column), Float(rect.y + row)) + moved)
        x[column, row] = p.x
        y[column, row] = p.y
      }
    }
    return (x, y)
  }
}

extension Plane {
  /// A plane over one grid read at the centres of another's squares.
  fileprivate func sampled(_ from: CellGrid, on other: CellGrid) -> Plane {
    guard from != other else { return self }
    var x = Plane(width: other.columns, height: other.rows)
    var y = x
    for row in 0..<other.rows {
      for column in 0..<other.columns {
        let corner = SIMD2(Float(other.x + column * other.cell), Float(other.y + row * other.cell))
        let p = from.local(corner + Float(other.cell - 1) / 2)
        x[column, row] = p.x
        y[column, row] = p.y
      }
    }
    return sampled(x: x, y: y, .bilinear)
  }
}
