internal import COnnxRuntime
import Catalogue

/// Reads what a loaded model says of its inputs and outputs.
struct ModelInterface {
  let inputs: [TensorInfo]
  let outputs: [TensorInfo]

  init(api: Api, session: Handle, model: String) throws(InferenceError) {
    inputs = try ModelInterface.read(
      .input, api, session, model, count: { $0.pointee.SessionGetInputCount($1, $2) },
      name: { $0.pointee.SessionGetInputName($1, $2, $3, $4) },
      type: { $0.pointee.SessionGetInputTypeInfo($1, $2, $3) })
    outputs = try ModelInterface.read(
      .output, api, session, model, count: { $0.pointee.SessionGetOutputCount($1, $2) },
      name: { $0.pointee.SessionGetOutputName($1, $2, $3, $4) },
      type: { $0.pointee.SessionGetOutputTypeInfo($1, $2, $3) })
  }

  private enum Side: String {
    case input, output
  }

  private typealias Table = UnsafePointer<ort_api>
  private typealias Out = UnsafeMutablePointer<OpaquePointer?>

  private static func read(
    _ side: Side, _ api: Api, _ session: Handle, _ model: String,
    count: (Table, OpaquePointer, UnsafeMutablePointer<Int>) -> OpaquePointer?,
    name: (Table, OpaquePointer, Int, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>)
      -> OpaquePointer?,
    type: (Table, OpaquePointer, Int, Out) -> OpaquePointer?
  ) throws(InferenceError) -> [TensorInfo] {
    var total = 0
    try api.check(count(api.table, session.pointer, &total), "counting the \(side)s of model '\(model)'")
    let allocator = try api.make("reading the names of model '\(model)'") { api, out in
      api.pointee.GetAllocatorWithDefaultOptions(out)
    }
    var tensors: [TensorInfo] = []
    for index in 0..<total {
      var characters: UnsafeMutablePointer<CChar>?
      let operation = "reading \(side) \(index) of model '\(model)'"
      try api.check(name(api.table, session.pointer, index, allocator, &characters), operation)
      guard let characters else { throw InferenceError(.modelUnusable, "\(operation): it has no name") }
      let text = String(cString: characters)
      try api.check(api.table.pointee.AllocatorFree(allocator, characters), operation)

      let info = try api.make(operation) { type($0, session.pointer, index, $1) }
      let owner = Handle(info) { api.table.pointee.ReleaseTypeInfo($0) }
      var tensor: OpaquePointer?
      try api.check(api.table.pointee.CastTypeInfoToTensorInfo(owner.pointer, &tensor), operation)
      // The tensor's description belongs to `owner`.
      let read = try withExtendedLifetime(owner) { () throws(InferenceError) -> TensorInfo? in
        try tensor.map { tensor throws(InferenceError) in
          try TensorInfo(text, api: api, tensor: tensor, operation: operation)
        }
      }
      guard let read, read.elementType == .float32 else {
        let kind = read.map { "\($0.elementType)" } ?? "no tensor"
        throw InferenceError(
          .modelUnusable,
          "model '\(model)': \(side) '\(text)' is \(kind), and only float32 tensors can be used; "
            + "convert the model's inputs and outputs to float32")
      }
      tensors.append(read)
    }
    return tensors
  }
}

extension TensorInfo {
  /// What ONNX Runtime says of a tensor.
  init(_ name: String, api: Api, tensor: OpaquePointer, operation: String) throws(InferenceError) {
    var element: Int32 = 0
    try api.check(api.table.pointee.GetTensorElementType(tensor, &element), operation)
    var rank = 0
    try api.check(api.table.pointee.GetDimensionsCount(tensor, &rank), operation)
    var sizes = [Int64](repeating: 0, count: rank)
    try api.check(api.table.pointee.GetDimensions(tensor, &sizes, rank), operation)
    self.init(
      name, sizes.map { $0 < 0 ? nil : Int($0) }, ElementType(rawValue: Int(element)) ?? .unknown)
  }
}
