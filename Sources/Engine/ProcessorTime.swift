internal import Foundation
internal import Synchronization

/// How much processor time a stage of a job took, on all its threads together.
public struct StageTime: Sendable, Equatable {
  public enum Stage: String, Sendable, CaseIterable {
    /// Reading and decoding the target.
    case decode
    /// Finding faces and following them.
    case find
    /// Drawing the new faces.
    case swap
    /// Encoding and writing the output.
    case encode
    /// All else: the models and source photos, hand-over between threads.
    case other
  }

  public var stage: Stage
  public var seconds: Double

  public init(_ stage: Stage, seconds: Double) {
    self.stage = stage
    self.seconds = seconds
  }
}

/// Measures the processor time of a job's stages.
///
/// Of a job's own threads it measures the calls they make. Codecs and networks have threads besides, which are told
/// apart by name: on Linux a thread inherits the name of the one that starts it. Other jobs of the process that run at the
/// same time are counted with this one.
final class ProcessorMeter: Sendable {
  private struct State {
    var calls: [StageTime.Stage: Double] = [:]
    /// Threads of codecs and networks by number, as last seen.
    var threads: [Int32: StageTime] = [:]
  }
  private let state = Mutex(State())
  private let start = seconds(of: CLOCK_PROCESS_CPUTIME_ID)

  /// Counts what the calling thread spends in `body`.
  func measure<Result>(_ stage: StageTime.Stage, _ body: () throws -> Result) rethrows -> Result {
    let before = seconds(of: CLOCK_THREAD_CPUTIME_ID)
    defer {
      let spent = seconds(of: CLOCK_THREAD_CPUTIME_ID) - before
      state.withLock { $0.calls[stage, default: 0] += spent }
    }
    return try body()
  }

  /// Looks at the threads of codecs and networks, whose times are gone with them.
  ///
  /// Call it before anything that may end some: x264's look-ahead ends with the last frame, all others as the codec is
  /// closed.
  func countThreads() {
    let threads = ThreadName.threads().compactMap { thread in
      ThreadName.stage(of: thread.name).map { (thread.number, StageTime($0, seconds: thread.seconds)) }
    }
    state.withLock { $0.threads.merge(threads) { $1 } }
  }

  /// The time of each stage. Codecs must still be open.
  func times() -> [StageTime] {
    countThreads()
    let (calls, threads) = state.withLock { ($0.calls, $0.threads.values) }
    var times = calls
    for thread in threads { times[thread.stage, default: 0] += thread.seconds }
    let total = seconds(of: CLOCK_PROCESS_CPUTIME_ID) - start
    // The parts are read before the whole, so what is left cannot be negative but by other jobs' doing.
    times[.other] = max(0, total - times.values.reduce(0, +))
    return StageTime.Stage.allCases.map { StageTime($0, seconds: times[$0] ?? 0) }
  }
}

/// Names of threads, at most 15 bytes long as Linux has it. Debuggers and `top -H` show them too.
enum ThreadName {
  static let read = "semblance-read"
  static let work = "semblance-work"
  static let write = "semblance-write"
  /// Of a stage's thread that has done its work: only those that inherited its name still work for it.
  static let done = "semblance-done"

  /// The calling thread's name, where the kernel shows it: `pthread_setname_np` is not visible to Swift everywhere, and
  /// `Thread.name` has no effect on threads that have not started.
  private static let own = URL(fileURLWithPath: "/proc/thread-self/comm")

  /// Names the calling thread. Where there is no such thing as names, all time of such threads counts as `other`.
  static func set(_ name: String) { try? Data(name.utf8).write(to: own) }

  /// Has the threads that `body` starts inherit a name.
  static func inherited<Result, Failure>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let before = try? Data(contentsOf: own)
    set(name)
    defer { if let before { set(String(decoding: before.dropLast(), as: UTF8.self)) } }
    return try body()
  }

  /// The stage that a thread works for, other than those of the pipeline itself.
  static func stage(of name: String) -> StageTime.Stage? {
    switch name {
    case read: .decode
    case work: .find
    case write: .encode
    // FFmpeg 6 and later name the threads of decoders, "av:h264:df0".
    default: name.hasPrefix("av:") ? .decode : nil
    }
  }

  /// All threads of the process, with the processor time that each has used so far.
  static func threads() -> [(number: Int32, name: String, seconds: Double)] {
    let folder = "/proc/self/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { entry in
      guard let number = Int32(entry), let name = FileManager.default.contents(atPath: "\(folder)/\(entry)/comm")
      else { return nil }
      // The clock of a thread by its number, as pthread_getcpuclockid(3) makes it: ~number, and 0b110 for one thread's
      // scheduled time.
      let clock = clockid_t(~number << 3 | 0b110)
      return (number, String(decoding: name.dropLast(), as: UTF8.self), seconds(of: clock))
    }
  }
}

/// What a clock shows; 0 for that of a thread that has just ended.
private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  guard clock_gettime(clock, &time) == 0 else { return 0 }
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
