/// A model's bytes in memory, and what they are supposed to be.
///
/// The bytes that were checked are the bytes that are run: a session is made from these, never from a path.
public struct LoadedModel: Sendable {
  /// The name used in messages.
  public let name: String
  public let bytes: [UInt8]
  /// The inputs and outputs the model must have, if that is known beforehand.
  public let interface: Interface?

  public struct Interface: Sendable, Equatable {
    public let inputs: [TensorInfo]
    public let outputs: [TensorInfo]

    public init(inputs: [TensorInfo], outputs: [TensorInfo]) {
      self.inputs = inputs
      self.outputs = outputs
    }
  }

  public init(name: String, bytes: [UInt8], interface: Interface? = nil) {
    self.name = name
    self.bytes = bytes
    self.interface = interface
  }
}
