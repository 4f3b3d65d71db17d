internal import COnnxRuntime
import Glibc

/// A float32 tensor in memory of our own, which ONNX Runtime reads in place.
final class FloatTensor {
  let shape: [Int]
  let elements: UnsafeMutableBufferPointer<Float>
  let value: Handle

  /// The most that one tensor may take: ten 4K pictures. A damaged model can ask for anything.
  static let maximumByteCount = 1 << 30

  /// A tensor of zeros.
  ///
  /// - Throws: `failed` if `shape` takes more than `maximumByteCount`, or more than there is.
  init(api: Api, memory: Handle, shape: [Int], operation: String) throws(InferenceError) {
    let byteCount = shape.reduce(MemoryLayout<Float>.stride) { product, size in
      product.multipliedReportingOverflow(by: size).overflow ? .max : product * size
    }
    // Kernels read whole vectors, the widest being 64 bytes.
    let alignment = 64
    guard byteCount <= FloatTensor.maximumByteCount,
      let bytes = aligned_alloc(alignment, (byteCount / alignment + 1) * alignment)
    else {
      throw InferenceError(.failed, "\(operation): a tensor of shape \(shape) does not fit into memory")
    }
    let count = byteCount / MemoryLayout<Float>.stride
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
      free(bytes)
      throw error
    }
    self.shape = shape
    self.elements = UnsafeMutableBufferPointer(start: elements, count: count)
  }

  deinit {
    // The value borrows the memory but does not touch it when it is released, so the order does not matter.
    free(elements.baseAddress)
  }
}
