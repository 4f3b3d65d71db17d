import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The skin model") struct SkinModelTests {
  @Test func knowsSkinInLightAndShadeFromHair() {
    var face = SyntheticFace()
    face.light = SIMD4(-1.1, 0.9, -0.1, 0.4)
    face.hasFringe = true
    let raster = face.raster
    let coverage = raster.coverage()
    let colors = face.colors
    let skin = SkinModel(colors, mesh: face.mesh, raster: raster, coverage: coverage)
    let fringe = face.fringe
    let toHair = fringe.distance { $0 < 0.5 }
    let inside = raster.interpolate(FaceTopology.distanceToOval)
    let across = raster.interpolate(FaceTopology.meanShape.points.map(\.x))
    let luma = colors.luma

    // Plain skin, away from the hair and the outline, on either side.
    func isSkin(_ i: Int) -> Bool { coverage.samples[i] > 0 && toHair.samples[i] > 6 && inside.samples[i] > 0.06 }
    let lit = { (i: Int) in isSkin(i) && across.samples[i] > 0.2 }
    let shaded = { (i: Int) in isSkin(i) && across.samples[i] < -0.2 }
    // The light does differ much.
    #expect(mean(luma, where: lit) > 1.4 * mean(luma, where: shaded))
    #expect(mean(skin.probability, where: lit) > 0.95)
    #expect(mean(skin.probability, where: shaded) > 0.95)
    let hairInside = fringe.distance { $0 > 0.5 }
    #expect(mean(skin.probability) { hairInside.samples[$0] > 4 } < 0.05)
    #expect(mean(skin.probability, where: { coverage.samples[$0] == 0 }) == 0)
    #expect(skin.probability.samples.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func learnsTheLight() {
    let face = SyntheticFace()
    let raster = face.raster
    let coverage = raster.coverage()
    let skin = SkinModel(face.colors, mesh: face.mesh, raster: raster, coverage: coverage)
    // What was drawn: the logarithm of the luma's linear light plus the model's floor of .01.
    let colors = face.colors
    let truth = colors.luma.mapped { log(linearLight($0) + 0.01) }
    let inside = raster.interpolate(FaceTopology.distanceToOval)
    let error = skin.expectedLogLight.combined(with: truth) { abs($0 - $1) }
    #expect(mean(error) { inside.samples[$0] > 0.05 } < 0.04)
  }

  @Test func learnsTheLightAlthoughHairHidesAPartOfTheFace() {
    // A fringe and a beard on the chin: what the fit cannot explain must lose its say round by round.
    var face = SyntheticFace()
    face.hasFringe = true
    let clean = SyntheticFace().colors
    let raster = face.raster
    let coverage = raster.coverage()
    var colors = face.colors
    let down = raster.interpolate(FaceTopology.meanShape.points.map(\.y), background: -9)
    var free = coverage * face.fringe.mapped { 1 - $0 }
    for i in down.samples.indices where down.samples[i] > 0.52 {
      colors.red.samples[i] = SyntheticFace.hair.x
      colors.green.samples[i] = SyntheticFace.hair.y
      colors.blue.samples[i] = SyntheticFace.hair.z
      free.samples[i] = 0
    }
    #expect(free.sum < 0.85 * coverage.sum)
    let skin = SkinModel(colors, mesh: face.mesh, raster: raster, coverage: coverage)
    let truth = clean.luma.mapped { log(linearLight($0) + 0.01) }
    let error = skin.expectedLogLight.combined(with: truth) { abs($0 - $1) }
    let inside = raster.interpolate(FaceTopology.distanceToOval)
    #expect(mean(error) { free.samples[$0] > 0 && inside.samples[$0] > 0.05 } < 0.06)
  }

  @Test func hairIsNotForgivenWhereItIsAsBrightAsTheShade() {
    // The other side of the face is as dark as this hair: only the light that is learned tells them apart.
    var face = SyntheticFace()
    face.light = SIMD4(-1.1, 0.9, 0, 0.4)
    let raster = face.raster
    let coverage = raster.coverage()
    var colors = face.colors
    let across = raster.interpolate(FaceTopology.meanShape.points.map(\.x))
    let down = raster.interpolate(FaceTopology.meanShape.points.map(\.y), background: 9)
    let shade = { (i: Int) in across.samples[i] < -0.25 && abs(down.samples[i] - 0.2) < 0.05 }
    let tone = [colors.red, colors.green, colors.blue].map { mean($0, where: shade) }
    // A strand of that very colour over the bright temple.
    var strand = Plane(width: face.width, height: face.height)
    for i in strand.samples.indices where across.samples[i] > 0.28 && abs(down.samples[i] + 0.1) < 0.09 {
      strand.samples[i] = 1
      colors.red.samples[i] = tone[0]
      colors.green.samples[i] = tone[1]
      colors.blue.samples[i] = tone[2]
    }
    let skin = SkinModel(colors, mesh: face.mesh, raster: raster, coverage: coverage)
    let inStrand = strand.distance { $0 > 0.5 }
    #expect(strand.sum > 200)
    #expect(mean(skin.probability, where: shade) > 0.9)
    #expect(mean(skin.probability) { inStrand.samples[$0] > 3 } < 0.15)
  }
}

@Suite("The source's texture") struct SourceTextureTests {
  @Test func hairIsNowhereInIt() {
    var face = SyntheticFace()
    let clean = face.colors
    face.hasFringe = true
    let texture = face.picture.texture(face.mesh)
    let level = texture.level(ratio: 1)
    // Hair is greener than red, skin redder than green by more than 20 of 255 everywhere.
    let redness = level.colors.red - level.colors.green
    #expect(mean(redness) { level.mask.samples[$0] > 0.1 } > 20)
    #expect(level.mask.samples.indices.allSatisfy { level.mask.samples[$0] <= 0.1 || redness.samples[$0] > 8 })
    // It is shown where the face is free, and not on the forehead.
    let rect = face.mesh.crop(growth: 1.2, in: PixelRect(x: 0, y: 0, width: face.width, height: face.height))
    let offset = SIMD2(Float(rect.x), Float(rect.y))
    func mask(_ vertex: Int) -> Float { level.mask.value(at: face.mesh.xy(vertex) - offset) }
    for vertex in [4, 50, 280, 199, 205, 425, 33, 263, 105, 334] { #expect(mask(vertex) > 0.9) }
    for vertex in [10, 109, 338, 151] { #expect(mask(vertex) < 0.05) }
    // Where it is shown, it is the face's own skin.
    let shown = clean.red.cropped(to: rect).combined(with: level.colors.red) { abs($0 - $1) }
    #expect(mean(shown) { level.mask.samples[$0] > 0.9 } < 2)
  }

  @Test func theRestOfTheFaceIsFilledFromItsOtherSide() {
    // Something green over one cheek's outer part: the other cheek shows what should be there.
    let face = SyntheticFace()
    let clean = face.colors
    var colors = clean
    let raster = face.raster
    let across = raster.interpolate(FaceTopology.meanShape.points.map(\.x))
    let down = raster.interpolate(FaceTopology.meanShape.points.map(\.y), background: 9)
    var patch = Plane(width: face.width, height: face.height)
    // Above the band of the eyes, which is kept whatever it looks like.
    for i in patch.samples.indices where across.samples[i] > 0.12 && down.samples[i] < -0.2 && down.samples[i] > -0.36 {
      patch.samples[i] = 1
      colors.red.samples[i] = SyntheticFace.hair.x
      colors.green.samples[i] = SyntheticFace.hair.y
      colors.blue.samples[i] = SyntheticFace.hair.z
    }
    let texture = RGBPicture(colors).texture(face.mesh)
    let level = texture.level(ratio: 1)
    let rect = face.mesh.crop(growth: 1.2, in: PixelRect(x: 0, y: 0, width: face.width, height: face.height))
    let hidden = patch.cropped(to: rect)
    let inside = hidden.distance { $0 > 0.5 }
    #expect(patch.sum > 200)
    for (own, drawn) in [(level.colors.red, clean.red), (level.colors.green, clean.green)] {
      let error = own.combined(with: drawn.cropped(to: rect)) { abs($0 - $1) }
      #expect(mean(error) { inside.samples[$0] > 3 && level.mask.samples[$0] > 0.5 } < 25)
    }
    // What covers it is further off than any error of the light.
    let covered = colors.red.combined(with: clean.red) { abs($0 - $1) }.cropped(to: rect)
    #expect(mean(covered) { inside.samples[$0] > 3 } > 100)
    // The mirror makes a good part of it fit to be shown.
    let shown = level.mask.samples.indices.filter { inside.samples[$0] > 3 && level.mask.samples[$0] > 0.5 }.count
    #expect(shown > level.mask.samples.indices.filter { inside.samples[$0] > 3 }.count / 3)
  }

  @Test func shineIsHalvedAndTheRestStays() {
    var face = SyntheticFace()
    face.light = SIMD4(-1.1, 0.2, 0, 0.4)
    let clean = face.colors
    // A white highlight on a cheek.
    let middle = face.mesh.xy(50)
    var colors = clean
    for y in 0..<face.height {
      for x in 0..<face.width {
        let d = SIMD2(Float(x), Float(y)) - middle
        let white = 0.1 * exp(-(d * d).sum() / (2 * 36))
        guard white > 0.001 else { continue }
        colors.red[x, y] = gammaCoded(linearLight(colors.red[x, y]) + white)
        colors.green[x, y] = gammaCoded(linearLight(colors.green[x, y]) + white)
        colors.blue[x, y] = gammaCoded(linearLight(colors.blue[x, y]) + white)
      }
    }
    let texture = RGBPicture(colors).texture(face.mesh)
    let level = texture.level(ratio: 1)
    let rect = face.mesh.crop(growth: 1.2, in: PixelRect(x: 0, y: 0, width: face.width, height: face.height))
    let offset = SIMD2(Float(rect.x), Float(rect.y))
    func light(_ plane: Plane, _ p: SIMD2<Float>) -> Float { log(linearLight(plane.value(at: p)) + 0.01) }
    let plain = light(clean.luma, middle)
    let shining = light(colors.luma, middle)
    let left = light(level.colors.luma, middle - offset)
    // Of the excess over .08, half is left (.5 (x − .08) + .08), less a little for the blur of its measure.
    let expected = plain + 0.5 * (shining - plain) + 0.04
    #expect(shining - plain > 0.4)
    #expect(abs(left - expected) < 0.05)
    // The mirrored place has none to lose.
    let other = face.mesh.xy(280)
    #expect(abs(level.colors.luma.value(at: other - offset) - clean.luma.value(at: other)) < 2)
  }

  @Test func levelsAreHalfOctavesTakenToTheNearest() {
    let colors = ColorPlanes(width: 200, height: 160, value: 100)
    let one = Plane(width: 200, height: 160, value: 1)
    let texture = SourceTexture(mesh: SyntheticFace().mesh, colors: colors, mask: one, weight: one)
    // Thresholds at 2^(1/4) = 1.1892, 2^(3/4) = 1.6818, 2^(5/4) = 2.3784, …
    for (ratio, width) in [
      (0.2, 200), (1, 200), (1.18, 200), (1.2, 141), (1.67, 141), (1.69, 100), (2.37, 100), (2.39, 71), (8, 25),
    ] as [(Float, Int)] { #expect(texture.level(ratio: ratio).colors.width == width) }
    // The smallest has 8 rows or more: 160 / 2^4 = 10, and 160 / 2^4.5 = 7 is too small.
    #expect(texture.level(ratio: 1000).colors.height == 10)
    #expect(texture.level(ratio: 2).colors.red.samples.allSatisfy { abs($0 - 100) < 1e-3 })
  }

  @Test func texelsPerPixelAreTheRatioOfSizes() {
    let face = SyntheticFace(width: 160)
    let one = Plane(width: 40, height: 40, value: 1)
    let texture = SourceTexture(
      mesh: face.mesh, colors: ColorPlanes(width: 40, height: 40), mask: one, weight: one)
    #expect(abs(texture.texelsPerPixel(of: face.mesh) - 1) < 1e-3)
    #expect(abs(texture.texelsPerPixel(of: SyntheticFace(width: 80).mesh) - 2) < 1e-2)
    #expect(abs(texture.texelsPerPixel(of: SyntheticFace(width: 320).mesh) - 0.5) < 1e-3)
  }

  @Test func aLargePhotoIsPreparedSmaller() {
    var face = SyntheticFace(width: 1300, center: SIMD2(800, 800))
    face.width = 1600
    face.height = 1900
    let texture = face.picture.texture(face.mesh)
    #expect(abs(texture.mesh.width - 1024) < 3)
  }

  @Test func aFaceCutByThePhotosEdgeCanBeUsed() {
    for center in [SIMD2<Float>(20, 125), SIMD2(250, 125), SIMD2(130, -10), SIMD2(130, 290)] {
      let face = SyntheticFace(center: center)
      let texture = face.picture.texture(face.mesh)
      let level = texture.level(ratio: 1)
      #expect(level.mask.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1.0001 })
      #expect(level.colors.luma.samples.allSatisfy { $0.isFinite })
    }
  }
}
