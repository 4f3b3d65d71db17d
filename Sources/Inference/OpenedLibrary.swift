import COnnxRuntime

/// An ONNX Runtime library that is open and new enough.
package struct OpenedLibrary {
  /// The file the library came from.
  package let path: String
  package let version: String
  /// The library's functions. They stay valid: an opened library is never closed.
  let api: UnsafePointer<ort_api>

  /// - Parameter path: A path, or a bare name for the system's loader to find.
  /// - Throws: `runtimeUnusable`, in one of three sentences: cannot be opened, is not ONNX Runtime, is too old.
  package init(path: String) throws(InferenceError) {
    var base: UnsafePointer<ort_api_base>?
    var text = [CChar](repeating: 0, count: 4096)
    let outcome = ort_open(path, &base, &text, text.count)
    let answer = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    guard outcome == ort_opened, let base else {
      throw InferenceError(
        .runtimeUnusable,
        outcome == ort_cannot_open
          ? "cannot open ONNX Runtime at \(path): \(answer); `make setup` gets one that fits this machine"
          : "\(path) is not ONNX Runtime: it has no OrtGetApiBase; name a libonnxruntime.so")
    }
    let version = base.pointee.GetVersionString().map { String(cString: $0) } ?? "of unknown version"
    // Asking an old library for a table it does not have makes it write to stderr, hence the number first.
    guard OpenedLibrary.isNewEnough(version), let api = base.pointee.GetApi(UInt32(ort_api_version)) else {
      throw InferenceError(
        .runtimeUnusable,
        "ONNX Runtime at \(answer) is \(version), and 1.\(ort_api_version) or newer is needed; "
          + "`make setup` gets one")
    }
    self.path = answer
    self.version = version
    self.api = api
  }

  /// Whether a library that calls itself `version` has every function used here.
  package static func isNewEnough(_ version: String) -> Bool {
    let numbers = version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    guard let major = numbers.first else { return false }
    let minor = numbers.count > 1 ? numbers[1] : 0
    return major > 1 || (major == 1 && minor >= Int(ort_api_version))
  }
}
