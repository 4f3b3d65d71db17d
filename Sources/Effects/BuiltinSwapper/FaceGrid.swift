package import FaceAnalysis
package import Imaging

/// The small copy of a face on which everything smooth is computed.
package struct FaceGrid {
  package let cells: CellGrid
  /// The frame's own R′G′B′, bent to the shape the face shall have.
  package let colors: ColorPlanes
  /// The same as sRGB.
  package let standardColors: ColorPlanes
  /// The face's points as they shall be, in pixels of the grid.
  package let mesh: FaceMesh
  package let raster: MeshRaster
  /// 1 where the mesh is, 0 elsewhere.
  package let coverage: Plane
  /// How far away that lies which is to be seen at a node, in luma pixels; nil if the face keeps its shape.
  package let moves: (x: Plane, y: Plane)?

  /// Nil if the face is not in the frame, or too small or too thin to be drawn.
  ///
  /// - Parameters:
  ///   - face: the face as it is.
  ///   - shape: the face as it shall be; nil if it keeps its shape.
  ///   - mostCells: how many cells wide the face is at most; at least half as many where it has the pixels.
  package init?(_ frame: PixelView, mesh face: FaceMesh, shape: FaceMesh? = nil, mostCells: Float = 128) {
    let width = face.width
    guard width.isFinite, width > 4, width < 1e6 else { return nil }
    let rect = FaceGrid.rect(for: face, isReshaped: shape != nil, in: frame.bounds)
    guard !rect.isEmpty else { return nil }
    var cell = 1
    while width / Float(cell) > mostCells { cell += min(cell, 4) }
    let cells = CellGrid(around: rect, cell: cell)
    self.cells = cells
    func local(_ mesh: FaceMesh) -> FaceMesh { mesh.mapped(scale: 1 / Float(cell)) { cells.local($0) } }
    let seen = frame.colors(on: cells)
    if let shape {
      mesh = local(shape)
      let moves = ShapeField.moves(from: local(face), to: mesh, columns: cells.columns, rows: cells.rows)
      colors = seen.moved(moves)
      self.moves = (moves.x * Float(cell), moves.y * Float(cell))
    } else {
      mesh = local(face)
      colors = seen
      moves = nil
    }
    standardColors = frame.encoding.standard(from: colors)
    raster = mesh.raster(width: cells.columns, height: cells.rows)
    coverage = raster.coverage()
    guard coverage.sum > 16 else { return nil }
  }

  /// The part of a frame that a face's grid covers.
  package static func rect(for face: FaceMesh, isReshaped: Bool, in frame: PixelRect) -> PixelRect {
    let near = face.crop(growth: 1.06, in: frame)
    // Empty means not to be seen; the rings around an unseen face may well be in the frame.
    guard isReshaped, !near.isEmpty else { return near }
    return near.union(ShapeField.rect(for: face, in: frame))
  }

  /// A hand in pixels of the grid; it moves with the frame where that is bent.
  package func local(_ hand: Hand) -> Hand {
    hand.mapped { p in
      let q = cells.local(p)
      guard let moves, q.x.isFinite, q.y.isFinite else { return q }
      return q - SIMD2(moves.x.value(at: q), moves.y.value(at: q)) / Float(cells.cell)
    }
  }
}

extension ColorPlanes {
  /// Every pixel taken from so far away, bilinearly.
  fileprivate func moved(_ moves: (x: Plane, y: Plane)) -> ColorPlanes {
    var (mapX, mapY) = moves
    for y in 0..<height {
      for x in 0..<width {
        mapX[x, y] += Float(x)
        mapY[x, y] += Float(y)
      }
    }
    return map { $0.sampled(x: mapX, y: mapY, .bilinear) }
  }
}
