internal import Glibc
package import Imaging

/// The source's skin in the target's light.
///
/// First one gain a channel, then a smooth field of ratios, both learned only from pixels that are skin in the source
/// *and* in the target: hair, brows or background on one side would cast halos.
package struct ColorMatch {
  /// The source as it should look.
  package private(set) var colors: ColorPlanes
  /// Gain a pixel and channel: what the texture's fine detail is multiplied by.
  package private(set) var gain: ColorPlanes
  /// How much of the texture's colour contrast (lips, freckles) the target's grading leaves.
  package let saturation: Float

  private let source: ColorPlanes

  /// Standard deviation of the field of ratios, in face widths.
  private static let reach: Float = 0.13

  /// What is finer than this, in face widths, is a feature, and by how much its contrast is raised.
  private static let featureSize: Float = 0.05
  static let contrast: Float = 1.15

  /// Added to values before ratios and logarithms, of 255: nothing is divided by black.
  private static let offset: Float = 4
  private static let logarithm = FunctionTable(0...256, steps: 2048) { log($0 + offset) }

  /// - Parameters:
  ///   - source: the texture as it lies on the target's mesh, coded by a curve like sRGB's: ratios mean light there.
  ///   - target: the target's pixels there, coded alike.
  ///   - weight: 0…1, skin in both.
  package init(source: ColorPlanes, target: ColorPlanes, weight: Plane, faceWidth: Float) {
    self.source = source
    let total = weight.sum
    let sigma = Self.reach * faceWidth
    let blurredWeight = weight.blurred(sigma: sigma)
    func mean(_ plane: Plane) -> Float { plane.sum(weightedBy: weight) / total }
    func low(_ plane: Plane) -> Plane {
      plane.lowPass(weight: weight, blurredWeight: blurredWeight, sigma: sigma, fallback: mean(plane))
    }
    let offset = Self.offset
    gain = source.zip(target) { own, wanted in
      let global = exp(mean(Self.logarithm(wanted)) - mean(Self.logarithm(own)))
      let ratio = low(wanted + offset).combined(with: low((own + offset) * global)) { max(0.3, min(3, $0 / $1)) }
      return ratio * global
    }
    let lit = source.zip(gain) { own, gain in own.combined(with: gain) { max(($0 + offset) * $1 - offset, 0) } }
    // Following the target's light flattens the features too: what they lose is put back.
    let brightness = lit.luma
    let near = Self.featureSize * faceWidth
    let smoothBrightness = brightness.lowPass(
      weight: weight, blurredWeight: weight.blurred(sigma: near), sigma: near, fallback: mean(brightness))
    let factor = brightness.combined(with: smoothBrightness) { max(0, $1 + ($0 - $1) * Self.contrast) / max(1, $0) }
    let clear = lit.map { $0 * factor }
    gain = gain.map { $0 * Self.contrast }

    func chroma(_ colors: ColorPlanes) -> Float {
      let luma = colors.luma
      let parts = [colors.red, colors.green, colors.blue].map { plane in
        mean((plane - luma).combined(with: luma) { $0 / ($1 + 8) })
      }
      return parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let kept = max(0.25, min(1.2, chroma(target) / (chroma(source) + 1e-4)))
    saturation = kept
    let luma = clear.luma
    colors = clear.map { plane in
      let difference = plane - luma
      let smooth = low(difference)
      return luma + smooth + (difference - smooth) * kept
    }
  }

  /// The same in a frame's own signal; it was found in ``ColorEncoding/gammaCoded(from:)``.
  ///
  /// In PQ a factor is nearly a sum, so detail keeps its size where the light changes. In SDR all stays as it is.
  package func coded(as encoding: ColorEncoding) -> ColorMatch {
    guard encoding.transfer != .sdr else { return self }
    var result = self
    let wider = encoding.signalSlope(atGammaCoded: colors).zip(encoding.signalSlope(atGammaCoded: source)) {
      after, before in
      after.combined(with: before) { $0 / $1 }
    }
    result.gain = gain.zip(wider) { $0.combined(with: $1) { min(4, $0 * $1) } }
    result.colors = encoding.signal(fromGammaCoded: colors)
    return result
  }
}
