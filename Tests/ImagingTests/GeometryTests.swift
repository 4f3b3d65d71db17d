import Imaging
import Testing

@Suite struct GeometryTests {
  @Test func aSquareMapsOntoItsTurnedImage() {
    // A quarter turn: x to the right becomes y downwards.
    let turn = Similarity(square: 10, onto: SIMD2(100, 50), side: 20, angle: .pi / 2)
    expectNear(turn.apply(SIMD2(5, 5)), SIMD2(100, 50))
    expectNear(turn.apply(SIMD2(10, 5)), SIMD2(100, 60))
    expectNear(turn.apply(SIMD2(5, 10)), SIMD2(90, 50))
    #expect(abs(turn.scale - 2) < 1e-5)
  }

  @Test func theInverseUndoesASimilarity() {
    let some = Similarity(a: 1.2, b: -0.7, translation: SIMD2(13, -4))
    for p in [SIMD2<Float>(0, 0), SIMD2(3, 9), SIMD2(-50, 12)] {
      expectNear(some.inverse.apply(some.apply(p)), p, tolerance: 1e-3)
    }
  }

  @Test func coverageOfAPolygonIsItsArea() {
    let triangle: [SIMD2<Float>] = [SIMD2(2.3, 1.1), SIMD2(17.8, 4.6), SIMD2(6.2, 15.9)]
    let covered = Plane.polygon(triangle, width: 24, height: 20)
    let u = triangle[1] - triangle[0]
    let v = triangle[2] - triangle[0]
    let area = abs(u.x * v.y - u.y * v.x) / 2
    #expect(abs(covered.sum - area) < 0.01 * area)
    #expect(covered[7, 7] == 1)
    #expect(covered[20, 15] == 0)
  }

  @Test func aPolygonBeyondThePictureIsCut() {
    let big: [SIMD2<Float>] = [SIMD2(-100, -100), SIMD2(100, -100), SIMD2(100, 100), SIMD2(-100, 100)]
    #expect(Plane.polygon(big, width: 5, height: 4) == Plane(width: 5, height: 4, value: 1))
  }

  @Test func distancesAreThoseOfAnExhaustiveSearch() {
    var plane = Plane(width: 23, height: 17, value: 1)
    for (x, y) in [(3, 2), (19, 5), (11, 16), (0, 9)] { plane[x, y] = 0 }
    let distance = plane.distance { $0 > 0.5 }
    for y in 0..<17 {
      for x in 0..<23 {
        var nearest = Float.infinity
        for v in 0..<17 {
          for u in 0..<23 where plane[u, v] == 0 {
            nearest = min(nearest, Float((u - x) * (u - x) + (v - y) * (v - y)).squareRoot())
          }
        }
        #expect(abs(distance[x, y] - nearest) < 1e-3)
      }
    }
  }

  @Test func smallComponentsGo() {
    var plane = Plane(width: 12, height: 8)
    for (x, y) in [(1, 1), (2, 2), (3, 1)] { plane[x, y] = 1 }  // joined by corners: 3 pixels
    for (x, y) in [(8, 5), (9, 5)] { plane[x, y] = 1 }
    let kept = plane.keepingComponents(minimumArea: 3)
    #expect(kept.sum == 3)
    #expect(kept[2, 2] == 1)
    #expect(kept[8, 5] == 0)
  }

  @Test func theHullLeavesOutWhatLiesInside() {
    let hull = convexHull([SIMD2(0, 0), SIMD2(4, 0), SIMD2(2, 1), SIMD2(4, 4), SIMD2(0, 4), SIMD2(2, 2), SIMD2(2, 0)])
    #expect(Set(hull.map { [$0.x, $0.y] }) == [[0, 0], [4, 0], [4, 4], [0, 4]])
  }

  @Test func rectanglesMeetAndJoin() {
    let a = PixelRect(x: 0, y: 0, width: 10, height: 10)
    let b = PixelRect(x: 6, y: 8, width: 10, height: 10)
    #expect(a.intersection(b) == PixelRect(x: 6, y: 8, width: 4, height: 2))
    #expect(a.union(b) == PixelRect(x: 0, y: 0, width: 16, height: 18))
    #expect(a.intersection(PixelRect(x: 20, y: 0, width: 3, height: 3)).isEmpty)
  }
}

@Suite struct MeshRasterTests {
  private let points: [SIMD2<Float>] = [SIMD2(1, 1), SIMD2(18, 2), SIMD2(17, 15), SIMD2(2, 14)]
  private let triangles: [SIMD3<Int32>] = [SIMD3(0, 1, 2), SIMD3(0, 2, 3)]

  @Test func aLinearFunctionIsReproducedInside() {
    let raster = MeshRaster(points: points, triangles: triangles, order: [0, 1], width: 20, height: 17)
    let plane = raster.interpolate(points.map { 3 * $0.x - 2 * $0.y + 7 })
    for y in 0..<17 {
      for x in 0..<20 where raster.triangleAt[y * 20 + x] >= 0 {
        #expect(abs(plane[x, y] - (3 * Float(x) - 2 * Float(y) + 7)) < 0.5)
      }
    }
    #expect(abs(plane[9, 8] - (27 - 16 + 7)) < 1e-3)
  }

  @Test func neighboursLeaveNoHole() {
    // A fan around a point off the pixel grid: every pixel of the square must be covered.
    let ring: [SIMD2<Float>] = [
      SIMD2(0, 0), SIMD2(15.5, 0), SIMD2(31, 0), SIMD2(31, 31), SIMD2(13.2, 31), SIMD2(0, 31), SIMD2(0, 17.7),
    ]
    let fan = ring.indices.map { SIMD3<Int32>(Int32($0), Int32(($0 + 1) % ring.count), Int32(ring.count)) }
    let raster = MeshRaster(
      points: ring + [SIMD2(14.3, 12.6)], triangles: fan, order: Array(fan.indices), width: 32, height: 32)
    #expect(raster.coverage().sum == 32 * 32)
  }

  @Test func laterTrianglesHideEarlierOnes() {
    let raster = MeshRaster(
      points: points, triangles: [SIMD3(0, 1, 2), SIMD3(0, 1, 2)], order: [1, 0], width: 20, height: 17)
    #expect(raster.triangleAt[5 * 20 + 10] == 0)
  }

  @Test func interpolatedValuesStayWithinTheVertices() {
    // Nearly edge-on: without the limit the gradient would run far beyond.
    let thin: [SIMD2<Float>] = [SIMD2(2, 5), SIMD2(18, 5.1), SIMD2(10, 5.6)]
    let raster = MeshRaster(points: thin, triangles: [SIMD3(0, 1, 2)], order: [0], width: 20, height: 10)
    let plane = raster.interpolate([0, 1, 100], background: 0)
    #expect(plane.samples.allSatisfy { $0 >= 0 && $0 <= 100 })
  }

  @Test func aMapIsExtendedRingByRing() {
    var map = Plane(width: 7, height: 7)
    var valid = map
    map[3, 3] = 5
    valid[3, 3] = 1
    let extended = map.extended(beyond: valid, rings: 2)
    #expect(extended[1, 1] == 5)
    #expect(extended[0, 0] == 0)
  }
}

func expectNear(
  _ a: SIMD2<Float>, _ b: SIMD2<Float>, tolerance: Float = 1e-4, sourceLocation: SourceLocation = #_sourceLocation
) {
  let d = a - b
  #expect((d * d).sum().squareRoot() < tolerance, "\(a) is not \(b)", sourceLocation: sourceLocation)
}
