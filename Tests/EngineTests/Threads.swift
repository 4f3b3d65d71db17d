import Foundation

/// A value that threads share.
final class Box<Value: Sendable>: @unchecked Sendable {  // guarded by `lock`
  private let lock = NSLock()
  private var stored: Value

  init(_ value: Value) { stored = value }

  var value: Value { lock.withLock { stored } }

  @discardableResult
  func change<R>(_ body: (inout Value) -> R) -> R { lock.withLock { body(&stored) } }
}

/// A number that only grows, and that others can wait for.
final class Signal: @unchecked Sendable {  // guarded by `condition`
  private let condition = NSCondition()
  private var count = 0

  func raise() {
    condition.lock()
    count += 1
    condition.broadcast()
    condition.unlock()
  }

  var value: Int {
    condition.lock()
    defer { condition.unlock() }
    return count
  }

  /// Waits for `target` at most this long.
  func reaches(_ target: Int, within seconds: Double) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while count < target { if !condition.wait(until: end) { return count >= target } }
    return true
  }

  /// Waits for `target`; a test that waits for nothing fails here instead of hanging.
  func wait(for target: Int) {
    precondition(reaches(target, within: 60), "waited a minute in vain")
  }
}

/// Runs `body` on a thread of its own.
func background(_ body: @escaping @Sendable () -> Void) -> DispatchGroup {
  let group = DispatchGroup()
  group.enter()
  Thread.detachNewThread {
    body()
    group.leave()
  }
  return group
}
