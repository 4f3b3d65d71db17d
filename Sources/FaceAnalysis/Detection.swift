public import Imaging

/// A face as a detector sees it.
public struct Detection: Sendable, Equatable, ScoredBox {
  /// 0…1.
  public var score: Float
  /// Box in pixels of the frame, as corners.
  public var low: SIMD2<Float>
  public var high: SIMD2<Float>
  /// The eyes' centres, the one at smaller x of an upright face first.
  public var eyes: (SIMD2<Float>, SIMD2<Float>)

  public init(score: Float, low: SIMD2<Float>, high: SIMD2<Float>, eyes: (SIMD2<Float>, SIMD2<Float>)) {
    self.score = score
    self.low = low
    self.high = high
    self.eyes = eyes
  }

  public static func == (a: Detection, b: Detection) -> Bool {
    a.score == b.score && a.low == b.low && a.high == b.high && a.eyes == b.eyes
  }
}

/// What a detector reports: a box, and how sure it is of it.
package protocol ScoredBox {
  /// 0…1.
  var score: Float { get }
  /// Two corners of the box.
  var low: SIMD2<Float> { get }
  var high: SIMD2<Float> { get }
}

extension ScoredBox {
  /// Area common to both boxes over the area of both, 0…1.
  package func overlap(_ other: Self) -> Float { boxOverlap(low, high, other.low, other.high) }
}

/// Intersection over union of two boxes given by corners.
func boxOverlap(_ aLow: SIMD2<Float>, _ aHigh: SIMD2<Float>, _ bLow: SIMD2<Float>, _ bHigh: SIMD2<Float>) -> Float {
  let common = pointwiseMax(pointwiseMin(aHigh, bHigh) - pointwiseMax(aLow, bLow), .zero)
  let shared = common.x * common.y
  let a = aHigh - aLow
  let b = bHigh - bLow
  let total = a.x * a.y + b.x * b.y - shared
  return total > 0 ? shared / total : 0
}

/// Leaves the best of the detections that overlap each other by more than `limit`.
package func suppressed<Box: ScoredBox>(_ detections: [Box], limit: Float = 0.3) -> [Box] {
  var kept: [Box] = []
  for candidate in detections.sorted(by: { $0.score > $1.score })
  where kept.allSatisfy({ $0.overlap(candidate) < limit }) {
    kept.append(candidate)
  }
  return kept
}

/// Finds faces in a frame.
public protocol FaceDetector: AnyObject {
  /// The faces that are quickly found.
  func detect(in frame: PixelView) throws -> [Detection]
  /// Also those that take longer to find, such as small ones. The same as ``detect(in:)`` unless a detector has more.
  func detectThoroughly(in frame: PixelView) throws -> [Detection]
}

extension FaceDetector {
  public func detectThoroughly(in frame: PixelView) throws -> [Detection] { try detect(in: frame) }
}

/// Finds the 468 points of the face in a region of a frame.
public protocol FaceMesher: AnyObject {
  /// - Returns: the points in pixels of the frame, and the network's confidence 0…1 that there is a face.
  func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float)
}
