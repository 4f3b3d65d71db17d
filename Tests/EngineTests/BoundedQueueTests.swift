import Engine
import Foundation
import Testing

@Suite("A bounded queue") struct BoundedQueueTests {
  @Test func givesElementsInTheOrderTheyCame() {
    let queue = BoundedQueue<Int>(capacity: 100)
    for i in 0..<10 { #expect(queue.put(i)) }
    #expect(queue.count == 10)
    queue.end()
    #expect((0..<10).map { _ in queue.take() } == Array(0..<10))
    #expect(queue.take() == nil)
    #expect(queue.take() == nil)
  }

  @Test func makesThePutterWaitWhenItIsFull() {
    let queue = BoundedQueue<Int>(capacity: 2)
    let progress = Signal()
    let putter = background {
      for i in 0..<5 {
        _ = queue.put(i)
        progress.raise()
      }
    }
    progress.wait(for: 2)
    // The third has to wait; that it does is seen by its not coming within a while.
    #expect(!progress.reaches(3, within: 0.05))
    #expect(queue.count == 2)
    #expect(queue.take() == 0)
    progress.wait(for: 3)
    #expect(!progress.reaches(4, within: 0.05))
    #expect((1..<5).map { _ in queue.take() } == [1, 2, 3, 4])
    putter.wait()
  }

  @Test func letsWeightlessElementsPass() {
    // Negative numbers weigh nothing.
    let queue = BoundedQueue<Int>(capacity: 1) { $0 < 0 ? 0 : 1 }
    #expect(queue.put(1))
    for i in 1...50 { #expect(queue.put(-i)) }
    #expect(queue.count == 51)
    #expect(queue.take() == 1)
    // There is room for one that weighs again, although fifty are waiting.
    #expect(queue.put(2))
    #expect((1...50).map { _ in queue.take() } == (1...50).map { -$0 })
    #expect(queue.take() == 2)
  }

  @Test func countsWhatElementsWeigh() {
    let queue = BoundedQueue<Int>(capacity: 5) { $0 }
    #expect(queue.put(3))
    // It may be exceeded by the last one put, never by one more.
    #expect(queue.put(4))
    let done = Signal()
    let putter = background {
      _ = queue.put(1)
      done.raise()
    }
    #expect(!done.reaches(1, within: 0.05))
    #expect(queue.take() == 3)
    done.wait(for: 1)
    putter.wait()
    #expect(queue.take() == 4)
    #expect(queue.take() == 1)
  }

  @Test func boundsTheBytesToo() {
    // Odd numbers are packets: they weigh nothing, but have bytes as all others do.
    let queue = BoundedQueue<Int>(capacity: 2, byteLimit: 100, load: { $0 % 2 == 0 ? 1 : 0 }, bytes: { $0 })
    // One of any size fits in.
    #expect(queue.put(400))
    let done = Signal()
    let putter = background {
      for size in [31, 51, 21, 2] {
        _ = queue.put(size)
        done.raise()
      }
    }
    #expect(!done.reaches(1, within: 0.05))
    #expect(queue.take() == 400)
    // 31 + 51 leave room for another; with 21 more it is full, for a small one too.
    done.wait(for: 3)
    #expect(!done.reaches(4, within: 0.05))
    #expect(queue.put(0), "what has no bytes passes")
    #expect(queue.take() == 31)
    done.wait(for: 4)
    putter.wait()
    #expect((0..<4).map { _ in queue.take() } == [51, 21, 0, 2])
  }

  @Test func keepsTheOrderOfManyElements() {
    let queue = BoundedQueue<Int>(capacity: .max)
    var (next, expected) = (0, 0)
    // It fills and empties in steps of changing size.
    for step in 0..<200 {
      for _ in 0..<(step * 37 % 101) {
        _ = queue.put(next)
        next += 1
      }
      for _ in 0..<min(step * 53 % 97, queue.count) {
        #expect(queue.take() == expected)
        expected += 1
      }
    }
    #expect(queue.count == next - expected)
    queue.end()
    while let element = queue.take() {
      #expect(element == expected)
      expected += 1
    }
    #expect(expected == next)
  }

  @Test func keepsNothingThatWasTaken() {
    let queue = BoundedQueue<Token>(capacity: 4)
    weak var seen: Token?
    do {
      let token = Token()
      seen = token
      _ = queue.put(token)
      _ = queue.put(Token())
    }
    #expect(seen != nil)
    _ = queue.take()
    #expect(seen == nil)
  }

  @Test func makesTheTakerWaitUntilThereIsSomething() {
    let queue = BoundedQueue<Int>(capacity: 1)
    let taken = Box<[Int?]>([])
    let taker = background {
      taken.change { $0.append(queue.take()) }
      taken.change { $0.append(queue.take()) }
    }
    _ = queue.put(7)
    queue.end()
    taker.wait()
    #expect(taken.value == [7, nil])
  }

  @Test func endWakesATakerThatWaits() {
    let queue = BoundedQueue<Int>(capacity: 1)
    let result = Box<Int?>(0)
    let waiting = Signal()
    let taker = background {
      waiting.raise()
      let taken = queue.take()
      result.change { $0 = taken }
    }
    waiting.wait(for: 1)
    Thread.sleep(forTimeInterval: 0.02)
    queue.end()
    taker.wait()
    #expect(result.value == nil)
  }

  @Test func closeWakesBothSidesAndDropsWhatIsHeld() {
    let full = BoundedQueue<Int>(capacity: 1)
    let empty = BoundedQueue<Int>(capacity: 1)
    #expect(full.put(1))
    let wasPut = Box(true)
    let taken = Box<Int?>(0)
    let putter = background {
      let result = full.put(2)
      wasPut.change { $0 = result }
    }
    let taker = background {
      let result = empty.take()
      taken.change { $0 = result }
    }
    Thread.sleep(forTimeInterval: 0.02)
    full.close()
    empty.close()
    putter.wait()
    taker.wait()
    #expect(!wasPut.value)
    #expect(taken.value == nil)
    #expect(full.take() == nil)
    #expect(full.count == 0)
    #expect(!full.put(3))
  }

  @Test func dropsReferencesWhenItIsClosed() {
    let queue = BoundedQueue<Token>(capacity: 4)
    weak var seen: Token?
    do {
      let token = Token()
      seen = token
      _ = queue.put(token)
    }
    #expect(seen != nil)
    queue.close()
    #expect(seen == nil)
  }

  @Test func losesNothingBetweenManyThreads() {
    let queue = BoundedQueue<Int>(capacity: 3)
    let sum = Box(0)
    let takers = (0..<3).map { _ in
      background {
        while let element = queue.take() { sum.change { $0 += element } }
      }
    }
    let putters = (0..<3).map { k in
      background { for i in 0..<200 { _ = queue.put(k * 200 + i) } }
    }
    for putter in putters { putter.wait() }
    queue.end()
    for taker in takers { taker.wait() }
    #expect(sum.value == (0..<600).reduce(0, +))
  }
}

private final class Token: Sendable {}
