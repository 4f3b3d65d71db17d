#!/usr/bin/env python3
"""Makes the ONNX files of the built-in models from the files their authors published.

The same input gives the same bytes on every machine: the cache and the program check them by SHA-256.
"""

import logging
import sys

if len(sys.argv) != 5:
    sys.exit("Usage: convert.py LIBRARIES tflite|centerface INPUT OUTPUT")
libraries, kind, source, destination = sys.argv[1:]
sys.path.insert(0, libraries)

import onnx  # noqa: E402


def canonical(model):
    """tflite2onnx keeps tensors in sets, so their order changes from run to run. The nodes' order does not."""
    used = {name for node in model.graph.node for name in node.input}
    initializers = sorted(
        (tensor for tensor in model.graph.initializer if tensor.name in used), key=lambda tensor: tensor.name
    )
    del model.graph.initializer[:]
    model.graph.initializer.extend(initializers)
    # Weights that are listed as inputs too count as changeable, and the runtime could not fold them.
    weights = {tensor.name for tensor in initializers}
    inputs = [value for value in model.graph.input if value.name in used - weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    # Whoever loads the model infers the shapes of inner tensors anew.
    del model.graph.value_info[:]
    return model


def from_tflite(path):
    import tflite
    from tflite2onnx.model import Model

    # It warns of each of the hundred half-precision tensors.
    logging.disable(logging.WARNING)
    with open(path, "rb") as file:
        model = Model(tflite.Model.GetRootAsModel(file.read(), 0))
    model.convert({})
    return model.onnx


def for_any_size(model):
    """CenterFace was exported for ten pictures of 32x32, but is convolutions throughout: multiples of 32 work."""
    shapes = [(value, "height", "width") for value in model.graph.input]
    shapes += [(value, "rows", "columns") for value in model.graph.output]
    for value, height, width in shapes:
        dimensions = value.type.tensor_type.shape.dim
        dimensions[0].dim_value = 1
        dimensions[2].dim_param = height
        dimensions[3].dim_param = width
    return model


if kind == "tflite":
    result = canonical(from_tflite(source))
elif kind == "centerface":
    result = for_any_size(canonical(onnx.load(source)))
else:
    sys.exit(f"convert.py cannot convert a model of the kind '{kind}'. It knows: tflite, centerface.")
onnx.checker.check_model(result)
with open(destination, "wb") as file:
    file.write(result.SerializeToString(deterministic=True))
