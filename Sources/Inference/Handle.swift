/// Owns one object of ONNX Runtime and releases it in the end.
///
/// @unchecked Sendable because the pointer never changes; what may be done with it from which thread is said by the
/// type that holds the handle.
final class Handle: @unchecked Sendable {
  let pointer: OpaquePointer
  private let release: @Sendable (OpaquePointer) -> Void

  init(_ pointer: OpaquePointer, release: @escaping @Sendable (OpaquePointer) -> Void) {
    self.pointer = pointer
    self.release = release
  }

  deinit {
    release(pointer)
  }
}
