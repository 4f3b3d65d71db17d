internal import FaceAnalysis
internal import Imaging

extension SourcePreparation {
  /// Fills what is missing on one side of the face with the other side, its light matched.
  mutating func fillFromMirror() {
    let mirrored = FaceTopology.mirror.map { mesh.xy($0) }
    let mapX = raster.interpolate(mirrored.map(\.x))
    let mapY = raster.interpolate(mirrored.map(\.y))
    func reflected(_ plane: Plane) -> Plane { plane.sampled(x: mapX, y: mapY, .bilinear) }
    let otherKeep = reflected(keep) * coverage
    let facing = mesh.smoothFacing
    let here = raster.interpolate(facing)
    let there = raster.interpolate(FaceTopology.mirror.map { facing[$0] })
    var usable = Plane(width: colors.width, height: colors.height)
    for i in usable.samples.indices
    where otherKeep.samples[i] > 0.9 && there.samples[i] > 0.4 && there.samples[i] > here.samples[i] - 0.15 {
      usable.samples[i] = 1
    }
    let both = reflected(weight) * weight + 1e-4
    let sigma = 0.12 * width
    let blurredWeight = both.blurred(sigma: sigma)
    let total = both.sum
    let soft =
      keep.blurred(sigma: max(0.6, 0.008 * width)).mapped { max(0, min(1, 2 * $0 - 1)) } * keep
    colors = colors.map { own in
      let other = reflected(own)
      func low(_ plane: Plane) -> Plane {
        plane.lowPass(
          weight: both, blurredWeight: blurredWeight, sigma: sigma, epsilon: 0.01,
          fallback: plane.sum(weightedBy: both) / total)
      }
      let ratio = low(own).combined(with: low(other)) { max(0.4, min(2.5, ($0 + 4) / ($1 + 4))) }
      let matched = (other + 4).combined(with: ratio) { $0 * $1 - 4 }
      var result = own
      for i in result.samples.indices where usable.samples[i] > 0 {
        result.samples[i] += (matched.samples[i] - result.samples[i]) * (1 - soft.samples[i])
      }
      return result
    }
    keep = keep.maximum(usable)
    let toEdge = coverage.distance { $0 > 0.5 } * (1 / width)
    let reachable = toEdge.mapped { smoothstep(0.02, 0.08, $0) }
    mask = mask.maximum(usable.blurred(sigma: 0.01 * width) * usable * reachable)
  }

  /// Fills what is still missing from ever wider surroundings.
  mutating func fillSmoothly() {
    let sigmas: [Float] = [0.01, 0.03, 0.08, 0.2, 0.5].map { $0 * width }
    let weights = sigmas.map { keep.blurred(sigma: $0) }
    let soft = keep.blurred(sigma: max(0.6, 0.006 * width)) * keep
    let kept = keep
    colors = colors.map { own in
      var filled = own
      var known = Plane(width: own.width, height: own.height)
      for (k, sigma) in sigmas.enumerated() {
        let mean = (own * kept).blurred(sigma: sigma).combined(with: weights[k]) { $0 / ($1 + 1e-6) }
        if k == 0 {
          filled = mean
          known = weights[k].mapped { min(1, 3 * $0) }
          continue
        }
        filled = filled * known + mean * known.mapped { 1 - $0 }
        known = known.maximum(weights[k].mapped { min(1, 3 * $0) })
      }
      return own * soft + filled * soft.mapped { 1 - $0 }
    }
  }
}
