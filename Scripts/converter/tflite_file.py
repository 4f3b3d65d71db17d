"""A TFLite file as the converter sees it: tensors with their constants, operators with their options."""

from typing import Any, NamedTuple

import numpy
import tflite

_TYPES = {
    tflite.TensorType.FLOAT16: numpy.float16,
    tflite.TensorType.FLOAT32: numpy.float32,
    tflite.TensorType.INT32: numpy.int32,
}
_NAMES = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}


class Operator(NamedTuple):
    name: str
    inputs: list[int]
    outputs: list[int]
    table: Any

    def options(self, kind):
        """The operator's options; `kind` is their class in the package tflite."""
        options = kind()
        options.Init(self.table.Bytes, self.table.Pos)
        return options


class TfliteFile:
    """The first graph of the file, in the file's order. Tensors are numbers."""

    def __init__(self, data):
        self.model = tflite.Model.GetRootAsModel(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.operators = [self._operator(self.graph.Operators(i)) for i in range(self.graph.OperatorsLength())]
        # Weights are stored in half precision, with an operator a tensor that widens them.
        self._widened = {op.outputs[0]: op.inputs[0] for op in self.operators if op.name == "DEQUANTIZE"}

    def _operator(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        name = _NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        if name == "CUSTOM":
            name = code.CustomCode().decode()
        inputs = [int(i) for i in operator.InputsAsNumpy() if i >= 0]
        return Operator(name, inputs, [int(i) for i in operator.OutputsAsNumpy()], operator.BuiltinOptions())

    def shape(self, tensor):
        tensor = self.graph.Tensors(tensor)
        return [tensor.Shape(i) for i in range(tensor.ShapeLength())]

    def named(self, name):
        for tensor in range(self.graph.TensorsLength()):
            if self.graph.Tensors(tensor).Name().decode() == name:
                return tensor
        raise ValueError(f"the TFLite file has no tensor '{name}'")

    def constant(self, tensor):
        """The tensor's values, in single precision if they are fractions; None if they are computed."""
        tensor = self._widened.get(tensor, tensor)
        described = self.graph.Tensors(tensor)
        data = self.model.Buffers(described.Buffer()).DataAsNumpy()
        if isinstance(data, int) or len(data) == 0:
            return None
        values = numpy.frombuffer(data.tobytes(), _TYPES[described.Type()]).reshape(self.shape(tensor))
        return values.astype(numpy.float32) if values.dtype == numpy.float16 else values
