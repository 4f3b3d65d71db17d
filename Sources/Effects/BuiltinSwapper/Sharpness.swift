internal import FaceAnalysis
internal import Imaging

extension FaceRenderer {
  /// Every how many pixels, along rows and columns, sharpness is measured.
  private static let step = 3

  /// What the texture's detail must be multiplied by to be no stronger than the target's, .3…1.
  ///
  /// Detail is what full size has beyond the grid, in luma, as a root mean square over the frontal parts of the face
  /// that are seen; single strong edges count no more than 10 levels. It is never raised: that would raise noise too.
  func sharpness(in patch: ColorPlanes, grid: Grid) -> Float {
    guard grid.scale < 1 else { return 1 }
    let facing = grid.raster.interpolate(grid.mesh.smoothFacing)
    let targetLuma = grid.colors.luma
    let scaleX = Float(grid.colors.width) / Float(patch.width)
    let scaleY = Float(grid.colors.height) / Float(patch.height)
    var total: Float = 1e-6
    var own: Float = 0
    var wanted: Float = 0
    for y in stride(from: 1, to: patch.height, by: Self.step) {
      for x in stride(from: 1, to: patch.width, by: Self.step) {
        let p = SIMD2((Float(x) + 0.5) * scaleX - 0.5, (Float(y) + 0.5) * scaleY - 0.5)
        guard let sample = detail(at: p), facing.value(at: p) > 0.4 else { continue }
        let i = y * patch.width + x
        let luma = 0.299 * patch.red.samples[i] + 0.587 * patch.green.samples[i] + 0.114 * patch.blue.samples[i]
        let target = luma - targetLuma.value(at: p)
        total += sample.weight
        own += sample.weight * min(sample.luma * sample.luma, 100)
        wanted += sample.weight * min(target * target, 100)
      }
    }
    let ratio = (wanted / total).squareRoot() / ((own / total).squareRoot() + 0.3)
    return max(0.3, min(1, ratio))
  }
}
