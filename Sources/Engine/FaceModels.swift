internal import Catalogue
internal import FaceAnalysis
internal import Imaging
internal import Inference

/// The networks that find faces, loaded.
struct FaceModels {
  let detector: any FaceDetector
  let mesher: any FaceMesher

  /// Loads ONNX Runtime and the models from the cache folder; takes a tenth of a second.
  init(runtimePath: String?) throws {
    let runtime = try Runtime.load(explicitPath: runtimePath)
    let store = ModelStore(try CacheFolder())
    detector = FaceFinder(
      quick: BlazeFace(session: try Session(runtime: runtime, model: try store.load(.faceDetectionBack))),
      thorough: CenterFace(session: try Session(runtime: runtime, model: try store.load(.centerFace))))
    mesher = FaceLandmarkNetwork(session: try Session(runtime: runtime, model: try store.load(.faceLandmark)))
  }

  /// All faces of a still picture, the largest first.
  func faces(in frame: PixelView) throws -> [TrackedFace] {
    try FaceTracker.faces(in: frame, detector: detector, mesher: mesher).sorted { $0.mesh.width > $1.mesh.width }
  }

  func tracker() -> FaceTracker { FaceTracker(detector: detector, mesher: mesher) }
}
