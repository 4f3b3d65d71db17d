/// The label of a frame, `hours:minutes:seconds:frames`.
enum Timecode {
  /// The label at another frame rate: the same second, and the frame of it that is shown then. Nil if it is no label.
  ///
  /// Labels that leave out numbers, written with a semicolon, exist only at multiples of 30000/1001 (SMPTE ST 12-1).
  static func relabel(_ text: String, from old: Rational, to new: Rational) -> String? {
    guard let last = text.lastIndex(where: { ":;.".contains($0) }), let frame = Int(text[text.index(after: last)...])
    else { return nil }
    let (before, after) = (Int(old.value.rounded()), Int(new.value.rounded()))
    guard before > 0, after > 0, (0..<before).contains(frame) else { return nil }
    let dropsNumbers = text[last] != ":" && new.denominator == 1001 && after % 30 == 0
    let number = frame * after / before
    return text[..<last] + (dropsNumbers ? ";" : ":") + (number < 10 ? "0" : "") + "\(number)"
  }
}
