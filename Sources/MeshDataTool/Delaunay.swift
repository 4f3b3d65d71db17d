/// Delaunay's triangulation of points with whole coordinates: no point lies within the circle of any triangle.
///
/// It grows from an edge of the hull, a triangle an open edge. All arithmetic is exact, and where more than three points
/// lie on one circle, which symmetry makes common, the numbers of the points decide: the result is the same everywhere.
package struct Delaunay {
  package typealias Point = SIMD2<Int>

  /// Three indices each, all turning the same way: with y down, clockwise on the screen. The smallest comes first, and
  /// the triangles are sorted.
  package let triangles: [SIMD3<Int>]

  /// - Parameter points: at least three, all different and not all on one line; coordinates within ±2^14.
  package init(_ points: [Point]) {
    precondition(points.count > 2 && Set(points).count == points.count, "points must differ")
    precondition(points.allSatisfy { max(abs($0.x), abs($0.y)) < 1 << 14 }, "points must be near the origin")
    var found: [SIMD3<Int>] = []
    // Directed edges that a triangle on their left may follow, and those that have one.
    var open = [Self.hullEdge(points)]
    var closed: Set<SIMD2<Int>> = []
    while let edge = open.popLast() {
      guard !closed.contains(edge), let third = Self.third(points, edge.x, edge.y) else { continue }
      found.append(SIMD3(edge.x, edge.y, third))
      for (a, b) in [(edge.x, edge.y), (edge.y, third), (third, edge.x)] {
        closed.insert(SIMD2(a, b))
        if !closed.contains(SIMD2(b, a)) { open.append(SIMD2(b, a)) }
      }
    }
    triangles = found.map { t in
      t.x < t.y && t.x < t.z ? t : t.y < t.z ? SIMD3(t.y, t.z, t.x) : SIMD3(t.z, t.x, t.y)
    }.sorted { ($0.x, $0.y, $0.z) < ($1.x, $1.y, $1.z) }
  }

  /// Twice the area of a triangle, above 0 if it turns as all of the result do.
  package static func area(_ a: Point, _ b: Point, _ c: Point) -> Int {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }

  /// An edge that has all other points on its left.
  private static func hullEdge(_ points: [Point]) -> SIMD2<Int> {
    let first = points.indices.min { (points[$0].x, points[$0].y) < (points[$1].x, points[$1].y) }!
    var next = first == 0 ? 1 : 0
    for i in points.indices where i != first && i != next {
      let side = area(points[first], points[next], points[i])
      let isNearer = squared(points[i] &- points[first]) < squared(points[next] &- points[first])
      if side < 0 || side == 0 && isNearer { next = i }
    }
    return SIMD2(first, next)
  }

  /// The point on the left of an edge whose circle through the edge holds no other; nil on the hull.
  private static func third(_ points: [Point], _ a: Int, _ b: Int) -> Int? {
    var best: Int?
    for i in points.indices where i != a && i != b && area(points[a], points[b], points[i]) > 0 {
      if best == nil || isInCircle(points, a, b, best!, i) { best = i }
    }
    return best
  }

  /// Whether `d` lies within the circle through `a`, `b`, `c`: below their plane on the paraboloid z = x² + y².
  ///
  /// The height of each point is raised by its number, so little that it matters only where the four lie on one circle.
  private static func isInCircle(_ points: [Point], _ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Bool {
    func height(_ i: Int) -> Int128 { Int128(squared(points[i])) << 48 + Int128(i) }
    let (pa, pb, pc) = (points[a] &- points[d], points[b] &- points[d], points[c] &- points[d])
    let (ha, hb, hc) = (height(a) - height(d), height(b) - height(d), height(c) - height(d))
    func cross(_ p: Point, _ q: Point) -> Int128 { Int128(p.x * q.y - p.y * q.x) }
    return ha * cross(pb, pc) + hb * cross(pc, pa) + hc * cross(pa, pb) > 0
  }

  private static func squared(_ p: Point) -> Int { p.x * p.x + p.y * p.y }
}
