import Catalogue
import FaceAnalysis
import Foundation
import Imaging
import Inference
import MediaIO

/// The same numbers every time, uniform on 0..<1 (SplitMix64).
struct Dice {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func uniform() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
  }

  /// Mean 0, standard deviation 1 (a sum of twelve uniform numbers).
  mutating func normal() -> Float { (0..<12).reduce(Float(-6)) { sum, _ in sum + uniform() } }
}

extension FaceMesh {
  /// The mean face, `width` pixels wide, its origin between the eyes at `center`, turned in the picture.
  static func mean(width: Float, at center: SIMD2<Float>, angle: Float = 0) -> FaceMesh {
    let (c, s) = (cos(angle) * width, sin(angle) * width)
    return FaceMesh(
      points: FaceTopology.meanShape.points.map {
        SIMD3(c * $0.x - s * $0.y + center.x, s * $0.x + c * $0.y + center.y, $0.z * width)
      })
  }

  /// The largest distance between points of the same number.
  func distance(to other: FaceMesh) -> Float {
    zip(points, other.points).map { ((($0 - $1) * ($0 - $1)).sum()).squareRoot() }.max() ?? 0
  }
}

/// The pinned files that set-up brings; a test that needs one fails where it is missing.
enum Pinned {
  static func path(_ name: String) throws -> String { try CacheFolder().path + "/media/" + name }

  static func picture(_ name: String) throws -> Frame { try PictureFile.read(path(name)).editable() }

  static func detector() throws -> BlazeFace { BlazeFace(session: try session(.faceDetectionBack)) }

  static func mesher() throws -> FaceLandmarkNetwork { FaceLandmarkNetwork(session: try session(.faceLandmark)) }

  static func hands() throws -> HandNetworks {
    HandNetworks {
      PalmDetector(session: try session(.palmDetection))
    } landmarks: {
      HandLandmarkNetwork(session: try session(.handLandmark))
    }
  }

  static func attentionMesh() throws -> AttentionMesh {
    AttentionMesh(
      surface: try session(.faceLandmark), trunk: try session(.faceAttentionTrunk),
      heads: try session(.faceAttentionHeads))
  }

  private static func session(_ model: ModelDescription) throws -> Session {
    let runtime = try Runtime.load(explicitPath: nil)
    return try Session(runtime: runtime, model: try ModelStore(try CacheFolder()).load(model))
  }
}

/// A grey picture of our own.
final class GreyPicture: PixelSource {
  let width: Int
  let height: Int
  private let memory: UnsafeMutableBufferPointer<UInt8>

  init(width: Int = 64, height: Int = 36, _ value: (_ x: Int, _ y: Int) -> UInt8) {
    self.width = width
    self.height = height
    memory = .allocate(capacity: width * height)
    for y in 0..<height { for x in 0..<width { memory[y * width + x] = value(x, y) } }
  }

  deinit { memory.deallocate() }

  func withPixels<R>(_ body: (PixelView) throws -> R) rethrows -> R {
    let layout = PixelLayout(model: .grey, components: [.init(plane: 0, offset: 0, step: 1)])
    return try body(
      PixelView(
        layout: layout, encoding: ColorEncoding(fullRange: true), width: width, height: height,
        planes: [UnsafeMutableRawPointer(memory.baseAddress!)], strides: [width]))
  }
}
