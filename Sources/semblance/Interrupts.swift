import Dispatch
import Engine
import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into a cancellation, so that a job can remove what it has begun.
///
/// A job that has not stopped a moment later, or a second signal, ends the process at once.
final class Interrupts: @unchecked Sendable {  // `sources` is not touched between init and deinit
  private let sources: [any DispatchSourceSignal]
  private let received = Atomic<Int32>(0)

  /// How long a job may take to stop. An encoder or a slow disk may hold its threads for longer than anyone waits.
  private static let patience = DispatchTimeInterval.milliseconds(1500)

  /// - Parameters:
  ///   - cancellation: requested when a signal comes.
  ///   - giveUp: called with the exit code if the job does not stop; it should clean up, and not return.
  init(_ cancellation: Cancellation, giveUp: @escaping @Sendable (Int32) -> Void) {
    let queue = DispatchQueue(label: "semblance.interrupts")
    // A closed pipe and a file that may not grow further are errors of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var numbers = [SIGINT, SIGTERM]
    // `nohup` has this one ignored, which must stay so.
    if !Interrupts.isIgnored(SIGHUP) { numbers.append(SIGHUP) }
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for (source, number) in zip(sources, numbers) {
      source.setEventHandler { [weak self] in
        guard let self else { return }
        let code = 128 + number
        guard received.exchange(number, ordering: .acquiringAndReleasing) == 0 else { return giveUp(code) }
        queue.asyncAfter(deadline: .now() + Interrupts.patience) { giveUp(code) }
        cancellation.request()
      }
      source.resume()
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  /// 128 + the signal that arrived, as shells have it; nil if none did.
  var exitCode: Int32? {
    let number = received.load(ordering: .acquiring)
    return number == 0 ? nil : 128 + number
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
  }
}
