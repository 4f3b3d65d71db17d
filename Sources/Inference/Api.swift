import COnnxRuntime

/// ONNX Runtime's functions, and what their answers mean.
///
/// @unchecked Sendable because the table is constant and is never unmapped.
struct Api: @unchecked Sendable {
  let table: UnsafePointer<ort_api>

  /// Throws if `status`, the answer of one of the functions, is an error.
  ///
  /// - Parameters:
  ///   - operation: What was being done, to what: the beginning of the message.
  ///   - kind: What kind of error it then is.
  func check(
    _ status: OpaquePointer?, _ operation: @autoclosure () -> String, kind: InferenceError.Kind = .failed
  ) throws(InferenceError) {
    guard let status else { return }
    let reason = table.pointee.GetErrorMessage(status).map { String(cString: $0) } ?? "no reason given"
    table.pointee.ReleaseStatus(status)
    throw InferenceError(kind, "\(operation()): \(oneLine(reason))")
  }

  /// What `create` makes, unless it answers with an error.
  func make(
    _ operation: @autoclosure () -> String, kind: InferenceError.Kind = .failed,
    _ create: (UnsafePointer<ort_api>, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
  ) throws(InferenceError) -> OpaquePointer {
    var made: OpaquePointer?
    try check(create(table, &made), operation(), kind: kind)
    guard let made else { throw InferenceError(kind, "\(operation()): ONNX Runtime gave nothing back") }
    return made
  }
}

/// `text` with its line breaks turned into spaces: ONNX Runtime's messages span lines, ours are sentences.
private func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isNewline).joined(separator: " ")
}
