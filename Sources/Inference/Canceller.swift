internal import COnnxRuntime
import Synchronization

/// Stops a session from another thread.
///
/// ```swift
/// let canceller = session.canceller
/// onCancel { canceller.cancel() }
/// ```
public final class Canceller: Sendable {
  private let cancelled = Atomic(false)
  private let api: Api
  /// The options of every run of the session.
  let runOptions: Handle

  init(api: Api) throws(InferenceError) {
    self.api = api
    let options = try api.make("preparing to run a model") { api, out in api.pointee.CreateRunOptions(out) }
    runOptions = Handle(options) { api.table.pointee.ReleaseRunOptions($0) }
  }

  /// Ends the run under way, after the step of the model it is at, and refuses every later one.
  ///
  /// A cancelled session stays cancelled. Calling this again does nothing more.
  public func cancel() {
    cancelled.store(true, ordering: .sequentiallyConsistent)
    // This sets a flag that a run looks at between two steps. It is the one thing that may be done during a run.
    if let status = api.table.pointee.RunOptionsSetTerminate(runOptions.pointer) {
      api.table.pointee.ReleaseStatus(status)
    }
  }

  /// Whether `cancel` was called.
  public var isCancelled: Bool { cancelled.load(ordering: .sequentiallyConsistent) }
}
