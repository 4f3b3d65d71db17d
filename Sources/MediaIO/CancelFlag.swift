import CFFmpeg
import Synchronization

/// Lets one thread stop a read that another is stuck in.
final class CancelFlag: Sendable {
  private let raised = Atomic(false)

  func raise() { raised.store(true, ordering: .relaxed) }
  var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// What FFmpeg asks during reads. Whoever uses it keeps the flag alive as long.
  var interrupt: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: { opaque in
        guard let opaque else { return 0 }
        return Unmanaged<CancelFlag>.fromOpaque(opaque).takeUnretainedValue().isRaised ? 1 : 0
      }, opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}
