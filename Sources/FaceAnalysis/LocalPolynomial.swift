/// Smooths a value over time without lag and with finite support: a weighted polynomial through the frames around.
///
/// Weights are the tricube (1 − (|k|/(N+1))³)³ for the frames k = −N…N that exist; the value is the polynomial's at
/// k = 0 (Cleveland, "Robust Locally Weighted Regression", JASA 74, 1979, section 2, without the robust steps). A frame
/// further away than N has no influence at all, so a clip rendered in pieces can equal the clip rendered whole.
public struct LocalPolynomial: Sendable {
  public let reach: Int
  public let degree: Int

  /// - Parameters:
  ///   - reach: N, frames to either side.
  ///   - degree: of the polynomial, 0…2; lower where too few frames exist.
  public init(reach: Int, degree: Int) {
    precondition(reach >= 0 && (0...2).contains(degree))
    self.reach = reach
    self.degree = degree
  }

  /// What each existing frame's value is multiplied by.
  ///
  /// - Parameter offsets: frames that exist, relative to the one wanted; those beyond `reach` get 0. It must hold at
  ///   least one within reach.
  public func coefficients(at offsets: [Int]) -> [Float] {
    let weights = offsets.map { k -> Double in
      guard abs(k) <= reach else { return 0 }
      let d = Double(abs(k)) / Double(reach + 1)
      let c = 1 - d * d * d
      return c * c * c
    }
    let used = weights.filter { $0 > 0 }.count
    precondition(used > 0, "no frame within reach")
    let terms = min(degree, used - 1) + 1
    // Normal equations: solve (AᵀWA) z = e₀, then coefficient k is wₖ Σ zⱼ kʲ.
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: terms + 1), count: terms)
    for (k, w) in zip(offsets, weights) {
      var powers = [1.0]
      for _ in 1..<max(2, 2 * terms) { powers.append(powers[powers.count - 1] * Double(k)) }
      for i in 0..<terms { for j in 0..<terms { matrix[i][j] += w * powers[i + j] } }
    }
    matrix[0][terms] = 1
    let z = solved(matrix)
    return zip(offsets, weights).map { k, w in
      var power = 1.0
      var value = 0.0
      for j in 0..<terms {
        value += z[j] * power
        power *= Double(k)
      }
      return Float(w * value)
    }
  }
}

/// Gauss–Jordan elimination with pivoting on the rows `[A | b]`.
private func solved(_ rows: [[Double]]) -> [Double] {
  var m = rows
  let n = m.count
  for i in 0..<n {
    let pivot = (i..<n).max { abs(m[$0][i]) < abs(m[$1][i]) }!
    m.swapAt(i, pivot)
    for r in 0..<n where r != i {
      let f = m[r][i] / m[i][i]
      for c in i...n { m[r][c] -= f * m[i][c] }
    }
  }
  return (0..<n).map { m[$0][n] / m[$0][$0] }
}
