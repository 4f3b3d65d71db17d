internal import FaceAnalysis
package import Imaging

/// Where the new face is seen, and how it fades.
package enum BlendMask {
  /// - Parameters:
  ///   - sourceMask: what of the texture may be shown, on the grid.
  ///   - sourceFacing: how much each vertex faced the camera in the photo.
  ///   - skin: what of the target is skin.
  ///   - inFront: what else hides the face.
  /// - Returns: 0…1; eyes are painted like skin.
  package static func mask(
    grid: FaceGrid, sourceMask: Plane, sourceFacing: [Float], skin: SkinModel, inFront: ThingsInFront? = nil
  ) -> Plane {
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
    let free = (inFront?.skin ?? skin.probability).maximum(core).blurred(sigma: 0.03 * width)
      .mapped { smoothstep(0.5, 0.97, $0) }
    let opening = grid.mesh.polygon(FaceTopology.lipsInner, width: raster.width, height: raster.height)
    // Nearly shut lips are all painted: what lies between them would be a line of another face.
    func distance(_ a: Int, _ b: Int) -> Float {
      let d = grid.mesh.xy(a) - grid.mesh.xy(b)
      return (d * d).sum().squareRoot()
    }
    let isOpen = max(0, min(1, (distance(13, 14) / distance(61, 291) - 0.015) / 0.05))
    let mouth = opening.blurred(sigma: max(0.6, 0.006 * width)).mapped {
      1 - max(0, min(1, 1.25 * $0 - 0.1)) * isOpen
    }
    let painted = raster.faceCoverage
    var mask = (feather * facing) * (sourceSeen * shown) * (free * mouth) * painted
    if let inFront { mask = mask * inFront.free }
    return mask.blurred(sigma: 0.01 * width) * painted
  }
}
