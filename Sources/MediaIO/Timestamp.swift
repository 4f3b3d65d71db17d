import CFFmpeg

/// A fraction, as containers write frame rates and units of time.
public struct Rational: Sendable, Hashable, CustomStringConvertible {
  public var numerator: Int
  /// Never 0.
  public var denominator: Int

  public init(_ numerator: Int, _ denominator: Int) {
    precondition(denominator != 0, "a fraction's denominator cannot be 0")
    self.numerator = numerator
    self.denominator = denominator
  }

  public var value: Double { Double(numerator) / Double(denominator) }
  public var description: String { "\(numerator)/\(denominator)" }
}

/// A moment, counted in the units of the track it belongs to, so that nothing is lost to rounding.
public struct Timestamp: Sendable, Hashable {
  /// How many units of `base`; may be negative.
  public var value: Int64
  /// The unit, in seconds.
  public var base: Rational

  public init(value: Int64, base: Rational) {
    self.value = value
    self.base = base
  }

  public var seconds: Double { Double(value) * Double(base.numerator) / Double(base.denominator) }
}

extension Rational {
  /// Nil where FFmpeg means "unknown": 0/1, or a denominator of 0.
  init?(_ rational: AVRational) {
    guard rational.num != 0, rational.den != 0 else { return nil }
    self.init(Int(rational.num), Int(rational.den))
  }

  var av: AVRational { AVRational(num: Int32(clamping: numerator), den: Int32(clamping: denominator)) }
}

/// Nil where FFmpeg has no timestamp.
func known(_ timestamp: Int64) -> Int64? { timestamp == cff_no_timestamp() ? nil : timestamp }
