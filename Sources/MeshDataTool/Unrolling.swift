internal import Foundation

/// Where the vertices lie on the face's skin, cut open at the back of the head and laid flat.
package enum Unrolling {
  /// How far from the edges of 0…1 the outermost vertices stay, so that a texture can be filtered there.
  private static let margin = 0.02

  /// u to the right and v down, on 0…1.
  ///
  /// u is the angle around an upright cylinder, v the height. The nose stands out of the cylinder so far that its sides
  /// would fold over one another: depth is smoothed over the mesh as often as it takes until no triangle turns over.
  ///
  /// - Parameters:
  ///   - points: symmetric about x = 0.
  ///   - triangles: all of area above 0 in x and y.
  /// - Throws: ``MeshDataError`` if triangles turn over however smooth the depth is.
  package static func coordinates(points: [SIMD3<Double>], triangles: [SIMD3<Int>]) throws -> [SIMD2<Double>] {
    var neighbours = [Set<Int>](repeating: [], count: points.count)
    for t in triangles {
      for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] {
        neighbours[a].insert(b)
        neighbours[b].insert(a)
      }
    }
    let around = neighbours.map { $0.sorted() }
    let (top, bottom) = (points.map(\.y).min()!, points.map(\.y).max()!)
    let axis = points.max { $0.x < $1.x }!.z
    var depth = points.map(\.z)
    for _ in 0..<1000 {
      let angles = points.indices.map { atan2(points[$0].x, axis - depth[$0]) }
      let widest = angles.map(abs).max()!
      let flat = points.indices.map { i in
        SIMD2(
          0.5 + (0.5 - margin) * angles[i] / widest,
          margin + (1 - 2 * margin) * (points[i].y - top) / (bottom - top))
      }
      if triangles.allSatisfy({ t in area(flat[t.x], flat[t.y], flat[t.z]) > 1e-6 }) { return flat }
      let before = depth
      for i in depth.indices where !around[i].isEmpty {
        depth[i] = 0.5 * before[i] + 0.5 * around[i].reduce(0) { $0 + before[$1] } / Double(around[i].count)
      }
    }
    throw MeshDataError("the mesh cannot be unrolled without turning triangles over")
  }

  private static func area(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }
}
