internal import FaceAnalysis
internal import Glibc
internal import Imaging

extension SourcePreparation {
  /// Degrees from which on a photo has no room for the far cheek, so that others could not add it.
  private static let largestTurn: Float = 22

  /// The same on a face that looks into the camera; nil if this one nearly does.
  func turnedToTheFront(_ mean: FaceShape) -> SourcePreparation? {
    guard max(quality.yaw, quality.pitch) > Self.largestTurn else { return nil }
    let (size, shape) = (width, mean.points)
    var low = shape[0]
    for p in shape { low = pointwiseMin(low, p) }
    var high = shape[0]
    for p in shape { high = pointwiseMax(high, p) }
    let margin = 0.1 * size + 6
    let frontal = FaceMesh(points: shape.map { ($0 - low) * size + SIMD3(margin, margin, 0) })
    let columns = min(Identity.largestSide, Int((high.x - low.x) * size + 2 * margin))
    let rows = min(Identity.largestSide, Int((high.y - low.y) * size + 2 * margin))
    let raster = frontal.raster(width: max(8, columns), height: max(8, rows))
    let view = WarpedSource(self, onto: frontal, raster)
    let coverage = raster.coverage()
    var result = SourcePreparation(
      mesh: frontal, raster: raster, coverage: coverage, colors: view.colors,
      mask: view.mask * view.seen,
      keep: view.keep.combined(with: view.seen) { $0 > 0.9 && $1 > 0.5 ? 1 : 0 } * coverage,
      weight: view.weight * view.seen, trust: view.merit * (1 / quality.skinMerit), quality: quality)
    result.takeIrises(of: mesh)
    return result
  }

  /// Takes from other photos what they show better.
  ///
  /// - Parameter others: the best first.
  mutating func merge(_ others: [SourcePreparation]) {
    let features = FeatureGroup.all.map { group in (group: group, region: raster.interpolate(group.field)) }
    let leaders = FeatureGroup.all.map { group -> Int in
      // 0 is this photo, which has to be beaten clearly: whatever replaces it is resampled.
      let merits = [1.3 * group.merit(of: self)] + others.map { group.merit(of: $0) }
      return merits.indices.max { merits[$0] < merits[$1] } ?? 0
    }
    // The irises go with the eyes.
    if leaders[0] > 0 { takeIrises(of: others[leaders[0] - 1].mesh) }
    let featureShare = features.dropFirst().reduce(features[0].region) { $0.maximum($1.region) }
    var merit = ownMerit * Self.advantage
    var solid = softKeep(keep)
    for (number, other) in others.enumerated() {
      let view = WarpedSource(other, onto: mesh, raster)
      let usable = softKeep(view.keep.combined(with: view.seen) { $0 > 0.9 && $1 > 0.5 ? 1 : 0 } * coverage)
      let theirMerit = view.merit.blurred(sigma: Self.seamWidth * width)
      // Plain skin: whichever is better, with a wide soft edge. A mean of the two would blur pores.
      var share = Plane(width: coverage.width, height: coverage.height)
      for i in share.samples.indices where usable.samples[i] > 0 {
        let theirs = theirMerit.samples[i] * usable.samples[i] + 1e-4
        let ours = merit.samples[i] * solid.samples[i] + 1e-4
        let plain = smoothstep(-0.35, 0.35, log(theirs / ours))
        let hole = usable.samples[i] * (1 - solid.samples[i])
        var feature: Float = 0
        for (k, entry) in features.enumerated() where leaders[k] == number + 1 {
          feature = max(feature, entry.region.samples[i])
        }
        let feature_ = max(hole, min(feature, usable.samples[i]))
        share.samples[i] = plain + (feature_ - plain) * featureShare.samples[i]
      }
      take(view, share, usable)
      merit = merit.combined(with: share) { $0 * (1 - $1) } + theirMerit * share
      solid = solid.combined(with: share) { $0 * (1 - $1) } + usable * share
    }
  }

  /// Another mesh's irises, moved with the corners of the eyes.
  mutating func takeIrises(of other: FaceMesh) {
    func moved(_ iris: Iris, _ first: Int, _ second: Int) -> Iris {
      let (from, to) = (other.xy(second) - other.xy(first), mesh.xy(second) - mesh.xy(first))
      let length = max(1e-6, (from * from).sum())
      // The similarity that takes one pair of corners to the other, as a complex number.
      let a = SIMD2((from * to).sum(), from.x * to.y - from.y * to.x) / length
      let d = iris.center - other.xy(first)
      return Iris(
        center: mesh.xy(first) + SIMD2(a.x * d.x - a.y * d.y, a.y * d.x + a.x * d.y),
        radius: iris.radius * (a * a).sum().squareRoot())
    }
    mesh.irises = other.irises.map { Irises(left: moved($0.left, 33, 133), right: moved($0.right, 362, 263)) }
  }

  /// How much better another photo must be to replace this one.
  private static let advantage: Float = 1.3
  /// Standard deviation of the edges between photos on plain skin, in face widths.
  private static let seamWidth: Float = 0.04

  private var ownMerit: Plane {
    let facing = raster.interpolate(mesh.smoothFacing)
    return (facing.mapped { max(0, $0) * max(0, $0) } * trust * quality.skinMerit).blurred(
      sigma: Self.seamWidth * width)
  }

  /// Fades on the kept side of the edge: nothing of what is cut out comes in.
  private func softKeep(_ keep: Plane) -> Plane {
    keep.blurred(sigma: max(0.6, 0.008 * width)).mapped { max(0, min(1, 2 * $0 - 1)) } * keep
  }

  private mutating func take(_ view: WarpedSource, _ share: Plane, _ usable: Plane) {
    // The other photo's light becomes this one's, learned where both show skin.
    let both = view.weight * view.seen * weight + 1e-4
    let sigma = 0.12 * width
    let blurredWeight = both.blurred(sigma: sigma)
    let total = both.sum
    func low(_ plane: Plane) -> Plane {
      plane.lowPass(
        weight: both, blurredWeight: blurredWeight, sigma: sigma, epsilon: 0.01,
        fallback: plane.sum(weightedBy: both) / total)
    }
    colors = colors.zip(view.colors) { own, other in
      let ratio = low(own).combined(with: low(other)) { max(0.3, min(3, ($0 + 4) / ($1 + 4))) }
      let matched = (other + 4) * ratio + -4
      return own + (matched - own) * share
    }
    let toEdge = coverage.distance { $0 > 0.5 } * (1 / width)
    let shown = view.mask * usable * toEdge.mapped { smoothstep(0.02, 0.08, $0) }
    mask = mask.maximum(shown * share)
    for i in keep.samples.indices where share.samples[i] > 0.5 && usable.samples[i] > 0 { keep.samples[i] = 1 }
    weight = weight.combined(with: share) { $0 * (1 - $1) } + view.weight * share
  }
}
