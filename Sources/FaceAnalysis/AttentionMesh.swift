internal import Glibc
public import Imaging
public import Inference

/// Finds the 468 points of a face and its irises, and looks twice at lips and eyes: unlike ``FaceLandmarkNetwork`` it
/// sees blinks, gaze and crooked mouths.
///
/// Grishchenko et al., "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time", 2020. A trunk lays a mesh and
/// keeps a map of features; heads look at three windows of it, of lips and eyes, and say where the points are. All other
/// points are those of the plain network: the trunk's follow the underside of the nose so far that a texture seen from
/// the front is smeared over it.
public final class AttentionMesh: FaceMesher {
  private static let size = 192
  private static let mapSide = 48
  private static let channels = 32
  /// What is less likely a face than this has nothing to look at again.
  private static let smallestScore: Float = 0.1

  /// A window, its input of the heads, and their outputs.
  private struct Part {
    let vertices: [Int]
    /// Ends of the line that is level in the window.
    let level: (Int, Int)
    let output: Int
    let iris: Int?
  }

  private static let parts = [
    Part(vertices: FaceTopology.attentionLips, level: (61, 291), output: 0, iris: nil),
    Part(vertices: FaceTopology.attentionLeftEye, level: (33, 133), output: 1, iris: 2),
    Part(vertices: FaceTopology.attentionRightEye, level: (362, 263), output: 3, iris: 4),
  ]

  private let surface: Session
  private let trunk: Session
  private let heads: Session

  /// - Parameters:
  ///   - surface: of `face_mesh`, as of ``FaceLandmarkNetwork``, which may have the same one.
  ///   - trunk: of `face_attention_trunk`: input [1, 3, 192, 192] R′G′B′ on 0…1, outputs 468 points (x, y, z in pixels of
  ///     the input), the logit of there being a face, and features [1, 32, 48, 48].
  ///   - heads: of `face_attention_heads`: windows [1, 32, 16, 16] of lips, left and right eye, and their points.
  public init(surface: Session, trunk: Session, heads: Session) {
    self.surface = surface
    self.trunk = trunk
    self.heads = heads
  }

  public func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float) {
    let toFrame = region.transform(from: Self.size)
    trunk.withInput(0) {
      frame.crop(width: Self.size, height: Self.size, transform: toFrame, scale: 1 / 255, offset: 0, into: $0)
    }
    trunk.withInput(0) { crop in surface.withInput(0) { _ = $0.update(from: crop) } }
    try surface.run()
    try trunk.run()
    var mesh = surface.withOutput(0) { values, _ in FaceMesh(values) }
    let score = min(Self.score(surface), Self.score(trunk))
    if score > Self.smallestScore { try refine(&mesh) }
    return (mesh.mapped(scale: toFrame.scale) { toFrame.apply($0) - 0.5 }, score)
  }

  private static func score(_ session: Session) -> Float {
    session.withOutput(1) { values, _ in 1 / (1 + exp(-values[0])) }
  }

  /// Puts lips, eyes and irises where the heads see them, in pixels of the networks' input.
  private func refine(_ mesh: inout FaceMesh) throws {
    let seen = trunk.withOutput(0) { values, _ in FaceMesh(values) }
    let cell = Float(Self.size / Self.mapSide)
    let windows = Self.parts.map { part in
      FeatureWindow(
        around: part.vertices.map { seen.xy($0) / cell }, levelFrom: seen.xy(part.level.0) / cell,
        to: seen.xy(part.level.1) / cell)
    }
    trunk.withOutput(2) { features, _ in
      for (input, window) in windows.enumerated() {
        heads.withInput(input) {
          window.sample(features, side: Self.mapSide, channels: Self.channels, into: $0)
        }
      }
    }
    try heads.run()
    var irises: [Iris] = []
    for (part, window) in zip(Self.parts, windows) {
      heads.withOutput(part.output) { values, _ in mesh.move(part.vertices, to: values, in: window) }
      if let iris = part.iris { irises.append(heads.withOutput(iris) { values, _ in Iris(values, in: window) }) }
    }
    mesh.irises = Irises(left: irises[0], right: irises[1])
  }
}

extension FaceMesh {
  /// - Parameter values: x, y and z of each vertex in turn.
  init(_ values: UnsafeBufferPointer<Float>) {
    self.init(points: (0..<FaceMesh.count).map { SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2]) })
  }

  /// Moves vertices to where a head of the attention mesh sees them. Depths stay.
  ///
  /// - Parameter values: x and y of each of the vertices in turn, as the head has them.
  package mutating func move(_ vertices: [Int], to values: UnsafeBufferPointer<Float>, in window: FeatureWindow) {
    precondition(values.count == 2 * vertices.count)
    for (k, i) in vertices.enumerated() {
      let p = window.place(SIMD2(values[2 * k], values[2 * k + 1]))
      points[i] = SIMD3(p.x, p.y, points[i].z)
    }
  }
}

extension Iris {
  /// - Parameter values: x and y of the centre and of four points of the rim, as a head of the attention mesh has them.
  package init(_ values: UnsafeBufferPointer<Float>, in window: FeatureWindow) {
    precondition(values.count == 10)
    let points = (0..<5).map { window.place(SIMD2(values[2 * $0], values[2 * $0 + 1])) }
    let radii = points.dropFirst().map { p in (((p - points[0]) * (p - points[0])).sum()).squareRoot() }
    self.init(center: points[0], radius: radii.reduce(0, +) / 4)
  }
}
