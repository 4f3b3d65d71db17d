/// A model's input or output: its name, what its elements are, and its shape.
public struct TensorInfo: Sendable, Equatable {
  public let name: String
  public let elementType: ElementType
  /// The size along each axis, the slowest first; `nil` where the model leaves it to the caller.
  public let dimensions: [Int?]

  public init(_ name: String, _ dimensions: [Int?], _ elementType: ElementType = .float32) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
  }

  /// The shape, if the model leaves none of it to the caller.
  public var fixedShape: [Int]? {
    let sizes = dimensions.compactMap(\.self)
    return sizes.count == dimensions.count ? sizes : nil
  }

  /// Whether a tensor of `shape` can be given for this one.
  public func accepts(_ shape: [Int]) -> Bool {
    shape.count == dimensions.count
      && zip(dimensions, shape).allSatisfy { wanted, given in given > 0 && (wanted == nil || wanted == given) }
  }

  /// The shape as people read it, `?` standing for a free size: `[1, 3, ?, ?]`.
  public var shapeDescription: String {
    "[" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
  }
}

extension TensorInfo: CustomStringConvertible {
  /// The shape and element type, `[1, 3, ?, ?] float32`.
  public var description: String { "\(shapeDescription) \(elementType)" }
}

/// What a tensor's elements are. Messages have them by the names of the cases.
///
/// Raw values are ONNX's own numbers (`TensorProto.DataType`). Sessions read and write `float32` only; the rest are
/// named so that a message can say what a model has instead.
public enum ElementType: Int, Sendable {
  case unknown = 0
  case float32 = 1
  case uint8, int8, uint16, int16, int32, int64, string, bool, float16, float64, uint32, uint64
  case complex64, complex128, bfloat16
}
