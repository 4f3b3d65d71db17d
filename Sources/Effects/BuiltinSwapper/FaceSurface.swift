internal import FaceAnalysis
internal import Imaging

/// The new face as a surface that a frame can be painted with: colours of the grid, plus what the texture has of finer
/// detail, in the frame's own components.
struct FaceSurface {
  let grid: FaceGrid
  /// Where each cell's texel is, in pixels of the texture's first level.
  let texelX: Plane
  let texelY: Plane
  /// How much of the face is seen, 0…1.
  let alpha: Plane
  /// The texture on the grid.
  let source: ColorPlanes
  let match: ColorMatch
  let texture: SourceTexture
  /// Texels of the texture's first level along a cell.
  let texelsPerCell: Float
  /// Where the face gets the target's grain, 0…1; nil if nowhere.
  var grainy: Plane?

  func surface(in frame: PixelView) -> Surface {
    let code = FrameCode(frame)
    let ratio = texelsPerCell / Float(grid.cells.cell)
    let lumaGain = match.gain.luma
    var components = (0..<code.components).map { index in
      // Detail is nearly grey, so one gain serves brightness and colour differences alike.
      let gain =
        code.isRGB
        ? [match.gain.red, match.gain.green, match.gain.blue][index]
        : index == 0 ? lumaGain : lumaGain * match.saturation
      return SurfaceComponent(
        texture: texture.plane(ofComponent: index, code, ratio: ratio * code.coverage(ofComponent: index)), gain: gain,
        base: code.codes(match.colors, ofComponent: index))
    }
    // The texture is read whole at full size: what of it the grid already shows is taken off here.
    let shown = (0..<code.components).map { code.codes(source, ofComponent: $0) }
    // The face must not look sharper than the frame it is in.
    let sharpness = sharpness(of: components[code.isRGB ? 1 : 0], shown: shown[code.isRGB ? 1 : 0], in: frame, code)
    for index in components.indices {
      components[index].gain = components[index].gain * sharpness
      components[index].base = components[index].base - components[index].gain * shown[index]
    }
    var surface = Surface(grid: grid.cells, texelX: texelX, texelY: texelY, alpha: alpha, components: components)
    surface.grain = grainy.flatMap { grain(of: components, on: $0, in: frame, code) }
    return surface
  }
}
