internal import Foundation

/// A request to stop, which any thread may make and every stage heeds.
public final class Cancellation: @unchecked Sendable {  // all state is guarded by `lock`
  private let lock = NSLock()
  private var handlers: [@Sendable () -> Void] = []
  private var requested = false

  public init() {}

  public var isRequested: Bool { lock.withLock { requested } }

  /// Asks everybody to stop. Only the first call has an effect.
  public func request() {
    let toRun = lock.withLock { () -> [@Sendable () -> Void] in
      guard !requested else { return [] }
      requested = true
      defer { handlers = [] }
      return handlers
    }
    for handler in toRun { handler() }
  }

  /// Runs `handler` when cancellation is requested, at once if it already was.
  public func onRequest(_ handler: @escaping @Sendable () -> Void) {
    let now = lock.withLock { () -> Bool in
      if !requested { handlers.append(handler) }
      return requested
    }
    if now { handler() }
  }
}
