"""From TFLite to ONNX.

TFLite keeps pictures as rows, columns, channels; ONNX's convolutions want channels first. So every tensor with four
dimensions has its channels first throughout, the inputs too, and is put back only where it is flattened.
"""

from onnx import TensorProto, helper

from .operators import OPERATORS
from .tflite_file import TfliteFile
from .writer import Writer

OPSET = 18


def needed(file, inputs, outputs):
    """The operators between these tensors, in the file's order."""
    wanted = set(outputs)
    found = []
    for operator in reversed(file.operators):
        if wanted.intersection(operator.outputs) - set(inputs) and operator.name != "DEQUANTIZE":
            wanted.update(operator.inputs)
            found.append(operator)
    return found[::-1]


def converted(data, interface):
    """The ONNX model of the part of a TFLite file (bytes) that `interface` describes."""
    file = TfliteFile(data)
    inputs = {file.named(theirs): ours for theirs, ours in interface.inputs.items()}
    outputs = {file.named(theirs): ours for theirs, ours in interface.outputs.items()}
    writer = Writer(file, inputs)
    for operator in needed(file, inputs, outputs):
        if operator.name not in OPERATORS:
            raise ValueError(f"the operator {operator.name} of TFLite is not among those that can be converted")
        OPERATORS[operator.name](writer, operator)
    values = {}
    for tensor, name in outputs.items():
        batch, *size = writer.shape(tensor)
        # What is one pixel large is not a picture.
        shape = [batch, size[0]] if size[1:] == [1, 1] else [batch, *size]
        if size[1:] == [1, 1]:
            writer.node("Reshape", [writer.value(tensor), writer.constant(shape)], name)
        else:
            writer.node("Identity", [writer.value(tensor)], name)
        values[name] = shape
    graph = helper.make_graph(
        writer.nodes,
        "graph",
        [described(name, writer.shape(tensor)) for tensor, name in inputs.items()],
        [described(name, shape) for name, shape in values.items()],
        writer.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    return model


def described(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
