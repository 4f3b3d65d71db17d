/// What is known of a model: whose it is, which file it must be, and how to talk to it.
public struct ModelDescription: Sendable, Equatable {
  /// The name used in code, on the command line and in messages.
  public let id: String
  public let title: String
  public let author: String
  /// The licence of the weights, as an SPDX identifier.
  public let licence: String
  /// The year the model was published.
  public let year: Int
  public let origin: Origin
  /// The file's name in the cache folder.
  public let fileName: String
  /// The SHA-256 of the file, as 64 lower-case hexadecimal digits.
  public let sha256: String
  /// The size of the file in bytes.
  public let byteCount: Int
  public let inputs: [TensorInfo]
  public let outputs: [TensorInfo]
  /// What black and white are in the input picture; nil if the inputs are no pictures.
  public let valueRange: ClosedRange<Float>?
  /// Nil if the inputs are no pictures.
  public let colourOrder: ColourOrder?

  public init(
    id: String, title: String, author: String, licence: String, year: Int, origin: Origin, fileName: String,
    sha256: String, byteCount: Int, inputs: [TensorInfo], outputs: [TensorInfo], valueRange: ClosedRange<Float>?,
    colourOrder: ColourOrder?
  ) {
    self.id = id
    self.title = title
    self.author = author
    self.licence = licence
    self.year = year
    self.origin = origin
    self.fileName = fileName
    self.sha256 = sha256
    self.byteCount = byteCount
    self.inputs = inputs
    self.outputs = outputs
    self.valueRange = valueRange
    self.colourOrder = colourOrder
  }

  /// The PyPI package a model comes out of.
  public struct Origin: Sendable, Equatable {
    public let package: String
    public let version: String
    /// The file inside the package that the model is, or is made from.
    public let file: String

    public init(package: String, version: String, file: String) {
      self.package = package
      self.version = version
      self.file = file
    }
  }

  /// The order of a picture's three channels.
  public enum ColourOrder: Sendable {
    case rgb, bgr
  }
}
