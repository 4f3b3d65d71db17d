package import FaceAnalysis
package import Imaging

extension FaceMesh {
  /// The box of the points, enlarged about its middle by `growth` and then by 6 pixels, within the frame.
  package func crop(growth: Float, in frame: PixelRect) -> PixelRect {
    let (low, high) = bounds
    let middle = (low + high) / 2
    let half = (high - low) / 2 * growth
    return PixelRect(around: [middle - half, middle + half], margin: 6).intersection(frame)
  }

  /// The points in a copy of the picture that is `x` and `y` times as large.
  func scaled(x: Float, y: Float) -> FaceMesh {
    mapped(scale: (x * y).squareRoot()) { ($0 + 0.5) * SIMD2(x, y) - 0.5 }
  }

  /// The mesh drawn far to near.
  package func raster(width: Int, height: Int) -> MeshRaster {
    MeshRaster(
      points: positions, triangles: FaceTopology.triangles, order: paintingOrder, width: width, height: height)
  }

  /// The triangles, far to near.
  var paintingOrder: [Int] {
    let triangles = FaceTopology.triangles
    let depth = triangles.map { points[Int($0.x)].z + points[Int($0.y)].z + points[Int($0.z)].z }
    return triangles.indices.sorted { depth[$0] != depth[$1] ? depth[$0] > depth[$1] : $0 < $1 }
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
