package import FaceAnalysis

/// Points of a face in space, in any place, size and turn.
package struct Shape: Equatable {
  package var points: [SIMD3<Double>]

  package init(points: [SIMD3<Double>]) { self.points = points }

  package init(_ mesh: FaceMesh) { points = mesh.points.map { SIMD3(Double($0.x), Double($0.y), Double($0.z)) } }

  /// The same face seen in a mirror: its left half where its right one was.
  package func mirrored(by mirror: [Int]) -> Shape {
    Shape(points: mirror.map { SIMD3(-points[$0].x, points[$0].y, points[$0].z) })
  }

  /// The median of each coordinate of each point.
  package static func median(of shapes: [Shape]) -> Shape {
    Shape(
      points: shapes[0].points.indices.map { i in
        SIMD3((0..<3).map { axis in middle(shapes.map { $0.points[i][axis] }) })
      })
  }

  private static func middle(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

package func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

extension SpaceSimilarity {
  /// What brings some vertices of `source` nearest to those of `target`.
  package init(from source: Shape, to target: Shape, vertices: [Int] = FaceTopology.rigid) {
    self.init(
      from: vertices.map { SIMD3<Float>(source.points[$0]) }, to: vertices.map { SIMD3<Float>(target.points[$0]) })
  }

  package func apply(_ shape: Shape) -> Shape {
    Shape(points: shape.points.map { SIMD3<Double>(apply(SIMD3<Float>($0))) })
  }
}
