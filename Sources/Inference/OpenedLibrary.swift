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
          ? "cannot open ONNX Runtime at '\(path)': \(answer); `make setup` gets one that fits this machine"
          : "'\(path)' is not ONNX Runtime: it has no OrtGetApiBase; name a libonnxruntime.so")
    }
    let version = base.pointee.GetVersionString().map { String(cString: $0) } ?? "of no known version"
    // Asking an old library for a table it does not have makes it write to stderr, hence the number first.
    try OpenedLibrary.requireNewEnough(version: version, path: answer)
    guard let api = base.pointee.GetApi(UInt32(ort_api_version)) else {
      throw OpenedLibrary.tooOld(version: version, path: answer)
    }
    self.path = answer
    self.version = version
    self.api = api
  }

  /// Throws unless a library that calls itself `version` has every function used here.
  package static func requireNewEnough(version: String, path: String) throws(InferenceError) {
    let numbers = version.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
    guard !numbers.lexicographicallyPrecedes([1, Int(ort_api_version)]) else {
      throw tooOld(version: version, path: path)
    }
  }

  private static func tooOld(version: String, path: String) -> InferenceError {
    InferenceError(
      .runtimeUnusable,
      "ONNX Runtime at '\(path)' is \(version), and 1.\(ort_api_version) or newer is needed; `make setup` gets one")
  }
}
