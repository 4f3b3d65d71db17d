import Dispatch
import Engine
import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into a cancellation, so that a job can remove what it has begun.
final class Interrupts: @unchecked Sendable {  // `sources` is not touched between init and deinit
  private let sources: [any DispatchSourceSignal]
  private let received = Atomic<Int32>(0)

  init(_ cancellation: Cancellation) {
    let queue = DispatchQueue(label: "semblance.interrupts")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    // A closed pipe is an error of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    for (source, number) in zip(sources, [SIGINT, SIGTERM, SIGHUP]) {
      source.setEventHandler { [weak self] in
        self?.received.store(number, ordering: .releasing)
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
}
