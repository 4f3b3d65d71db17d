internal import Effects

/// A kind of effect, by the name that users know. Another effect is a folder in `Effects` and a row here.
public struct FaceProcessor: Sendable {
  public let name: String
  /// Whether a request uses the source person in it.
  let needsSource: @Sendable (JobRequest) -> Bool
  let make: @Sendable (EffectMaker) throws -> any FaceEffect

  public static let all = [
    FaceProcessor(name: "face_swapper", needsSource: { _ in true }) { try $0.swapper() },
    FaceProcessor(name: "face_debugger", needsSource: { $0.debuggerItems.contains { $0.needsSource } }) { maker in
      let needsSource = maker.request.debuggerItems.contains { $0.needsSource }
      return FaceDebugger(items: maker.request.debuggerItems, swapper: needsSource ? try maker.swapper() : nil)
    },
  ]
}

extension JobRequest {
  /// Whether any of the processors uses the source person.
  public var needsSource: Bool { rows.contains { $0.needsSource(self) } }

  /// The processors that there are, in the order asked for.
  fileprivate var rows: [FaceProcessor] {
    processors.compactMap { name in FaceProcessor.all.first { $0.name == name } }
  }

  /// - Throws: `invalidRequest` if a processor is unknown, none is named, or a source is missing.
  func checkProcessors() throws {
    let known = FaceProcessor.all.map(\.name)
    guard !processors.isEmpty else {
      throw JobError(
        .invalidRequest, "nothing is to be done to the faces; name one of \(known.joined(separator: ", "))")
    }
    if let unknown = processors.first(where: { !known.contains($0) }) {
      throw JobError(
        .invalidRequest, "there is no processor '\(unknown)'; choose among \(known.joined(separator: ", "))")
    }
    guard !needsSource || !sources.isEmpty else {
      throw JobError(.invalidRequest, "no source photo was given; name one with --source")
    }
  }
}

/// Makes the effects of a request, and what several of them share only once.
final class EffectMaker {
  let request: JobRequest
  private let models: FaceModels
  private let notify: @Sendable (JobEvent) -> Void
  private let cancellation: Cancellation
  private var madeSwapper: BuiltinSwapper?

  init(
    _ request: JobRequest, models: FaceModels, notify: @escaping @Sendable (JobEvent) -> Void,
    cancellation: Cancellation
  ) {
    self.cancellation = cancellation
    self.request = request
    self.models = models
    self.notify = notify
  }

  /// - Throws: `noFace` if a source shows no face; what reading it throws otherwise.
  func effects() throws -> [any FaceEffect] {
    if !request.sources.isEmpty && !request.needsSource {
      notify(.notice("nothing that was asked for needs the source: it is not looked at"))
    }
    return try request.rows.map { try $0.make(self) }
  }

  /// The swapper of the source person.
  func swapper() throws -> BuiltinSwapper {
    if let madeSwapper { return madeSwapper }
    let reader = SourceReader(models: models, notify: notify, cancellation: cancellation)
    let made = BuiltinSwapper(
      try reader.identity(from: request.sources), effort: request.effort,
      options: request.swapper)
    madeSwapper = made
    return made
  }
}
