internal import Engine
internal import Foundation
internal import Synchronization

/// A program that can be run, and what a run of it takes.
struct Program {
  /// What messages call it.
  let name: String
  let path: String

  /// How a run ended.
  struct End {
    /// From just before the program is started until it is gone, in seconds.
    var wallSeconds: Double
    /// Of all its threads, for itself and in the kernel, in seconds.
    var processorSeconds: Double
    /// Most memory it held at once, in bytes. It begins as a copy of this process, so it is never less than what this one
    /// held then, which is little.
    var peakMemory: Int
    /// What it wrote to standard output.
    var output: String
    /// The last line it wrote to standard error.
    var lastWords: String
    /// The exit code; 128 + the signal if one ended it.
    var code: Int32

    func requireSuccess(_ what: String) throws(JobError) {
      guard code != 0 else { return }
      if lastWords.contains("No space left on device") {
        throw JobError(.unwritableOutput, "\(what) failed: the disk is full; free some space, or use shorter clips")
      }
      throw JobError(.failed, "\(what) failed: \(lastWords.isEmpty ? "exit code \(code)" : lastWords)")
    }
  }

  /// The ffmpeg program.
  ///
  /// - Parameter name: its path, or a name to look for in `PATH`.
  /// - Throws: `unavailable` if there is none.
  static func ffmpeg(_ name: String) throws(JobError) -> Program {
    guard let path = find(name) else {
      throw JobError(
        .unavailable,
        name.contains("/")
          ? "there is no program at '\(name)'; name the ffmpeg program with --ffmpeg"
          : "the program '\(name)' was not found in PATH; install FFmpeg's package, or name the program with --ffmpeg")
    }
    return Program(name: "ffmpeg", path: path)
  }

  private static func find(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let candidates =
      name.contains("/") ? [name] : folders.split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        && access(path, X_OK) == 0
    }
  }

  /// Runs it to its end.
  ///
  /// - Throws: `CancellationError` if it was stopped, `JobError` if it could not be started.
  func run(_ arguments: [String], cancellation: Cancellation) throws -> End {
    let words = try Words()
    let child = Child()
    cancellation.onRequest { child.kill() }
    let start = DispatchTime.now().uptimeNanoseconds
    try child.start(self, arguments, words)
    let (status, usage) = child.wait()
    let wall = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    if cancellation.isRequested { throw CancellationError() }
    return End(
      wallSeconds: wall, processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
      // Linux counts in kilobytes.
      peakMemory: usage.ru_maxrss * 1024, output: words.output, lastWords: words.lastWords,
      code: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
  }
}

/// What a child says, in files: a pipe that nobody empties would stop it.
private final class Words {
  let files: [String]

  init() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let name = "\(folder)/semblance-benchmark-\(UUID().uuidString)"
    files = [name + ".out", name + ".err"]
  }

  deinit { for file in files { unlink(file) } }

  var output: String { text(files[0]) }

  var lastWords: String { text(files[1]).split(whereSeparator: \.isNewline).last.map(String.init) ?? "" }

  private func text(_ file: String) -> String {
    FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// A process that was started here.
private final class Child: Sendable {
  private struct State {
    var number: pid_t = 0
    var isUnwanted = false
  }
  private let state = Mutex(State())

  func start(_ program: Program, _ arguments: [String], _ words: Words) throws(JobError) {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, file) in zip(Int32(1)..., words.files) {
      posix_spawn_file_actions_addopen(&files, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that are ignored here would be there too. A group of its own keeps a Ctrl-C from the child: it is for us to
    // stop it, and to know why it stopped.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var list: [UnsafeMutablePointer<CChar>?] = ([program.name] + arguments).map { strdup($0) } + [nil]
    defer { for text in list { free(text) } }
    let code = state.withLock { state in
      state.isUnwanted ? 0 : posix_spawn(&state.number, program.path, &files, &attributes, &list, environ)
    }
    guard code == 0 else {
      throw JobError(
        .unavailable, "cannot start '\(program.path)': \(String(cString: strerror(code)).lowercased())")
    }
  }

  /// Ends it at once. What it has written so far is the caller's to remove.
  func kill() {
    state.withLock { state in
      state.isUnwanted = true
      if state.number > 0 { Glibc.kill(state.number, SIGKILL) }
    }
  }

  /// Waits until it is gone.
  func wait() -> (status: Int32, usage: rusage) {
    let number = state.withLock { $0.number }
    var status: Int32 = 0
    var usage = rusage()
    guard number > 0 else { return (status, usage) }
    // It must not be gone for good while `kill` could still mean it: its number may be another's then.
    var information = siginfo_t()
    while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    state.withLock { state in
      while wait4(number, &status, 0, &usage) == -1, errno == EINTR {}
      state.number = 0
    }
    return (status, usage)
  }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
