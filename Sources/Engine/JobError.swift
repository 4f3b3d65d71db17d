internal import Catalogue
internal import Inference
internal import MediaIO

/// Why a job could not be done.
public struct JobError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What kind of trouble it is; the command has an exit code for each.
  public enum Kind: Sendable, CaseIterable {
    /// The request contradicts itself.
    case invalidRequest
    /// An input is not there.
    case missingInput
    /// An input is no picture or video, or is damaged beyond use.
    case unreadableInput
    /// There is no face where one is needed.
    case noFace
    /// ONNX Runtime, a model or a device is missing or unusable.
    case unavailable
    /// The output can't be made where or as it was asked for.
    case unwritableOutput
    /// Something went wrong on the way.
    case failed
    /// The target ends early; what was readable has been delivered.
    case truncatedInput
    /// Somebody asked to stop.
    case cancelled
  }

  public let kind: Kind
  /// One sentence: what was being done, to what, why it failed, what to try.
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }

  /// Any error of the modules below as a job's error.
  public init(_ error: any Error) {
    switch error {
    case let error as JobError: self = error
    case let error as MediaError: self.init(Self.kind(of: error), error.message)
    case let error as CatalogueError: self.init(.unavailable, error.message)
    case let error as InferenceError: self.init(error.kind == .failed ? .failed : .unavailable, error.message)
    case is CancellationError: self.init(.cancelled, "stopped on request; no output was written")
    default: self.init(.failed, String(describing: error))
    }
  }

  private static func kind(of error: MediaError) -> Kind {
    switch error.kind {
    case .missing: .missingInput
    case .unreadable, .unsupported: .unreadableInput
    case .unwritable: .unwritableOutput
    case .unavailable: .unavailable
    case .cancelled: .cancelled
    default: .failed
    }
  }
}
