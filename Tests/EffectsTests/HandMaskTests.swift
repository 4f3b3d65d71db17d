import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("Hands over faces") struct HandMaskTests {
  /// A hand with the fingers up; from the wrist to where they begin it is `size` pixels.
  private func hand(wrist: SIMD2<Float>, size: Float, presence: Float = 1) -> Hand {
    let thumb: [SIMD2<Float>] = [SIMD2(-0.25, -0.25), SIMD2(-0.45, -0.5), SIMD2(-0.6, -0.75), SIMD2(-0.7, -0.95)]
    var shape: [SIMD2<Float>] = [.zero] + thumb
    for x in [-0.5, -0.1, 0.3, 0.7] as [Float] {
      shape.append(SIMD2(0.6 * x, -1))
      for y in [-1.4, -1.65, -1.85] as [Float] { shape.append(SIMD2(x, y)) }
    }
    return Hand(points: shape.map { wrist + size * $0 }, presence: presence)
  }

  /// Luma of a hand before something dark: fingers 24 % of the palm thick, with rounded ends.
  private func guide(
    _ hand: Hand, size: Float, width: Int, height: Int, bright: Float = 190, dark: Float = 90
  ) -> Plane {
    var bones: [(Int, Int)] = []
    for first in [1, 5, 9, 13, 17] {
      bones += [(0, first), (first, first + 1), (first + 1, first + 2), (first + 2, first + 3)]
    }
    let palm = Plane.polygon([0, 1, 2, 5, 9, 13, 17].map { hand.points[$0] }, width: width, height: height)
    var plane = Plane(width: width, height: height, value: dark)
    for y in 0..<height {
      for x in 0..<width {
        let p = SIMD2(Float(x), Float(y))
        let isInside = bones.contains { a, b -> Bool in
          let from = hand.points[a]
          let along = hand.points[b] - from
          let t = max(0, min(1, ((p - from) * along).sum() / (along * along).sum()))
          let d = p - from - t * along
          return (d * d).sum().squareRoot() < 0.12 * size
        }
        if isInside || palm[x, y] > 0.5 { plane[x, y] = bright }
      }
    }
    return plane
  }

  @Test(arguments: [40, 80] as [Float])
  func isOneOnTheHandAndZeroBeside(size: Float) throws {
    let (width, height) = (Int(3 * size), Int(3 * size))
    let hand = hand(wrist: SIMD2(1.4, 2.6) * size, size: size)
    let luma = guide(hand, size: size, width: width, height: height)
    let mask = try #require(HandMask.mask([hand], guide: luma))
    func value(_ x: Float, _ y: Float) -> Float { mask.value(at: hand.points[0] + size * SIMD2(x, y)) }
    for i in 1..<Hand.count { #expect(mask.value(at: hand.points[i]) > 0.9) }
    for p in [SIMD2<Float>(0, -0.6), SIMD2(-0.3, -1.2), SIMD2(0.3, -1.6)] { #expect(value(p.x, p.y) > 0.95) }
    // Between the fingers, above and beside them.
    for p in [SIMD2<Float>(-0.3, -1.6), SIMD2(0.1, -1.6), SIMD2(0.5, -1.7), SIMD2(0.1, -2.2), SIMD2(1.1, -1)] {
      #expect(value(p.x, p.y) < 0.05)
    }
    // Its edge is that of the picture, sharper than the rough outline.
    let wrong = mask.samples.indices.filter { abs(mask.samples[$0] - (luma.samples[$0] > 150 ? 1 : 0)) > 0.5 }
    #expect(Float(wrong.count) < 0.04 * mask.sum)
  }

  @Test func isAsPresentAsTheHand() throws {
    let whole = hand(wrist: SIMD2(60, 110), size: 40)
    let luma = guide(whole, size: 40, width: 120, height: 120)
    let mask = try #require(HandMask.mask([whole], guide: luma))
    let half = try #require(HandMask.mask([Hand(points: whole.points, presence: 0.5)], guide: luma))
    #expect(zip(mask.samples, half.samples).allSatisfy { abs($0 - 2 * $1) < 1e-5 })
    // Two hands: the more present one shows.
    let both = HandMask.mask([Hand(points: whole.points, presence: 0.5), whole], guide: luma)
    #expect(both == mask)
  }

  @Test func ofNoHandThereIsNone() {
    let luma = Plane(width: 50, height: 50, value: 100)
    #expect(HandMask.mask([], guide: luma) == nil)
    #expect(HandMask.mask([hand(wrist: SIMD2(25, 40), size: 20, presence: 0)], guide: luma) == nil)
    #expect(HandMask.mask([hand(wrist: SIMD2(400, 40), size: 20)], guide: luma) == nil)
    #expect(HandMask.mask([hand(wrist: SIMD2(.nan, 40), size: 20)], guide: luma) == nil)
    #expect(HandMask.mask([hand(wrist: SIMD2(25, 40), size: 0)], guide: luma) == nil)
    #expect(HandMask.mask([hand(wrist: SIMD2(25, 40), size: 1e30)], guide: luma) == nil)
  }

  // MARK: In a swap

  /// A face 160 pixels wide whose lower half a hand covers that is much brighter than it.
  private func covered() -> (face: SyntheticFace, colors: ColorPlanes, hand: Hand, luma: Plane) {
    let face = SyntheticFace(width: 160)
    let hand = hand(wrist: SIMD2(130, 285), size: 70)
    let luma = guide(hand, size: 70, width: face.width, height: face.height, bright: 235, dark: 0)
    let colors = face.colors.map { plane in plane.combined(with: luma) { $1 > 150 ? 235 : $0 } }
    return (face, colors, hand, luma)
  }

  @Test func theHandStaysAndTheRestIsPainted() throws {
    let (face, colors, hand, luma) = covered()
    var source = SyntheticFace(width: 200, center: SIMD2(160, 160))
    (source.width, source.height, source.freckles) = (330, 380, 0.1)
    // With full effort such a hand would be kept as a thing in front, unknown as it is.
    let swapper = source.picture.swapper(source.mesh, effort: .fast)
    func swapped(_ hands: [Hand], _ colors: ColorPlanes) -> ColorPlanes {
      let picture = RGBPicture(colors)
      return picture.withView { frame in
        swapper.apply(
          to: frame, face: TrackedFace(track: 0, mesh: face.mesh, confidence: 1, hands: hands),
          history: FaceHistory())
        return frame.colors(in: frame.bounds)
      }
    }
    let deep = luma.distance { $0 > 150 }
    let inHand = { (i: Int) in deep.samples[i] > 3 }
    let coverage = face.raster.coverage()
    let withHand = swapped([hand], colors)
    let change = withHand.luma.combined(with: colors.luma) { abs($0 - $1) }
    let blind = swapped([], colors).luma.combined(with: colors.luma) { abs($0 - $1) }
    let onFace = { (i: Int) in inHand(i) && coverage.samples[i] > 0 }
    #expect(mean(change, where: onFace) < 2)
    #expect(mean(blind, where: onFace) > 20)
    // The face beside it has the colours that it has without a hand: nothing is learned from the hand.
    let free = swapped([], face.colors)
    let distance = luma.distance { $0 <= 150 }
    let beside = { (i: Int) in distance.samples[i] > 20 && coverage.samples[i] > 0 }
    let error = withHand.luma.combined(with: free.luma) { abs($0 - $1) }
    #expect(mean(error, where: beside) < 1.5)
  }

  @Test func aShadowAlongTheHandStays() throws {
    let (face, colors, hand, luma) = covered()
    let distance = luma.distance { $0 <= 150 }
    // Four pixels of deep shadow around the hand.
    let shaded = colors.map { plane in
      plane.combined(with: distance) { $1 > 0 && $1 <= 4 ? 0.4 * $0 : $0 }
    }
    let swapper = face.picture.swapper(face.mesh)
    let picture = RGBPicture(shaded)
    let painted = picture.withView { frame in
      swapper.apply(
        to: frame, face: TrackedFace(track: 0, mesh: face.mesh, confidence: 1, hands: [hand]), history: FaceHistory())
      return frame.colors(in: frame.bounds)
    }
    let inside = face.raster.interpolate(FaceTopology.distanceToOval)
    let line = { (i: Int) in distance.samples[i] > 1 && distance.samples[i] < 3.5 && inside.samples[i] > 0.1 }
    let kept = mean(painted.luma, where: line) / mean(shaded.luma, where: line)
    #expect(kept < 1.5)
    #expect(mean(colors.luma, where: line) / mean(shaded.luma, where: line) > 2)
  }

  @Test func nothingIsLearnedFromWhatIsCovered() {
    // Two thirds are covered by something as red as skin is not: the model of the rest must not care.
    let face = SyntheticFace(width: 128)
    var colors = face.colors
    var covered = Plane(width: face.width, height: face.height)
    for y in 0..<face.height {
      for x in 0..<150 {
        covered[x, y] = 1
        (colors.red[x, y], colors.green[x, y], colors.blue[x, y]) = (250, 20, 20)
      }
    }
    let raster = face.raster
    let coverage = raster.coverage()
    let blind = SkinModel(colors, mesh: face.mesh, raster: raster, coverage: coverage)
    let knowing = SkinModel(colors, mesh: face.mesh, raster: raster, coverage: coverage, covered: covered)
    let inside = raster.interpolate(FaceTopology.distanceToOval)
    let right = { (i: Int) in i % face.width > 160 && inside.samples[i] > 0.1 }
    let left = { (i: Int) in i % face.width < 140 && inside.samples[i] > 0.1 }
    #expect(mean(knowing.probability, where: right) > 0.95)
    #expect(mean(knowing.probability, where: left) < 0.05)
    #expect(mean(blind.probability, where: left) > 0.5)
  }
}
