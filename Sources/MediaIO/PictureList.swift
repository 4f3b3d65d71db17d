import Glibc

/// Pictures, a file each, that make one clip.
public struct PictureList: Sendable {
  /// What was asked for: a pattern or a folder.
  public let path: String
  /// The pictures, in their order; at least one.
  public private(set) var paths: [String]
  /// The number of each picture, as its name has it; counted from 1 where not all names have one, or not in rising order.
  public private(set) var numbers: [Int]

  /// File names without their ending, in the same order.
  public var stems: [String] { paths.map { PictureList.stem(of: FilePath.name(of: $0)) } }

  /// Endings of files in a folder that are taken for its pictures.
  private static let endings = Set(
    PictureFile.writableExtensions + ["dpx", "exr", "tga", "ppm", "pgm", "pnm", "jp2", "jxl", "avif", "sgi"])

  /// Numbered pictures, from the smallest number that is there.
  ///
  /// - Throws: ``MediaError`` if there are none, or one in between is missing.
  public init(_ sequence: PictureSequence) throws(MediaError) {
    path = sequence.pattern
    numbers = Array(try sequence.numbers())
    paths = numbers.map { sequence.path(of: $0) }
  }

  /// All pictures in a folder, in the order of their names; numbers in names count as numbers, so that `a10` is after `a9`.
  ///
  /// Hidden files and those without the ending of a picture are left out.
  ///
  /// - Throws: ``MediaError`` if the folder cannot be read or holds no picture.
  public init(folder: String) throws(MediaError) {
    path = folder
    guard let all = FilePath.names(in: folder) else {
      throw MediaError(.missing, "cannot open the folder '\(folder)': \(FilePath.reason(errno)); check the path")
    }
    let names = all.filter { !$0.hasPrefix(".") && PictureList.endings.contains(FilePath.fileExtension(of: $0)) }
      .map { (NameOrder($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    guard !names.isEmpty else {
      throw MediaError(
        .missing, "cannot open the folder '\(folder)' as a clip: there are no pictures in it; name one with pictures")
    }
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    paths = names.map { start + $0 }
    let found = names.map { NameOrder(PictureList.stem(of: $0)).lastNumber }
    let known = found.compactMap { $0 }
    let isRising = known.count == names.count && zip(known, known.dropFirst()).allSatisfy { $0 < $1 }
    numbers = isRising ? known : Array(1...names.count)
  }

  /// Whether a target of that name is a list of pictures rather than a file.
  public static func isList(_ path: String) -> Bool { FilePath.isFolder(path) || PictureSequence.isPattern(path) }

  /// The pictures of a pattern, or else of a folder.
  public init(path: String) throws(MediaError) {
    if PictureSequence.isPattern(path), !FilePath.isFolder(path) {
      try self.init(PictureSequence(pattern: path))
    } else {
      try self.init(folder: path)
    }
  }

  /// Leaves the part of the clip that the pictures make at a frame rate.
  ///
  /// - Returns: which of the pictures they were.
  /// - Throws: ``MediaError`` if nothing is in it.
  mutating func cut(to trim: Trim, frameRate: Rational) throws(MediaError) -> Range<Int> {
    try trim.check(path: path)
    let kept = paths.indices.filter { index in
      switch trim {
      case .frames(let start, let end): return index >= start && index < end ?? .max
      case .seconds(let start, let end):
        // A limit typed as a decimal may miss a frame's time by the last bit.
        let time = Double(index) / frameRate.value + 1e-9
        return time >= start && time < end ?? .infinity
      }
    }
    guard let first = kept.first, let last = kept.last else {
      throw MediaError(
        .unsupported,
        "cannot cut '\(path)' to \(trim.description): it has only \(paths.count) pictures; choose an earlier start")
    }
    paths = Array(paths[first...last])
    numbers = Array(numbers[first...last])
    return first..<last + 1
  }

  private static func stem(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}

/// Orders names as people do: runs of digits by their value, all else by its characters.
struct NameOrder: Comparable {
  private enum Part: Equatable {
    case text(String)
    case number(digits: Substring, name: Substring)
  }
  private let parts: [Part]
  private let name: String

  init(_ name: String) {
    self.name = name
    var parts: [Part] = []
    var rest = Substring(name)
    while let first = rest.first {
      let isNumber = NameOrder.isDigit(first)
      let run = rest.prefix { NameOrder.isDigit($0) == isNumber }
      parts.append(isNumber ? .number(digits: run.drop { $0 == "0" }, name: run) : .text(String(run)))
      rest.removeFirst(run.count)
    }
    self.parts = parts
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

  /// The number nearest to the end; nil if there is none, or it is too large.
  var lastNumber: Int? {
    for case .number(_, let name) in parts.reversed() { return Int(name) }
    return nil
  }

  static func < (one: NameOrder, other: NameOrder) -> Bool {
    for (a, b) in zip(one.parts, other.parts) where a != b {
      switch (a, b) {
      case (.number(let a, _), .number(let b, _)) where a != b:
        return a.count == b.count ? a < b : a.count < b.count
      case (.number, .number): continue
      case (.text(let a), .text(let b)): return a < b
      case (.number, .text): return true
      case (.text, .number): return false
      }
    }
    // "a" is before "a1"; and of "a1" and "a01" the order must not depend on the folder's.
    return one.parts.count == other.parts.count ? one.name < other.name : one.parts.count < other.parts.count
  }
}
