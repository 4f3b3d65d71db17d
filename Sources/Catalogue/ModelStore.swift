import Crypto

/// Reads models from the cache folder and makes sure they are the right ones.
///
/// ```swift
/// let model = try ModelStore(CacheFolder()).load(.faceLandmark)
/// ```
public struct ModelStore: Sendable {
  public let folder: CacheFolder

  public init(_ folder: CacheFolder) {
    self.folder = folder
  }

  /// Where the file of `model` belongs.
  public func path(of model: ModelDescription) -> String {
    folder.models + "/" + model.fileName
  }

  /// Reads the file of `model` and checks its size and SHA-256.
  ///
  /// - Throws: `missing`, `unreadable` or `damaged`.
  public func load(_ model: ModelDescription) throws(CatalogueError) -> LoadedModel {
    let path = path(of: model)
    let bytes: [UInt8]
    do {
      // One byte more than the model has tells a longer file from the right one without reading all of it.
      bytes = try readRegularFile(at: path, limit: model.byteCount + 1)
    } catch {
      switch error {
      case .missing:
        throw CatalogueError(.missing, "model '\(model.id)' is not at '\(path)'; `make setup` gets it")
      case .failed(let reason):
        throw CatalogueError(.unreadable, "cannot read model '\(model.id)' at '\(path)': \(reason)")
      }
    }
    guard bytes.count == model.byteCount else {
      let size = bytes.count > model.byteCount ? "more" : "only \(bytes.count)"
      throw CatalogueError(
        .damaged,
        "model '\(model.id)' at '\(path)' should have \(model.byteCount) bytes and has \(size); "
          + "run `make setup` to repair it")
    }
    let sha256 = SHA256.hash(data: bytes).map(hexadecimal).joined()
    guard sha256 == model.sha256 else {
      throw CatalogueError(
        .damaged,
        "model '\(model.id)' at '\(path)' should have the SHA-256 \(model.sha256.prefix(12))… and has "
          + "\(sha256.prefix(12))…; run `make setup` to repair it")
    }
    return LoadedModel(
      name: model.id, bytes: bytes, interface: .init(inputs: model.inputs, outputs: model.outputs))
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return byte < 16 ? "0" + digits : digits
}
