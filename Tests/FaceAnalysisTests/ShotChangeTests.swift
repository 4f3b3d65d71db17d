import FaceAnalysis
import Testing

@Suite("The shot change detector") struct ShotChangeTests {
  @Test func theFirstFrameStartsAShot() {
    #expect(answers([flat(90), flat(90)]) == [true, false])
  }

  @Test func measuresChangeAgainstContrast() {
    // Halves of 50 and 150: deviation 50, so a shift by d scores d / 51. The threshold is .6: 30.6.
    #expect(answers([halves(50, 150), halves(80, 180)]) == [true, false])
    #expect(answers([halves(50, 150), halves(81, 181)]) == [true, true])
    #expect(answers([halves(81, 181), halves(50, 150)]) == [true, true])
    // Halves changing places: the mean difference is 100.
    #expect(answers([halves(50, 150), halves(150, 50)]) == [true, true])
    // The smaller deviation of the two counts: 1 / (1 + 0), although the other is 1.
    #expect(answers([halves(99, 101), flat(100)]) == [true, true])
  }

  @Test func noiseIsNoCut() {
    var dice = Dice(3)
    let frames = (0..<5).map { _ in
      GreyPicture(width: 320, height: 180) { x, _ in UInt8(x < 160 ? 60 : 140) + UInt8(dice.uniform() * 40) }
    }
    #expect(answers(frames) == [true, false, false, false, false])
  }

  @Test func aMovingPictureIsNoCut() {
    // Stripes of 40 pixels that move by 6 a frame.
    let frames = (0..<6).map { k in
      GreyPicture(width: 320, height: 180) { x, y in UInt8(((x + 6 * k) / 40 + y / 40) % 2 == 0 ? 60 : 190) }
    }
    #expect(answers(frames) == [true, false, false, false, false, false])
  }

  @Test func aCutIsSeenOnceInPicturesOfAnySize() {
    for (width, height) in [(320, 180), (64, 36), (33, 17), (40, 300)] {
      func bright(_ left: Bool) -> GreyPicture {
        GreyPicture(width: width, height: height) { x, y in UInt8((x * 2 < width) == left ? 200 - y % 9 : 40 + x % 7) }
      }
      #expect(answers([bright(true), bright(true), bright(false), bright(false)]) == [true, false, true, false])
    }
  }

  private func answers(_ frames: [GreyPicture]) -> [Bool] {
    var detector = ShotChangeDetector()
    return frames.map { $0.withPixels { detector.startsShot($0) } }
  }

  private func flat(_ value: UInt8) -> GreyPicture { GreyPicture { _, _ in value } }

  private func halves(_ left: UInt8, _ right: UInt8) -> GreyPicture { GreyPicture { x, _ in x < 32 ? left : right } }
}
