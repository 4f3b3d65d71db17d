#!/usr/bin/env python3
"""Makes the ONNX files of the built-in models from the files their authors published.

The same input gives the same bytes on every machine: the cache and the program check them by SHA-256.
"""

import sys

if len(sys.argv) != 5:
    sys.exit("Usage: convert.py LIBRARIES KIND INPUT OUTPUT")
libraries, kind, source, destination = sys.argv[1:]
sys.path.insert(0, libraries)

import onnx  # noqa: E402

from converter.models import INTERFACES  # noqa: E402
from converter.to_onnx import converted  # noqa: E402


def for_any_size(model):
    """CenterFace was exported for ten pictures of 32x32, but is convolutions throughout: multiples of 32 work."""
    used = {name for node in model.graph.node for name in node.input}
    weights = sorted((tensor for tensor in model.graph.initializer if tensor.name in used), key=lambda tensor: tensor.name)
    del model.graph.initializer[:]
    model.graph.initializer.extend(weights)
    # Weights that are listed as inputs too count as changeable, and the runtime could not fold them.
    names = {tensor.name for tensor in weights}
    inputs = [value for value in model.graph.input if value.name in used - names]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    # Whoever loads the model infers the shapes of inner tensors anew.
    del model.graph.value_info[:]
    shapes = [(value, "height", "width") for value in model.graph.input]
    shapes += [(value, "rows", "columns") for value in model.graph.output]
    for value, height, width in shapes:
        dimensions = value.type.tensor_type.shape.dim
        dimensions[0].dim_value = 1
        dimensions[2].dim_param = height
        dimensions[3].dim_param = width
    return model


if kind in INTERFACES:
    with open(source, "rb") as file:
        result = converted(file.read(), INTERFACES[kind])
elif kind == "centerface":
    result = for_any_size(onnx.load(source))
else:
    known = ", ".join([*INTERFACES, "centerface"])
    sys.exit(f"convert.py cannot convert a model of the kind '{kind}'. It knows: {known}.")
onnx.checker.check_model(result, full_check=True)
with open(destination, "wb") as file:
    file.write(result.SerializeToString(deterministic=True))
