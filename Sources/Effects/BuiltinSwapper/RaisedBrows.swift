internal import FaceAnalysis
internal import Imaging

extension FaceGrid {
  /// What of `skin` is free of hair, with brows that are raised higher than the mesh knows taken for skin.
  ///
  /// Left to the target, such a brow would stay as a third one above the new face's. Hair over the brows is told from
  /// it by where it comes from: every strand reaches up beyond where a brow can be, a brow has skin above it.
  func withoutRaisedBrows(_ skin: Plane, at face: FaceCoordinates) -> Plane {
    let zone = face.zone(FaceZones.shared.raisedBrows)
    let hair = skin.mapped { 1 - $0 }
    var hanging = hair
    // The face's own up, as the nearest direction of the grid.
    let up = mesh.xy(10) - mesh.xy(152)
    let (width, height) = (raster.width, raster.height)
    let isUpright = abs(up.y) >= abs(up.x)
    let lines = isUpright ? height : width
    let places = isUpright ? width : height
    let (lineStep, placeStep) = isUpright ? (width, 1) : (1, width)
    let isForward = isUpright ? up.y < 0 : up.x < 0
    guard lines > 1, places > 2 else { return skin }
    hanging.samples.withUnsafeMutableBufferPointer { out in
      for k in 1..<lines {
        let line = (isForward ? k : lines - 1 - k) * lineStep
        let above = line + (isForward ? -lineStep : lineStep)
        for place in 1..<(places - 1) {
          let i = line &+ place &* placeStep
          guard zone.samples[i] > 0 else { continue }
          let j = above &+ place &* placeStep
          let reached = max(out[j &- placeStep], out[j], out[j &+ placeStep])
          out[i] = min(out[i], reached)
        }
      }
    }
    return hair.combined(with: hanging) { 1 - min($0, $1) }
  }
}
