/// How a session computes.
public struct SessionOptions: Sendable, Equatable {
  /// The number of threads that compute one run, at least 1.
  ///
  /// One is right beside an encoder that keeps the other cores busy, and makes results the same on every machine.
  public var threads: Int
  public var provider: ExecutionProvider
  /// Whether memory for what the layers hand on is kept from run to run. A large network that runs rarely gives it back.
  public var keepsMemory: Bool

  public init(threads: Int = 1, provider: ExecutionProvider = .cpu, keepsMemory: Bool = true) {
    precondition(threads >= 1, "a session needs at least one thread")
    self.threads = threads
    self.provider = provider
    self.keepsMemory = keepsMemory
  }
}

/// What computes a model: one of ONNX Runtime's execution providers, and its options.
///
/// Options are the provider's own: names and values as its documentation has them.
public struct ExecutionProvider: Sendable, Equatable {
  /// The name in ONNX Runtime's list of providers, without `ExecutionProvider`: `CPU`, `OpenVINO`, `XNNPACK`.
  public let name: String
  public let options: [String: String]

  public init(name: String, options: [String: String] = [:]) {
    self.name = name
    self.options = options
  }

  /// ONNX Runtime's own kernels. Quick to start.
  public static let cpu = ExecutionProvider(name: "CPU")

  /// OpenVINO on the processor, in float32: about twice as fast as `cpu`, once some 0.4 s of start-up are paid.
  public static let openVINO = ExecutionProvider(
    name: "OpenVINO", options: ["device_type": "CPU", "precision": "FP32"])
}
