internal import Catalogue
internal import FaceAnalysis
internal import Imaging
internal import Inference

/// The networks that find faces, loaded.
struct FaceModels {
  private let detector: any FaceDetector
  /// Quick: follows faces.
  private let mesher: any FaceMesher
  /// Exact: says where a face's points are.
  private let locator: LoadedOnce
  private let runtime: Runtime
  private let store: ModelStore

  /// Runs of a mesh network from which OpenVINO pays: it takes 0.1 to 0.4 s longer to start, and half a ms less a run.
  private static let runsThatPay = 450

  /// Loads ONNX Runtime and the models from the cache folder; takes a tenth of a second.
  init(runtimePath: String?) throws {
    runtime = try Runtime.load(explicitPath: runtimePath)
    store = ModelStore(try CacheFolder())
    detector = BlazeFace(session: try Session(runtime: runtime, model: try store.load(.faceDetectionBack)))
    let surface = try Session(runtime: runtime, model: try store.load(.faceLandmark))
    mesher = FaceLandmarkNetwork(session: surface)
    locator = LoadedOnce { [runtime, store] in
      try Self.attentionMesh(runtime, store, surface: surface, trunk: SessionOptions())
    }
  }

  /// All faces of a still picture, the largest first.
  ///
  /// - Parameters:
  ///   - isHurried: small faces are looked for only if there is no other.
  ///   - withHands: whether to look for hands near them.
  func faces(in frame: PixelView, isHurried: Bool = false, withHands: Bool = false) throws -> [TrackedFace] {
    try FaceTracker.faces(
      in: frame, detector: finder(isHurried: isHurried), mesher: mesher, locator: try locator.mesher(),
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
    let frames = clipFrames ?? 0
    let hasOpenVINO = runtime.availableProviders().contains("OpenVINOExecutionProvider")
    /// What a network that is run so often on one face is best run by, unless it is the processor's own kernels.
    func options(runs: Int) -> SessionOptions? {
      hasOpenVINO && runs >= Self.runsThatPay ? SessionOptions(provider: .openVINO) : nil
    }
    // A face takes three runs of the plain network a frame and two of the trunk, or one of the plain every second.
    let surface = try options(runs: effort == .full ? 3 * frames : frames / 2).map {
      try Session(runtime: runtime, model: try store.load(.faceLandmark), options: $0)
    }
    let quick = surface.map { FaceLandmarkNetwork(session: $0) } ?? mesher
    guard effort == .full else {
      return FaceTracker(detector: finder(isHurried: true), mesher: quick, effort: effort)
    }
    var exact: (any FaceMesher)?
    if let surface, let trunk = options(runs: 2 * frames) {
      exact = try Self.attentionMesh(runtime, store, surface: surface, trunk: trunk)
    }
    return FaceTracker(
      detector: finder(isHurried: false), mesher: quick, locator: try exact ?? locator.mesher(),
      hands: hands(options(runs: frames) ?? SessionOptions()), effort: effort)
  }

  private func hands(_ options: SessionOptions) -> HandNetworks {
    HandNetworks { [runtime, store] in
      PalmDetector(session: try Session(runtime: runtime, model: try store.load(.palmDetection), options: options))
    } landmarks: { [runtime, store] in
      HandLandmarkNetwork(
        session: try Session(runtime: runtime, model: try store.load(.handLandmark), options: options))
    }
  }

  private static func attentionMesh(
    _ runtime: Runtime, _ store: ModelStore, surface: Session, trunk: SessionOptions
  ) throws -> any FaceMesher {
    AttentionMesh(
      surface: surface,
      trunk: try Session(runtime: runtime, model: try store.load(.faceAttentionTrunk), options: trunk),
      // They are so small that a faster start is worth more.
      heads: try Session(runtime: runtime, model: try store.load(.faceAttentionHeads)))
  }
}

/// A network that is loaded when it is first wanted.
private final class LoadedOnce {
  private let load: () throws -> any FaceMesher
  private var loaded: (any FaceMesher)?

  init(_ load: @escaping () throws -> any FaceMesher) { self.load = load }

  func mesher() throws -> any FaceMesher {
    if let loaded { return loaded }
    let mesher = try load()
    loaded = mesher
    return mesher
  }
}
