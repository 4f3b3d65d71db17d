internal import COnnxRuntime
import Catalogue

extension Runtime {
  /// Makes ONNX Runtime's session for `model`.
  ///
  /// The bytes are only borrowed: ONNX Runtime takes its own copy of the weights.
  func openSession(_ model: LoadedModel, _ options: SessionOptions) throws(InferenceError) -> Handle {
    let settings = try api.make("preparing to load model '\(model.name)'") { api, out in
      api.pointee.CreateSessionOptions(out)
    }
    let owner = Handle(settings) { [api] in api.table.pointee.ReleaseSessionOptions($0) }
    try configure(owner.pointer, options, model.name)

    // An empty array has no address to give.
    guard !model.bytes.isEmpty else {
      throw InferenceError(.modelUnusable, "loading model '\(model.name)': the file is empty")
    }
    let session = try api.make("loading model '\(model.name)'", kind: .modelUnusable) { api, out in
      model.bytes.withUnsafeBytes { bytes in
        api.pointee.CreateSessionFromArray(
          environment.pointer, bytes.baseAddress!, bytes.count, owner.pointer, out)
      }
    }
    return Handle(session) { [api] in api.table.pointee.ReleaseSession($0) }
  }

  private func configure(
    _ settings: OpaquePointer, _ options: SessionOptions, _ model: String
  ) throws(InferenceError) {
    let table = api.table
    let operation = "preparing to load model '\(model)'"
    try api.check(table.pointee.SetIntraOpNumThreads(settings, Int32(options.threads)), operation)
    try api.check(table.pointee.SetInterOpNumThreads(settings, 1), operation)
    try api.check(table.pointee.SetSessionGraphOptimizationLevel(settings, Int32(ort_optimise_all)), operation)
    // Threads that wait in a loop would take the processor from the decoder and the encoder.
    try api.check(
      table.pointee.AddSessionConfigEntry(settings, "session.intra_op.allow_spinning", "0"), operation)
    if !options.keepsMemory { try api.check(table.pointee.DisableCpuMemArena(settings), operation) }
    try append(options.provider, threads: options.threads, to: settings, model)
  }

  private func append(
    _ provider: ExecutionProvider, threads: Int, to settings: OpaquePointer, _ model: String
  ) throws(InferenceError) {
    if provider == .cpu { return }
    let available = availableProviders().map { $0.replacing("ExecutionProvider", with: "") }
    guard available.contains(provider.name) else {
      throw InferenceError(
        .failed,
        "model '\(model)' cannot run with \(provider.name): ONNX Runtime \(version) at '\(path)' has only "
          + "\(available.joined(separator: ", ")); choose one of these, or another library with --onnxruntime")
    }
    var values = provider.options
    if provider.name == "OpenVINO", values["num_of_threads"] == nil { values["num_of_threads"] = String(threads) }
    let sorted = values.sorted { $0.key < $1.key }
    let keys = CStrings(sorted.map(\.key))
    let texts = CStrings(sorted.map(\.value))
    let status =
      provider.name == "OpenVINO"
      ? api.table.pointee.SessionOptionsAppendExecutionProvider_OpenVINO_V2(
        settings, keys.pointers, texts.pointers, keys.count)
      : api.table.pointee.SessionOptionsAppendExecutionProvider(
        settings, provider.name, keys.pointers, texts.pointers, keys.count)
    try api.check(status, "choosing \(provider.name) for model '\(model)'")
    withExtendedLifetime((keys, texts)) {}
  }
}

extension Handle {
  /// What tells ONNX Runtime that a tensor is in the processor's own memory.
  static func processorMemory(_ api: Api) throws(InferenceError) -> Handle {
    let memory = try api.make("preparing to run a model") { api, out in
      api.pointee.CreateCpuMemoryInfo(Int32(ort_arena_allocator), Int32(ort_memory_default), out)
    }
    return Handle(memory) { api.table.pointee.ReleaseMemoryInfo($0) }
  }
}
