public import Imaging

/// The 468 points of a face in a picture.
///
/// x and y are pixels of the picture seen upright, pixel centres at integers; z is scaled like x and grows away from the camera.
/// Vertex numbers are those of the face_landmark network (MediaPipe Face Mesh).
public struct FaceMesh: Sendable, Equatable {
  public static let count = 468

  public var points: [SIMD3<Float>]
  /// Nil where the network does not see irises.
  public var irises: Irises?

  public init(points: [SIMD3<Float>], irises: Irises? = nil) {
    precondition(points.count == FaceMesh.count)
    self.points = points
    self.irises = irises
  }

  public subscript(index: Int) -> SIMD3<Float> { points[index] }

  /// Position of vertex `index` in the picture.
  public func xy(_ index: Int) -> SIMD2<Float> { SIMD2(points[index].x, points[index].y) }

  /// All positions in the picture.
  public var positions: [SIMD2<Float>] { points.map { SIMD2($0.x, $0.y) } }

  /// The mesh in the pixels of the frame as it is stored, from that in the frame seen upright.
  public func stored(in frame: PixelView) -> FaceMesh {
    frame.orientation == .upright ? self : mapped(frame.storedPoint)
  }

  /// The mesh in another picture: points and irises.
  ///
  /// - Parameters:
  ///   - scale: how much longer a length is there; depths and radii are multiplied by it.
  ///   - place: where a point of this picture is in the other.
  public func mapped(scale: Float = 1, _ place: (SIMD2<Float>) -> SIMD2<Float>) -> FaceMesh {
    FaceMesh(
      points: points.map { p in
        let q = place(SIMD2(p.x, p.y))
        return SIMD3(q.x, q.y, p.z * scale)
      },
      irises: irises?.map { Iris(center: place($0.center), radius: $0.radius * scale) })
  }

  /// The mean of several meshes of one face; it has irises if all have. There must be at least one.
  public init(meanOf meshes: [FaceMesh]) {
    var points = [SIMD3<Float>](repeating: .zero, count: FaceMesh.count)
    let share = 1 / Float(meshes.count)
    for mesh in meshes { for i in points.indices { points[i] += mesh[i] * share } }
    self.init(points: points)
    let seen = meshes.compactMap(\.irises)
    guard seen.count == meshes.count else { return }
    func mean(_ irises: [Iris]) -> Iris {
      Iris(
        center: irises.reduce(.zero) { $0 + $1.center * share }, radius: irises.reduce(0) { $0 + $1.radius * share })
    }
    irises = Irises(left: mean(seen.map(\.left)), right: mean(seen.map(\.right)))
  }

  /// How far each eye is open: the mean distance between three pairs of points on the lids over the eye's width, about
  /// .04–.08 shut and .30–.41 wide open with ``AttentionMesh``; the plain mesh hardly sees lids move.
  ///
  /// The measure is that of Soukupová and Čech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016, with three
  /// pairs instead of two.
  public var eyeOpening: (left: Float, right: Float) {
    (opening(FaceTopology.leftEye), opening(FaceTopology.rightEye))
  }

  /// - Parameter contour: of an eye, from its outer corner over the upper lid to the inner corner and back.
  private func opening(_ contour: [Int]) -> Float {
    func length(_ a: Int, _ b: Int) -> Float {
      let d = xy(contour[a]) - xy(contour[b])
      return (d * d).sum().squareRoot()
    }
    return (length(3, 13) + length(4, 12) + length(5, 11)) / 3 / length(0, 8)
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
