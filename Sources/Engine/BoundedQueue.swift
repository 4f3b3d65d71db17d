internal import Foundation

/// A first-in first-out queue between two threads that holds a bounded load, and a bounded number of bytes.
///
/// `put` waits while the queue is full, `take` while it is empty: the slower side sets the pace, and what is in flight
/// never grows with the clip.
public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {  // all state is guarded by `condition`
  private let condition = NSCondition()
  private let capacity: Int
  private let load: @Sendable (Element) -> Int
  private let byteLimit: Int
  private let bytes: @Sendable (Element) -> Int
  private var elements = Fifo<Element>()
  private var currentLoad = 0
  private var currentBytes = 0
  private var isEnded = false
  private var isClosed = false

  /// - Parameters:
  ///   - capacity: the load from which on `put` waits; at least 1.
  ///   - byteLimit: the bytes from which on `put` waits; at least 1. So either may be exceeded by one element, and one
  ///     of any size fits in.
  ///   - load: what an element weighs. Elements that weigh 0 do not wait for others' load.
  ///   - bytes: the memory that an element holds. Elements of 0 bytes do not wait for others' bytes.
  public init(
    capacity: Int, byteLimit: Int = 64 << 20, load: @escaping @Sendable (Element) -> Int = { _ in 1 },
    bytes: @escaping @Sendable (Element) -> Int = { _ in 0 }
  ) {
    precondition(capacity >= 1 && byteLimit >= 1)
    self.capacity = capacity
    self.byteLimit = byteLimit
    self.load = load
    self.bytes = bytes
  }

  /// Appends an element, waiting for room.
  ///
  /// - Returns: false if the queue was closed: nobody will take the element.
  public func put(_ element: Element) -> Bool {
    let weight = load(element)
    let size = bytes(element)
    condition.lock()
    defer { condition.unlock() }
    while !isClosed && (weight > 0 && currentLoad >= capacity || size > 0 && currentBytes >= byteLimit) {
      condition.wait()
    }
    guard !isClosed else { return false }
    precondition(!isEnded, "put after end")
    elements.append(element)
    currentLoad += weight
    currentBytes += size
    condition.broadcast()
    return true
  }

  /// Removes the oldest element, waiting for one.
  ///
  /// - Returns: nil when the queue has ended and is empty, or was closed.
  public func take() -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while !isClosed && elements.count == 0 && !isEnded { condition.wait() }
    guard !isClosed, let element = elements.popFirst() else { return nil }
    currentLoad -= load(element)
    currentBytes -= bytes(element)
    condition.broadcast()
    return element
  }

  /// Says that nothing more will be put.
  public func end() {
    condition.lock()
    isEnded = true
    condition.broadcast()
    condition.unlock()
  }

  /// Drops everything and wakes both sides: the work is being given up.
  public func close() {
    condition.lock()
    isClosed = true
    elements.removeAll()
    currentLoad = 0
    currentBytes = 0
    condition.broadcast()
    condition.unlock()
  }

  /// What the queue holds now.
  public var count: Int {
    condition.lock()
    defer { condition.unlock() }
    return elements.count
  }
}
