package import FaceAnalysis
package import Imaging

/// The way from a face's changed shape back to its own: where each pixel of the bent picture comes from.
///
/// Around the face three rings, copies of its outline, carry the change outwards until it is nothing.
package enum ShapeField {
  /// Size of the rings, as multiples of the outline about its mean, and the part of the outline's move they make.
  private static let rings: [(size: Float, share: Float)] = [(1.10, 0.62), (1.20, 0.25), (1.31, 0)]

  /// The part of a frame around a face that changing its shape may bend.
  package static func rect(for mesh: FaceMesh, in frame: PixelRect) -> PixelRect {
    let points = ring(of: mesh, size: rings.last!.size)
    return PixelRect(around: points, margin: 3).intersection(frame)
  }

  /// - Parameters:
  ///   - from: the face as it is, in pixels of the grid.
  ///   - to: the face as it shall be.
  /// - Returns: for each node of the grid, how far away that lies which is to be seen there, in pixels of the grid.
  package static func moves(from: FaceMesh, to: FaceMesh, columns: Int, rows: Int) -> (x: Plane, y: Plane) {
    var points = to.positions
    var values = zip(from.positions, to.positions).map { $0 - $1 }
    let outline = FaceTopology.oval
    let center = outline.reduce(SIMD2<Float>.zero) { $0 + from.xy($1) } / Float(outline.count)
    var triangles: [SIMD3<Int32>] = []
    var previous = outline
    for (size, share) in rings {
      var ring: [Int] = []
      for i in outline {
        let moved = (to.xy(i) - from.xy(i)) * share
        ring.append(points.count)
        points.append(center + (from.xy(i) - center) * size + moved)
        values.append(-moved)
      }
      for k in outline.indices {
        let next = (k + 1) % outline.count
        let (a, b, c, d) = (previous[k], previous[next], ring[k], ring[next])
        triangles.append(
          SIMD3(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: b), Int32(truncatingIfNeeded: d)))
        triangles.append(
          SIMD3(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: d), Int32(truncatingIfNeeded: c)))
      }
      previous = ring
    }
    // The rings first: the face lies over them.
    let around = triangles.count
    let order = Array(0..<around) + to.paintingOrder.map { $0 + around }
    let raster = MeshRaster(
      points: points, triangles: triangles + FaceTopology.triangles, order: order, width: columns, height: rows)
    let sigma = max(0.7, 0.02 * from.width)
    let pinned = Plane.polygon(Self.ring(of: from, size: 1.30), width: columns, height: rows).blurred(sigma: 1)
    func field(_ component: KeyPath<SIMD2<Float>, Float>) -> Plane {
      raster.interpolate(values.map { $0[keyPath: component] }).blurred(sigma: sigma) * pinned
    }
    return (field(\.x), field(\.y))
  }

  private static func ring(of mesh: FaceMesh, size: Float) -> [SIMD2<Float>] {
    let outline = FaceTopology.oval.map { mesh.xy($0) }
    let center = outline.reduce(.zero, +) / Float(outline.count)
    return outline.map { center + ($0 - center) * size }
  }
}

extension PixelRect {
  /// The smallest rectangle of whole pixels that holds some points and `margin` pixels around them.
  init(around points: [SIMD2<Float>], margin: Float) {
    func whole(_ value: Float) -> Int { Int(max(-1e6, min(1e6, value))) }
    let low = points.reduce(points[0]) { pointwiseMin($0, $1) } - margin
    let high = points.reduce(points[0]) { pointwiseMax($0, $1) } + margin
    let (x, y) = (whole(low.x.rounded(.down)), whole(low.y.rounded(.down)))
    self.init(x: x, y: y, width: whole(high.x.rounded(.up)) - x, height: whole(high.y.rounded(.up)) - y)
  }
}
