/// Why ONNX Runtime or a model could not be used.
public struct InferenceError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// ONNX Runtime is in none of the places looked at.
    case runtimeMissing
    /// A library was found, but it cannot be opened, is not ONNX Runtime, or is too old.
    case runtimeUnusable
    /// The model is damaged, or is not what it was said to be.
    case modelUnusable
    /// ONNX Runtime reported an error, or was asked for something it cannot do.
    case failed
    /// The session was cancelled.
    case cancelled
  }

  public let kind: Kind
  /// One sentence: what was being done, to what, why it failed, what to try.
  public let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
