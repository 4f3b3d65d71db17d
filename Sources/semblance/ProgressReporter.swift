import ArgumentParser
import Engine
import Foundation

/// How progress is told.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  case auto, bar, lines, json, none
}

/// Writes what a job tells: a bar or lines to standard error, JSON objects to standard output.
///
/// The closing line, with the result's path, goes to standard output, so that scripts can read it.
final class ProgressReporter: @unchecked Sendable {  // events come one at a time; `finish` and `fail` after the last
  private let style: ProgressStyle
  private var lastShown = Date.distantPast
  private var barIsShown = false

  init(style: ProgressStyle) {
    self.style = style == .auto ? (ProgressReporter.isOnTerminal ? .bar : .lines) : style
  }

  /// Whether people watch, at something that can redraw a line.
  private static var isOnTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  func report(_ event: JobEvent) {
    switch event {
    case .notice(let text): tell("note", text, json: ["event": "notice", "message": .text(text)])
    case .warning(let text): tell("warning", text, json: ["event": "warning", "message": .text(text)])
    case .progress(let progress): show(progress)
    }
  }

  func finish(_ result: JobResult) {
    clearBar()
    switch style {
    case .none: break
    case .json:
      printJSON([
        "event": "result", "output": .text(result.path), "frames": .whole(result.frames),
        "frames_written": .whole(result.writtenFrames),
        "frames_with_faces": .whole(result.framesWithFaces), "seconds": .real(result.seconds),
        "encoder": .text(result.encoder), "truncated": .truth(result.truncation != nil),
        "processor_seconds": .group(
          Dictionary(uniqueKeysWithValues: result.processorTime.map { ($0.stage.rawValue, .real($0.seconds)) })),
      ])
    default:
      let rate = result.seconds > 0 ? Double(result.frames) / result.seconds : 0
      let amount =
        result.frames == 1
        ? "1 picture"
        : "\(result.frames) frames, \(result.framesWithFaces) with a face"
          + (result.writtenFrames == result.frames ? "" : ", \(result.writtenFrames) written")
      let speed = result.frames == 1 ? "" : String(format: ", %.1f fps", rate)
      printOut("\(result.path): \(amount), \(String(format: "%.1f", result.seconds)) s\(speed), \(result.encoder)")
    }
  }

  func fail(_ error: JobError, code: Int32) {
    clearBar()
    ProgressReporter.printFailure(error, code: code, style: style)
  }

  /// Says why the program ends now, if that can be said without waiting: it may end because nobody reads.
  ///
  /// Callable from any thread, while a reporter is stuck.
  static func lastWords(_ error: JobError, code: Int32, style: ProgressStyle) {
    var output = pollfd(fd: style == .json ? STDOUT_FILENO : STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    guard poll(&output, 1, 0) == 1, output.revents & Int16(POLLOUT) != 0 else { return }
    if style == .bar || (style == .auto && isOnTerminal) { printError("\r\u{1B}[K", terminator: "") }
    printFailure(error, code: code, style: style)
  }

  private static func printFailure(_ error: JobError, code: Int32, style: ProgressStyle) {
    if style == .json {
      printJSON(["event": "error", "code": .whole(Int(code)), "message": .text(error.message)])
    } else {
      printError("semblance: \(error.message)")
    }
  }

  private func tell(_ kind: String, _ text: String, json: [String: JSONValue]) {
    switch style {
    case .none: break
    case .json: printJSON(json)
    default:
      clearBar()
      printError("\(kind): \(text)")
    }
  }

  private func show(_ progress: JobProgress) {
    let isLast = progress.frames == progress.totalFrames
    let pause: TimeInterval = style == .lines ? 2 : 0.1
    guard style != .none, isLast || Date().timeIntervalSince(lastShown) >= pause else { return }
    lastShown = Date()
    switch style {
    case .json:
      var fields: [String: JSONValue] = [
        "event": "progress", "frames": .whole(progress.frames), "fps": .real(progress.framesPerSecond),
        "seconds": .real(progress.seconds), "faces": .whole(progress.faces),
        "frames_with_faces": .whole(progress.framesWithFaces),
      ]
      if let total = progress.totalFrames { fields["total_frames"] = .whole(total) }
      if let left = progress.secondsLeft { fields["seconds_left"] = .real(left) }
      printJSON(fields)
    case .bar:
      // A picture is done before a bar could be read.
      guard progress.totalFrames != 1 else { return }
      printError("\r\(ProgressLine.bar(progress, width: terminalWidth))\u{1B}[K", terminator: "")
      barIsShown = true
    default:
      guard progress.totalFrames != 1 else { return }
      printError(ProgressLine.text(progress))
    }
  }

  private func clearBar() {
    guard barIsShown else { return }
    printError("\r\u{1B}[K", terminator: "")
    barIsShown = false
  }

  private var terminalWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}

/// The words of the progress line.
enum ProgressLine {
  /// - Parameter width: how long the line may be; what comes last is left out first.
  static func text(_ p: JobProgress, width: Int = .max) -> String {
    var parts = [p.totalFrames.map { "frame \(p.frames) of \($0)" } ?? "frame \(p.frames)"]
    parts.append(String(format: "%.1f fps", p.framesPerSecond))
    if let left = p.secondsLeft { parts.append("\(clock(left)) left") }
    parts.append(p.faces == 1 ? "1 face" : "\(p.faces) faces")
    while parts.count > 1, parts.joined(separator: ", ").count > width { parts.removeLast() }
    return String(parts.joined(separator: ", ").prefix(max(0, width)))
  }

  static func bar(_ p: JobProgress, width: Int) -> String {
    // A Ctrl-C is echoed as two characters behind the line: were they to break it, half of it would stay behind.
    let width = width - 3
    guard let total = p.totalFrames, total > 0 else { return text(p, width: width) }
    let share = min(1, Double(p.frames) / Double(total))
    let percent = String(format: "%3d%% ", Int(share * 100))
    let text = text(p, width: width - percent.count)
    let room = min(40, width - text.count - percent.count - 2)
    guard room >= 8 else { return percent + text }
    let filled = Int(share * Double(room))
    return percent + String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled) + "  " + text
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}

/// A value of a JSON object.
enum JSONValue: Encodable, ExpressibleByStringLiteral {
  case text(String)
  case whole(Int)
  case real(Double)
  case truth(Bool)
  case group([String: JSONValue])

  init(stringLiteral value: String) { self = .text(value) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let value): try container.encode(value)
    case .whole(let value): try container.encode(value)
    case .real(let value): try container.encode((value * 1000).rounded() / 1000)
    case .truth(let value): try container.encode(value)
    case .group(let value): try container.encode(value)
    }
  }
}

private func printJSON(_ fields: [String: JSONValue]) {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(fields) else { return }
  printOut(String(decoding: data, as: UTF8.self))
}

private func printOut(_ line: String) {
  try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
}

private func printError(_ line: String, terminator: String = "\n") {
  try? FileHandle.standardError.write(contentsOf: Data((line + terminator).utf8))
}
