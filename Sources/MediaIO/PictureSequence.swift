import Glibc

/// Numbered pictures that make a video, named by a pattern such as `frames/%06d.png`.
///
/// `%d` stands for the number, `%06d` for the number with zeros in front to six digits, and `%%` for a percent sign.
public struct PictureSequence: Sendable, Hashable {
  /// As it was given.
  public let pattern: String
  let folder: String
  private let prefix: String
  private let suffix: String
  /// Least number of digits.
  private let width: Int

  /// - Throws: ``MediaError`` unless the file name, and no folder, has one place for the number.
  public init(pattern: String) throws(MediaError) {
    self.pattern = pattern
    let name = FilePath.name(of: pattern)
    folder = FilePath.folder(of: pattern)
    guard let parts = PictureSequence.split(name) else {
      throw MediaError(
        .unsupported,
        "cannot use '\(pattern)' as a picture sequence: its file name must have one place for the number; write it like frames/%06d.png"
      )
    }
    (prefix, width, suffix) = parts
  }

  /// Whether a path's file name has a place for a number. A file of that very name is a file.
  public static func isPattern(_ path: String) -> Bool {
    FilePath.size(of: path) == nil && split(FilePath.name(of: path)) != nil
  }

  /// What is before the number, its least digits, and what is after it.
  private static func split(_ name: String) -> (String, Int, String)? {
    var texts = [""]
    var width = 1
    var rest = Substring(name)
    while let character = rest.popFirst() {
      guard character == "%" else {
        texts[texts.count - 1].append(character)
        continue
      }
      if rest.first == "%" {
        texts[texts.count - 1].append("%")
        rest.removeFirst()
        continue
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(digits.count)
      guard rest.popFirst() == "d", texts.count == 1, digits.isEmpty || digits.first == "0" else { return nil }
      // More digits than this no number has.
      width = max(1, Int(digits) ?? 1)
      guard width <= 18 else { return nil }
      texts.append("")
    }
    return texts.count == 2 ? (texts[0], width, texts[1]) : nil
  }

  /// The path of one picture. Numbers are not negative.
  public func path(of number: Int) -> String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (folder == "/" ? "" : folder) + "/" + prefix + zeros + digits + suffix
  }

  /// The numbers of the pictures that are there, from the smallest up, without a gap.
  ///
  /// - Throws: ``MediaError`` if there are none, one in between is missing, or the folder cannot be read.
  public func numbers() throws(MediaError) -> ClosedRange<Int> {
    guard let names = FilePath.names(in: folder) else {
      throw MediaError(
        .missing, "cannot open the picture sequence '\(pattern)': \(FilePath.reason(errno)); check the path")
    }
    let found = Set(names.compactMap { number(in: $0) })
    guard let first = found.min(), let last = found.max() else {
      throw MediaError(
        .missing,
        "cannot open the picture sequence '\(pattern)': there is no picture of such a name, such as '\(FilePath.name(of: path(of: 1)))'; check the path"
      )
    }
    if let gap = (first...last).first(where: { !found.contains($0) }) {
      throw MediaError(
        .missing,
        "cannot open the picture sequence '\(pattern)': of numbers \(first) to \(last), '\(FilePath.name(of: path(of: gap)))' is missing; add it, or number the pictures without gaps"
      )
    }
    return first...last
  }

  /// The number in a file name of the pattern; nil for other names.
  func number(in name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else { return nil }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else { return nil }
    return FilePath.name(of: path(of: number)) == name ? number : nil
  }
}
