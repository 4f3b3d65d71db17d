import CFFmpeg
import Synchronization

/// What FFmpeg says while one call runs.
///
/// FFmpeg has one log for the whole process and prints it to standard error. Here it goes to whoever made the call, as
/// the reason in an error, and nothing is printed. Lines that a codec's own worker threads write belong to no call and
/// are dropped.
final class LibavLog: Sendable {
  @TaskLocal private static var current: LibavLog?

  /// Replaces FFmpeg's printing, once in the life of the process.
  private static let installed: Void = av_log_set_callback { object, level, format, arguments in
    guard level <= AV_LOG_WARNING, let log = LibavLog.current, let format, let arguments else { return }
    var text = [CChar](repeating: 0, count: 1024)
    cff_format_log(object, level, format, arguments, &text, Int32(text.count))
    log.add(string(text), isError: level <= AV_LOG_ERROR, isOfContainer: cff_log_is_of_container(object) != 0)
  }

  private struct Lines {
    var unfinished = ""
    var errors: [String] = []
    var warnings: [String] = []
    var containerError: String?
  }
  private let lines = Mutex(Lines())

  /// FFmpeg writes long lines in pieces; a piece without a line break goes on.
  private func add(_ text: String, isError: Bool, isOfContainer: Bool) {
    lines.withLock { lines in
      lines.unfinished += text
      guard lines.unfinished.hasSuffix("\n") else { return }
      let line = lines.unfinished.trimmingBlanks
      lines.unfinished = ""
      guard !line.isEmpty else { return }
      // A damaged file can say thousands of lines: the last few tell enough.
      if isError {
        lines.errors = lines.errors.suffix(7) + [line]
        if isOfContainer { lines.containerError = line }
      } else {
        lines.warnings = lines.warnings.suffix(7) + [line]
      }
    }
  }

  /// Runs `body` and returns its result together with what FFmpeg said meanwhile.
  static func during(_ body: () -> Int32) -> LibavResult {
    _ = installed
    let log = LibavLog()
    let code = $current.withValue(log, operation: body)
    let lines = log.lines.withLock { $0 }
    return LibavResult(
      code: code, errors: lines.errors, warnings: lines.warnings, containerError: lines.containerError)
  }
}

/// A return code of FFmpeg with the lines it logged on the way.
struct LibavResult {
  let code: Int32
  let errors: [String]
  let warnings: [String]
  /// The last of the errors that is about the container, and not about what is coded in it.
  let containerError: String?

  var failed: Bool { code < 0 }

  /// Why it failed: FFmpeg's last error line, which knows more than the code does, or else the code in words.
  var reason: String {
    if let line = errors.last { return line.withoutFullStop }
    return LibavResult.describe(code)
  }

  static func describe(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    cff_describe_error(code, &text, text.count)
    return string(text).withoutFullStop
  }
}

/// Calls FFmpeg and keeps what it logs.
func libav(_ body: () -> Int32) -> LibavResult { LibavLog.during(body) }
