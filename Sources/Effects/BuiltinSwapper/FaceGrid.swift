package import FaceAnalysis
package import Imaging

/// The small copy of a face on which everything smooth is computed.
package struct FaceGrid {
  package let cells: CellGrid
  /// The frame's own R′G′B′.
  package let colors: ColorPlanes
  /// The same as sRGB.
  package let standardColors: ColorPlanes
  /// The face's points in pixels of the grid.
  package let mesh: FaceMesh
  package let raster: MeshRaster
  /// 1 where the mesh is, 0 elsewhere.
  package let coverage: Plane

  /// Nil if the face is not in the frame, or too small or too thin to be drawn.
  ///
  /// - Parameter mostCells: how many cells wide the face is at most; at least half as many where it has the pixels.
  package init?(_ frame: PixelView, mesh face: FaceMesh, mostCells: Float = 128) {
    let width = face.width
    guard width.isFinite, width > 4, width < 1e6 else { return nil }
    let rect = face.crop(growth: 1.06, in: frame.bounds)
    guard !rect.isEmpty else { return nil }
    var cell = 1
    while width / Float(cell) > mostCells { cell += min(cell, 4) }
    let cells = CellGrid(around: rect, cell: cell)
    self.cells = cells
    colors = frame.colors(on: cells)
    standardColors = frame.encoding.standard(from: colors)
    mesh = face.mapped(scale: 1 / Float(cell)) { cells.local($0) }
    raster = mesh.raster(width: cells.columns, height: cells.rows)
    coverage = raster.coverage()
    guard coverage.sum > 16 else { return nil }
  }
}
