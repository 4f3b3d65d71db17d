internal import Catalogue
internal import FaceAnalysis
internal import Imaging
internal import Inference

/// The networks that find faces, loaded.
struct FaceModels {
  private let detector: any FaceDetector
  private let mesher: any FaceMesher
  private let runtime: Runtime
  private let store: ModelStore

  /// Runs of the mesh network from which OpenVINO pays: it takes some 0.4 s longer to start, and 2 ms less a run.
  private static let runsThatPay = 450

  /// Loads ONNX Runtime and the models from the cache folder; takes a tenth of a second.
  init(runtimePath: String?) throws {
    runtime = try Runtime.load(explicitPath: runtimePath)
    store = ModelStore(try CacheFolder())
    detector = BlazeFace(session: try Session(runtime: runtime, model: try store.load(.faceDetectionBack)))
    mesher = FaceLandmarkNetwork(session: try Session(runtime: runtime, model: try store.load(.faceLandmark)))
  }

  /// All faces of a still picture, the largest first.
  ///
  /// - Parameters:
  ///   - isHurried: small faces are looked for only if there is no other.
  ///   - withHands: whether to look for hands near them.
  func faces(in frame: PixelView, isHurried: Bool = false, withHands: Bool = false) throws -> [TrackedFace] {
    try FaceTracker.faces(
      in: frame, detector: finder(isHurried: isHurried), mesher: mesher,
      hands: withHands ? hands(SessionOptions(keepsMemory: false)) : nil
    )
    .sorted { $0.mesh.width > $1.mesh.width }
  }

  private func finder(isHurried: Bool) -> FaceFinder {
    FaceFinder(quick: detector, isHurried: isHurried) { [runtime, store] in
      CenterFace(
        session: try Session(
          runtime: runtime, model: try store.load(.centerFace), options: SessionOptions(keepsMemory: false)))
    }
  }

  /// - Parameter clipFrames: how many frames the whole clip has, whatever part of it is wanted: a part must look as it
  ///   does in the whole. Nil if the container does not say.
  func tracker(effort: Effort, clipFrames: Int?) throws -> FaceTracker {
    FaceTracker(
      detector: finder(isHurried: effort == .fast), mesher: try mesher(effort, clipFrames),
      hands: hands(SessionOptions(provider: startsSlowly(effort, clipFrames) ? .openVINO : .cpu)), effort: effort)
  }

  private func hands(_ options: SessionOptions) -> HandNetworks {
    HandNetworks { [runtime, store] in
      PalmDetector(session: try Session(runtime: runtime, model: try store.load(.palmDetection), options: options))
    } landmarks: { [runtime, store] in
      HandLandmarkNetwork(
        session: try Session(runtime: runtime, model: try store.load(.handLandmark), options: options))
    }
  }

  /// Whether a clip is so long that OpenVINO pays.
  private func startsSlowly(_ effort: Effort, _ clipFrames: Int?) -> Bool {
    // A face takes three runs a frame, or one every second.
    let runs = (clipFrames ?? 0) * (effort == .full ? 6 : 1) / 2
    return runs >= Self.runsThatPay && runtime.availableProviders().contains("OpenVINOExecutionProvider")
  }

  private func mesher(_ effort: Effort, _ clipFrames: Int?) throws -> any FaceMesher {
    guard startsSlowly(effort, clipFrames) else { return mesher }
    return FaceLandmarkNetwork(
      session: try Session(
        runtime: runtime, model: try store.load(.faceLandmark), options: SessionOptions(provider: .openVINO)))
  }
}
