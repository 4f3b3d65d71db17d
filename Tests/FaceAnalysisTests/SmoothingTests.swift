import FaceAnalysis
import Foundation
import Testing

@Suite("A local polynomial") struct LocalPolynomialTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var reach: Int
    var degree: Int
    var offsets: [Int]
    var expected: [Double]
    var testDescription: String { "N=\(reach), degree \(degree), \(offsets)" }
  }

  /// Solved in Python with exact fractions: the first row of (AᵀWA)⁻¹AᵀW with tricube weights.
  static let cases = [
    Case(
      reach: 2, degree: 0, offsets: [-2, -1, 0, 1, 2],
      expected: [0.1000540, 0.2563856, 0.2871209, 0.2563856, 0.1000540]
    ),
    Case(
      reach: 2, degree: 2, offsets: [-2, -1, 0, 1, 2],
      expected: [-0.0773440, 0.3093762, 0.5359357, 0.3093762, -0.0773440]),
    Case(
      reach: 3, degree: 0, offsets: [-3, -2, -1, 0, 1, 2, 3],
      expected: [0.0416974, 0.1445666, 0.2058379, 0.2157962, 0.2058379, 0.1445666, 0.0416974]),
    Case(
      reach: 3, degree: 2, offsets: [-3, -2, -1, 0, 1, 2, 3],
      expected: [-0.0589839, 0.0567290, 0.3039392, 0.3966313, 0.3039392, 0.0567290, -0.0589839]),
    Case(
      reach: 4, degree: 0, offsets: [-4, -3, -2, -1, 0, 1, 2, 3, 4],
      expected: [
        0.0200763, 0.0832475, 0.1416611, 0.1686391, 0.1727520, 0.1686391, 0.1416611, 0.0832475, 0.0200763,
      ]),
    Case(
      reach: 4, degree: 2, offsets: [-4, -3, -2, -1, 0, 1, 2, 3, 4],
      expected: [
        -0.0375285, -0.0206483, 0.1289132, 0.2706385, 0.3172502, 0.2706385, 0.1289132, -0.0206483, -0.0375285,
      ]),
    // Beside a cut.
    Case(reach: 3, degree: 2, offsets: [0, 1, 2, 3], expected: [0.9655708, 0.1032876, -0.1032876, 0.0344292]),
    Case(reach: 3, degree: 1, offsets: [0, 1, 2, 3], expected: [0.7810944, 0.3465802, -0.0364436, -0.0912310]),
    Case(reach: 3, degree: 0, offsets: [0, 1, 2, 3], expected: [0.3549874, 0.3386060, 0.2378138, 0.0685927]),
    Case(
      reach: 3, degree: 2, offsets: [-1, 0, 1, 2, 3],
      expected: [0.2172726, 0.4402752, 0.3755389, 0.0590063, -0.0920930]
    ),
    Case(
      reach: 4, degree: 2, offsets: [-4, -3, -2, -1, 0],
      expected: [0.0403034, -0.0428220, -0.1133545, 0.1939614, 0.9219117]),
    Case(
      reach: 4, degree: 2, offsets: [-2, -1, 0, 1, 2, 3, 4],
      expected: [0.0196272, 0.2453754, 0.3542198, 0.3245979, 0.1527252, -0.0407636, -0.0557819]),
    // With holes, also at the frame itself.
    Case(reach: 3, degree: 1, offsets: [-2, -1, 1, 3], expected: [0.1899336, 0.3132063, 0.3987535, 0.0981067]),
    Case(reach: 4, degree: 2, offsets: [-4, -3, 0, 2], expected: [-0.0661712, 0.1058739, 0.9338288, 0.0264685]),
    // Too few frames for the degree.
    Case(reach: 2, degree: 2, offsets: [0, 1], expected: [1, 0]),
    Case(reach: 3, degree: 2, offsets: [2], expected: [1]),
  ]

  @Test(arguments: cases)
  func hasTheCoefficientsOfAnExactSolution(_ c: Case) {
    let found = LocalPolynomial(reach: c.reach, degree: c.degree).coefficients(at: c.offsets)
    #expect(found.count == c.expected.count)
    for (a, b) in zip(found, c.expected) { #expect(abs(Double(a) - b) < 2e-6) }
  }

  @Test func framesBeyondItsReachHaveNoInfluence() {
    let filter = LocalPolynomial(reach: 3, degree: 2)
    let near = filter.coefficients(at: [-3, -2, -1, 0, 1, 2, 3])
    let wide = filter.coefficients(at: [-9, -4, -3, -2, -1, 0, 1, 2, 3, 4])
    #expect(wide.first == 0 && wide.last == 0 && wide[1] == 0)
    #expect(Array(wide[2...8]) == near)
  }

  @Test(arguments: [0, 1, 2], [[-4, -3, -2, -1, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [-3, -1, 2, 4]])
  func reproducesPolynomialsOfItsDegree(degree: Int, offsets: [Int]) {
    let coefficients = LocalPolynomial(reach: 4, degree: degree).coefficients(at: offsets)
    for power in 0...degree {
      let values = offsets.map { k in (0..<power).reduce(7.0) { product, _ in product * Double(k) } }
      let result = zip(coefficients, values).map { Double($0) * $1 }.reduce(0, +)
      #expect(abs(result - (power == 0 ? 7 : 0)) < 1e-4)
    }
  }
}

@Suite("The mesh settler") struct MeshSettlerTests {
  private let settler = MeshSettler()
  private let offsets = Array(-4...4)

  @Test func keepsAStillFaceAsItIs() {
    let mesh = wobbly()
    #expect(settler.settled(offsets.map { ($0, mesh) }).distance(to: mesh) < 0.01)
    #expect(settler.settled([(0, mesh)]).distance(to: mesh) < 0.01)
  }

  @Test(arguments: [[-4, -3, -2, -1, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [-4, -3, -2, -1, 0], [-2, 0, 1, 4]])
  func keepsAParabolicMotionExactly(offsets: [Int]) {
    // Place, and size and turn as one complex number, are parabolas in time.
    func mesh(_ k: Int) -> FaceMesh {
      let t = Float(k)
      let a = SIMD2<Float>(1 + 0.02 * t - 0.003 * t * t, 0.05 * t + 0.004 * t * t)
      let place = SIMD2<Float>(400 + 9 * t + 0.8 * t * t, 300 - 4 * t - 1.1 * t * t)
      return FaceMesh(
        points: wobbly().points.map { p in
          SIMD3(a.x * p.x - a.y * p.y + place.x, a.y * p.x + a.x * p.y + place.y, p.z)
        })
    }
    #expect(settler.settled(offsets.map { ($0, mesh($0)) }).distance(to: mesh(0)) < 0.02)
  }

  @Test func reducesNoiseAsMuchAsItsFiltersShould() {
    // Of independent noise a filter leaves the root of the sum of its squared coefficients:
    // √.17656 = .420 of the rigid points (N = 3, degree 0), √.49058 = .700 of lips and lids (N = 2, degree 2).
    var dice = Dice(1)
    var rigid = (sum: Float(0), count: Float(0))
    var lively = rigid
    let livelyVertices = Set(
      FaceTopology.lipsOuter + FaceTopology.lipsMiddleOuter + FaceTopology.lipsMiddleInner + FaceTopology.lipsInner
        + FaceTopology.leftEye + FaceTopology.rightEye)
    let still = FaceMesh.mean(width: 200, at: SIMD2(300, 200))
    for _ in 0..<6 {
      let noisy = offsets.map { k in
        (k, FaceMesh(points: still.points.map { $0 + SIMD3(dice.normal(), dice.normal(), 0) }))
      }
      let settled = settler.settled(noisy)
      for i in 0..<468 {
        let d = settled.xy(i) - still.xy(i)
        if livelyVertices.contains(i) {
          lively = (lively.sum + (d * d).sum(), lively.count + 2)
        } else {
          rigid = (rigid.sum + (d * d).sum(), rigid.count + 2)
        }
      }
    }
    #expect(abs((rigid.sum / rigid.count).squareRoot() - 0.420) < 0.02)
    #expect(abs((lively.sum / lively.count).squareRoot() - 0.700) < 0.04)
  }

  @Test func lipsKeepAFastOpening() {
    // The lower lip falls by 12 pixels within three frames.
    let lower = [14, 87, 178, 317, 402]
    func mesh(_ k: Int, moving: [Int]) -> FaceMesh {
      var points = FaceMesh.mean(width: 200, at: SIMD2(300, 200)).points
      let amount = max(0, min(1, (Float(k) + 1.5) / 3))
      for i in moving { points[i].y += 12 * amount * amount * (3 - 2 * amount) }
      return FaceMesh(points: points)
    }
    func worst(_ moving: [Int]) -> Float {
      (-2...2).map { shift in
        let settled = settler.settled(offsets.map { ($0, mesh($0 + shift, moving: moving)) })
        return moving.map { abs(settled[$0].y - mesh(shift, moving: moving)[$0].y) }.max()!
      }.max()!
    }
    #expect(worst(lower) < 1.5)
    // The same motion of points on the cheek is taken for noise and blurred.
    #expect(worst([50, 101, 118, 117, 123]) > 2)
  }

  @Test func depthFollowsALine() {
    func mesh(_ k: Int) -> FaceMesh {
      FaceMesh(points: FaceMesh.mean(width: 100, at: .zero).points.map { $0 + SIMD3(0, 0, Float(3 * k)) })
    }
    #expect(settler.settled(offsets.map { ($0, mesh($0)) }).distance(to: mesh(0)) < 0.01)
    #expect(settler.settled([0, 1, 2, 3].map { ($0, mesh($0)) }).distance(to: mesh(0)) < 0.01)
  }

  /// A face that is not the mean one: what is left of each point must come back too.
  private func wobbly() -> FaceMesh {
    var dice = Dice(7)
    return FaceMesh(
      points: FaceMesh.mean(width: 150, at: .zero).points.map {
        $0 + SIMD3(dice.normal(), dice.normal(), dice.normal()) * 2
      })
  }
}
