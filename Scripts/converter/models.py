"""Which part of each published TFLite model is taken, and what its inputs and outputs are called."""

from typing import NamedTuple


class Interface(NamedTuple):
    """Tensors of the TFLite file by their names there, and the names they get."""

    inputs: dict[str, str]
    outputs: dict[str, str]


INTERFACES = {
    "face-detection": Interface(
        inputs={"input": "image"},
        outputs={"regressors": "boxes", "classificators": "logits"},
    ),
    "face-landmark": Interface(
        inputs={"input_1": "image"},
        outputs={"conv2d_20": "mesh", "conv2d_30": "logit"},
    ),
    # The attention mesh looks twice: what is between the halves (regions of the features, turned upright by operators
    # that no other runtime has) is the program's to do.
    "attention-trunk": Interface(
        inputs={"input_1": "image"},
        outputs={"output_mesh": "mesh", "conv_faceflag": "logit", "p_re_lu_3": "features"},
    ),
    "attention-heads": Interface(
        inputs={
            "transform_tensor_bilinear_v2": "lips",
            "transform_tensor_bilinear_v2_1": "left_eye",
            "transform_tensor_bilinear_v2_2": "right_eye",
        },
        outputs={
            "conv_lips": "lip_points",
            "conv_left_eye": "left_eye_points",
            "conv_left_iris": "left_iris_points",
            "conv_right_eye": "right_eye_points",
            "conv_right_iris": "right_iris_points",
        },
    ),
    "palm-detection": Interface(
        inputs={"input_1": "image"},
        outputs={"Identity": "boxes", "Identity_1": "logits"},
    ),
    "hand-landmark": Interface(
        inputs={"input_1": "image"},
        outputs={"Identity": "points", "Identity_1": "presence", "Identity_2": "handedness"},
    ),
}
