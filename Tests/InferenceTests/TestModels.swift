import Catalogue
import Inference

extension OnnxModel {
  /// `sum` = `a` + `b`, two numbers each.
  static let adding = OnnxModel(
    nodes: [Node("Add", ["a", "b"], ["sum"])],
    inputs: [Tensor("a", [2]), Tensor("b", [2])], outputs: [Tensor("sum", [2])])

  /// `positive` = `picture`, with 0 instead of negative numbers. Height and width are open.
  static let anySize = OnnxModel(
    nodes: [Node("Relu", ["picture"], ["positive"])],
    inputs: [Tensor("picture", [1, nil, nil])], outputs: [Tensor("positive", [1, nil, nil])])

  /// `places` = the indices of `values` that are not 0: how many there are depends on the values.
  static let counting = OnnxModel(
    nodes: [
      Node("NonZero", ["values"], ["indices"]),
      Node("Cast", ["indices"], ["places"], attributes: ["to": 1]),
    ],
    inputs: [Tensor("values", [4])], outputs: [Tensor("places", [1, nil])])

  /// `out` = 1000 products of matrices, one after another: a second or so of work.
  static let slow = OnnxModel(
    nodes: (0..<1000).map { step in
      Node("MatMul", [step == 0 ? "in" : "step\(step)", "in"], [step == 999 ? "out" : "step\(step + 1)"])
    },
    inputs: [Tensor("in", [256, 256])], outputs: [Tensor("out", [256, 256])])
}

extension Session {
  convenience init(
    _ runtime: Runtime, _ model: OnnxModel, interface: LoadedModel.Interface? = nil,
    options: SessionOptions = SessionOptions()
  ) throws {
    try self.init(
      runtime: runtime, model: LoadedModel(name: "test", bytes: model.bytes, interface: interface), options: options)
  }

  /// Writes `values` into an input.
  func set(_ input: Int, _ values: [Float]) {
    withInput(input) { elements in
      precondition(elements.count == values.count)
      _ = elements.update(fromContentsOf: values)
    }
  }

  /// The values of an output.
  func values(_ output: Int) -> [Float] {
    withOutput(output) { elements, _ in Array(elements) }
  }
}
