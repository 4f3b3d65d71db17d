internal import Foundation

/// Three stages, each on a thread of its own, with bounded queues between them: read → work → write.
///
/// Elements keep their order. The calls into codecs and networks block, so the stages never run on Swift's shared pool.
public enum Pipeline {
  /// Runs the stages to the end and returns when all have stopped. The calling thread waits.
  ///
  /// - Parameters:
  ///   - capacity: the load each queue holds before the stage in front of it waits.
  ///   - byteLimit: the bytes each queue holds before the stage in front of it waits.
  ///   - load: what an element weighs in a queue.
  ///   - bytes: the memory an element holds.
  ///   - cancellation: stops all stages; the call then throws `CancellationError`.
  ///   - read: the next element, or nil at the end.
  ///   - work: what becomes of an element: none, one or several. Called with nil once at the end, for what it still holds.
  ///   - write: takes each result.
  /// - Throws: the first error of any stage; the others are stopped.
  public static func run<Element: Sendable>(
    capacity: Int = 2, byteLimit: Int = 64 << 20, load: @escaping @Sendable (Element) -> Int = { _ in 1 },
    bytes: @escaping @Sendable (Element) -> Int = { _ in 0 }, cancellation: Cancellation,
    read: @escaping @Sendable () throws -> Element?, work: @escaping @Sendable (Element?) throws -> [Element],
    write: @escaping @Sendable (Element) throws -> Void
  ) throws {
    let decoded = BoundedQueue<Element>(capacity: capacity, byteLimit: byteLimit, load: load, bytes: bytes)
    let edited = BoundedQueue<Element>(capacity: capacity, byteLimit: byteLimit, load: load, bytes: bytes)
    let outcome = Outcome()
    let stop: @Sendable ((any Error)?) -> Void = { error in
      if let error { outcome.fail(error) }
      decoded.close()
      edited.close()
    }
    cancellation.onRequest { stop(CancellationError()) }

    let group = DispatchGroup()
    start(ThreadName.read, in: group) {
      do {
        while let element = try read() {
          guard decoded.put(element) else { return }
        }
        decoded.end()
      } catch { stop(error) }
    }
    start(ThreadName.work, in: group) {
      do {
        while let element = decoded.take() {
          for result in try work(element) {
            guard edited.put(result) else { return }
          }
        }
        guard !outcome.hasFailed else { return }
        for result in try work(nil) {
          guard edited.put(result) else { return }
        }
        edited.end()
      } catch { stop(error) }
    }
    start(ThreadName.write, in: group) {
      do {
        while let element = edited.take() { try write(element) }
      } catch { stop(error) }
    }
    group.wait()
    if cancellation.isRequested { throw CancellationError() }
    if let error = outcome.error { throw error }
  }

  private static func start(_ name: String, in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    group.enter()
    let thread = Thread {
      ThreadName.set(name)
      body()
      ThreadName.set(ThreadName.done)
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}

/// The first error of several threads.
private final class Outcome: @unchecked Sendable {  // guarded by `lock`
  private let lock = NSLock()
  private var first: (any Error)?

  func fail(_ error: any Error) { lock.withLock { if first == nil { first = error } } }
  var error: (any Error)? { lock.withLock { first } }
  var hasFailed: Bool { error != nil }
}
