internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// A photo of the source person on its way to an ``Identity``.
///
/// What is not skin of the face (a fringe, strands, the background) is cut out with a soft edge, to be filled from other
/// photos, from the other half of the face, or smoothly from around. Specular shine is halved: it belongs to the photo's
/// light, not to the person.
struct SourcePreparation {
  var mesh: FaceMesh
  let raster: MeshRaster
  /// 1 where the face is in the picture.
  let coverage: Plane
  var colors: ColorPlanes
  /// 0…1: how much may be shown.
  var mask: Plane
  /// 1 where the face is seen, 0 where it has to be filled.
  var keep: Plane
  /// 0…1: how much a pixel counts in statistics of skin.
  var weight: Plane
  /// 0…1: how good the photo is at a pixel: skin where skin should be, well lit, without shine.
  var trust: Plane
  let quality: PhotoQuality

  var width: Float { mesh.width }

  init(
    mesh: FaceMesh, raster: MeshRaster, coverage: Plane, colors: ColorPlanes, mask: Plane, keep: Plane, weight: Plane,
    trust: Plane, quality: PhotoQuality
  ) {
    self.mesh = mesh
    self.raster = raster
    self.coverage = coverage
    self.colors = colors
    self.mask = mask
    self.keep = keep
    self.weight = weight
    self.trust = trust
    self.quality = quality
  }

  init(_ photo: SourcePhoto) {
    let mesh = photo.mesh
    let face = mesh.width
    let size = (width: photo.colors.width, height: photo.colors.height)
    let raster = mesh.raster(width: size.width, height: size.height)
    let coverage = raster.coverage()
    let skin = SkinModel(photo.colors, mesh: mesh, raster: raster, coverage: coverage)
    let plainSkin = raster.interpolate(FaceTopology.plainSkin)
    let browsAndEyes = raster.interpolate(FaceTopology.browsAndEyes)

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
    let shown = toBad.mapped { smoothstep(0.02, 0.08, $0) }
    let plain = plainSkin.mapped { smoothstep(0.6, 0.95, $0) }
    // Nobody's teeth but the target's are shown: the lips go on over the source's, so that none lie along their edge.
    let teeth = mouth.blurred(sigma: 0.006 * face).mapped { $0 > 0.2 ? 1 : 0 }
    let lips = mesh.polygon(FaceTopology.lipsOuter, width: size.width, height: size.height) * (teeth * -1 + 1)
    let shine = Self.shine(photo.colors, skin: skin, plainSkin: plainSkin, faceWidth: face)
      .maximum(Self.gloss(photo.colors, lips: lips))
    let keep = toBad.combined(with: coverage) { $0 > 0.03 ? $1 : 0 } * (teeth * -1 + 1)
    self.init(
      mesh: mesh, raster: raster, coverage: coverage,
      colors: photo.colors.map { Self.withoutShine($0, shine) },
      mask: shown.maximum(browsAndEyes.mapped { smoothstep(0.2, 0.7, $0) }) * coverage, keep: keep,
      weight: skin.probability * plain * toBad.mapped { smoothstep(0, 0.04, $0) },
      trust: Self.trust(skin: skin, plainSkin: plainSkin, shine: shine, coverage: coverage, faceWidth: face),
      quality: PhotoQuality(photo, skin: skin, keep: keep, raster: raster))
  }

  /// Half of what is brighter than the fitted light says, as white in linear light.
  private static func shine(_ colors: ColorPlanes, skin: SkinModel, plainSkin: Plane, faceWidth: Float) -> Plane {
    let sigma = max(0.5, 0.006 * faceWidth)
    let light = linearLightTable(colors.luma) + SkinModel.floor
    let excess = light.combined(with: skin.expectedLogLight) { max(log($0) - $1 - 0.08, 0) }.blurred(sigma: sigma)
    let where_ = (skin.probability * plainSkin.mapped { smoothstep(0.5, 0.9, $0) }).blurred(sigma: sigma)
    return (light * excess.mapped { 1 - exp(-0.5 * $0) }) * where_
  }

  /// Most of what is much brighter than the lips as a whole: no light moves it as the target's mouth moves.
  private static func gloss(_ colors: ColorPlanes, lips: Plane) -> Plane {
    let light = linearLightTable(colors.luma) + SkinModel.floor
    let inside = lips.samples.indices.filter { lips.samples[$0] > 0.5 }
    guard !inside.isEmpty else { return lips * 0 }
    let middle = log(median(inside.map { light.samples[$0] }))
    return (light * light.mapped { 1 - exp(-0.8 * max(0, log($0) - middle - 0.15)) }) * lips
  }

  /// White is taken away in linear light: multiplying would leave bluish spots on warm skin.
  private static func withoutShine(_ plane: Plane, _ shine: Plane) -> Plane {
    plane.combined(with: shine) { value, white in
      guard white > 0 else { return value }
      let linear = linearLightTable(value)
      return min(255, gammaCoded(max(linear - white, 0.4 * linear)))
    }
  }

  private static func trust(
    skin: SkinModel, plainSkin: Plane, shine: Plane, coverage: Plane, faceWidth: Float
  ) -> Plane {
    // A patch over a cheek is no skin either, but one photo alone can't tell it from a beard, so it is kept and only
    // gives way to another photo.
    let clean = skin.probability.blurred(sigma: max(0.6, 0.01 * faceWidth)).combined(with: plainSkin) {
      probability, plain in
      1 - smoothstep(0.5, 0.9, plain) * (1 - max(0.03, smoothstep(0.1, 0.7, probability)))
    }
    let mean = skin.expectedLogLight.sum(weightedBy: coverage) / max(1, coverage.sum)
    // A cheek in shadow has less to show; what is a little darker than the mean is as good as the rest.
    let lit = skin.expectedLogLight.mapped { max(0.2, min(1, exp($0 - mean + 0.3))) }
    return clean * lit * shine.mapped { 1 / (1 + 10 * $0) } * coverage
  }
}
