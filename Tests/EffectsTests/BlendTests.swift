import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The colour match") struct ColorMatchTests {
  private let width = 128
  private let height = 150

  /// Something like skin with features: smooth, with spots of finer detail.
  private var source: ColorPlanes {
    func plane(_ base: Float, _ phase: Float) -> Plane {
      var plane = Plane(width: width, height: height)
      for y in 0..<height {
        for x in 0..<width {
          plane[x, y] =
            base + 12 * sin(Float(x) * 0.35 + phase) * cos(Float(y) * 0.31) + 6 * SyntheticFace.noise(x, y)
        }
      }
      return plane
    }
    return ColorPlanes(red: plane(150, 0), green: plane(115, 0), blue: plane(95, 0))
  }

  @Test func aSmoothGainIsFoundAgain() {
    // Target + 4 = (source + 4) · gain, a gain that varies slowly over the face and differs from channel to channel.
    func gain(_ channel: Float) -> Plane {
      var plane = Plane(width: width, height: height)
      for y in 0..<height {
        for x in 0..<width {
          plane[x, y] = (0.8 + 0.08 * channel) * exp(0.25 * sin(Float(x) / 40) + 0.1 * cos(Float(y) / 45))
        }
      }
      return plane
    }
    let gains = ColorPlanes(red: gain(0), green: gain(1), blue: gain(2))
    let source = source
    let target = source.zip(gains) { own, gain in own.combined(with: gain) { ($0 + 4) * $1 - 4 } }
    let weight = Plane(width: width, height: height, value: 1)
    let match = ColorMatch(source: source, target: target, weight: weight, faceWidth: 128)
    // The low-pass of .13 face widths flattens such waves by a few per cent.
    for (found, true_) in [
      (match.gain.red, gains.red), (match.gain.green, gains.green), (match.gain.blue, gains.blue),
    ] {
      let error = found.combined(with: true_) { abs($0 / $1 - 1) }
      #expect(error.sum / Float(error.samples.count) < 0.035)
      let inner = { (i: Int) in (20..<108).contains(i % width) && (20..<130).contains(i / width) }
      #expect(error.samples.indices.filter(inner).allSatisfy { error.samples[$0] < 0.08 })
    }
    let luma = match.colors.luma.combined(with: target.luma) { abs($0 - $1) }
    #expect(luma.sum / Float(luma.samples.count) < 4)
  }

  @Test func equalPicturesNeedNoGain() {
    let weight = Plane(width: width, height: height, value: 1)
    let match = ColorMatch(source: source, target: source, weight: weight, faceWidth: 128)
    for plane in [match.gain.red, match.gain.green, match.gain.blue] {
      #expect(plane.samples.allSatisfy { abs($0 - 1) < 2e-3 })
    }
    #expect(abs(match.saturation - 1) < 2e-3)
    let difference = match.colors.zip(source) { $0 - $1 }.luma
    #expect(difference.samples.allSatisfy { abs($0) < 0.5 })
  }

  @Test func whatDoesNotCountDoesNotMatter() {
    // The target's right half is blue hair; only the left half has weight.
    var target = source
    var weight = Plane(width: width, height: height, value: 1)
    for y in 0..<height {
      for x in 64..<width {
        (target.red[x, y], target.green[x, y], target.blue[x, y]) = (10, 20, 200)
        weight[x, y] = 0
      }
    }
    let match = ColorMatch(source: source, target: target, weight: weight, faceWidth: 128)
    for plane in [match.gain.red, match.gain.green, match.gain.blue] {
      #expect(plane.samples.allSatisfy { abs($0 - 1) < 0.02 })
    }
  }

  @Test func aGreyTargetTakesColourOutOfTheDetail() {
    var source = source
    for i in source.red.samples.indices {
      source.red.samples[i] += 15 * SyntheticFace.noise(i % width, i / width + 1000)
    }
    let grey = source.luma
    let target = ColorPlanes(red: grey, green: grey, blue: grey)
    let weight = Plane(width: width, height: height, value: 1)
    let match = ColorMatch(source: source, target: target, weight: weight, faceWidth: 128)
    // No chroma at all is held at the lower bound.
    #expect(match.saturation == 0.25)
    // A quarter of what reddish spots differ from grey is left.
    let lit = source.zip(match.gain) { own, gain in own.combined(with: gain) { ($0 + 4) * $1 - 4 } }
    func spots(_ colors: ColorPlanes) -> Float {
      let redness = colors.red - colors.luma
      let fine = redness - redness.blurred(sigma: 2)
      return (fine * fine).sum.squareRoot()
    }
    #expect(abs(spots(match.colors) / spots(lit) - 0.25) < 0.03)
  }

  @Test func theFieldOfRatiosIsBounded() {
    // Half of the target is lit ten times as much: the local ratio goes no further than 3 from the mean.
    var target = source
    for y in 0..<height { for x in 0..<64 { for k in 0..<3 { target[k, x, y] = 2 } } }
    let weight = Plane(width: width, height: height, value: 1)
    let match = ColorMatch(source: source, target: target, weight: weight, faceWidth: 128)
    let gain = match.gain.red.samples
    #expect(gain.max()! / gain.min()! <= 10.001)
    #expect(gain.allSatisfy { $0.isFinite && $0 > 0 })
  }
}

extension ColorPlanes {
  fileprivate subscript(channel: Int, x: Int, y: Int) -> Float {
    get { [red, green, blue][channel][x, y] }
    set {
      switch channel {
      case 0: red[x, y] = newValue
      case 1: green[x, y] = newValue
      default: blue[x, y] = newValue
      }
    }
  }
}

@Suite("The blend mask") struct BlendMaskTests {
  private static let lowerLip = [14, 87, 178, 88, 95, 317, 402, 318, 324]

  /// A face 128 pixels wide with an open mouth, and its mask.
  private func made(hasFringe: Bool = false) throws -> (
    face: SyntheticFace, grid: FaceGrid, mask: Plane
  ) {
    var face = SyntheticFace(width: 128)
    for i in Self.lowerLip { face.mesh.points[i].y += 14 }
    for i in [17, 84, 181, 91, 314, 405, 321, 16, 85, 180, 90, 15, 86, 179, 89, 315, 404, 320, 316, 403, 319] {
      face.mesh.points[i].y += 14
    }
    face.hasFringe = hasFringe
    var colors = face.colors
    let opening = Plane.polygon(
      FaceTopology.lipsInner.map { face.mesh.xy($0) }, width: face.width, height: face.height)
    for i in opening.samples.indices where opening.samples[i] > 0.5 {
      (colors.red.samples[i], colors.green.samples[i], colors.blue.samples[i]) = (40, 12, 14)
    }
    let grid = try #require(RGBPicture(colors).withView { FaceGrid($0, mesh: face.mesh) })
    let skin = SkinModel(grid.colors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    let mask = BlendMask.mask(
      grid: grid, sourceMask: grid.coverage, sourceFacing: [Float](repeating: 1, count: 468), skin: skin)
    return (face, grid, mask)
  }

  @Test func isZeroOutsideTheFaceAndOneInItsMiddle() throws {
    let (_, grid, mask) = try made()
    #expect(mask.samples.indices.allSatisfy { grid.coverage.samples[$0] > 0 || mask.samples[$0] == 0 })
    #expect(mask.samples.allSatisfy { $0 >= 0 && $0 <= 1.0001 })
    for vertex in [4, 6, 50, 280, 101, 330, 205, 425, 9] { #expect(mask.value(at: grid.mesh.xy(vertex)) > 0.97) }
    for vertex in FaceTopology.oval { #expect(mask.value(at: grid.mesh.xy(vertex)) < 0.1) }
  }

  @Test func theOpenMouthStaysTheTargets() throws {
    let (_, grid, mask) = try made()
    let opening = grid.raster.coverage { FaceTopology.isMouthOpening[$0] }
    #expect(opening.sum > 150)
    #expect(mask.samples.indices.allSatisfy { opening.samples[$0] == 0 || mask.samples[$0] == 0 })
    // The lips around it are the source's.
    for vertex in [0, 17] { #expect(mask.value(at: grid.mesh.xy(vertex)) > 0.8) }
  }

  @Test func fadesMonotonelyFromTheOutlineInwards() throws {
    let (_, grid, mask) = try made()
    // From the outline of the jaw, the cheeks and the forehead to the nose's bridge.
    let middle = grid.mesh.xy(195)
    for vertex in [10, 338, 109, 454, 234, 361, 132, 397, 172] {
      let edge = grid.mesh.xy(vertex)
      let samples = (0...40).map { mask.value(at: edge + (middle - edge) * (Float($0) / 80)) }
      #expect(zip(samples, samples.dropFirst()).allSatisfy { $0 <= $1 + 0.01 })
      #expect(samples[0] < 0.1 && samples[40] > 0.97)
    }
  }

  @Test func isNowhereAboveTheFeather() throws {
    let (_, grid, mask) = try made()
    let feather = grid.raster.interpolate(zip(FaceTopology.distanceToOval, FaceTopology.featherWidth).map { $0 / $1 })
    let band = mask.samples.indices.filter { feather.samples[$0] > 0.1 && feather.samples[$0] < 0.8 }
    #expect(band.count > 500)
    // Other fades join in, so it may be below; the last blur moves it by a pixel.
    #expect(band.allSatisfy { mask.samples[$0] < smoothstep(0, 1, feather.samples[$0]) + 0.12 })
    #expect(mean(mask) { feather.samples[$0] > 0.7 && feather.samples[$0] < 0.8 } > 0.5)
  }

  @Test func skinSeenEdgeOnIsNotPainted() throws {
    var face = SyntheticFace(width: 128)
    // The head turned by 55 degrees about the vertical.
    let (c, s) = (cos(Float.pi * 55 / 180), sin(Float.pi * 55 / 180))
    face.mesh = FaceMesh(
      points: face.mesh.points.map { p in
        let x = p.x - 130
        return SIMD3(c * x + s * p.z + 130, p.y, c * p.z - s * x)
      })
    let grid = try #require(face.picture.withView { FaceGrid($0, mesh: face.mesh) })
    let skin = SkinModel(grid.colors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    let mask = BlendMask.mask(
      grid: grid, sourceMask: grid.coverage, sourceFacing: [Float](repeating: 1, count: 468), skin: skin)
    let facing = grid.raster.interpolate(grid.mesh.smoothFacing)
    let inside = grid.raster.interpolate(FaceTopology.distanceToOval)
    let edgeOn = { (i: Int) in grid.coverage.samples[i] > 0 && facing.samples[i] < 0.1 && inside.samples[i] > 0.12 }
    let frontal = { (i: Int) in facing.samples[i] > 0.6 && inside.samples[i] > 0.15 }
    #expect(mask.samples.indices.filter(edgeOn).count > 20)
    #expect(mean(mask, where: edgeOn) < 0.2)
    #expect(mean(mask, where: frontal) > 0.9)
  }

  @Test func theTargetsHairStaysOverTheFace() throws {
    let (face, grid, mask) = try made(hasFringe: true)
    let (_, _, free) = try made()
    var withFringe = face
    withFringe.hasFringe = true
    let all = PixelRect(x: grid.cells.x, y: grid.cells.y, width: grid.cells.columns, height: grid.cells.rows)
    let hair = withFringe.fringe.cropped(to: all)
    #expect(mean(mask) { hair.samples[$0] > 0 } < 0.02)
    #expect(mean(free) { hair.samples[$0] > 0 && free.samples[$0] > 0.5 } > 0.5)
    #expect(mask.value(at: grid.mesh.xy(4)) > 0.97)
  }

  @Test func edgeOnAndUnseenSkinIsNotPainted() throws {
    let face = SyntheticFace(width: 128)
    let grid = try #require(face.picture.withView { FaceGrid($0, mesh: face.mesh) })
    let skin = SkinModel(grid.colors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    func mask(_ sourceMask: Plane, _ facing: [Float]) -> Plane {
      BlendMask.mask(grid: grid, sourceMask: sourceMask, sourceFacing: facing, skin: skin)
    }
    let ones = [Float](repeating: 1, count: 468)
    #expect(mask(grid.coverage, ones).sum > 3000)
    #expect(mask(grid.coverage, [Float](repeating: 0, count: 468)).sum == 0)
    #expect(mask(grid.coverage * 0, ones).sum == 0)
    // Half of the source's mask, half of the result.
    let half = mask(grid.coverage * 0.5, ones)
    #expect(abs(half.sum / mask(grid.coverage, ones).sum - 0.5) < 0.01)
  }
}
