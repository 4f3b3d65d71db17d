/// Elements in the order they came, each taken out once.
///
/// Taking from the front of an array moves all the rest, which adds up where thousands of packets wait.
struct Fifo<Element> {
  private var storage: [Element?] = []
  private var head = 0

  var count: Int { storage.count - head }
  var first: Element? { head < storage.count ? storage[head] : nil }

  mutating func append(_ element: Element) { storage.append(element) }

  mutating func popFirst() -> Element? {
    guard let element = first else { return nil }
    // What was taken must not be kept alive from here.
    storage[head] = nil
    head += 1
    // Moving what is left when it is less than what was taken makes one move an element, on average.
    if head == storage.count || (head >= 64 && head * 2 >= storage.count) {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }

  mutating func removeAll() { self = Fifo() }
}
