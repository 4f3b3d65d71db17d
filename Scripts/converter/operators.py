"""How each operator of TFLite is written in ONNX: a function a kind, given the writer and the operator."""

import numpy
import tflite


def _set_activated(writer, operator, value, activation):
    if activation == tflite.ActivationFunctionType.RELU:
        value = writer.node("Relu", [value])
    elif activation == tflite.ActivationFunctionType.RELU6:
        value = writer.node("Clip", [value, writer.constant(numpy.float32(0)), writer.constant(numpy.float32(6))])
    elif activation != tflite.ActivationFunctionType.NONE:
        raise ValueError(f"the activation function {activation} of TFLite is not among those that can be converted")
    writer.set(operator, value)


def _window(writer, operator, options, size, dilation=(1, 1)):
    """Strides and padding. 'Same' padding puts the odd pixel behind, as many as make ⌈length / stride⌉ outputs."""
    strides = [options.StrideH(), options.StrideW()]
    before, after = [0, 0], [0, 0]
    if options.Padding() == tflite.Padding.SAME:
        for axis, length in enumerate(writer.shape(operator.inputs[0])[2:]):
            outputs = -(-length // strides[axis])
            reach = (size[axis] - 1) * dilation[axis] + 1
            total = max((outputs - 1) * strides[axis] + reach - length, 0)
            before[axis], after[axis] = total // 2, total - total // 2
    return {"kernel_shape": size, "strides": strides, "pads": before + after}


def _convolution(writer, operator, options, weights, group):
    size = list(weights.shape[2:])
    dilation = [options.DilationHFactor(), options.DilationWFactor()]
    inputs = [writer.value(operator.inputs[0]), writer.constant(weights)]
    inputs += [writer.constant(writer.file.constant(tensor)) for tensor in operator.inputs[2:]]
    window = _window(writer, operator, options, size, dilation)
    value = writer.node("Conv", inputs, dilations=dilation, group=group, **window)
    _set_activated(writer, operator, value, options.FusedActivationFunction())


def convolution(writer, operator):
    weights = writer.file.constant(operator.inputs[1]).transpose(0, 3, 1, 2)
    _convolution(writer, operator, operator.options(tflite.Conv2DOptions), weights, group=1)


def depthwise_convolution(writer, operator):
    weights = writer.file.constant(operator.inputs[1]).transpose(3, 0, 1, 2)
    channels = writer.shape(operator.inputs[0])[1]
    _convolution(writer, operator, operator.options(tflite.DepthwiseConv2DOptions), weights, group=channels)


def maximum(writer, operator):
    options = operator.options(tflite.Pool2DOptions)
    size = [options.FilterHeight(), options.FilterWidth()]
    value = writer.node(
        "MaxPool", [writer.value(operator.inputs[0])], **_window(writer, operator, options, size)
    )
    _set_activated(writer, operator, value, options.FusedActivationFunction())


def slope(writer, operator):
    slopes = writer.file.constant(operator.inputs[1])
    if slopes.shape[:-1] != (1, 1):
        raise ValueError("a slope that differs from pixel to pixel cannot be converted")
    slopes = writer.constant(slopes.reshape(-1, 1, 1))
    writer.set(operator, writer.node("PRelu", [writer.value(operator.inputs[0]), slopes]))


def addition(writer, operator):
    value = writer.node("Add", [writer.value(tensor) for tensor in operator.inputs])
    _set_activated(writer, operator, value, operator.options(tflite.AddOptions).FusedActivationFunction())


def padding(writer, operator):
    rows, columns, channels = writer.file.constant(operator.inputs[1])[1:]
    before, after = zip((0, 0), channels, rows, columns, strict=True)
    amounts = writer.constant(numpy.array(before + after))
    writer.set(operator, writer.node("Pad", [writer.value(operator.inputs[0]), amounts]))


def enlargement(writer, operator):
    options = operator.options(tflite.ResizeBilinearOptions)
    mode = "asymmetric"
    if options.AlignCorners():
        mode = "align_corners"
    elif options.HalfPixelCenters():
        mode = "half_pixel"
    size = writer.constant(numpy.array(writer.shape(operator.outputs[0])))
    value = writer.node(
        "Resize",
        [writer.value(operator.inputs[0]), "", "", size],
        mode="linear",
        coordinate_transformation_mode=mode,
    )
    writer.set(operator, value)


def reshaping(writer, operator):
    value = writer.value(operator.inputs[0])
    before, after = writer.shape(operator.inputs[0]), writer.file.shape(operator.outputs[0])
    if len(after) == 4:
        raise ValueError("making a picture of values in a row cannot be converted")
    if len(before) == 4 and before[2:] != [1, 1]:
        value = writer.node("Transpose", [value], perm=[0, 2, 3, 1])
    writer.set(operator, writer.node("Reshape", [value, writer.constant(numpy.array(after))]))


def concatenation(writer, operator):
    options = operator.options(tflite.ConcatenationOptions)
    shape = writer.file.shape(operator.outputs[0])
    axis = options.Axis() % len(shape)
    if len(shape) == 4:
        axis = [0, 2, 3, 1][axis]
    value = writer.node("Concat", [writer.value(tensor) for tensor in operator.inputs], axis=axis)
    _set_activated(writer, operator, value, options.FusedActivationFunction())


def mean(writer, operator):
    axes = writer.file.constant(operator.inputs[1]).reshape(-1)
    if sorted(axes) != [1, 2] or operator.options(tflite.ReducerOptions).KeepDims():
        raise ValueError("only a mean over a whole picture can be converted")
    pooled = writer.node("GlobalAveragePool", [writer.value(operator.inputs[0])])
    shape = writer.constant(numpy.array(writer.file.shape(operator.outputs[0])))
    writer.set(operator, writer.node("Reshape", [pooled, shape]))


def full_connection(writer, operator):
    inputs = [writer.value(operator.inputs[0])]
    inputs += [writer.constant(writer.file.constant(tensor)) for tensor in operator.inputs[1:]]
    value = writer.node("Gemm", inputs, transB=1)
    options = operator.options(tflite.FullyConnectedOptions)
    _set_activated(writer, operator, value, options.FusedActivationFunction())


def _simple(name):
    return lambda writer, operator: writer.set(operator, writer.node(name, [writer.value(operator.inputs[0])]))


OPERATORS = {
    "ADD": addition,
    "CONCATENATION": concatenation,
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": depthwise_convolution,
    "FULLY_CONNECTED": full_connection,
    "LOGISTIC": _simple("Sigmoid"),
    "MAX_POOL_2D": maximum,
    "MEAN": mean,
    "PAD": padding,
    "PRELU": slope,
    "RELU": _simple("Relu"),
    "RESHAPE": reshaping,
    "RESIZE_BILINEAR": enlargement,
}
