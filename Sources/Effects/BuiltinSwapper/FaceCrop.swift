package import FaceAnalysis
package import Imaging

extension FaceMesh {
  /// The box of the points, enlarged about its middle by `growth` and then by 6 pixels, within the frame.
  package func crop(growth: Float, in frame: PixelRect) -> PixelRect {
    let (low, high) = bounds
    let middle = (low + high) / 2
    let half = (high - low) / 2 * growth + 6
    func whole(_ value: Float) -> Int { Int(max(-1e6, min(1e6, value))) }
    let x = whole((middle.x - half.x).rounded(.down))
    let y = whole((middle.y - half.y).rounded(.down))
    let rect = PixelRect(
      x: x, y: y, width: whole((middle.x + half.x).rounded(.up)) - x,
      height: whole((middle.y + half.y).rounded(.up)) - y)
    return rect.intersection(frame)
  }

  /// The points in a copy of the picture that is `x` and `y` times as large.
  func scaled(x: Float, y: Float) -> FaceMesh {
    mapped(scale: (x * y).squareRoot()) { ($0 + 0.5) * SIMD2(x, y) - 0.5 }
  }

  /// The mesh drawn far to near.
  package func raster(width: Int, height: Int) -> MeshRaster {
    let triangles = FaceTopology.triangles
    let depth = triangles.map { points[Int($0.x)].z + points[Int($0.y)].z + points[Int($0.z)].z }
    let order = triangles.indices.sorted { depth[$0] != depth[$1] ? depth[$0] > depth[$1] : $0 < $1 }
    return MeshRaster(points: positions, triangles: triangles, order: order, width: width, height: height)
  }

  /// How much each vertex faces the viewer, smoothed over the mesh: unsmoothed, its noise cuts lines beside the nose.
  package var smoothFacing: [Float] { FaceTopology.smoothed(facing, times: 6) }

  /// Coverage of the polygon through some of the vertices.
  func polygon(_ vertices: [Int], width: Int, height: Int) -> Plane {
    .polygon(vertices.map { xy($0) }, width: width, height: height)
  }
}

extension MeshRaster {
  /// 1 where the face is seen, without the opening of the mouth.
  var faceCoverage: Plane { coverage { !FaceTopology.isMouthOpening[$0] } }
}
