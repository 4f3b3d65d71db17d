public import Imaging

/// The 468 points of a face in a picture.
///
/// x and y are pixels of the picture seen upright, pixel centres at integers; z is scaled like x and grows away from the camera.
/// Vertex numbers are those of the face_landmark network (MediaPipe Face Mesh).
public struct FaceMesh: Sendable, Equatable {
  public static let count = 468

  public var points: [SIMD3<Float>]

  public init(points: [SIMD3<Float>]) {
    precondition(points.count == FaceMesh.count)
    self.points = points
  }

  public subscript(index: Int) -> SIMD3<Float> { points[index] }

  /// Position of vertex `index` in the picture.
  public func xy(_ index: Int) -> SIMD2<Float> { SIMD2(points[index].x, points[index].y) }

  /// All positions in the picture.
  public var positions: [SIMD2<Float>] { points.map { SIMD2($0.x, $0.y) } }

  /// The mesh in the pixels of the frame as it is stored, from that in the frame seen upright.
  public func stored(in frame: PixelView) -> FaceMesh {
    guard frame.orientation != .upright else { return self }
    let size = SIMD2(Float(frame.uprightWidth), Float(frame.uprightHeight))
    return FaceMesh(
      points: points.map { p in
        let q = frame.orientation.stored(SIMD2(p.x, p.y) + 0.5, upright: size) - 0.5
        return SIMD3(q.x, q.y, p.z)
      })
  }

  /// Width of the face: the distance between vertices 234 and 454 in space, which neither turning the head nor opening
  /// the mouth changes. The unit of every length in this package that says "face widths".
  public var width: Float {
    let d = points[234] - points[454]
    return (d * d).sum().squareRoot()
  }

  /// Whether all points are numbers.
  public var isFinite: Bool { points.allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.z.isFinite } }

  /// Smallest box around the points in the picture.
  public var bounds: (low: SIMD2<Float>, high: SIMD2<Float>) {
    var low = xy(0)
    var high = low
    for p in points {
      low = pointwiseMin(low, SIMD2(p.x, p.y))
      high = pointwiseMax(high, SIMD2(p.x, p.y))
    }
    return (low, high)
  }

  /// How much each vertex faces the viewer: the z of its unit normal, 1 frontal, 0 edge-on, below 0 turned away.
  public var facing: [Float] { normals.map { -$0.z } }

  /// Unit vertex normals; those of the front of the face point to the viewer (z below 0).
  public var normals: [SIMD3<Float>] {
    var sums = [SIMD3<Float>](repeating: .zero, count: FaceMesh.count)
    for t in FaceTopology.triangles {
      let a = points[Int(t.x)]
      let u = points[Int(t.y)] - a
      let v = points[Int(t.z)] - a
      let n = SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
      sums[Int(t.x)] += n
      sums[Int(t.y)] += n
      sums[Int(t.z)] += n
    }
    for i in sums.indices { sums[i] /= (sums[i] * sums[i]).sum().squareRoot() + 1e-9 }
    let front: Float = [1, 4, 5, 195, 50, 280].reduce(0) { $0 + sums[$1].z }
    return front > 0 ? sums.map { -$0 } : sums
  }
}
