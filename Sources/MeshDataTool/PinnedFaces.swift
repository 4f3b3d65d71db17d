internal import Catalogue
internal import FaceAnalysis
internal import Imaging
internal import Inference
internal import MediaIO

/// The faces of the media that set-up brings.
enum PinnedFaces {
  /// Every how many frames of a clip is looked at: neighbours are too much alike to tell more.
  private static let frameStep = 8

  /// One entry a person, with the meshes of the pictures that show them.
  static func people() throws -> [[FaceMesh]] {
    let cache = try CacheFolder()
    let store = ModelStore(cache)
    let runtime = try Runtime.load(explicitPath: nil)
    let detector = BlazeFace(session: try Session(runtime: runtime, model: try store.load(.faceDetectionBack)))
    let mesher = FaceLandmarkNetwork(session: try Session(runtime: runtime, model: try store.load(.faceLandmark)))
    func faces(_ frame: Frame) throws -> [FaceMesh] {
      try frame.editable().withPixels {
        try FaceTracker.faces(in: $0, detector: detector, mesher: mesher).map(\.mesh)
      }
    }

    var people: [[FaceMesh]] = []
    for name in ["astronaut.png", "multi_face.jpg"] {
      let found = try faces(try PictureFile.read(cache.path + "/media/" + name))
      guard !found.isEmpty else { throw MeshDataError("no face was found in '\(name)'; run `make setup` again") }
      people += found.map { [$0] }
    }
    // The clip shows one person.
    let clip = "WolfgangLanger_Pexels.mp4"
    let reader = try MediaFile.open(cache.path + "/media/" + clip, threads: 1)
    var person: [FaceMesh] = []
    while let item = try reader.next() {
      guard case .frame(let frame) = item, (reader.frameCount - 1) % frameStep == 0 else { continue }
      if let face = try faces(frame).max(by: { $0.width < $1.width }) { person.append(face) }
    }
    guard !person.isEmpty else { throw MeshDataError("no face was found in '\(clip)'; run `make setup` again") }
    // Most people smile at a camera: those who do least, and of the clip the frames with least laughter.
    people.append(calmer(person) { $0 })
    return calmer(people) { $0[0] }
  }

  /// The half of some things that shows the mouth least open.
  private static func calmer<Thing>(_ things: [Thing], _ mesh: (Thing) -> FaceMesh) -> [Thing] {
    Array(things.sorted { mouthOpening(mesh($0)) < mouthOpening(mesh($1)) }.prefix((things.count + 1) / 2))
  }

  /// Distance between the lips, in face widths.
  private static func mouthOpening(_ mesh: FaceMesh) -> Float {
    let d = mesh[13] - mesh[14]
    return (d * d).sum().squareRoot() / mesh.width
  }
}
