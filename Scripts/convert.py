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
    initializers = sorted(model.graph.initializer, key=lambda tensor: tensor.name)
    del model.graph.initializer[:]
    model.graph.initializer.extend(initializers)
    # Whoever loads the model infers the shapes of inner tensors anew.
    del model.graph.value_info[:]
    return model


def from_tflite(path):
    import tflite
    from tflite2onnx.model import Model

    # It warns of every half-precision tensor; these models' results were compared with TensorFlow Lite's.
    logging.disable(logging.WARNING)
    with open(path, "rb") as file:
        model = Model(tflite.Model.GetRootAsModel(file.read(), 0))
    model.convert({})
    return model.onnx


def for_any_size(model):
    """CenterFace was exported for ten pictures of 32x32, but is convolutions throughout: multiples of 32 work."""
    shapes = [(value, "height", "width") for value in model.graph.input if value.name == "input.1"]
    shapes += [(value, "rows", "columns") for value in model.graph.output]
    for value, height, width in shapes:
        dimensions = value.type.tensor_type.shape.dim
        dimensions[0].dim_value = 1
        dimensions[2].dim_param = height
        dimensions[3].dim_param = width
    return model


if kind == "tflite":
    result = from_tflite(source)
elif kind == "centerface":
    result = for_any_size(onnx.load(source))
else:
    sys.exit(f"convert.py cannot convert a model of the kind '{kind}'. It knows: tflite, centerface.")
result = canonical(result)
onnx.checker.check_model(result)
with open(destination, "wb") as file:
    file.write(result.SerializeToString(deterministic=True))
