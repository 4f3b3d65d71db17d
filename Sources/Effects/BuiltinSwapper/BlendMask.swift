internal import FaceAnalysis
package import Imaging

/// Where the new face is seen, and how it fades.
package enum BlendMask {
  /// - Parameters:
  ///   - sourceMask: what of the texture may be shown, on the grid.
  ///   - sourceFacing: how much each vertex faced the camera in the photo.
  ///   - skin: what of the target is skin.
  /// - Returns: 0…1; eyes are painted like skin.
  package static func mask(grid: FaceGrid, sourceMask: Plane, sourceFacing: [Float], skin: SkinModel) -> Plane {
    let raster = grid.raster
    let width = grid.mesh.width
    // From the face's outline inwards.
    let feather = raster.interpolate(
      zip(FaceTopology.distanceToOval, FaceTopology.featherWidth).map { $0 / $1 }
    ).mapped { smoothstep(0, 1, $0) }
    // Nothing is painted edge-on, where the mesh and the texture know least.
    let facing = raster.interpolate(grid.mesh.smoothFacing).mapped { smoothstep(0.05, 0.30, $0) }
    let sourceSeen = raster.interpolate(sourceFacing).mapped { smoothstep(0.05, 0.25, $0) }
    let shown = sourceMask.blurred(sigma: max(0.6, 0.012 * width))
    // The target's hair lies over the new face. The fade is on the skin's side: no strand is painted over.
    let core = raster.interpolate(FaceTopology.core).mapped { smoothstep(0.3, 0.9, $0) }
    let free = skin.probability.maximum(core).blurred(sigma: 0.03 * width).mapped { smoothstep(0.5, 0.97, $0) }
    let opening = grid.mesh.polygon(FaceTopology.lipsInner, width: raster.width, height: raster.height)
    let covered = isCovered(opening, grid.mesh, skin)
    // Nearly shut lips are all painted: what lies between them would be a line of another face.
    func distance(_ a: Int, _ b: Int) -> Float {
      let d = grid.mesh.xy(a) - grid.mesh.xy(b)
      return (d * d).sum().squareRoot()
    }
    let isOpen = max(0, min(1, (distance(13, 14) / distance(61, 291) - 0.015) / 0.05)) * (1 - covered)
    let mouth = opening.blurred(sigma: max(0.6, 0.006 * width)).mapped {
      1 - max(0, min(1, 1.25 * $0 - 0.1)) * isOpen
    }
    let painted = raster.faceCoverage.combined(with: grid.coverage) { $0 + ($1 - $0) * covered }
    let mask = (feather * facing) * (sourceSeen * shown) * (free * mouth) * painted
    return mask.blurred(sigma: 0.01 * width) * painted
  }

  /// How surely something skin-coloured, such as a finger, lies in one half of the mouth's opening, 0…1.
  ///
  /// Then what is seen there is not the target's mouth, and the source's own is painted: half a finger between
  /// painted lips looks like a broken tooth. Teeth, tongue and shadow are all further from skin's colour.
  private static func isCovered(_ opening: Plane, _ mesh: FaceMesh, _ skin: SkinModel) -> Float {
    let middle = (mesh.xy(13) + mesh.xy(14)) / 2
    let across = mesh.xy(308) - mesh.xy(78)
    // Area and summed colour distance of both halves.
    var area = SIMD2<Float>.zero
    var distance = SIMD2<Float>.zero
    for y in 0..<opening.height {
      for x in 0..<opening.width where opening[x, y] > 0 {
        let fromMiddle = SIMD2(Float(x), Float(y)) - middle
        let side = (fromMiddle * across).sum() < 0 ? 0 : 1
        area[side] += opening[x, y]
        distance[side] += opening[x, y] * skin.colorDistance[x, y]
      }
    }
    guard area.min() > 4 else { return 0 }
    return 1 - smoothstep(1.1, 1.4, (distance / area).min())
  }
}
