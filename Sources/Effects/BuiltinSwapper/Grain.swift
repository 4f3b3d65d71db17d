internal import FaceAnalysis
internal import Imaging

extension FaceSurface {
  /// The target's own grain, so strong that the new face is as noisy as the old one; nil if the new one is so already.
  ///
  /// - Parameters:
  ///   - plain: 0…1 a cell: skin without features, whose fine lines are not grain.
  func grain(of components: [SurfaceComponent], on plain: Plane, in frame: PixelView, _ code: FrameCode)
    -> SurfaceGrain?
  {
    let index = code.isRGB ? 1 : 0
    guard let (target, own) = grainLevels(of: components[index], on: plain, in: frame, index) else { return nil }
    let missing = max(0, 1 - own * own / (target * target)).squareRoot()
    guard missing > 0.05 else { return nil }
    // Noise that is taken less its own mean over 3 by 3 has kept .8 of its deviation.
    return SurfaceGrain(strength: plain * (1.25 * missing), limit: 6 * target + 0.4)
  }

  /// Robust standard deviations of the target's grain and of the surface's own, in code values.
  private func grainLevels(
    of component: SurfaceComponent, on plain: Plane, in frame: PixelView, _ index: Int
  ) -> (target: Float, own: Float)? {
    let cells = grid.cells
    // A thousand pixels tell enough. An odd step visits every place within the cells.
    let step = max(3, Int(grid.mesh.width * Float(cells.cell) / 32)) | 1
    let bounds = frame.bounds
    let columns = max(1, cells.x + 1)..<min(bounds.width - 1, cells.x + cells.columns * cells.cell - 1)
    let rows = max(1, cells.y + 1)..<min(bounds.height - 1, cells.y + cells.rows * cells.cell - 1)
    guard columns.count > 2, rows.count > 2 else { return nil }
    var lines = [[Float]](repeating: [Float](repeating: 0, count: columns.count + 2), count: 3)
    /// How far it is to the next texel that is drawn, in texels of the first level.
    let pace = texelsPerCell / Float(cells.cell)
    var (found, drawn): ([Float], [Float]) = ([], [])
    for y in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      for k in 0..<3 {
        frame.readCodes(
          ofComponent: index, row: y + k - 1, from: columns.lowerBound - 1, into: &lines[k], count: columns.count + 2)
      }
      for x in stride(from: columns.lowerBound, to: columns.upperBound, by: step) {
        let p = cells.local(SIMD2(Float(x), Float(y)))
        guard alpha.value(at: p) > 0.5, plain.value(at: p) > 0.5 else { continue }
        let texel = SIMD2(texelX.value(at: p), texelY.value(at: p))
        let i = x - columns.lowerBound
        var (old, new): (Float, Float) = (0, 0)
        for dy in 0..<3 {
          for dx in 0..<3 {
            let own: Float = dx == 1 && dy == 1 ? 1 : 0
            let weight = own - Float((dx == 1 ? 2 : 1) * (dy == 1 ? 2 : 1)) / 16
            old += weight * lines[dy][i + dx]
            new += weight * component.texture.value(at: texel + pace * SIMD2(Float(dx - 1), Float(dy - 1)))
          }
        }
        found.append(abs(old))
        drawn.append(abs(new * component.gain.value(at: p)))
      }
    }
    guard found.count > 32 else { return nil }
    let deviations = (1.4826 * quantile(0.5, found), 1.4826 * quantile(0.5, drawn))
    return deviations.0 > 0 ? deviations : nil
  }
}
