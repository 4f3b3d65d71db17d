/// A part of a video, cut out exactly to the frame wherever its key frames are.
///
/// What is cut starts at time zero: the first frame kept is the new beginning, and sound and all else move with it.
public enum Trim: Sendable, Hashable {
  /// From frame `start` up to, not including, frame `end`, counted from 0 in the order of display as the decoder gives
  /// them. Nil for `end` keeps all that follow.
  case frames(start: Int, end: Int? = nil)
  /// The frames shown from `start` seconds on and before `end` seconds, both counted from the first frame. Nil for `end`
  /// keeps all that follow.
  case seconds(start: Double, end: Double? = nil)

  /// Throws unless there can be frames in it.
  func check(path: String) throws(MediaError) {
    let isSound =
      switch self {
      case .frames(let start, let end): start >= 0 && end.map { $0 > start } ?? true
      case .seconds(let start, let end):
        start >= 0 && start.isFinite && end.map { $0 > start && $0.isFinite } ?? true
      }
    guard isSound else {
      throw MediaError(
        .unsupported,
        "cannot cut '\(path)' to \(description): the start must not be before 0, and the end must be after the start; choose other limits"
      )
    }
  }

  /// Whether the part may begin after the first frame.
  public var hasStart: Bool {
    switch self {
    case .frames(let start, _): start > 0
    case .seconds(let start, _): start > 0
    }
  }

  /// Whether the part may end before the last frame.
  public var hasEnd: Bool {
    switch self {
    case .frames(_, let end): end != nil
    case .seconds(_, let end): end != nil
    }
  }

  /// For messages: `frames 10 to 20`.
  var description: String {
    switch self {
    case .frames(let start, let end): "frames \(start) to " + (end.map { "\($0)" } ?? "the last")
    case .seconds(let start, let end): "seconds \(start) to " + (end.map { "\($0)" } ?? "the end")
    }
  }

  /// How much of a video of that many frames, that rate and length stays, as far as that can be told beforehand.
  func estimate(frames: Int?, rate: Rational?, duration: Double?) -> (frames: Int?, duration: Double?) {
    switch self {
    case .frames(let start, let end):
      let last = [end, frames].compactMap { $0 }.min()
      let count = last.map { max(1, $0 - start) }
      return (count, count.flatMap { count in rate.map { Double(count) / $0.value } })
    case .seconds(let start, let end):
      let length = [end, duration].compactMap { $0 }.min().map { max(0, $0 - start) }
      return (length.flatMap { length in rate.map { max(1, Int(length * $0.value + 0.5)) } }, length)
    }
  }
}

/// Frames on both sides of a ``Trim`` that are handed out too, as not wanted: for work that looks at a frame's neighbours.
public struct TrimMargin: Sendable, Hashable {
  /// The most frames before the part.
  public var before: Int
  /// The most frames after it.
  public var after: Int

  public static let none = TrimMargin(before: 0, after: 0)

  /// - Parameters:
  ///   - before: at least 0.
  ///   - after: at least 0.
  public init(before: Int, after: Int) {
    precondition(before >= 0 && after >= 0)
    self.before = before
    self.after = after
  }
}
