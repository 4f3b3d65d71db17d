internal import FaceAnalysis

/// The numbers of `MeshData.swift`, all of them derived from the mean shape as it is written there.
package struct MeshData {
  /// Numbers are written as whole multiples of this part of a face width, or of the texture's side.
  package static let unit = 10000.0

  package let points: [SIMD3<Double>]
  package let triangles: [SIMD3<Int>]
  package let mirror: [Int]
  package let coordinates: [SIMD2<Double>]

  package init(mean: MeanShape) throws {
    try self.init(points: Self.withFlatLips(mean.shape.points), mirror: mean.mirror)
  }

  /// The middle rings of the lips laid evenly between the outer and the inner one, as seen from the front.
  ///
  /// Whoever smiles rolls the lips in: the rings cross, and triangles between them would connect what is not connected.
  private static func withFlatLips(_ points: [SIMD3<Double>]) -> [SIMD3<Double>] {
    var result = points
    for (ring, share) in [(FaceTopology.lipsMiddleOuter, 1.0 / 3), (FaceTopology.lipsMiddleInner, 2.0 / 3)] {
      for (k, vertex) in ring.enumerated() {
        let (outer, inner) = (points[FaceTopology.lipsOuter[k]], points[FaceTopology.lipsInner[k]])
        let between = outer + (inner - outer) * share
        result[vertex] = SIMD3(between.x, between.y, points[vertex].z)
      }
    }
    return result
  }

  /// - Throws: ``MeshDataError`` if the triangles leave out a vertex, or the mean shape is not symmetric.
  package init(points: [SIMD3<Double>], mirror: [Int]) throws {
    let whole = points.map { ($0 * Self.unit).rounded(.toNearestOrAwayFromZero) }
    let rounded = whole.map { $0 / Self.unit }
    self.points = rounded
    self.mirror = mirror
    guard whole.indices.allSatisfy({ whole[mirror[$0]] == SIMD3(-whole[$0].x, whole[$0].y, whole[$0].z) }) else {
      throw MeshDataError("the mean shape is not symmetric")
    }
    let flat = whole.map { SIMD2(Int($0.x), Int($0.y)) }
    let oval = FaceTopology.oval.map { SIMD2(rounded[$0].x, rounded[$0].y) }
    triangles = Delaunay(flat).triangles.filter { t in
      let sum = rounded[t.x] + rounded[t.y] + rounded[t.z]
      return Self.isInside(SIMD2(sum.x, sum.y) / 3, oval)
    }
    let used = Set(triangles.flatMap { [$0.x, $0.y, $0.z] })
    if let missing = points.indices.first(where: { !used.contains($0) }) {
      throw MeshDataError("vertex \(missing) lies outside the oval")
    }
    coordinates = try Unrolling.coordinates(points: rounded, triangles: triangles)
  }

  /// Whether a polygon holds a point (even-odd rule).
  private static func isInside(_ p: SIMD2<Double>, _ polygon: [SIMD2<Double>]) -> Bool {
    var isInside = false
    var previous = polygon[polygon.count - 1]
    for point in polygon {
      if (previous.y > p.y) != (point.y > p.y),
        p.x < previous.x + (p.y - previous.y) / (point.y - previous.y) * (point.x - previous.x)
      {
        isInside.toggle()
      }
      previous = point
    }
    return isInside
  }

  // MARK: As Swift

  /// The text of `MeshData.swift`.
  package var source: String {
    func whole(_ value: Double) -> Int { Int((value * Self.unit).rounded(.toNearestOrAwayFromZero)) }
    return """
      // Made by `make mesh-data`: change Sources/MeshDataTool instead. Data, not code; kept as text because a literal of
      // this length takes the compiler minutes.

      /// Mean positions of the 468 vertices, in 1/10000 of the distance between vertices 234 and 454: x to the right of the
      /// picture, y down, z away from the camera, one vertex after another. Origin: the mean of the four corners of the
      /// eyes.
      ///
      /// It is the symmetrised median over the faces of the pinned media.
      let meanShapeText = \(literal(points.flatMap { [whole($0.x), whole($0.y), whole($0.z)] }))

      /// Three vertex indices a triangle: Delaunay's triangulation of the mean shape's x and y, without triangles outside
      /// the oval. All turn clockwise on the screen.
      let trianglesText = \(literal(triangles.flatMap { [$0.x, $0.y, $0.z] }))

      /// The vertex on the other side of the face, or the vertex itself.
      let mirrorText = \(literal(mirror))

      /// u and v of each vertex in 1/10000 of a texture's sides: the mean shape unrolled from a cylinder.
      let textureCoordinatesText = \(literal(coordinates.flatMap { [whole($0.x), whole($0.y)] }))

      """
  }

  private func literal(_ numbers: [Int]) -> String {
    var lines = ["\"\"\""]
    var line = " "
    for number in numbers {
      let word = " \(number)"
      if line.count + word.count > 118 {
        lines.append(line)
        line = " "
      }
      line += word
    }
    return (lines + [line, "  \"\"\""]).joined(separator: "\n")
  }
}
