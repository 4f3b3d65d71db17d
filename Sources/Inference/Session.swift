internal import COnnxRuntime
public import Catalogue

/// A model, ready to run.
///
/// ```swift
/// let session = try Session(runtime: runtime, model: store.load(.faceLandmark))
/// session.withInput(0) { pixels in … }
/// try session.run()
/// let mesh = session.withOutput(0) { values, shape in … }
/// ```
///
/// A session does one thing at a time, so it is not `Sendable`; only its `canceller` may be used from elsewhere.
/// Inputs are bound once and outputs are reused, so that from the second run on nothing is allocated here.
public final class Session {
  /// The model's name, as messages have it.
  public let name: String
  /// The inputs in the model's order, which is what indices refer to.
  public let inputs: [TensorInfo]
  /// The outputs in the model's order.
  public let outputs: [TensorInfo]
  /// Stops this session from another thread.
  public let canceller: Canceller

  private let runtime: Runtime
  private let handle: Handle
  private let memory: Handle
  private let inputTensors: InputTensors
  private let outputTensors: OutputTensors

  /// Loads `model` from its bytes.
  ///
  /// Inputs whose shape the model fixes are bound at once, to zeros; the others need `bindInput`.
  ///
  /// - Throws: `modelUnusable` if the bytes are no model that ONNX Runtime can run, or not the one they should be;
  ///   `failed` if the execution provider is not there or refuses the model.
  public init(
    runtime: Runtime, model: LoadedModel, options: SessionOptions = SessionOptions()
  ) throws(InferenceError) {
    let api = runtime.api
    self.runtime = runtime
    name = model.name
    canceller = try Canceller(api: api)
    handle = try runtime.openSession(model, options)
    let interface = try ModelInterface(api: api, session: handle, model: model.name)
    inputs = interface.inputs
    outputs = interface.outputs
    memory = try Handle.processorMemory(api)
    inputTensors = InputTensors(names: inputs.map(\.name))
    outputTensors = OutputTensors(api: api, names: outputs.map(\.name))

    if let expected = model.interface {
      try requireEqual(expected.inputs, inputs, "input")
      try requireEqual(expected.outputs, outputs, "output")
    }
    for input in inputs {
      if let shape = input.fixedShape { try bindInput(input.name, shape: shape) }
    }
  }

  /// Gives an input its shape, and memory full of zeros.
  ///
  /// Binding the shape an input already has does nothing. Another shape makes new memory and forgets the outputs.
  ///
  /// - Throws: `failed` if the model has no such input or does not take this shape.
  public func bindInput(_ name: String, shape: [Int]) throws(InferenceError) {
    guard let index = inputs.firstIndex(where: { $0.name == name }) else {
      throw InferenceError(.failed, "model '\(self.name)' has no input '\(name)'; it has \(inputs.quotedNames)")
    }
    guard inputs[index].accepts(shape) else {
      throw InferenceError(
        .failed, "model '\(self.name)': input '\(name)' wants \(inputs[index]), got \(shape)")
    }
    guard inputTensors[index]?.shape != shape else { return }
    inputTensors[index] = try FloatTensor(
      api: runtime.api, memory: memory, shape: shape,
      operation: "making input '\(name)' of model '\(self.name)'")
    outputTensors.forget()
  }

  /// Gives `body` the memory of a bound input, to write the next run's values into.
  ///
  /// Its elements are in the order of the bound shape, the last axis fastest. What was written stays for later runs.
  public func withInput<R>(
    _ index: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    guard let tensor = inputTensors[index] else {
      preconditionFailure("input '\(inputs[index].name)' of model '\(name)' was not bound")
    }
    return try withExtendedLifetime(tensor) { try body(tensor.elements) }
  }

  /// Computes the outputs from the inputs.
  ///
  /// - Throws: `cancelled` if the canceller was used; `failed` if an input is not bound or ONNX Runtime reports an error.
  public func run() throws(InferenceError) {
    if canceller.isCancelled { throw cancelled }
    if let index = inputTensors.firstUnbound {
      throw InferenceError(
        .failed, "model '\(name)': input '\(inputs[index].name)' is \(inputs[index]); bind its shape before running")
    }
    do {
      try outputTensors.fill(operation: "running model '\(name)'") { table, names, values in
        table.pointee.Run(
          handle.pointer, canceller.runOptions.pointer, inputTensors.names.pointers, inputTensors.values, inputs.count,
          names, outputs.count, values)
      }
    } catch {
      throw canceller.isCancelled ? cancelled : error
    }
  }

  /// Gives `body` an output of the last run, and its shape.
  ///
  /// It is a programmer error to ask before `run` succeeded.
  public func withOutput<R>(_ index: Int, _ body: (UnsafeBufferPointer<Float>, [Int]) throws -> R) rethrows -> R {
    guard let output = outputTensors.read(index) else {
      preconditionFailure("model '\(name)' has no output \(index): it did not run since its inputs were bound")
    }
    return try withExtendedLifetime(self) { try body(output.elements, output.shape) }
  }

  /// Ends the run under way and refuses every later one. From another thread, use `canceller`.
  public func cancel() {
    canceller.cancel()
  }

  /// How often outputs were made anew instead of reused, for tests.
  package var timesOutputsWereMade: Int { outputTensors.timesMade }

  deinit {
    // The outputs' memory is the session's.
    outputTensors.forget()
  }

  private var cancelled: InferenceError {
    InferenceError(.cancelled, "running model '\(name)' was cancelled")
  }

  /// Throws unless the model's tensors are the ones it was said to have.
  private func requireEqual(_ expected: [TensorInfo], _ found: [TensorInfo], _ side: String) throws(InferenceError) {
    for wanted in expected {
      guard let tensor = found.first(where: { $0.name == wanted.name }) else {
        throw InferenceError(
          .modelUnusable, "model '\(name)': \(side) '\(wanted.name)' is missing; the file has \(found.quotedNames)")
      }
      guard tensor == wanted else {
        throw InferenceError(
          .modelUnusable, "model '\(name)': \(side) '\(wanted.name)' should be \(wanted), and the file has \(tensor)")
      }
    }
    guard expected.map(\.name) == found.map(\.name) else {
      throw InferenceError(
        .modelUnusable,
        "model '\(name)': the \(side)s should be \(expected.quotedNames), and the file has \(found.quotedNames)")
    }
  }
}

extension [TensorInfo] {
  /// The names as messages have them: `'a', 'b'`.
  fileprivate var quotedNames: String {
    map { "'\($0.name)'" }.joined(separator: ", ")
  }
}
