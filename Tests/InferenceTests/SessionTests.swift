import Catalogue
import Foundation
import Inference
import Testing

@Suite struct SessionTests {
  let runtime: Runtime

  init() throws {
    runtime = try Runtime.load()
  }

  @Test func runsAModel() throws {
    let session = try Session(runtime, .adding)
    #expect(session.inputs == [TensorInfo("a", [2]), TensorInfo("b", [2])])
    #expect(session.outputs == [TensorInfo("sum", [2])])
    session.set(0, [1, 2])
    session.set(1, [0.5, -4])
    try session.run()
    #expect(session.values(0) == [1.5, -2])
    #expect(session.withOutput(0) { _, shape in shape } == [2])
  }

  @Test func inputsAreZeroUntilWrittenAndKeepWhatWasWritten() throws {
    let session = try Session(runtime, .adding)
    session.set(0, [1, 2])
    try session.run()
    #expect(session.values(0) == [1, 2])
    session.set(1, [10, 20])
    try session.run()
    #expect(session.values(0) == [11, 22])
  }

  @Test func laterRunsReuseTheOutputs() throws {
    let session = try Session(runtime, .adding)
    for values in [[1, 2], [3, 4], [5, 6]] as [[Float]] {
      session.set(0, values)
      try session.run()
      #expect(session.values(0) == values)
    }
    #expect(session.timesOutputsWereMade == 1)
  }

  @Test func anInputCanBeBoundAgainInAnotherShape() throws {
    let session = try Session(runtime, .anySize)
    #expect(session.inputs == [TensorInfo("picture", [1, nil, nil])])
    for (shape, values) in [
      ([1, 1, 2], [1, -1]), ([1, 2, 3], [-1, 2, -3, 4, -5, 6]), ([1, 1, 1], [-7]), ([1, 1, 2], [8, -8]),
    ] as [([Int], [Float])] {
      try session.bindInput("picture", shape: shape)
      session.set(0, values)
      try session.run()
      #expect(session.values(0) == values.map { max($0, 0) })
      #expect(session.withOutput(0) { _, shape in shape } == shape)
      try session.run()
      #expect(session.values(0) == values.map { max($0, 0) })
    }
    #expect(session.timesOutputsWereMade == 4)
  }

  @Test func bindingTheSameShapeKeepsTheValues() throws {
    let session = try Session(runtime, .anySize)
    try session.bindInput("picture", shape: [1, 1, 2])
    session.set(0, [1, 2])
    try session.bindInput("picture", shape: [1, 1, 2])
    try session.run()
    #expect(session.values(0) == [1, 2])
  }

  @Test func outputsMayChangeTheirSizeWithTheValues() throws {
    let session = try Session(runtime, .counting)
    for (values, places) in [([0, 5, 0, 5], [1, 3]), ([1, 1, 1, 0], [0, 1, 2]), ([0, 0, 0, 9], [3])]
      as [([Float], [Float])]
    {
      session.set(0, values)
      try session.run()
      #expect(session.values(0) == places)
    }
  }

  @Test func threadsGiveTheSameResult() throws {
    let session = try Session(runtime, .adding, options: SessionOptions(threads: 2))
    session.set(0, [1, 2])
    try session.run()
    #expect(session.values(0) == [1, 2])
  }

  @Test func openVINOGivesTheSameResultOrSaysItIsNotThere() throws {
    let options = SessionOptions(provider: .openVINO)
    guard runtime.availableProviders().contains("OpenVINOExecutionProvider") else {
      let error = #expect(throws: InferenceError.self) { try Session(runtime, .adding, options: options) }
      #expect(error?.message.hasPrefix("model 'test' cannot run with OpenVINO: ") == true)
      return
    }
    let session = try Session(runtime, .adding, options: options)
    for values in [[1, 2], [3, 4]] as [[Float]] {
      session.set(0, values)
      session.set(1, [0.5, 0.25])
      try session.run()
      #expect(session.values(0) == [values[0] + 0.5, values[1] + 0.25])
    }
  }
}

/// What a session says when it cannot do what it was asked.
@Suite struct SessionErrorTests {
  let runtime: Runtime

  init() throws {
    runtime = try Runtime.load()
  }

  @Test func aShapeTheModelDoesNotTake() throws {
    let session = try Session(runtime, .anySize)
    let error = #expect(throws: InferenceError.self) { try session.bindInput("picture", shape: [3, 1, 2]) }
    #expect(error?.kind == .failed)
    #expect(error?.message == "model 'test': input 'picture' wants [1, ?, ?] float32, got [3, 1, 2]")
  }

  @Test(arguments: [[1, 2], [1, 0, 2], [1, -1, 2], [1, 1, 2, 1]]) func anImpossibleShape(_ shape: [Int]) throws {
    let session = try Session(runtime, .anySize)
    let error = #expect(throws: InferenceError.self) { try session.bindInput("picture", shape: shape) }
    #expect(error?.message == "model 'test': input 'picture' wants [1, ?, ?] float32, got \(shape)")
  }

  @Test func aShapeThatDoesNotFitIntoMemory() throws {
    let session = try Session(runtime, .anySize)
    let error = #expect(throws: InferenceError.self) {
      try session.bindInput("picture", shape: [1, 1 << 40, 1 << 40])
    }
    #expect(
      error?.message == "making input 'picture' of model 'test': "
        + "a tensor of shape [1, 1099511627776, 1099511627776] does not fit into memory")
  }

  @Test func anInputTheModelDoesNotHave() throws {
    let session = try Session(runtime, .adding)
    let error = #expect(throws: InferenceError.self) { try session.bindInput("c", shape: [2]) }
    #expect(error?.message == "model 'test' has no input 'c'; it has 'a', 'b'")
  }

  @Test func anInputThatWasNotBound() throws {
    let session = try Session(runtime, .anySize)
    let error = #expect(throws: InferenceError.self) { try session.run() }
    #expect(error?.message == "model 'test': input 'picture' is [1, ?, ?] float32; bind its shape before running")
  }

  @Test func aTensorBeyondTheLimit() throws {
    let session = try Session(runtime, .anySize)
    let error = #expect(throws: InferenceError.self) { try session.bindInput("picture", shape: [1, 1 << 14, 1 << 15]) }
    #expect(
      error?.message == "making input 'picture' of model 'test': "
        + "a tensor of shape [1, 16384, 32768] does not fit into memory")
  }

  /// A damaged model may ask for any size.
  @Test func aModelWithAHugeInput() throws {
    let model = OnnxModel(
      nodes: [.init("Relu", ["in"], ["out"])], inputs: [.init("in", [1 << 40])], outputs: [.init("out", [1 << 40])])
    let error = #expect(throws: InferenceError.self) { try Session(runtime, model) }
    #expect(
      error?.message == "making input 'in' of model 'test': a tensor of shape [1099511627776] does not fit into memory")
  }

  @Test func aRunThatFails() throws {
    let model = OnnxModel(
      nodes: [.init("Add", ["a", "b"], ["sum"])],
      inputs: [.init("a", [nil]), .init("b", [nil])], outputs: [.init("sum", [nil])])
    let session = try Session(runtime, model)
    try session.bindInput("a", shape: [2])
    try session.bindInput("b", shape: [3])
    let error = #expect(throws: InferenceError.self) { try session.run() }
    #expect(error?.kind == .failed)
    #expect(error?.message.hasPrefix("running model 'test': ") == true)
    #expect(error?.message.contains { $0.isNewline } == false)
    try session.bindInput("b", shape: [2])
    try session.run()
    #expect(session.values(0) == [0, 0])
  }

  @Test func aModelThatIsNotTheOneInTheCatalogue() throws {
    let cases: [(LoadedModel.Interface, String)] = [
      (
        .init(inputs: [TensorInfo("a", [3]), TensorInfo("b", [2])], outputs: [TensorInfo("sum", [2])]),
        "model 'test': input 'a' should be [3] float32, and the file has [2] float32"
      ),
      (
        .init(inputs: [TensorInfo("a", [2]), TensorInfo("b", [nil])], outputs: [TensorInfo("sum", [2])]),
        "model 'test': input 'b' should be [?] float32, and the file has [2] float32"
      ),
      (
        .init(inputs: [TensorInfo("a", [2]), TensorInfo("b", [2])], outputs: [TensorInfo("sum", [2], .int64)]),
        "model 'test': output 'sum' should be [2] int64, and the file has [2] float32"
      ),
      (
        .init(inputs: [TensorInfo("a", [2]), TensorInfo("b", [2])], outputs: [TensorInfo("total", [2])]),
        "model 'test': output 'total' is missing; the file has 'sum'"
      ),
      (
        .init(inputs: [TensorInfo("b", [2]), TensorInfo("a", [2])], outputs: [TensorInfo("sum", [2])]),
        "model 'test': the inputs should be 'b', 'a', and the file has 'a', 'b'"
      ),
    ]
    for (interface, message) in cases {
      let error = #expect(throws: InferenceError.self) { try Session(runtime, .adding, interface: interface) }
      #expect(error?.kind == .modelUnusable)
      #expect(error?.message == message)
    }
  }

  @Test func anElementTypeThatCannotBeUsed() throws {
    let model = OnnxModel(
      nodes: [.init("Identity", ["in"], ["out"])],
      inputs: [.init("in", [1], elementType: 7)], outputs: [.init("out", [1], elementType: 7)])
    let error = #expect(throws: InferenceError.self) { try Session(runtime, model) }
    #expect(error?.kind == .modelUnusable)
    #expect(
      error?.message == "model 'test': input 'in' is int64, and only float32 tensors can be used; "
        + "convert the model's inputs and outputs to float32")
  }

  @Test func aProviderTheLibraryDoesNotHave() throws {
    let options = SessionOptions(provider: ExecutionProvider(name: "Abacus"))
    let error = #expect(throws: InferenceError.self) { try Session(runtime, .adding, options: options) }
    #expect(error?.kind == .failed)
    let providers = runtime.availableProviders().map { $0.replacing("ExecutionProvider", with: "") }
    #expect(
      error?.message == "model 'test' cannot run with Abacus: ONNX Runtime \(runtime.version) at '\(runtime.path)' "
        + "has only \(providers.joined(separator: ", ")); choose one of these, or another library with --onnxruntime")
  }
}

/// Bytes that are no model.
@Suite struct DamagedModelTests {
  let runtime: Runtime

  init() throws {
    runtime = try Runtime.load()
  }

  @Test(arguments: [
    [0], [255, 255, 255, 255], Array(repeating: 0, count: 10_000), Array("not a model".utf8),
    Array(OnnxModel.adding.bytes.dropLast(20)), Array(OnnxModel.adding.bytes.dropFirst(5)),
  ]) func isAnError(_ bytes: [UInt8]) throws {
    let error = #expect(throws: InferenceError.self) {
      try Session(runtime: runtime, model: LoadedModel(name: "test", bytes: bytes))
    }
    #expect(error?.kind == .modelUnusable)
    #expect(error?.message.hasPrefix("loading model 'test': ") == true)
    #expect(error?.message.contains("\n") == false)
  }

  @Test func anEmptyFile() throws {
    let error = #expect(throws: InferenceError.self) {
      try Session(runtime: runtime, model: LoadedModel(name: "test", bytes: []))
    }
    #expect(error?.kind == .modelUnusable)
    #expect(error?.message == "loading model 'test': the file is empty")
  }

  /// A changed byte may leave a model that works, under another name say. It must never end the process.
  @Test func neverCrashes() throws {
    let good = OnnxModel.adding.bytes
    for index in good.indices {
      for change in [1, 0x80, 0xff] as [UInt8] {
        var bytes = good
        bytes[index] ^= change
        do {
          let session = try Session(runtime: runtime, model: LoadedModel(name: "test", bytes: bytes))
          try session.run()
        } catch {
          #expect(!error.message.isEmpty)
        }
      }
    }
  }
}

@Suite struct CancellationTests {
  let runtime: Runtime

  init() throws {
    runtime = try Runtime.load()
  }

  @Test func aCancelledSessionDoesNotRun() throws {
    let session = try Session(runtime, .adding)
    try session.run()
    session.cancel()
    #expect(session.canceller.isCancelled)
    for _ in 0..<2 {
      let error = #expect(throws: InferenceError.self) { try session.run() }
      #expect(error?.kind == .cancelled)
      #expect(error?.message == "running model 'test' was cancelled")
    }
  }

  @Test func aRunUnderWayEnds() throws {
    let session = try Session(runtime, .slow)
    let canceller = session.canceller
    Thread {
      Thread.sleep(forTimeInterval: 0.02)
      canceller.cancel()
    }.start()
    let error = #expect(throws: InferenceError.self) { try session.run() }
    #expect(error?.kind == .cancelled)
  }
}
