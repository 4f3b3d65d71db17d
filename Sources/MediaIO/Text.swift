import CFFmpeg

/// The text before the first zero byte.
func string(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The text at `pointer`, or `fallback` where C has none.
func string(_ pointer: UnsafePointer<CChar>?, or fallback: String = "") -> String {
  pointer.map { String(cString: $0) } ?? fallback
}

extension String {
  var trimmingBlanks: String {
    let isBlank: (Character) -> Bool = { $0.isWhitespace || $0.isNewline }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }

  /// `a`, `a or b`, `a, b or c`.
  static func list(_ items: [String], _ word: String = "or") -> String {
    guard items.count > 1, let last = items.last else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(word) " + last
  }
}

/// The entries of one of FFmpeg's dictionaries.
func entries(_ dictionary: OpaquePointer?) -> [String: String] {
  var result: [String: String] = [:]
  var entry: UnsafePointer<AVDictionaryEntry>?
  while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
    entry = UnsafePointer(next)
    result[string(next.pointee.key)] = string(next.pointee.value)
  }
  return result
}
