/// The shape of a face, free of its place, size and turn: 468 points in the frame and unit of the mean face
/// (``FaceTopology/meanShape``).
public struct FaceShape: Sendable, Equatable {
  public var points: [SIMD3<Float>]

  public init(points: [SIMD3<Float>]) {
    precondition(points.count == FaceMesh.count)
    self.points = points
  }

  /// The shape of a mesh. A mirrored one gives its mirror image, which is how the face looks.
  public init(_ mesh: FaceMesh) {
    let points = mesh.isMirrored ? mesh.points.map { $0 * SIMD3(-1, 1, 1) } : mesh.points
    let fit = SpaceSimilarity(
      from: FaceTopology.rigid.map { points[$0] }, to: FaceTopology.rigid.map { FaceTopology.meanShape[$0] })
    self.points = points.map(fit.apply)
  }

  /// The mean of several.
  public init(meanOf shapes: [FaceShape]) {
    precondition(!shapes.isEmpty)
    var sums = [SIMD3<Float>](repeating: .zero, count: FaceMesh.count)
    for shape in shapes { for i in sums.indices { sums[i] += shape.points[i] } }
    points = sums.map { $0 / Float(shapes.count) }
  }

  /// Moved, turned and scaled to lie as nearly as can be on another.
  public func aligned(to other: FaceShape) -> FaceShape {
    let fit = SpaceSimilarity(
      from: FaceTopology.rigid.map { points[$0] }, to: FaceTopology.rigid.map { other.points[$0] })
    return FaceShape(points: points.map(fit.apply))
  }
}

extension FaceMesh {
  /// Whether the mesh is the mirror image of a face's: of a frame that is stored mirrored.
  public var isMirrored: Bool {
    let across = xy(263) - xy(33)
    let down = xy(152) - xy(10)
    return across.x * down.y - across.y * down.x < 0
  }
}
