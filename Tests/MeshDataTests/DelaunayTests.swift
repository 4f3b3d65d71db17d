import MeshDataTool
import Testing

@Suite("Delaunay's triangulation") struct DelaunayTests {
  /// The same numbers every time, whole, within ±200.
  private func scattered(_ count: Int, seed: UInt64) -> [SIMD2<Int>] {
    var state = seed
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % 401 - 200
    }
    var points: [SIMD2<Int>] = []
    while points.count < count {
      let point = SIMD2(next(), next())
      if !points.contains(point) { points.append(point) }
    }
    return points
  }

  private func area(_ points: [SIMD2<Int>], _ t: SIMD3<Int>) -> Int {
    Delaunay.area(points[t.x], points[t.y], points[t.z])
  }

  @Test("A square with its middle has four triangles, all turning the same way")
  func square() {
    let points = [SIMD2(0, 0), SIMD2(10, 0), SIMD2(10, 10), SIMD2(0, 10), SIMD2(5, 5)]
    let triangles = Delaunay(points).triangles
    #expect(triangles == [SIMD3(0, 1, 4), SIMD3(0, 4, 3), SIMD3(1, 2, 4), SIMD3(2, 3, 4)])
    #expect(triangles.allSatisfy { area(points, $0) == 50 })
  }

  @Test("Four points on one circle give two triangles, not four")
  func oneCircle() {
    let points = [SIMD2(-5, 0), SIMD2(0, -5), SIMD2(5, 0), SIMD2(0, 5)]
    let triangles = Delaunay(points).triangles
    #expect(triangles.count == 2)
    #expect(triangles.reduce(0) { $0 + area(points, $1) } == 100)
  }

  @Test("Points of a grid are covered once, though every four of them lie on a circle")
  func grid() {
    let points = (0..<49).map { SIMD2($0 % 7 * 3, $0 / 7 * 3) }
    let triangles = Delaunay(points).triangles
    #expect(triangles.count == 72)
    #expect(triangles.allSatisfy { area(points, $0) == 9 })
    #expect(Set(triangles.flatMap { [$0.x, $0.y, $0.z] }).count == 49)
  }

  @Test("No circle of a triangle holds a point", arguments: [1, 2, 3, 4] as [UInt64])
  func emptyCircles(seed: UInt64) {
    let points = scattered(60, seed: seed)
    let triangles = Delaunay(points).triangles
    for t in triangles {
      let (a, b, c) = (points[t.x], points[t.y], points[t.z])
      #expect(area(points, t) > 0)
      // The circle's centre, in doubled coordinates relative to a, times the area.
      let (u, v) = (b &- a, c &- a)
      let twice = 2 * Delaunay.area(a, b, c)
      let x = Double(v.y * (u.x * u.x + u.y * u.y) - u.y * (v.x * v.x + v.y * v.y)) / Double(twice)
      let y = Double(u.x * (v.x * v.x + v.y * v.y) - v.x * (u.x * u.x + u.y * u.y)) / Double(twice)
      for point in points {
        let d = SIMD2(Double(point.x - a.x) - x, Double(point.y - a.y) - y)
        #expect((d * d).sum() > x * x + y * y - 1e-6)
      }
    }
    // As many as Euler's formula asks for: 2 · points − 2 − corners of the hull, whose edges one triangle has.
    var edges: [Set<Int>: Int] = [:]
    for t in triangles { for e in [[t.x, t.y], [t.y, t.z], [t.z, t.x]] { edges[Set(e), default: 0] += 1 } }
    let rim = edges.values.filter { $0 == 1 }.count
    #expect(edges.values.allSatisfy { $0 <= 2 })
    #expect(triangles.count == 2 * points.count - 2 - rim)
  }

  @Test("The order of the points decides nothing where no circle holds four")
  func orderOfPoints() {
    let points = scattered(40, seed: 9)
    let turned = Array(points.reversed())
    func corners(_ points: [SIMD2<Int>]) -> Set<Set<SIMD2<Int>>> {
      Set(Delaunay(points).triangles.map { [points[$0.x], points[$0.y], points[$0.z]] })
    }
    #expect(corners(points) == corners(turned))
  }
}
