import FaceAnalysis
import Testing

@Suite("The face's topology") struct TopologyTests {
  @Test func hasTheRightNumbers() {
    #expect(FaceTopology.meanShape.points.count == 468)
    #expect(FaceTopology.triangles.count == 890)
    // Counted in Python over the same triangles: those with all three corners on the inner lips.
    #expect(FaceTopology.isMouthOpening.filter { $0 }.count == 14)
    #expect(FaceTopology.oval.count == 36)
    #expect(Set(FaceTopology.oval).count == 36)
    #expect(FaceTopology.skinSeeds.count == 53)
    #expect(FaceTopology.leftEye.count == 16 && FaceTopology.rightEye.count == 16)
    for ring in [
      FaceTopology.lipsOuter, FaceTopology.lipsMiddleOuter, FaceTopology.lipsMiddleInner, FaceTopology.lipsInner,
    ] { #expect(Set(ring).count == 20) }
  }

  @Test func usesEveryVertexInSomeTriangle() {
    let used = Set(FaceTopology.triangles.flatMap { [$0.x, $0.y, $0.z] })
    #expect(used == Set(0..<468))
    #expect(FaceTopology.triangles.allSatisfy { $0.x != $0.y && $0.y != $0.z && $0.x != $0.z })
  }

  @Test func noEdgeHasMoreThanTwoTriangles() {
    var count: [Set<Int32>: Int] = [:]
    for t in FaceTopology.triangles {
      for edge in [[t.x, t.y], [t.y, t.z], [t.z, t.x]] { count[Set(edge), default: 0] += 1 }
    }
    #expect(count.values.allSatisfy { $0 <= 2 })
    // The rim is the oval, but for a few vertices of the cheeks, which curve back behind it in a frontal view.
    let rim = Set(count.filter { $0.value == 1 }.keys.flatMap { $0 })
    #expect(rim.isSuperset(of: FaceTopology.oval.map(Int32.init)))
    #expect(rim.subtracting(FaceTopology.oval.map(Int32.init)) == [137, 177, 215, 227, 366, 401, 435, 447])
  }

  @Test func trianglesCoverTheFaceOnceAndTurnTheSameWay() {
    let mean = FaceTopology.meanShape
    func area(_ p: [SIMD2<Float>]) -> Double {
      p.indices.reduce(0) { sum, i in
        let (a, b) = (p[i], p[(i + 1) % p.count])
        return sum + (Double(a.x) * Double(b.y) - Double(b.x) * Double(a.y)) / 2
      }
    }
    var covered = 0.0
    for t in FaceTopology.triangles {
      let triangle = area([mean.xy(Int(t.x)), mean.xy(Int(t.y)), mean.xy(Int(t.z))])
      #expect(triangle > 0, "triangle \(t) is turned over")
      covered += triangle
    }
    let edges = FaceTopology.triangles.flatMap { [SIMD2($0.x, $0.y), SIMD2($0.y, $0.z), SIMD2($0.z, $0.x)] }
    let directed = Set(edges)
    #expect(directed.count == edges.count)
    // Edges that two triangles share are there in both directions. The others form one loop.
    let rim = Dictionary(
      uniqueKeysWithValues: edges.filter { !directed.contains(SIMD2($0.y, $0.x)) }.map { ($0.x, $0.y) })
    var loop: [Int32] = [10]
    while let following = rim[loop.last!], following != 10 { loop.append(following) }
    #expect(loop.count == rim.count)
    // Nothing is covered twice, and nothing is left out.
    #expect(abs(covered - area(loop.map { mean.xy(Int($0)) })) < 1e-6)
    // Besides the oval that is only what of the cheeks curves back behind it.
    #expect(abs(covered / area(FaceTopology.oval.map { mean.xy($0) }) - 1) < 0.005)
  }

  @Test func theTextureHasEveryTriangleTheRightWayRound() {
    let places = FaceTopology.textureCoordinates
    #expect(places.count == 468)
    #expect(places.allSatisfy { $0.min() >= 0 && $0.max() <= 1 })
    for t in FaceTopology.triangles {
      let (a, b, c) = (places[Int(t.x)], places[Int(t.y)], places[Int(t.z)])
      #expect((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0, "triangle \(t) is turned over")
    }
    for (i, p) in places.enumerated() {
      let other = places[FaceTopology.mirror[i]]
      #expect(abs(1 - other.x - p.x) < 1e-6 && other.y == p.y)
    }
  }

  @Test func theMeanFaceIsSymmetric() {
    for (i, p) in FaceTopology.meanShape.points.enumerated() {
      #expect(FaceTopology.meanShape[FaceTopology.mirror[i]] == SIMD3(-p.x, p.y, p.z))
    }
    let mirrored = FaceTopology.triangles.map { t in Set([t.x, t.y, t.z].map { FaceTopology.mirror[Int($0)] }) }
    #expect(Set(mirrored) == Set(FaceTopology.triangles.map { [Int($0.x), Int($0.y), Int($0.z)] }))
  }

  @Test func theMeanFaceIsOneWide() {
    #expect(abs(FaceTopology.meanShape.width - 1) < 1e-4)
    // Its origin is the mean of the four corners of the eyes.
    let origin = [33, 133, 362, 263].map { FaceTopology.meanShape[$0] }.reduce(.zero, +) / 4
    #expect(abs(origin.x) < 1e-3 && abs(origin.y) < 1e-3)
  }

  @Test func mirroringTwiceIsNothing() {
    let mirror = FaceTopology.mirror
    #expect((0..<468).allSatisfy { mirror[mirror[$0]] == $0 })
    for (left, right) in [(33, 263), (61, 291), (234, 454), (70, 300), (50, 280), (1, 1), (4, 4), (152, 152)] {
      #expect(mirror[left] == right)
    }
  }

  @Test func distancesToTheOvalAreThoseOverTheSurface() {
    for i in FaceTopology.oval { #expect(FaceTopology.distanceToOval[i] < 1e-6) }
    // To the outline's straight segments, exactly, computed in Python from the mean shape.
    for (vertex, distance) in [(1, 0.5774), (4, 0.6202), (50, 0.4463), (61, 0.2906), (33, 0.2720), (9, 0.2219)] {
      #expect(abs(FaceTopology.distanceToOval[vertex] - Float(distance)) < 1e-3)
    }
  }

  @Test func theFieldsHaveTheirMembers() {
    // Counted in Python by the same rules, from the mean shape.
    #expect(FaceTopology.core.reduce(0, +) == 408)
    #expect(FaceTopology.protected.reduce(0, +) == 393)
    #expect(FaceTopology.hairZone.reduce(0, +) == 48)
    #expect(FaceTopology.browsAndEyes.reduce(0, +) == 84)
    #expect(FaceTopology.plainSkin.reduce(0, +) == 468 - 187)
    #expect(FaceTopology.seeds.reduce(0, +) == 53)
    // One that each must and one that none may have.
    #expect(FaceTopology.core[4] == 1 && FaceTopology.core[10] == 0)
    #expect(FaceTopology.protected[13] == 1 && FaceTopology.protected[10] == 0)
    #expect(FaceTopology.hairZone[10] == 1 && FaceTopology.hairZone[4] == 0)
    #expect(FaceTopology.plainSkin[50] == 1 && FaceTopology.plainSkin[13] == 0)
  }

  @Test func theEdgeFadesOverTheRightWidth() {
    let width = FaceTopology.featherWidth
    #expect(width.min()! >= 0.0999 && width.max()! <= 0.1201)
    #expect(abs(width[10] - 0.12) < 1e-5)  // the top of the forehead
    #expect(abs(width[152] - 0.10) < 1e-5)  // the chin
    #expect(abs(width[9] - 0.10824) < 1e-3)  // between the brows: computed in Python from the mean shape
  }

  @Test func smoothingKeepsWhatIsEvenAndSpreadsWhatIsNot() {
    #expect(FaceTopology.smoothed([Float](repeating: 3, count: 468), times: 4).allSatisfy { abs($0 - 3) < 1e-4 })
    var peak = [Float](repeating: 0, count: 468)
    peak[4] = 1
    #expect(FaceTopology.smoothed(peak, times: 0) == peak)
    let once = FaceTopology.smoothed(peak, times: 1)
    #expect(once[4] == 0.5)
    // Half of a neighbour's mean over its own neighbours.
    var around: [Int32: Set<Int32>] = [:]
    for t in FaceTopology.triangles {
      for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] {
        around[a, default: []].insert(b)
        around[b, default: []].insert(a)
      }
    }
    for i in 0..<468 where i != 4 {
      let near = around[Int32(i)]!
      #expect(abs(once[i] - (near.contains(4) ? 0.5 / Float(near.count) : 0)) < 1e-6)
    }
  }
}
