"""Collects the nodes and constants of an ONNX graph."""

import numpy
from onnx import helper, numpy_helper


class Writer:
    """Names are numbers in the order in which things are added, so that the same file gives the same bytes."""

    def __init__(self, file, inputs):
        self.file = file
        self.nodes = []
        self.constants = []
        self._values = dict(inputs)

    def shape(self, tensor):
        """The tensor's shape in ONNX: channels before rows and columns."""
        shape = self.file.shape(tensor)
        return [shape[0], shape[3], shape[1], shape[2]] if len(shape) == 4 else shape

    def value(self, tensor):
        """The name of a tensor that an operator before has computed."""
        return self._values[tensor]

    def constant(self, values):
        array = numpy.ascontiguousarray(values)
        if array.dtype.kind == "i":
            array = array.astype(numpy.int64)
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator, inputs, output=None, **attributes):
        """Adds a node; returns the name of its output."""
        output = output or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def set(self, operator, name):
        """States what the output of a TFLite operator is called here."""
        self._values[operator.outputs[0]] = name
