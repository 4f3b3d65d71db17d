import Catalogue
import Foundation
import Testing

@Suite struct ModelStoreTests {
  let folder: TemporaryFolder
  let store: ModelStore
  /// Five bytes, "model".
  let model = ModelDescription(
    id: "tiny", title: "Tiny", author: "Nobody", licence: "MIT", year: 2000,
    origin: .init(package: "tiny", version: "1", file: "tiny.onnx"), fileName: "tiny.onnx",
    sha256: "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4", byteCount: 5,
    inputs: [TensorInfo("in", [1])], outputs: [TensorInfo("out", [1])], valueRange: 0...1, colourOrder: .rgb)

  init() throws {
    folder = try TemporaryFolder()
    store = ModelStore(CacheFolder(path: folder.path))
  }

  private var path: String { folder.path + "/models/tiny.onnx" }

  @Test func loadsTheRightFile() throws {
    try folder.write(Array("model".utf8), to: "models/tiny.onnx")
    let loaded = try store.load(model)
    #expect(loaded.name == "tiny")
    #expect(loaded.bytes == Array("model".utf8))
    #expect(loaded.interface == .init(inputs: model.inputs, outputs: model.outputs))
    #expect(store.path(of: model) == path)
  }

  @Test func missing() {
    expect(.missing, "model 'tiny' is not at '\(path)'; `make setup` gets it")
  }

  @Test func anotherHash() throws {
    try folder.write(Array("Model".utf8), to: "models/tiny.onnx")
    expect(
      .damaged,
      "model 'tiny' at '\(path)' should have the SHA-256 9372c470eead… and has 5e2c614c23f0…; "
        + "run `make setup` to repair it")
  }

  @Test(arguments: [("", "only 0"), ("mode", "only 4"), ("models", "more"), ("models and more", "more")])
  func anotherSize(_ content: String, _ size: String) throws {
    try folder.write(Array(content.utf8), to: "models/tiny.onnx")
    expect(
      .damaged, "model 'tiny' at '\(path)' should have 5 bytes and has \(size); run `make setup` to repair it")
  }

  @Test func aFolderInItsPlace() throws {
    try folder.write([], to: "models/tiny.onnx/file")
    expect(.unreadable, "cannot read model 'tiny' at '\(path)': it is not a regular file")
  }

  /// Opening a pipe that nobody writes to would wait for ever.
  @Test func aPipeInItsPlace() throws {
    try folder.write([], to: "models/other")
    #expect(mkfifo(path, 0o600) == 0)
    expect(.unreadable, "cannot read model 'tiny' at '\(path)': it is not a regular file")
  }

  private func expect(_ kind: CatalogueError.Kind, _ message: String, _ location: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: CatalogueError.self, sourceLocation: location) { try store.load(model) }
    #expect(error?.kind == kind, sourceLocation: location)
    #expect(error?.message == message, sourceLocation: location)
  }
}
