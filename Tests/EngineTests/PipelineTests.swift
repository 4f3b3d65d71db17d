import Engine
import Foundation
import Testing

@Suite("The pipeline") struct PipelineTests {
  @Test func keepsTheOrderWhateverTheWorkDoes() throws {
    let numbers = Numbers(0..<60)
    let held = Box<[Int]>([])
    let written = Box<[Int]>([])
    try Pipeline.run(cancellation: Cancellation()) {
      numbers.next()
    } work: { element in
      // Keeps three back, then gives five at once, now and then none.
      held.change { held in
        if let element { held.append(element) }
        guard element == nil || held.count >= 5 else { return [] }
        defer { held = [] }
        return held
      }
    } write: { element in
      written.change { $0.append(element) }
    }
    #expect(written.value == Array(0..<60))
  }

  @Test func asksForWhatIsLeftExactlyOnceAfterTheLastElement() throws {
    let numbers = Numbers(0..<5)
    let calls = Box<[Int?]>([])
    let written = Box<[Int]>([])
    try Pipeline.run(cancellation: Cancellation()) {
      numbers.next()
    } work: { element in
      calls.change { $0.append(element) }
      return element == nil ? [100, 101, 102, 103] : []
    } write: { element in
      written.change { $0.append(element) }
    }
    #expect(calls.value == [0, 1, 2, 3, 4, nil])
    #expect(written.value == [100, 101, 102, 103])
  }

  @Test func endsWhenThereIsNothingToRead() throws {
    let calls = Box(0)
    try Pipeline.run(cancellation: Cancellation()) {
      Int?.none
    } work: { element in
      calls.change { $0 += 1 }
      #expect(element == nil)
      return []
    } write: { (_: Int) in
      Issue.record("nothing should be written")
    }
    #expect(calls.value == 1)
  }

  @Test(arguments: [1, 2, 5])
  func theReaderNeverGetsFurtherAheadThanTheQueuesHold(capacity: Int) throws {
    let numbers = Numbers(0..<100)
    let gate = DispatchSemaphore(value: 0)
    let written = Box<[Int]>([])
    let began = Signal()
    let whole = background {
      try? Pipeline.run(capacity: capacity, cancellation: Cancellation()) {
        numbers.next()
      } work: { element in
        element.map { [$0] } ?? []
      } write: { element in
        began.raise()
        gate.wait()
        written.change { $0.append(element) }
      }
    }
    // Held in the writer, in the queue before it, in the worker's hand, in the queue before that, in the reader's hand.
    let most = 1 + capacity + 1 + capacity + 1
    began.wait(for: 1)
    numbers.given.wait(for: most)
    #expect(!numbers.given.reaches(most + 1, within: 0.1))
    // Each one written lets one more in.
    for step in 1...3 {
      gate.signal()
      began.wait(for: step + 1)
      numbers.given.wait(for: most + step)
      #expect(!numbers.given.reaches(most + step + 1, within: 0.03))
    }
    for _ in 0..<100 { gate.signal() }
    whole.wait()
    #expect(written.value == Array(0..<100))
  }

  @Test func weightlessElementsDoNotFillTheQueues() throws {
    let numbers = Numbers(0..<40)
    let gate = DispatchSemaphore(value: 0)
    let written = Box<[Int]>([])
    let whole = background {
      // Only multiples of ten weigh anything: 0, 10, 20, 30.
      try? Pipeline.run(
        capacity: 1, load: { $0 % 10 == 0 ? 1 : 0 }, cancellation: Cancellation(),
        read: { numbers.next() }, work: { $0.map { [$0] } ?? [] }
      ) { element in
        if element == 0 { gate.wait() }
        written.change { $0.append(element) }
      }
    }
    // 0 is in the writer's hand, 10 between, 20 in the worker's hand, 30 before it: the reader comes to its end.
    numbers.ended.wait(for: 1)
    gate.signal()
    whole.wait()
    #expect(written.value == Array(0..<40))
  }

  @Test(arguments: Stage.allCases)
  func anErrorOfAStageEndsAllAndIsThrown(stage: Stage) {
    let numbers = Numbers(0..<Int.max)
    let written = Box<[Int]>([])
    #expect(throws: Failure(stage: stage)) {
      try Pipeline.run(cancellation: Cancellation()) {
        let next = numbers.next()
        if stage == .read, next == 20 { throw Failure(stage: .read) }
        return next
      } work: { element in
        if stage == .work, element == 20 { throw Failure(stage: .work) }
        return element.map { [$0] } ?? []
      } write: { element in
        if stage == .write, element == 20 { throw Failure(stage: .write) }
        written.change { $0.append(element) }
      }
    }
    // What came before the trouble is in order and nothing after it was written.
    #expect(written.value == Array(0..<written.value.count))
    #expect(written.value.count <= 20)
  }

  @Test func anErrorInTheFlushIsThrown() {
    let numbers = Numbers(0..<3)
    #expect(throws: Failure(stage: .work)) {
      try Pipeline.run(cancellation: Cancellation()) {
        numbers.next()
      } work: { element -> [Int] in
        guard let element else { throw Failure(stage: .work) }
        return [element]
      } write: { _ in
      }
    }
  }

  @Test func nothingIsFlushedAfterAnError() {
    let numbers = Numbers(0..<Int.max)
    let flushes = Box(0)
    #expect(throws: Failure(stage: .write)) {
      try Pipeline.run(cancellation: Cancellation()) {
        numbers.next()
      } work: { element in
        if element == nil { flushes.change { $0 += 1 } }
        return element.map { [$0] } ?? []
      } write: { element in
        if element == 5 { throw Failure(stage: .write) }
      }
    }
    #expect(flushes.value == 0)
  }

  @Test(arguments: Stage.allCases)
  func cancellingEndsItWhereverItIsBlocked(stage: Stage) {
    let cancellation = Cancellation()
    let blocked = Signal()
    let release = DispatchSemaphore(value: 0)
    // What a codec does: the call under way ends when it is told to.
    cancellation.onRequest { release.signal() }
    let thrown = Box<(any Error & Sendable)?>(nil)
    let flushes = Box(0)
    let numbers = Numbers(0..<Int.max)
    let block: @Sendable (Stage, Int) -> Void = { here, element in
      guard here == stage, element == 7 else { return }
      blocked.raise()
      release.wait()
    }
    let whole = background {
      do {
        try Pipeline.run(cancellation: cancellation) {
          let next = numbers.next()
          block(.read, next ?? 0)
          return next
        } work: { element in
          if element == nil { flushes.change { $0 += 1 } }
          block(.work, element ?? 0)
          return element.map { [$0] } ?? []
        } write: { element in
          block(.write, element)
        }
      } catch { thrown.change { $0 = error } }
    }
    blocked.wait(for: 1)
    cancellation.request()
    whole.wait()
    #expect(thrown.value is CancellationError)
    #expect(flushes.value == 0)
  }

  @Test func cancelledBeforehandItDoesNotBeginToWrite() {
    let cancellation = Cancellation()
    cancellation.request()
    #expect(throws: CancellationError.self) {
      try Pipeline.run(cancellation: cancellation) {
        1
      } work: { element in
        element.map { [$0] } ?? []
      } write: { _ in
        Issue.record("nothing should be written")
      }
    }
  }

  @Test func holdsNothingWhenItHasEnded() throws {
    weak var seen: Held?
    do {
      let held = Held()
      seen = held
      let items = Box<[Held]>([held])
      try Pipeline.run(cancellation: Cancellation()) {
        items.change { $0.popLast() }
      } work: { element in
        element.map { [$0] } ?? []
      } write: { _ in
      }
    }
    #expect(seen == nil)
  }

  enum Stage: CaseIterable, Sendable { case read, work, write }

  private struct Failure: Error, Equatable { var stage: Stage }

  private final class Held: Sendable {}
}

/// Counts up, one at a time.
private final class Numbers: Sendable {
  /// How many were handed out.
  let given = Signal()
  /// Whether its end was seen.
  let ended = Signal()
  private let range: Range<Int>
  private let position: Box<Int>

  init(_ range: Range<Int>) {
    self.range = range
    position = Box(range.lowerBound)
  }

  func next() -> Int? {
    let value = position.change { position -> Int? in
      guard position < range.upperBound else { return nil }
      defer { position += 1 }
      return position
    }
    if value == nil { ended.raise() } else { given.raise() }
    return value
  }
}
