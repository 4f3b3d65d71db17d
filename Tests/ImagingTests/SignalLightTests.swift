import Imaging
import Testing

@Suite("A frame's signal and light") struct SignalLightTests {
  private static let pq = ColorEncoding(matrix: .bt2020, transfer: .pq, primaries: .bt2020)
  private static let hlg = ColorEncoding(matrix: .bt2020, transfer: .hlg, primaries: .bt2020)
  private static let wide = ColorEncoding(matrix: .bt2020, primaries: .bt2020)

  private func colors(_ pixels: [SIMD3<Float>]) -> ColorPlanes {
    func plane(_ k: Int) -> Plane { Plane(width: pixels.count, height: 1, samples: pixels.map { $0[k] }) }
    return ColorPlanes(red: plane(0), green: plane(1), blue: plane(2))
  }

  private func grey(_ values: [Float]) -> ColorPlanes { colors(values.map { SIMD3(repeating: $0) }) }

  private func largestDifference(_ a: ColorPlanes, _ b: ColorPlanes) -> Float {
    let pairs = [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)]
    return pairs.flatMap { zip($0.samples, $1.samples).map { abs($0 - $1) } }.max() ?? .infinity
  }

  @Test("Reference white and its fractions are where the standards have them")
  func knownValues() {
    // ST 2084 of 203 and 100 cd/m², and of 203 · .2140 cd/m² (sRGB 127.5), of full signal.
    let fromPQ: [(standard: Float, signal: Float)] = [(255, 0.58069), (127.5, 0.42702), (0, 0)]
    for (standard, signal) in fromPQ {
      let own = Self.pq.signal(from: grey([standard]))
      #expect(abs(own.red.samples[0] / 255 - signal) < 1e-4)
      #expect(largestDifference(own, grey([own.red.samples[0]])) < 0.02)
    }
    #expect(abs(Self.pq.gammaCoded(from: grey([0.50808 * 255])).red.samples[0] - gammaCoded(100 / 203)) < 0.02)
    // HLG: 75 % is white; 50 % is a twelfth of the largest light, .3145 of white's.
    #expect(abs(Self.hlg.signal(from: grey([255])).green.samples[0] / 255 - 0.75) < 1e-4)
    #expect(abs(Self.hlg.standard(from: grey([127.5])).blue.samples[0] - gammaCoded(0.31450)) < 0.05)
    // ITU-R BT.2087-0: BT.709's red in BT.2020 is .6274, .0691, .0164 in linear light.
    let red = Self.wide.signal(from: colors([SIMD3(255, 0, 0)]))
    let expected = colors([SIMD3(gammaCoded(0.6274), gammaCoded(0.0691), gammaCoded(0.0164))])
    #expect(largestDifference(red, expected) < 0.05)
  }

  @Test("Signals come back from sRGB", arguments: [pq, hlg, wide])
  func roundTrip(encoding: ColorEncoding) {
    // sRGB's 230 lies just below the compression.
    var pixels: [SIMD3<Float>] = (0...230).map { SIMD3(repeating: Float($0)) }
    for red in stride(from: Float(0), through: 230, by: 23) {
      for green in stride(from: Float(0), through: 230, by: 23) {
        for blue in stride(from: Float(0), through: 230, by: 23) { pixels.append(SIMD3(red, green, blue)) }
      }
    }
    let signal = encoding.signal(from: colors(pixels))
    let standard = encoding.standard(from: signal)
    #expect(largestDifference(standard, colors(pixels)) < 0.1)
    #expect(largestDifference(encoding.signal(from: standard), signal) < 0.1)
  }

  @Test("The curve of ratios is undone over the whole signal", arguments: [pq, hlg])
  func ratios(encoding: ColorEncoding) {
    // Steps of a sixteenth of a 12-bit code.
    let all = grey((0..<65536).map { Float($0) / 65535 * 255 })
    let coded = encoding.gammaCoded(from: all)
    #expect(largestDifference(encoding.signal(fromGammaCoded: coded), all) < 0.03)
    #expect(coded.red.samples.last! > 400)
    // A slope is a difference.
    let places = grey([20, 100, 200, 300])
    let slope = encoding.signalSlope(atGammaCoded: places)
    let difference =
      encoding.signal(fromGammaCoded: places.map { $0 + 1 }).red
      - encoding.signal(fromGammaCoded: places.map { $0 + -1 }).red
    for i in 0..<4 { #expect(abs(slope.red.samples[i] - difference.samples[i] / 2) < 0.01) }
  }

  @Test("Highlights grow ever more slowly and never clip", arguments: [pq, hlg])
  func shoulder(encoding: ColorEncoding) {
    let signal = (0...255).map { Float($0) }
    let standard = encoding.standard(from: grey(signal)).green.samples
    for i in 120..<255 { #expect(standard[i + 1] > standard[i]) }
    #expect(standard[255] < 255)
    #expect(standard[255] > 245)
  }

  @Test("Ordinary pictures stay as they are, bit by bit")
  func identity() {
    let all = colors((0..<600).map { SIMD3(Float($0) - 100, Float($0) * 0.5, 255.3 - Float($0)) })
    let plain = ColorEncoding(matrix: .bt709)
    #expect(plain.isStandard)
    #expect(plain.standard(from: all) == all)
    #expect(plain.signal(from: all) == all)
    for encoding in [plain, Self.wide] {
      #expect(encoding.gammaCoded(from: all) == all)
      #expect(encoding.signal(fromGammaCoded: all) == all)
    }
  }

  @Test("Networks and shot changes see a grey of PQ or HLG as sRGB's", arguments: [pq, hlg, wide])
  func analysis(encoding: ColorEncoding) {
    for value: Float in [12, 60, 128, 220] {
      let signal = encoding.signal(from: grey([value])).red.samples[0]
      let frame = TestFrame(.planar(depth: 10, shiftX: 1, shiftY: 1), encoding, width: 32, height: 16)
      frame.fill([Int((64 + 876 * signal / 255).rounded()), 512, 512])
      // Half a code of 10 bits.
      let step = encoding.signalSlope(atGammaCoded: grey([value])).red.samples[0]
      let tolerance = 0.15 / step + 0.1
      var seen = [Float](repeating: 0, count: 3 * 64)
      seen.withUnsafeMutableBufferPointer { out in
        frame.withPixels {
          $0.crop(
            width: 8, height: 8, transform: Similarity(translation: SIMD2(4, 4)), scale: 2, offset: -1,
            into: out)
        }
      }
      #expect(seen.allSatisfy { abs(($0 + 1) / 2 - value) < tolerance })
      let thumbnail = frame.withPixels { $0.thumbnailLuma(width: 4, height: 4) }
      #expect(thumbnail.samples.allSatisfy { abs($0 - value) < tolerance })
    }
  }
}
