internal import Foundation

/// A first-in first-out queue between two threads that holds a bounded load.
///
/// `put` waits while the queue is full, `take` while it is empty: the slower side sets the pace, and what is in flight
/// never grows with the clip.
public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {  // all state is guarded by `condition`
  private let condition = NSCondition()
  private let capacity: Int
  private let load: @Sendable (Element) -> Int
  private var elements: [Element] = []
  private var currentLoad = 0
  private var isEnded = false
  private var isClosed = false

  /// - Parameters:
  ///   - capacity: the load above which `put` waits; at least 1.
  ///   - load: what an element weighs. Elements that weigh 0 never wait.
  public init(capacity: Int, load: @escaping @Sendable (Element) -> Int = { _ in 1 }) {
    precondition(capacity >= 1)
    self.capacity = capacity
    self.load = load
  }

  /// Appends an element, waiting for room.
  ///
  /// - Returns: false if the queue was closed: nobody will take the element.
  public func put(_ element: Element) -> Bool {
    let weight = load(element)
    condition.lock()
    defer { condition.unlock() }
    while !isClosed && weight > 0 && currentLoad >= capacity { condition.wait() }
    guard !isClosed else { return false }
    precondition(!isEnded, "put after end")
    elements.append(element)
    currentLoad += weight
    condition.broadcast()
    return true
  }

  /// Removes the oldest element, waiting for one.
  ///
  /// - Returns: nil when the queue has ended and is empty, or was closed.
  public func take() -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while !isClosed && elements.isEmpty && !isEnded { condition.wait() }
    guard !isClosed, !elements.isEmpty else { return nil }
    let element = elements.removeFirst()
    currentLoad -= load(element)
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
