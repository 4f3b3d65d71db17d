import Inference
import Testing

/// How ONNX Runtime is found, and what is said if it is not.
@Suite struct RuntimeTests {
  @Test func isLoadedOnce() throws {
    let runtime = try Runtime.load()
    #expect(runtime === (try Runtime.load()))
    #expect(runtime === (try Runtime.load(explicitPath: runtime.path)))
    #expect(runtime.version.hasPrefix("1."))
    #expect(runtime.availableProviders().contains("CPUExecutionProvider"))

    let error = #expect(throws: InferenceError.self) { try Runtime.load(explicitPath: "/other/libonnxruntime.so") }
    #expect(error?.kind == .runtimeUnusable)
    #expect(
      error?.message == "ONNX Runtime is already loaded from '\(runtime.path)', and a process can use only one; "
        + "name the same path everywhere")
  }

  @Test func isLookedForInOrder() {
    func search(_ explicitPath: String?, _ environment: [String: String]) -> RuntimeSearch {
      RuntimeSearch(explicitPath: explicitPath, environment: environment)
    }
    let both = ["SEMBLANCE_ONNXRUNTIME": "/env/lib.so", "SEMBLANCE_CACHE": "/cache"]
    #expect(search("/named/lib.so", both).places == [.file("/named/lib.so")])
    #expect(search(nil, both).places == [.file("/env/lib.so")])
    #expect(
      search(nil, ["SEMBLANCE_CACHE": "/cache"]).places == [
        .file("/cache/onnxruntime/libonnxruntime.so"), .systemName("libonnxruntime.so"),
        .systemName("libonnxruntime.so.1"),
      ])
    #expect(
      search(nil, ["SEMBLANCE_ONNXRUNTIME": ""]).places == [
        .systemName("libonnxruntime.so"), .systemName("libonnxruntime.so.1"),
      ])
  }

  @Test func nowhereToBeFound() {
    let search = RuntimeSearch(
      explicitPath: nil, environment: ["SEMBLANCE_CACHE": "/nowhere"], systemNames: ["libnowhere.so"])
    let error = #expect(throws: InferenceError.self) { try search.open() }
    #expect(error?.kind == .runtimeMissing)
    #expect(
      error?.message == "ONNX Runtime was not found: looked at '/nowhere/onnxruntime/libonnxruntime.so', "
        + "'libnowhere.so' of the system; `make setup` gets it, "
        + "or name a libonnxruntime.so with --onnxruntime or SEMBLANCE_ONNXRUNTIME")
  }

  @Test(
    arguments: [
      ("--onnxruntime", "/nowhere/a.so", [:]),
      (
        "SEMBLANCE_ONNXRUNTIME", nil,
        [
          "SEMBLANCE_ONNXRUNTIME": "/nowhere/a.so"
        ]
      ),
    ] as [(String, String?, [String: String])])
  func notAtTheNamedPath(_ name: String, _ path: String?, _ environment: [String: String]) {
    let search = RuntimeSearch(explicitPath: path, environment: environment)
    let error = #expect(throws: InferenceError.self) { try search.open() }
    #expect(error?.kind == .runtimeMissing)
    #expect(
      error?.message == "ONNX Runtime is not at '/nowhere/a.so', the path that \(name) names; "
        + "name a libonnxruntime.so that exists, or none to use the one that `make setup` gets")
  }

  @Test func aFileThatIsNoLibrary() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("hello".utf8), to: "libonnxruntime.so")
    let search = RuntimeSearch(explicitPath: path, environment: [:])
    let error = #expect(throws: InferenceError.self) { try search.open() }
    #expect(error?.kind == .runtimeUnusable)
    #expect(
      error?.message == "cannot open ONNX Runtime at '\(path)': \(path): file too short; "
        + "`make setup` gets one that fits this machine")
  }

  @Test func anotherLibrary() {
    let error = #expect(throws: InferenceError.self) { try OpenedLibrary(path: "libc.so.6") }
    #expect(error?.kind == .runtimeUnusable)
    #expect(
      error?.message == "'libc.so.6' is not ONNX Runtime: it has no OrtGetApiBase; name a libonnxruntime.so")
  }

  @Test(arguments: ["1.16.3", "1.2.0", "0.5", "1", "", "of no known version"]) func tooOld(_ version: String) {
    let error = #expect(throws: InferenceError.self) {
      try OpenedLibrary.requireNewEnough(version: version, path: "/old/lib.so")
    }
    #expect(error?.kind == .runtimeUnusable)
    #expect(
      error?.message
        == "ONNX Runtime at '/old/lib.so' is \(version), and 1.17 or newer is needed; `make setup` gets one")
  }

  @Test(arguments: ["1.17.0", "1.24.1", "1.31.1", "1.100", "2.0.0-dev"]) func newEnough(_ version: String) throws {
    try OpenedLibrary.requireNewEnough(version: version, path: "/new/lib.so")
  }
}
