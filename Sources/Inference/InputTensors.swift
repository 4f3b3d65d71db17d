internal import COnnxRuntime

/// The bound inputs of a session, also as the array of values that a run takes.
final class InputTensors {
  let names: CStrings
  /// The value of each bound input, in the model's order.
  let values: UnsafeMutablePointer<OpaquePointer?>
  private var tensors: [FloatTensor?]

  init(names: [String]) {
    self.names = CStrings(names)
    tensors = Array(repeating: nil, count: names.count)
    values = .allocate(capacity: names.count)
    values.initialize(repeating: nil, count: names.count)
  }

  subscript(index: Int) -> FloatTensor? {
    get { tensors[index] }
    set {
      tensors[index] = newValue
      values[index] = newValue?.value.pointer
    }
  }

  /// The first input without a tensor.
  var firstUnbound: Int? { tensors.firstIndex { $0 == nil } }

  deinit {
    values.deallocate()
  }
}
