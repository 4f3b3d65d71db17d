/// A model of a few nodes, written as an ONNX file in memory.
///
/// ```swift
/// let model = OnnxModel(
///   nodes: [.init("Add", ["a", "b"], ["sum"])],
///   inputs: [.init("a", [2]), .init("b", [2])], outputs: [.init("sum", [2])])
/// ```
///
/// The numbers are the field numbers of onnx.proto, whose messages are a list of fields.
struct OnnxModel {
  struct Node {
    let operation: String
    let inputs: [String]
    let outputs: [String]
    /// Attributes with one whole number each: the type to cast to, the axis.
    let attributes: [String: Int]

    init(_ operation: String, _ inputs: [String], _ outputs: [String], attributes: [String: Int] = [:]) {
      self.operation = operation
      self.inputs = inputs
      self.outputs = outputs
      self.attributes = attributes
    }
  }

  struct Tensor {
    let name: String
    /// `nil` is a size that the model leaves open.
    let dimensions: [Int?]
    /// ONNX's number of the element type; 1 is float32.
    let elementType: Int

    init(_ name: String, _ dimensions: [Int?], elementType: Int = 1) {
      self.name = name
      self.dimensions = dimensions
      self.elementType = elementType
    }
  }

  let nodes: [Node]
  let inputs: [Tensor]
  let outputs: [Tensor]

  var bytes: [UInt8] {
    var model = ProtobufMessage()
    model.add(1, 8)  // ir_version
    model.add(7) { graph in
      for node in nodes { graph.add(1, node.write) }
      graph.add(2, "test")
      for input in inputs { graph.add(11, input.write) }
      for output in outputs { graph.add(12, output.write) }
    }
    model.add(8) { $0.add(2, 17) }  // opset_import: the default operators, version 17
    return model.bytes
  }
}

extension OnnxModel.Node {
  fileprivate func write(_ node: inout ProtobufMessage) {
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(4, operation)
    for (name, value) in attributes {
      node.add(5) { attribute in
        attribute.add(1, name)
        attribute.add(3, value)
        attribute.add(20, 2)  // type: INT
      }
    }
  }
}

extension OnnxModel.Tensor {
  fileprivate func write(_ value: inout ProtobufMessage) {
    value.add(1, name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, elementType)
        tensor.add(2) { shape in
          for (axis, size) in dimensions.enumerated() {
            shape.add(1) { dimension in
              if let size { dimension.add(1, size) } else { dimension.add(2, "\(name)_\(axis)") }
            }
          }
        }
      }
    }
  }
}
