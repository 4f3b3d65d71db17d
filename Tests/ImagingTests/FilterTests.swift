import Foundation
import Imaging
import Testing

@Suite struct FilterTests {
  private let ramp = Plane(width: 31, height: 21, samples: (0..<31 * 21).map { Float($0 % 31) * 3 + Float($0 / 31) })

  @Test(arguments: [0.7, 1.5, 3, 6, 15] as [Float])
  func aBlurKeepsASlopeAndHasTheRightWidth(sigma: Float) {
    var impulse = Plane(width: 161, height: 161)
    impulse[80, 80] = 1
    let blurred = impulse.blurred(sigma: sigma)
    #expect(abs(blurred.sum - 1) < 0.02)
    var variance: Float = 0
    for y in 0..<161 {
      for x in 0..<161 { variance += blurred[x, y] * Float((x - 80) * (x - 80)) }
    }
    // The area-averaged copy of large blurs adds its own pixel's width.
    #expect(abs(variance.squareRoot() - sigma) < 0.1 * sigma + 0.3)
    #expect(abs(ramp.blurred(sigma: min(sigma, 2))[15, 10] - ramp[15, 10]) < 0.01)
  }

  @Test func aSmallBlurIsTheGaussian() {
    var impulse = Plane(width: 21, height: 21)
    impulse[10, 10] = 1
    let blurred = impulse.blurred(sigma: 1.5)
    let center = blurred[10, 10]
    let two = Float(exp(-4.0 / 4.5))
    let diagonal = Float(exp(-10.0 / 4.5))
    #expect(abs(blurred[12, 10] / center - two) < 1e-4)
    #expect(abs(blurred[11, 13] / center - diagonal) < 1e-4)
  }

  @Test(arguments: [1, 3, 40])
  func aBoxMeanIsTheMeanOfTheBox(radius: Int) {
    let plane = Plane(width: 13, height: 9, samples: (0..<117).map { Float(($0 * 7919) % 101) })
    let mean = plane.boxMean(radius: radius)
    for (x, y) in [(0, 0), (6, 4), (12, 8), (1, 7)] {
      var total: Float = 0
      for v in y - radius...y + radius {
        for u in x - radius...x + radius { total += plane[max(0, min(12, u)), max(0, min(8, v))] }
      }
      let side = Float(2 * radius + 1)
      #expect(abs(mean[x, y] - total / (side * side)) < 0.01)
    }
  }

  @Test func shrinkingAveragesAreas() {
    let plane = Plane(width: 3, height: 2, samples: [3, 6, 9, 12, 15, 18])
    // Each new column covers one and a half old ones.
    let shrunk = plane.shrunk(width: 2, height: 1)
    let left: Float = 8.5  // ((3 + 6 / 2) + (12 + 15 / 2)) / 1.5 / 2
    let right: Float = 12.5
    #expect(abs(shrunk[0, 0] - left) < 1e-5)
    #expect(abs(shrunk[1, 0] - right) < 1e-5)
  }

  @Test func enlargingKeepsTheOuterEdgesTogether() {
    let plane = Plane(width: 2, height: 1, samples: [0, 4])
    #expect(plane.enlarged(width: 4, height: 1).samples == [0, 1, 3, 4])
  }

  @Test func bilinearReadingReproducesPlanes() {
    let x = Plane(width: 2, height: 1, samples: [3.25, 20.5])
    let y = Plane(width: 2, height: 1, samples: [4.75, 11.1])
    let read = ramp.sampled(x: x, y: y, .bilinear)
    let expected: [Float] = [14.5, 72.6]  // 3 x + y
    #expect(abs(read[0, 0] - expected[0]) < 1e-4)
    #expect(abs(read[1, 0] - expected[1]) < 1e-4)
  }

  @Test func cubicReadingKeepsFlatAreasAndHasKeysWeights() {
    let at = { (value: Float) in Plane(width: 1, height: 1, value: value) }
    let flat = Plane(width: 9, height: 9, value: 42)
    #expect(abs(flat.sampled(x: at(5.3), y: at(6.8), .cubic)[0, 0] - 42) < 1e-3)
    var impulse = Plane(width: 9, height: 9)
    impulse[4, 4] = 1
    // Half way between two pixels: 0.59375 for the near ones, −0.09375 for the next (a = −0.75).
    #expect(abs(impulse.sampled(x: at(4.5), y: at(4), .cubic)[0, 0] - 0.59375) < 1e-5)
    #expect(abs(impulse.sampled(x: at(4), y: at(2.5), .cubic)[0, 0] + 0.09375) < 1e-5)
  }

  @Test func readingBeyondTheEdgeRepeatsIt() {
    let x = Plane(width: 1, height: 1, value: -50)
    let y = Plane(width: 1, height: 1, value: 500)
    #expect(ramp.sampled(x: x, y: y, .bilinear)[0, 0] == ramp[0, 20])
    #expect(abs(ramp.sampled(x: x, y: y, .cubic)[0, 0] - ramp[0, 20]) < 1e-3)
  }

  @Test func theGuidedFilterKeepsTheGuidesEdge() {
    let guide = Plane(width: 40, height: 20, samples: (0..<800).map { $0 % 40 < 20 ? 0.1 : 0.9 })
    var mask = guide.mapped { $0 > 0.5 ? 1 : 0 }
    mask[22, 10] = 0  // a hole on the right side
    let filtered = mask.guided(by: guide, radius: 4, epsilon: 1e-3)
    #expect(filtered[19, 10] < 0.1)
    #expect(filtered[20, 5] > 0.9)
    #expect(filtered[22, 10] > 0.8)
    #expect(mask.blurred(sigma: 3)[19, 10] > 0.3, "an ordinary blur does cross the edge")
  }

  @Test func theWeightedLowPassIgnoresWhatHasNoWeight() {
    let plane = Plane(width: 40, height: 40, samples: (0..<1600).map { $0 % 40 < 20 ? 10 : 200 })
    let weight = Plane(width: 40, height: 40, samples: (0..<1600).map { $0 % 40 < 20 ? 1 : 0 })
    let low = plane.lowPass(weight: weight, blurredWeight: weight.blurred(sigma: 3), sigma: 3, fallback: 10)
    #expect(abs(low[19, 20] - 10) < 0.1)
    #expect(abs(low[39, 20] - 10) < 0.1)
  }

  @Test func smoothstepIsACubicBetweenItsEnds() {
    #expect(smoothstep(2, 4, 1) == 0)
    #expect(smoothstep(2, 4, 5) == 1)
    #expect(abs(smoothstep(2, 4, 3) - 0.5) < 1e-5)
    #expect(abs(smoothstep(0, 1, 0.25) - 0.15625) < 1e-5)
  }

  @Test func aTableFollowsItsFunctionAndStopsAtItsEnds() {
    let table = FunctionTable(-2...3, steps: 500) { $0 * $0 }
    for x in [-2, -1.234, 0, 0.005, 1.7, 2.999, 3] as [Float] { #expect(abs(table(x) - x * x) < 3e-5) }
    #expect(table(-9) == 4)
    #expect(abs(table(50) - 9) < 1e-4)
    #expect(abs(table(.nan)) < 10)
    let plane = table(Plane(width: 3, height: 1, samples: [-1, 0, 2]))
    #expect(zip(plane.samples, [1, 0, 4]).allSatisfy { abs($0 - $1) < 3e-5 })
  }

  @Test(arguments: [0.6, 2.4, 5, 9] as [Float])
  func aBlurSpreadsAPointAsAGaussianDoes(sigma: Float) {
    var point = Plane(width: 101, height: 97)
    point[50, 48] = 1000
    let blurred = point.blurred(sigma: sigma)
    #expect(abs(blurred.sum - 1000) < 2)
    var variance: Float = 0
    for y in 0..<97 { for x in 0..<101 { variance += blurred[x, y] * Float((x - 50) * (x - 50)) / 1000 } }
    #expect(abs(variance.squareRoot() / sigma - 1) < 0.12)
    // No step of a smaller copy is left: neighbours differ as a Gaussian's do.
    let steepest = 1000 / (2 * .pi * sigma * sigma) * 0.61 / sigma
    for x in 30..<70 { #expect(abs(blurred[x + 1, 48] - blurred[x, 48]) < 1.35 * steepest + 0.02) }
  }

  @Test func labAgreesWithPublishedValues() {
    // sRGB primaries in CIELAB (D65), as tabulated by many sources: red (80.09, 67.20), blue (79.19, −107.86).
    func labChroma(red: Float, green: Float, blue: Float) -> SIMD2<Float> {
      func one(_ value: Float) -> Plane { Plane(width: 1, height: 1, value: value) }
      let (a, b) = Imaging.labChroma(ColorPlanes(red: one(red), green: one(green), blue: one(blue)))
      return SIMD2(a[0, 0], b[0, 0])
    }
    let red = labChroma(red: 255, green: 0, blue: 0)
    #expect(abs(red.x - 80.09) < 0.3 && abs(red.y - 67.20) < 0.3)
    let blue = labChroma(red: 0, green: 0, blue: 255)
    #expect(abs(blue.x - 79.19) < 0.3 && abs(blue.y + 107.86) < 0.3)
    let grey = labChroma(red: 128, green: 128, blue: 128)
    #expect(abs(grey.x) < 0.05 && abs(grey.y) < 0.05)
  }

  @Test func gammaAndLightAreInverse() {
    for value in [0, 5, 10, 60, 128, 255] as [Float] { #expect(abs(gammaCoded(linearLight(value)) - value) < 0.01) }
    #expect(abs(linearLight(127.5) - 0.2140) < 1e-3)
  }
}
