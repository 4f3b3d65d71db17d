package import FaceAnalysis
internal import Glibc
package import Imaging

/// Turns a photo of the source person into a ``SourceTexture``.
///
/// What is not skin of the face (a fringe, strands, the background) is cut out with a soft edge and filled, from the
/// other half of the face where that shows skin, else smoothly from around. Specular shine is halved: it belongs to the
/// photo's light, not to the person.
package struct SourcePreparation {
  /// Wider faces are prepared at this width: no frame shows more.
  private static let largestWidth: Float = 1024

  private let mesh: FaceMesh
  private let width: Float
  private let coverage: Plane
  private let raster: MeshRaster
  private let skin: SkinModel
  private let plainSkin: Plane
  private let browsAndEyes: Plane
  private var colors: ColorPlanes
  private var mask: Plane
  private var keep: Plane
  private var weight: Plane
  /// Distance to the edge of the mesh, in face widths.
  private let toEdge: Plane

  /// - Parameters:
  ///   - frame: the photo.
  ///   - mesh: the face's points in it; at least a part must lie inside.
  package static func texture(from frame: PixelView, mesh: FaceMesh) -> SourceTexture {
    let rect = mesh.crop(growth: 1.2, in: frame.bounds)
    var colors = frame.encoding.standard(from: frame.colors(in: rect)).map { $0.mapped { max(0, min(255, $0)) } }
    var local = mesh.mapped { $0 - SIMD2(Float(rect.x), Float(rect.y)) }
    if local.width > largestWidth {
      let shrink = largestWidth / local.width
      let width = max(8, Int((Float(colors.width) * shrink).rounded()))
      let height = max(8, Int((Float(colors.height) * shrink).rounded()))
      local = local.scaled(x: Float(width) / Float(colors.width), y: Float(height) / Float(colors.height))
      colors = colors.shrunk(width: width, height: height)
    }
    var preparation = SourcePreparation(colors, mesh: local)
    preparation.removeShine()
    preparation.fillFromMirror()
    preparation.fillSmoothly()
    return SourceTexture(
      mesh: local, colors: preparation.colors, mask: preparation.mask,
      weight: preparation.mask.maximum(preparation.keep) * preparation.plainSkin.mapped { smoothstep(0.6, 0.95, $0) }
        * preparation.coverage)
  }

  private init(_ colors: ColorPlanes, mesh: FaceMesh) {
    self.colors = colors
    self.mesh = mesh
    width = mesh.width
    raster = mesh.raster(width: colors.width, height: colors.height)
    coverage = raster.coverage()
    skin = SkinModel(colors, mesh: mesh, raster: raster, coverage: coverage)
    plainSkin = raster.interpolate(FaceTopology.plainSkin)
    browsAndEyes = raster.interpolate(FaceTopology.browsAndEyes)
    let size = (width: colors.width, height: colors.height)
    let face = width

    let protected = raster.interpolate(FaceTopology.protected)
    let hairZone = raster.interpolate(FaceTopology.hairZone)
    var bad = Plane(width: size.width, height: size.height)
    var hair = bad
    for i in bad.samples.indices
    where coverage.samples[i] > 0 && skin.probability.samples[i] < 0.5 && protected.samples[i] < 0.6 {
      bad.samples[i] = 1
      if hairZone.samples[i] > 0.5 { hair.samples[i] = 1 }
    }
    // Colour can't tell a fringe from the brow it touches; nearness to a large patch of hair can.
    let fringe = hair.keepingComponents(minimumArea: 0.004 * face * face)
    let toFringe = fringe.distance { $0 < 0.5 }
    let eyes = [FaceTopology.leftEyeRing, FaceTopology.rightEyeRing].map { ring in
      Plane.polygon(convexHull(ring.map { mesh.xy($0) }), width: size.width, height: size.height)
    }
    let mouth = mesh.polygon(FaceTopology.lipsInner, width: size.width, height: size.height)
    let reach = max(1, (0.04 * face).rounded())
    for i in bad.samples.indices {
      if coverage.samples[i] > 0, toFringe.samples[i] <= reach, skin.probability.samples[i] < 0.75,
        browsAndEyes.samples[i] > 0.02, eyes[0].samples[i] < 0.5, eyes[1].samples[i] < 0.5
      {
        bad.samples[i] = 1
      }
      if coverage.samples[i] == 0 { bad.samples[i] = 1 }
      if mouth.samples[i] > 0.5 { bad.samples[i] = 0 }
    }
    let toBad = bad.distance { $0 < 0.5 } * (1 / face)
    toEdge = coverage.distance { $0 > 0.5 } * (1 / face)
    let shown = toBad.mapped { smoothstep(0.02, 0.08, $0) }
    mask = shown.maximum(browsAndEyes.mapped { smoothstep(0.2, 0.7, $0) }) * coverage
    // Nobody's teeth but the target's are shown: the lips go on over the source's, so that none lie along their edge.
    let teeth = mouth.blurred(sigma: 0.006 * face)
    keep = toBad.combined(with: coverage) { $0 > 0.03 ? $1 : 0 }.combined(with: teeth) { $1 > 0.2 ? 0 : $0 }
    weight =
      skin.probability * plainSkin.mapped { smoothstep(0.6, 0.95, $0) } * toBad.mapped { smoothstep(0, 0.04, $0) }
  }

  /// Halves what is brighter than the fitted light says, by taking away white in linear light. (Multiplying would leave
  /// bluish spots on warm skin.)
  private mutating func removeShine() {
    let sigma = max(0.5, 0.006 * width)
    let luma = colors.luma
    let light = linearLightTable(luma) + SkinModel.floor
    let excess = light.combined(with: skin.expectedLogLight) { max(log($0) - $1 - 0.08, 0) }.blurred(sigma: sigma)
    let where_ = (skin.probability * plainSkin.mapped { smoothstep(0.5, 0.9, $0) }).blurred(sigma: sigma)
    let shine = (light * excess.mapped { 1 - exp(-0.5 * $0) }) * where_
    colors = colors.map { plane in
      plane.combined(with: shine) { value, white in
        guard white > 0 else { return value }
        let linear = linearLightTable(value)
        return min(255, gammaCoded(max(linear - white, 0.4 * linear)))
      }
    }
  }

  /// Fills what is missing on one side of the face with the other side, its light matched.
  private mutating func fillFromMirror() {
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
    let reachable = toEdge.mapped { smoothstep(0.02, 0.08, $0) }
    mask = mask.maximum(usable.blurred(sigma: 0.01 * width) * usable * reachable)
  }

  /// Fills what is still missing from ever wider surroundings.
  private mutating func fillSmoothly() {
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
