internal import COnnxRuntime
public import FoundationEssentials
import Synchronization

/// ONNX Runtime, loaded into this process.
///
/// ```swift
/// let runtime = try Runtime.load()
/// print(runtime.version, runtime.availableProviders())
/// ```
///
/// A process has one: loading again gives the same. Nothing of it is ever written to stdout or stderr.
public final class Runtime: Sendable {
  /// The library's version, "1.24.1".
  public let version: String
  /// The file the library came from.
  public let path: String

  let api: Api
  /// ONNX Runtime's environment, which lives as long as the process.
  let environment: Handle

  /// What `load` was first asked for, and what it gave.
  private static let loaded = Mutex<(runtime: Runtime, request: [RuntimeSearch.Place])?>(nil)

  /// Finds and loads ONNX Runtime, the first time; later gives what it gave then.
  ///
  /// It is looked for at `explicitPath`, else at the path in `SEMBLANCE_ONNXRUNTIME`, else in the cache folder, else
  /// where the system keeps its libraries.
  ///
  /// - Throws: `runtimeMissing` with the places looked at; `runtimeUnusable` if what is there cannot be used, or if
  ///   another library than the one already loaded is asked for.
  public static func load(
    explicitPath: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(InferenceError) -> Runtime {
    try load(RuntimeSearch(explicitPath: explicitPath, environment: environment))
  }

  package static func load(_ search: RuntimeSearch) throws(InferenceError) -> Runtime {
    try loaded.withLock { loaded throws(InferenceError) in
      guard let (runtime, request) = loaded else {
        let runtime = try Runtime(search.open())
        loaded = (runtime, search.places)
        return runtime
      }
      guard request == search.places || search.namedBy == nil || search.places == [.file(runtime.path)] else {
        throw InferenceError(
          .runtimeUnusable,
          "ONNX Runtime is already loaded from '\(runtime.path)', and a process can use only one; "
            + "name the same path everywhere")
      }
      return runtime
    }
  }

  private init(_ library: OpenedLibrary) throws(InferenceError) {
    let api = Api(table: library.api)
    version = library.version
    path = library.path
    self.api = api
    let environment = try api.make("starting ONNX Runtime at '\(library.path)'", kind: .runtimeUnusable) { api, out in
      api.pointee.CreateEnvWithCustomLogger(ort_discard_log, nil, Int32(ort_log_fatal), "semblance", out)
    }
    self.environment = Handle(environment) { _ in }
  }

  /// The execution providers this library has, as it names them: `CPUExecutionProvider`, `OpenVINOExecutionProvider`.
  public func availableProviders() -> [String] {
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>>?
    var count: Int32 = 0
    let table = api.table
    if let status = table.pointee.GetAvailableProviders(&names, &count) {
      table.pointee.ReleaseStatus(status)
    }
    guard let names else { return [] }
    defer {
      if let status = table.pointee.ReleaseAvailableProviders(names, count) {
        table.pointee.ReleaseStatus(status)
      }
    }
    return (0..<Int(count)).map { String(cString: names[$0]) }
  }
}
