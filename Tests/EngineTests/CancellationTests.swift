import Engine
import Testing

@Suite("Cancellation") struct CancellationTests {
  @Test func runsHandlersOnceInTheirOrder() {
    let cancellation = Cancellation()
    let calls = Box<[Int]>([])
    cancellation.onRequest { calls.change { $0.append(1) } }
    cancellation.onRequest { calls.change { $0.append(2) } }
    #expect(!cancellation.isRequested)
    #expect(calls.value.isEmpty)
    cancellation.request()
    cancellation.request()
    #expect(cancellation.isRequested)
    #expect(calls.value == [1, 2])
  }

  @Test func runsALateHandlerAtOnce() {
    let cancellation = Cancellation()
    cancellation.request()
    let calls = Box(0)
    cancellation.onRequest { calls.change { $0 += 1 } }
    #expect(calls.value == 1)
  }

  @Test func lettingHandlersAskAgainDoesNotBlock() {
    let cancellation = Cancellation()
    let seen = Box(false)
    cancellation.onRequest {
      cancellation.request()
      let isRequested = cancellation.isRequested
      seen.change { $0 = isRequested }
    }
    cancellation.request()
    #expect(seen.value)
  }

  @Test func isHeardOnceWhateverTheThread() {
    let cancellation = Cancellation()
    let calls = Box(0)
    cancellation.onRequest { calls.change { $0 += 1 } }
    let threads = (0..<4).map { _ in background { cancellation.request() } }
    for thread in threads { thread.wait() }
    #expect(calls.value == 1)
  }
}
