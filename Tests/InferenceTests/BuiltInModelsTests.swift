import Catalogue
import Inference
import Testing

@Suite struct BuiltInModelsTests {
  @Test(arguments: ModelDescription.all) func rowIsComplete(_ model: ModelDescription) {
    for text in [
      model.id, model.title, model.author, model.origin.package, model.origin.version, model.origin.file,
    ] {
      #expect(!text.isEmpty)
    }
    #expect(["Apache-2.0", "MIT"].contains(model.licence), "built-in models are permissively licensed")
    #expect((2015...2030).contains(model.year))
    #expect(model.fileName == model.id + ".onnx")
    #expect(model.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    #expect(model.byteCount > 0)
    #expect(!model.inputs.isEmpty && !model.outputs.isEmpty)
    #expect((model.valueRange == nil) == (model.colourOrder == nil))
    if let range = model.valueRange { #expect(range.lowerBound < range.upperBound) }
  }

  @Test func rowsAreDifferent() {
    #expect(Set(ModelDescription.all.map(\.id)).count == ModelDescription.all.count)
    #expect(Set(ModelDescription.all.map(\.sha256)).count == ModelDescription.all.count)
  }

  /// The file in the cache is the one described, its tensors too.
  @Test(arguments: ModelDescription.all) func loadsAndRuns(_ model: ModelDescription) throws {
    let session = try Session(runtime: .load(), model: ModelStore(CacheFolder()).load(model))
    for input in model.inputs where input.fixedShape == nil {
      try session.bindInput(input.name, shape: input.dimensions.map { $0 ?? 64 })
    }
    try session.run()
    for index in model.outputs.indices {
      #expect(session.withOutput(index) { values, _ in values.allSatisfy(\.isFinite) })
    }
  }
}
