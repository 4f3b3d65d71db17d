import FaceAnalysis
import Foundation
import MeshDataTool
import Testing

@Suite("Mesh data") struct MeanShapeTests {
  private let mean = Shape(FaceTopology.meanShape)

  /// Turned about all axes, made larger and moved.
  private func posed(_ shape: Shape, _ angles: SIMD3<Double>, scale: Double = 90) -> Shape {
    Shape(
      points: shape.points.map { p in
        var q = SIMD3(cos(angles.z) * p.x - sin(angles.z) * p.y, sin(angles.z) * p.x + cos(angles.z) * p.y, p.z)
        q = SIMD3(q.x, cos(angles.x) * q.y - sin(angles.x) * q.z, sin(angles.x) * q.y + cos(angles.x) * q.z)
        q = SIMD3(cos(angles.y) * q.x + sin(angles.y) * q.z, q.y, cos(angles.y) * q.z - sin(angles.y) * q.x)
        return q * scale + SIMD3(320, 180, 7)
      })
  }

  private func largest(_ a: Shape, _ b: Shape) -> Double { zip(a.points, b.points).map { distance($0, $1) }.max()! }

  @Test("Of one face seen from several sides, the mean shape is that face, symmetric and from the front")
  func symmetricMean() {
    let views = [SIMD3(0.1, 0.2, 0), SIMD3(0.1, -0.3, -0.2), SIMD3(0.1, -0.1, 3.0)]
    let made = MeanShape(people: [views.map { posed(mean, $0) }, [posed(mean, SIMD3(-0.1, 0.2, 0))]])
    #expect(made.mirror == FaceTopology.mirror)
    for (i, p) in made.shape.points.enumerated() {
      #expect(distance(made.shape.points[made.mirror[i]], SIMD3(-p.x, p.y, p.z)) < 1e-9)
    }
    #expect(abs(distance(made.shape.points[234], made.shape.points[454]) - 1) < 1e-9)
    let laid = SpaceSimilarity(from: made.shape, to: mean)
    #expect(largest(laid.apply(made.shape), mean) < 1e-3)
    // Turned up and down by as much, people face the camera on average.
    #expect(abs(laid.axes.z.y) < 0.02)
    #expect(made.deviations.allSatisfy { $0 < 1e-3 })
  }

  @Test("A median hears no single person")
  func medianOfPeople() {
    var odd = mean
    odd.points[50].y += 0.4
    let made = MeanShape(people: [[mean], [mean], [mean], [odd]])
    let laid = SpaceSimilarity(from: made.shape, to: mean).apply(made.shape)
    #expect(distance(laid.points[50], mean.points[50]) < 0.01)
    #expect(distance(laid.points[280], mean.points[280]) < 0.01)
  }

  @Test("Triangles and texture are those of the mean shape in the project")
  func isUpToDate() throws {
    let data = try MeshData(points: mean.points, mirror: FaceTopology.mirror)
    #expect(data.triangles.map { SIMD3<Int32>(truncatingIfNeeded: $0) } == FaceTopology.triangles)
    for (made, known) in zip(data.coordinates, FaceTopology.textureCoordinates) {
      #expect(abs(made.x - Double(known.x)) < 1e-4 && abs(made.y - Double(known.y)) < 1e-4)
    }
  }

  @Test("A shape that is not symmetric is refused")
  func lopsided() {
    var shape = mean
    shape.points[50].x += 0.01
    #expect(throws: MeshDataError.self) { try MeshData(points: shape.points, mirror: FaceTopology.mirror) }
  }

  @Test("What is written reads back")
  func source() throws {
    let text = try MeshData(points: mean.points, mirror: FaceTopology.mirror).source
    func numbers(_ name: String) throws -> [Int] {
      let start = try #require(text.range(of: "let \(name) = \"\"\"")).upperBound
      let end = try #require(text.range(of: "\"\"\"", range: start..<text.endIndex)).lowerBound
      return text[start..<end].split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
    #expect(try numbers("mirrorText") == FaceTopology.mirror)
    #expect(try numbers("trianglesText") == FaceTopology.triangles.flatMap { [Int($0.x), Int($0.y), Int($0.z)] })
    #expect(try numbers("meanShapeText").count == 3 * 468)
    #expect(try numbers("textureCoordinatesText").count == 2 * 468)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }
}
