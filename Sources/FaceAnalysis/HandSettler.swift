/// Smooths the points of a hand over the frames around, and fades it in and out.
package enum HandSettler {
  private static let points = LocalPolynomial(reach: 2, degree: 1)
  /// Parts of the hand that the frame itself and its neighbours have.
  private static func weight(_ offset: Int) -> Float { offset == 0 ? 2 : 1 }

  /// - Parameters:
  ///   - hands: frames relative to the wanted one in which the hand is seen, with its points.
  ///   - frames: all frames of the shot nearby, likewise.
  /// - Returns: the hand; nil if it is in neither the frame nor one beside it.
  package static func settled(_ hands: [(offset: Int, hand: Hand)], among frames: [Int]) -> Hand? {
    let near = hands.filter { abs($0.offset) <= 1 }
    guard !near.isEmpty else { return nil }
    let all = frames.filter { abs($0) <= 1 }.reduce(0) { $0 + weight($1) }
    let presence = near.reduce(0) { $0 + weight($1.offset) } / all
    let used = hands.filter { abs($0.offset) <= points.reach }
    let coefficients = points.coefficients(at: used.map(\.offset))
    var settled = [SIMD2<Float>](repeating: .zero, count: Hand.count)
    for (k, (_, hand)) in used.enumerated() {
      for i in settled.indices { settled[i] += hand.points[i] * coefficients[k] }
    }
    return Hand(points: settled, presence: presence)
  }
}
