import ArgumentParser
import MediaIO

/// A number of frames a second, as people write it: 25, 29.97 or 30000/1001.
struct FrameRate: ExpressibleByArgument, Equatable {
  var rational: Rational

  /// Nil unless it is a positive number or fraction.
  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (top, topScale) = FrameRate.decimal(parts[0]),
      let (bottom, bottomScale) = parts.count == 2 ? FrameRate.decimal(parts[1]) : (1, 1), top > 0, bottom > 0
    else { return nil }
    var (a, b) = (top * bottomScale, bottom * topScale)
    while b != 0 { (a, b) = (b, a % b) }
    rational = Rational(top * bottomScale / a, bottom * topScale / a)
  }

  /// Digits with at most one point, as a whole number over a power of ten.
  private static func decimal(_ text: Substring) -> (value: Int, scale: Int)? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard !digits.isEmpty, digits.count <= 8, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(digits)
    else { return nil }
    let places = parts.count == 2 ? parts[1].count : 0
    return (value, (0..<places).reduce(1) { scale, _ in scale * 10 })
  }
}
