import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("Palms, regions and points of hands") struct HandTests {
  @Test func theAnchorsAreTheCellsOfTwoGrids() {
    let anchors = PalmDetector.anchors
    #expect(anchors.count == 2016)
    #expect(anchors[0] == SIMD2(0.5, 0.5) / 24 && anchors[1] == anchors[0] && anchors[2] == SIMD2(1.5, 0.5) / 24)
    #expect(anchors[48] == SIMD2(0.5, 1.5) / 24)
    #expect(anchors[1151] == SIMD2(23.5, 23.5) / 24)
    #expect(anchors[1152] == SIMD2(0.5, 0.5) / 12 && anchors[1158] == SIMD2(1.5, 0.5) / 12)
    #expect(anchors[2015] == SIMD2(11.5, 11.5) / 12)
  }

  @Test func aPalmIsReadFromItsAnchorsRow() throws {
    var boxes = [Float](repeating: 0, count: 2016 * 18)
    var logits = [Float](repeating: -9, count: 2016)
    func put(_ i: Int, _ logit: Float, _ values: [Float]) {
      logits[i] = logit
      boxes.replaceSubrange(18 * i..<18 * i + values.count, with: values)
    }
    // Cell (6, 3) of the fine grid: its middle is at 52, 28. Box of 40x30 shifted by 2, 4; wrist, three more, middle.
    put(2 * (3 * 24 + 6), 2, [2, 4, 40, 30, 1, 20, 7, 7, 3, -18])
    // The same again, less sure; an unsure one; one without a size; one far away, of the coarse grid.
    put(2 * (3 * 24 + 6) + 1, 1, [3, 3, 40, 30, 1, 20, 7, 7, 3, -18])
    put(100, -0.1, [0, 0, 10, 10])
    put(500, 3, [0, 0, 0, 10])
    put(1152 + 6 * 143, 4, [0, 0, 10, 10, 0, 0, 0, 0, 5, 5])
    let palms = boxes.withUnsafeBufferPointer { boxes in
      logits.withUnsafeBufferPointer { PalmDetector.palms(boxes: boxes, logits: $0) }
    }
    try #require(palms.count == 2)
    #expect(palms[0].low == SIMD2(179, 179) && palms[0].middle == SIMD2(189, 189))
    #expect(abs(palms[1].score - 1 / (1 + exp(-2))) < 1e-6)
    #expect(palms[1].low == SIMD2(34, 17) && palms[1].high == SIMD2(74, 47))
    #expect(palms[1].wrist == SIMD2(53, 48) && palms[1].middle == SIMD2(55, 10))
  }

  @Test(arguments: [
    // Fingers up, to the right, down: the square turns with them, and moves towards them by half the palm.
    (SIMD2<Float>(100, 100), Float(0), SIMD2<Float>(100, 100)),
    (SIMD2(120, 120), Float.pi / 2, SIMD2(120, 120)),
    (SIMD2(100, 140), Float.pi, SIMD2(100, 140)),
  ])
  func aPalmsRegionReachesOverTheFingers(middle: SIMD2<Float>, angle: Float, center: SIMD2<Float>) {
    let palm = Palm(
      score: 1, low: SIMD2(80, 100), high: SIMD2(120, 140), wrist: SIMD2(200, 240) - middle, middle: middle)
    let region = HandRegion(palm)
    #expect(abs(region.angle - angle) < 1e-5 && region.side == 104)
    near(region.center, center)
  }

  @Test func aHandsRegionComesFromItsSteadyPoints() {
    let hand = Hand.drawn(wrist: SIMD2(200, 300), size: 50)
    let region = HandRegion(hand)
    // From the thumb's third point, -.6, to the little finger, .4, and from the wrist, 0, to the middle joints, -1.4.
    #expect(abs(region.angle) < 1e-5 && abs(region.side - 2 * 1.4 * 50) < 1e-3)
    near(region.center, SIMD2(200 - 0.1 * 50, 300 - 0.7 * 50 - 0.1 * 1.4 * 50) + 0.5)
    // Turned with the hand.
    let (c, s) = (cos(Float(0.8)), sin(Float(0.8)))
    let turned = HandRegion(hand.mapped { SIMD2(c * $0.x - s * $0.y, s * $0.x + c * $0.y) })
    let center = region.center - 0.5
    #expect(abs(turned.angle - 0.8) < 1e-4 && abs(turned.side - region.side) < 1e-2)
    near(turned.center, SIMD2(c * center.x - s * center.y, s * center.x + c * center.y) + 0.5)
  }

  @Test func palmsAreLookedForAroundTheFaceAndALittleBelow() {
    let face = FaceRegion(center: SIMD2(200, 100), logSide: log(150), angle: .pi / 2)
    let square = HandRegion(around: face, turn: -0.5)
    #expect(abs(square.side - 260) < 1e-2 && abs(square.angle - (.pi / 2 - 0.5)) < 1e-6)
    // The chin of a face on its side points to smaller x.
    near(square.center, SIMD2(190, 100))
  }

  @Test func aWristInsideTheFaceIsNone() {
    let outline = FaceOutline(.mean(width: 100, at: SIMD2(200, 200)))
    let mesh = FaceMesh.mean(width: 100, at: SIMD2(200, 200))
    let chin = mesh.xy(152)
    for (below, expected) in [(-30, 0), (0, 0), (4, 0), (7, 0.5), (10, 1), (80, 1)] as [(Float, Float)] {
      let wrist = chin + SIMD2(0, below)
      #expect(abs(outline.depth(of: wrist) + below / 100) < 0.004)
      #expect(abs(outline.plausibility(of: .drawn(wrist: wrist, size: 20)) - expected) < 0.3)
    }
    #expect(outline.depth(of: SIMD2(200, 210)) > 0.2)
  }

  @Test func onlyHandsNearAFaceBelongToIt() {
    let mesh = FaceMesh.mean(width: 100, at: SIMD2(200, 200))
    let outline = FaceOutline(mesh)
    let below = mesh.bounds.high.y
    let touching = Hand.drawn(wrist: SIMD2(200, below + 60), size: 50)
    let near = Hand.drawn(wrist: SIMD2(200, below + 1.85 * 50 + 45), size: 50, presence: 0.5)
    let far = Hand.drawn(wrist: SIMD2(200, below + 1.85 * 50 + 55), size: 50)
    let inside = Hand.drawn(wrist: SIMD2(200, 210), size: 30)
    #expect(outline.hands(near: [touching, near, far, inside]) == [touching, near])
  }

  @Test func isOneHandHoweverItsFingersWereSeen() {
    let hand = Hand.drawn(wrist: SIMD2(200, 300), size: 50)
    #expect(hand.isSame(as: hand.mapped { $0 + SIMD2(15, 0) }))
    #expect(!hand.isSame(as: hand.mapped { $0 + SIMD2(60, 0) }))
    #expect(hand.distance(to: hand.mapped { $0 + SIMD2(3, 4) }).rounded() == 5)
    #expect(hand.extent == 1.85 * 50)
  }

  @Test func fadesInAndOutAndIsSmoothed() throws {
    func hand(_ offset: Int) -> (offset: Int, hand: Hand) {
      (offset, .drawn(wrist: SIMD2(100 + 4 * Float(offset), 100), size: 20))
    }
    func settled(_ seen: [Int], _ frames: ClosedRange<Int> = -2...2) -> Hand? {
      HandSettler.settled(seen.map(hand), among: Array(frames))
    }
    #expect(settled(Array(-2...2))?.presence == 1)
    #expect(settled([0, 1, 2])?.presence == 0.75)
    #expect(settled([1, 2])?.presence == 0.25)
    #expect(settled([-2, -1])?.presence == 0.25)
    #expect(settled([-1, 1])?.presence == 0.5)
    #expect(settled([-2, 2]) == nil && settled([2]) == nil)
    // A shot that begins here has no frame before.
    #expect(settled([0, 1, 2], 0...2)?.presence == 1)
    // Steady motion stays, beyond its ends too.
    for seen in [[-2, -1, 0, 1, 2], [0, 1, 2], [1, 2], [-1, 1]] {
      near(try #require(settled(seen)).points[0], SIMD2(100, 100))
    }
    // Noise does not.
    var noisy = [-2, -1, 0, 1, 2].map(hand)
    noisy[2].hand = noisy[2].hand.mapped { $0 + SIMD2(0, 10) }
    let y = try #require(HandSettler.settled(noisy, among: Array(-2...2))).points[0].y
    #expect(abs(y - 102.87) < 0.02)
  }

  @Test func turnsWithTheFrame() {
    let picture = GreyPicture(width: 40, height: 30) { _, _ in 0 }
    picture.withPixels { frame in
      let turned = PixelView(
        layout: frame.layout, encoding: frame.encoding, orientation: .turnedClockwise, width: frame.width,
        height: frame.height, planes: frame.planes, strides: frame.strides)
      let face = TrackedFace(
        track: 0, mesh: .mean(width: 10, at: SIMD2(12, 20)), confidence: 1,
        hands: [.drawn(wrist: SIMD2(12, 20), size: 5)])
      let stored = face.stored(in: turned)
      // Upright it is 30 wide and 40 high; the stored row is the upright column, from the right.
      near(stored.hands[0].points[0], SIMD2(20, 29 - 12))
      #expect(stored.hands[0].points[0] == face.hands[0].stored(in: turned).points[0])
      #expect(stored.mesh == face.mesh.stored(in: turned))
      #expect(face.stored(in: frame).hands == face.hands)
    }
  }

  private func near(_ a: SIMD2<Float>, _ b: SIMD2<Float>, sourceLocation: SourceLocation = #_sourceLocation) {
    let d = a - b
    #expect((d * d).sum().squareRoot() < 2e-3, "\(a) is not \(b)", sourceLocation: sourceLocation)
  }
}
