internal import Glibc
internal import Imaging

/// The shadow where a hand touches the face, or lies close to it: there the target stays as it is.
///
/// ``ColorMatch`` finds a smooth light from what is bright skin, and so passes over such narrow, dark places. Painted
/// in that light they would vanish, and the fingers would melt into a cheek as bright as they are.
enum HandShadow {
  /// Standard deviation of the blur that both pictures are compared under, in face widths.
  private static let blur: Float = 0.01
  /// How far from the hand it is looked for, in face widths: in full up to the first, not at all beyond the second.
  private static let reach: (full: Float, none: Float) = (0.03, 0.09)
  /// Logarithm of how much darker the target is than the painted face: none of it is kept up to the first, all from the
  /// second on.
  private static let darkness: (none: Float, full: Float) = (0.25, 0.65)

  /// How much of the target is to stay, 0…1.
  ///
  /// - Parameters:
  ///   - hand: where the hand is, 0…1.
  ///   - target, face: luma of the target and of the face that is to be painted.
  ///   - coverage: 1 on the face.
  ///   - skin: 1 where what is dark is a shadow; 0 on eyes, brows and nostrils, which the target must not show.
  static func shadow(
    of hand: Plane, target: Plane, face: Plane, coverage: Plane, skin: Plane, faceWidth: Float
  ) -> Plane {
    let nearness = hand.distance { $0 <= 0.3 }
      .mapped { 1 - smoothstep(reach.full * faceWidth, reach.none * faceWidth, $0) }
    let sigma = max(0.7, blur * faceWidth)
    // The bright hand itself must not hide the line of shadow along it.
    let weight = coverage.combined(with: hand) { $0 * max(0, 1 - 3 * $1) }
    let blurredWeight = weight.blurred(sigma: sigma)
    func low(_ plane: Plane) -> Plane {
      (plane + 4).lowPass(weight: weight, blurredWeight: blurredWeight, sigma: sigma, fallback: 1)
    }
    // While the hand fades, so does its shadow.
    let presence = min(1, hand.samples.max() ?? 0)
    return low(face).combined(with: low(target)) {
      smoothstep(darkness.none, darkness.full, log(max(1, $0) / max(1, $1)))
    }.combined(with: nearness * skin) { $0 * $1 * presence }
  }
}
