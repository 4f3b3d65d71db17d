internal import COnnxRuntime

/// A float32 tensor in memory of our own, which ONNX Runtime reads in place.
final class FloatTensor {
  let shape: [Int]
  let elements: UnsafeMutableBufferPointer<Float>
  let value: Handle

  /// A tensor of zeros.
  ///
  /// - Throws: `failed` if `shape` is more than memory can hold.
  init(api: Api, memory: Handle, shape: [Int], operation: String) throws(InferenceError) {
    guard let count = elementCount(shape) else {
      throw InferenceError(.failed, "\(operation): a tensor of shape \(shape) does not fit into memory")
    }
    let byteCount = count * MemoryLayout<Float>.stride
    // Kernels read whole vectors, the widest being 64 bytes.
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    let elements = bytes.bindMemory(to: Float.self, capacity: count)
    elements.initialize(repeating: 0, count: count)
    let dimensions = shape.map(Int64.init)
    do {
      let value = try api.make(operation) { api, out in
        api.pointee.CreateTensorWithDataAsOrtValue(
          memory.pointer, bytes, byteCount, dimensions, dimensions.count, Int32(ort_element_float32), out)
      }
      self.value = Handle(value) { api.table.pointee.ReleaseValue($0) }
    } catch {
      bytes.deallocate()
      throw error
    }
    self.shape = shape
    self.elements = UnsafeMutableBufferPointer(start: elements, count: count)
  }

  deinit {
    // The value borrows the memory but does not touch it when it is released, so the order does not matter.
    UnsafeMutableRawPointer(elements.baseAddress!).deallocate()
  }
}

/// The product of `shape`, unless the bytes of so many floats overflow.
private func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, product <= Int.max / MemoryLayout<Float>.stride else { return nil }
    count = product
  }
  return count
}
