internal import COnnxRuntime

/// The outputs of a session's last run.
///
/// The first run lets ONNX Runtime make them; later ones write into the same memory. A model whose output sizes depend
/// on the values of its inputs does not allow that, and gets new outputs at every run.
final class OutputTensors {
  /// What a run made.
  struct Output {
    let elements: UnsafeBufferPointer<Float>
    let shape: [Int]
  }

  private let api: Api
  private let names: CStrings
  private let values: UnsafeMutablePointer<OpaquePointer?>
  private var outputs: [Output] = []
  private var sizesVary = false
  /// How often ONNX Runtime had to make the outputs anew.
  private(set) var timesMade = 0

  init(api: Api, names: [String]) {
    self.api = api
    self.names = CStrings(names)
    values = .allocate(capacity: names.count)
    values.initialize(repeating: nil, count: names.count)
  }

  /// Output `index` of the last run, or `nil` if there was none since `forget`.
  func read(_ index: Int) -> Output? {
    outputs.isEmpty ? nil : outputs[index]
  }

  /// Fills the outputs by calling `run` with their names and values.
  func fill(
    operation: @autoclosure () -> String,
    _ run: (
      UnsafePointer<ort_api>, UnsafeMutablePointer<UnsafePointer<CChar>>, UnsafeMutablePointer<OpaquePointer?>
    ) -> OpaquePointer?
  ) throws(InferenceError) {
    if !outputs.isEmpty, !sizesVary {
      guard let status = run(api.table, names.pointers, values) else { return }
      api.table.pointee.ReleaseStatus(status)
      // Perhaps the outputs no longer have the right size. If it is something else, the next attempt says what.
      forget()
      try make(operation(), run)
      sizesVary = true
    } else {
      forget()
      try make(operation(), run)
    }
  }

  /// Lets the outputs go: the inputs have another shape.
  func forget() {
    outputs = []
    for index in 0..<names.count {
      api.table.pointee.ReleaseValue(values[index])
      values[index] = nil
    }
  }

  deinit {
    forget()
    values.deallocate()
  }

  private func make(
    _ operation: String,
    _ run: (
      UnsafePointer<ort_api>, UnsafeMutablePointer<UnsafePointer<CChar>>, UnsafeMutablePointer<OpaquePointer?>
    ) -> OpaquePointer?
  ) throws(InferenceError) {
    timesMade += 1
    try api.check(run(api.table, names.pointers, values), operation)
    var made: [Output] = []
    for index in 0..<names.count {
      guard let value = values[index] else {
        throw InferenceError(.failed, "\(operation): output \(index) is missing")
      }
      made.append(try Output(api: api, value: value, operation: operation))
    }
    outputs = made
  }
}

extension OutputTensors.Output {
  fileprivate init(api: Api, value: OpaquePointer, operation: String) throws(InferenceError) {
    let info = try api.make(operation) { $0.pointee.GetTensorTypeAndShape(value, $1) }
    let owner = Handle(info) { api.table.pointee.ReleaseTensorTypeAndShapeInfo($0) }
    var rank = 0
    try api.check(api.table.pointee.GetDimensionsCount(owner.pointer, &rank), operation)
    var sizes = [Int64](repeating: 0, count: rank)
    try api.check(api.table.pointee.GetDimensions(owner.pointer, &sizes, rank), operation)
    var data: UnsafeMutableRawPointer?
    try api.check(api.table.pointee.GetTensorMutableData(value, &data), operation)
    shape = sizes.map(Int.init)
    let count = shape.reduce(1, *)
    elements = UnsafeBufferPointer(
      start: data.map { UnsafePointer($0.bindMemory(to: Float.self, capacity: count)) }, count: data == nil ? 0 : count)
  }
}
