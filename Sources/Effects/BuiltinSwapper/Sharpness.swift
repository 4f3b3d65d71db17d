internal import FaceAnalysis
internal import Imaging

extension FaceSurface {
  /// What the texture's detail must be multiplied by to be no stronger than the target's, .3…1.
  ///
  /// Detail is what full size has beyond the grid, in luma (green where the frame is R′G′B′), as a root mean square over
  /// the frontal parts of the face that are seen; single strong edges count no more than 10 levels. It is never raised:
  /// that would raise noise too.
  ///
  /// - Parameters:
  ///   - component: the texture and its gain.
  ///   - shown: the texture on the grid, in code values.
  func sharpness(of component: SurfaceComponent, shown: Plane, in frame: PixelView, _ code: FrameCode) -> Float {
    let cells = grid.cells
    guard cells.cell > 1 else { return 1 }
    let facing = grid.raster.interpolate(grid.mesh.smoothFacing)
    let index = code.isRGB ? 1 : 0
    let target = code.codes(grid.colors, ofComponent: index)
    // A thousand pixels tell enough. An odd step visits every place within the cells.
    let step = max(3, Int(grid.mesh.width * Float(cells.cell) / 32)) | 1
    let bounds = frame.bounds
    var total: Float = 1e-6
    var own: Float = 0
    var wanted: Float = 0
    var codes = [Float](repeating: 0, count: bounds.width)
    for y in stride(from: max(0, cells.y + 1), to: min(bounds.height, cells.y + cells.rows * cells.cell), by: step) {
      let columns = max(0, cells.x + 1)..<min(bounds.width, cells.x + cells.columns * cells.cell)
      guard !columns.isEmpty else { continue }
      frame.readCodes(ofComponent: index, row: y, from: columns.lowerBound, into: &codes, count: columns.count)
      for x in stride(from: columns.lowerBound, to: columns.upperBound, by: step) {
        let p = cells.local(SIMD2(Float(x), Float(y)))
        let weight = alpha.value(at: p)
        guard weight > 0, facing.value(at: p) > 0.4 else { continue }
        let texel = component.texture.value(at: SIMD2(texelX.value(at: p), texelY.value(at: p)))
        let detail = (texel - shown.value(at: p)) * component.gain.value(at: p)
        let difference = codes[x - columns.lowerBound] - target.value(at: p)
        total += weight
        own += weight * min(detail * detail, 100)
        wanted += weight * min(difference * difference, 100)
      }
    }
    let ratio = (wanted / total).squareRoot() / ((own / total).squareRoot() + 0.3)
    return max(0.3, min(1, ratio))
  }
}
