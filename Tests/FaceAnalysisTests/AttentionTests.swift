import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

@Suite("A window of the features") struct FeatureWindowTests {
  /// A map of 48x48 cells: x at the middle of each cell, y there, and one.
  private static let ramps: [Float] = (0..<3).flatMap { channel in
    (0..<48 * 48).map { i in
      switch channel {
      case 0: Float(i % 48) + 0.5
      case 1: Float(i / 48) + 0.5
      default: 1
      }
    }
  }

  private func sampled(_ window: FeatureWindow) -> [Float] {
    var cells = [Float](repeating: .nan, count: 3 * 256)
    Self.ramps.withUnsafeBufferPointer { map in
      cells.withUnsafeMutableBufferPointer { window.sample(map, side: 48, channels: 3, into: $0) }
    }
    return cells
  }

  @Test func readsALinearRampExactly() {
    // Twelve wide and six high around (20, 30): a half more are 18 x 9, from (11, 25.5) on.
    let window = FeatureWindow(
      around: [SIMD2(14, 30), SIMD2(26, 28), SIMD2(20, 33), SIMD2(20, 27)], levelFrom: SIMD2(10, 5),
      to: SIMD2(11, 5))
    let cells = sampled(window)
    for v in 0..<16 {
      for u in 0..<16 {
        #expect(abs(cells[16 * v + u] - (11 + 18 * (Float(u) + 0.5) / 16)) < 1e-4)
        #expect(abs(cells[256 + 16 * v + u] - (25.5 + 9 * (Float(v) + 0.5) / 16)) < 1e-4)
        #expect(abs(cells[512 + 16 * v + u] - 1) < 1e-5)
      }
    }
  }

  @Test(arguments: [0.6, -2.1] as [Float])
  func turnsWithItsLevelAroundTheMiddleOfThePoints(angle: Float) {
    let (c, s) = (cos(angle), sin(angle))
    func turned(_ x: Float, _ y: Float) -> SIMD2<Float> { SIMD2(24 + c * x - s * y, 22 + s * x + c * y) }
    let window = FeatureWindow(
      around: [turned(-6, -2), turned(6, 1), turned(0, 2)], levelFrom: turned(-6, 0), to: turned(6, 0))
    let cells = sampled(window)
    for (u, v) in [(0, 0), (15, 0), (3, 15), (8, 8)] {
      let expected = turned(18 * ((Float(u) + 0.5) / 16 - 0.5), 6 * ((Float(v) + 0.5) / 16 - 0.5))
      #expect(abs(cells[16 * v + u] - expected.x) < 1e-3 && abs(cells[256 + 16 * v + u] - expected.y) < 1e-3)
    }
    // Heads have 64 units a side, the picture four pixels a cell.
    let place = window.place(SIMD2(64, 32)) / 4
    let expected = turned(9, 0)
    #expect(abs(place.x - expected.x) < 1e-3 && abs(place.y - expected.y) < 1e-3)
  }

  @Test func outsideTheMapIsNothing() {
    // 16 x 16 cells from (−3.75, 35.75) on, one each.
    let side: Float = 32 / 3
    let low = SIMD2<Float>(4.25, 43.75) - side / 2
    let cells = sampled(
      FeatureWindow(around: [low, low + side], levelFrom: SIMD2(0, 0), to: SIMD2(1, 0)))
    for v in 0..<16 {
      for u in 0..<16 {
        #expect(abs(cells[512 + 16 * v + u] - (u >= 4 && v < 12 ? 1 : 0)) < 1e-4)
      }
    }
    let broken = FeatureWindow(around: [SIMD2(.nan, 3), SIMD2(4, 5)], levelFrom: .zero, to: SIMD2(1, .nan))
    #expect(sampled(broken).allSatisfy { $0 == 0 })
  }

  @Test func pointsAreWrittenBackAndDepthsStay() {
    // One cell of the map a cell of the window, from (12, 20) on.
    let side: Float = 32 / 3
    let low = SIMD2<Float>(20, 28) - side / 2
    let window = FeatureWindow(around: [low, low + side], levelFrom: SIMD2(0, 0), to: SIMD2(1, 0))
    var mesh = FaceMesh.mean(width: 100, at: SIMD2(96, 96))
    let before = mesh
    let values: [Float] = [0, 0, 64, 32, 10, 20]
    values.withUnsafeBufferPointer { mesh.move([7, 300, 12], to: $0, in: window) }
    for (i, place) in [(7, SIMD2<Float>(48, 80)), (300, SIMD2(112, 112)), (12, SIMD2(58, 100))] {
      #expect(abs(mesh.xy(i).x - place.x) < 1e-3 && abs(mesh.xy(i).y - place.y) < 1e-3)
      #expect(mesh[i].z == before[i].z)
    }
    #expect(mesh.points.indices.filter { mesh[$0] != before[$0] } == [7, 12, 300])
    let circle: [Float] = [30, 30, 35, 30, 30, 33, 25, 30, 30, 27]
    let iris = circle.withUnsafeBufferPointer { Iris($0, in: window) }
    #expect(abs(iris.center.x - 78) < 1e-3 && abs(iris.center.y - 110) < 1e-3 && abs(iris.radius - 4) < 1e-3)
  }
}

@Suite("Eyes and irises") struct EyeTests {
  private var seeing: FaceMesh {
    var mesh = FaceMesh.mean(width: 40, at: SIMD2(30, 25))
    mesh.irises = Irises(left: Iris(center: SIMD2(20, 24), radius: 3), right: Iris(center: SIMD2(41, 25.5), radius: 2))
    return mesh
  }

  @Test(arguments: Orientation.allCases)
  func irisesAreStoredAsPointsAre(orientation: Orientation) {
    let frame = GreyPicture(width: 64, height: 48) { _, _ in 0 }
    frame.withPixels { pixels in
      let turned = PixelView(
        layout: pixels.layout, encoding: pixels.encoding, orientation: orientation, width: 64, height: 48,
        planes: pixels.planes, strides: pixels.strides)
      var mesh = seeing
      mesh.points[468 / 2] = SIMD3(20, 24, 5)
      mesh.points[468 / 3] = SIMD3(41, 25.5, 6)
      let stored = mesh.stored(in: turned)
      #expect(stored.irises?.left == Iris(center: stored.xy(468 / 2), radius: 3))
      #expect(stored.irises?.right == Iris(center: stored.xy(468 / 3), radius: 2))
      #expect(orientation == .upright || stored.irises != mesh.irises)
    }
  }

  @Test func aMappedMeshIsMappedWhole() {
    let mapped = seeing.mapped(scale: 2) { $0 * 2 + SIMD2(1, 0) }
    #expect(
      mapped.irises
        == Irises(left: Iris(center: SIMD2(41, 48), radius: 6), right: Iris(center: SIMD2(83, 51), radius: 4)))
    #expect(mapped[17] == seeing[17] * 2 + SIMD3(1, 0, 0))
  }

  @Test func aMeanHasIrisesIfAllHave() {
    let moved = seeing.mapped(scale: 3) { $0 + SIMD2(2, -4) }
    let mean = FaceMesh(meanOf: [seeing, moved])
    #expect(mean.irises?.left == Iris(center: SIMD2(21, 22), radius: 6))
    #expect(abs(mean.xy(5).x - seeing.xy(5).x - 1) < 1e-4)
    #expect(FaceMesh(meanOf: [seeing, .mean(width: 40, at: .zero)]).irises == nil)
  }

  @Test func anEyesOpeningIsItsHeightOverItsWidth() {
    var mesh = FaceMesh.mean(width: 100, at: .zero)
    // Corners 30 apart, turned by a quarter; the three pairs 6, 9 and 3 apart.
    for (k, i) in [33, 133].enumerated() { mesh.points[i] = SIMD3(5, 30 * Float(k), 0) }
    for (i, j, gap) in [(160, 144, 6), (159, 145, 9), (158, 153, 3)] as [(Int, Int, Float)] {
      mesh.points[i] = SIMD3(5 + gap / 2, 10, 3)
      mesh.points[j] = SIMD3(5 - gap / 2, 10, -9)
    }
    for (k, i) in [263, 362].enumerated() { mesh.points[i] = SIMD3(20 * Float(k), 0, 0) }
    for (i, j) in [(387, 373), (386, 374), (385, 380)] {
      mesh.points[i] = SIMD3(10, 0, 0)
      mesh.points[j] = SIMD3(10, 1, 0)
    }
    #expect(abs(mesh.eyeOpening.left - 0.2) < 1e-5 && abs(mesh.eyeOpening.right - 0.05) < 1e-5)
  }

  @Test func theHeadsOfTheEyesBeginWithTheEdgesOfTheLids() {
    for (head, lids) in [
      (FaceTopology.attentionLeftEye, FaceTopology.leftEye), (FaceTopology.attentionRightEye, FaceTopology.rightEye),
    ] {
      #expect([0, 9, 10, 11, 12, 13, 14, 15, 8, 7, 6, 5, 4, 3, 2, 1].map { head[$0] } == lids)
      #expect(Set(head).count == 71)
    }
    #expect(Set(FaceTopology.attentionLips).count == 80)
    #expect(FaceTopology.attentionLips[..<12] == [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185])
  }

  @Test func everyVertexHasItsMirrorInTheOtherEyesHead() {
    for (left, right) in zip(FaceTopology.attentionLeftEye, FaceTopology.attentionRightEye) {
      #expect(FaceTopology.mirror[left] == right)
    }
    for (left, right) in zip(FaceTopology.leftLids, FaceTopology.rightLids) {
      #expect(FaceTopology.mirror[left] == right)
    }
  }
}

@Suite("Settled irises") struct SettledIrisTests {
  private let settler = MeshSettler()

  /// A face that moves, grows and turns in a parabola, its irises at fixed places in it but for `gaze` and `growth`.
  private func mesh(_ k: Int, gaze: SIMD2<Float> = .zero, growth: Float = 1) -> FaceMesh {
    let t = Float(k)
    let a = SIMD2<Float>(1 + 0.02 * t - 0.003 * t * t, 0.05 * t + 0.004 * t * t)
    let place = SIMD2<Float>(400 + 9 * t + 0.8 * t * t, 300 - 4 * t - 1.1 * t * t)
    var still = FaceMesh.mean(width: 150, at: .zero)
    still.irises = Irises(
      left: Iris(center: SIMD2(-32, 1) + gaze, radius: 6 * growth), right: Iris(center: SIMD2(31, 2), radius: 5))
    return still.mapped(scale: (a.x * a.x + a.y * a.y).squareRoot()) { p in
      SIMD2(a.x * p.x - a.y * p.y, a.y * p.x + a.x * p.y) + place
    }
  }

  private func expectNear(_ a: Iris?, _ b: Iris, _ tolerance: Float = 0.02) {
    guard let a else {
      Issue.record("there is no iris")
      return
    }
    #expect(abs(a.center.x - b.center.x) < tolerance && abs(a.center.y - b.center.y) < tolerance)
    #expect(abs(a.radius - b.radius) < tolerance)
  }

  @Test(arguments: [[-4, -3, -2, -1, 0, 1, 2, 3, 4], [0, 1, 2, 3], [-2, 0, 1]])
  func moveWithTheHeadExactly(offsets: [Int]) {
    let settled = settler.settled(offsets.map { ($0, mesh($0)) })
    expectNear(settled.irises?.left, mesh(0).irises!.left)
    expectNear(settled.irises?.right, mesh(0).irises!.right)
  }

  @Test func aGlanceIsSmoothedOverThreeFramesOnlyAndTheRadiusOverSeven() {
    // A glance of one frame keeps the middle coefficient of N = 1, degree 0: 1 / (1 + 2 · .669922) = .427379.
    let settled = settler.settled((-4...4).map { ($0, mesh($0, gaze: $0 == 0 ? SIMD2(4, 0) : .zero)) })
    expectNear(settled.irises?.left, Iris(center: mesh(0, gaze: SIMD2(1.709516, 0)).irises!.left.center, radius: 6))
    // Two frames later it has no part; in the radius it has: .144567.
    let later = settler.settled((-4...4).map { ($0, mesh($0, gaze: $0 == 2 ? SIMD2(4, 0) : .zero)) })
    expectNear(later.irises?.left, mesh(0).irises!.left)
    let wider = settler.settled((-4...4).map { ($0, mesh($0, growth: $0 == 2 ? 2 : 1)) })
    expectNear(wider.irises?.left, Iris(center: mesh(0).irises!.left.center, radius: 6 * 1.1445666))
  }

  @Test func areWhereAFrameBesideHasThem() {
    func blind(_ k: Int) -> FaceMesh { FaceMesh(points: mesh(k).points) }
    #expect(settler.settled((-4...4).map { ($0, blind($0)) }).irises == nil)
    #expect(settler.settled((-4...4).map { ($0, abs($0) < 2 ? blind($0) : mesh($0)) }).irises == nil)
    let beside = settler.settled((-4...4).map { ($0, $0 == 0 ? blind($0) : mesh($0)) })
    expectNear(beside.irises?.left, mesh(0).irises!.left)
  }
}

/// The real network on the pinned media.
@Suite("The attention mesh") struct AttentionMeshTests {
  private func face(_ frame: Frame) throws -> FaceMesh {
    let faces = try frame.withPixels {
      try FaceTracker.faces(
        in: $0, detector: try Pinned.detector(), mesher: try Pinned.mesher(), locator: try Pinned.attentionMesh())
    }
    #expect(faces.count == 1)
    return try #require(faces.first).mesh
  }

  @Test func seesTheAstronautsIrisesBetweenOpenLids() throws {
    let mesh = try face(try Pinned.picture("astronaut.png"))
    #expect(mesh.eyeOpening.left > 0.2 && mesh.eyeOpening.right > 0.2)
    let irises = try #require(mesh.irises)
    for (iris, lids) in [(irises.left, FaceTopology.leftEye), (irises.right, FaceTopology.rightEye)] {
      let (a, b) = (mesh.xy(lids[0]), mesh.xy(lids[8]))
      let width = ((b - a) * (b - a)).sum().squareRoot()
      // An iris is some 12 mm wide, the opening between the lids 30 mm.
      #expect((0.15...0.3).contains(iris.radius / width))
      let polygon = lids.map { mesh.xy($0) }
      #expect(contains(polygon, iris.center))
    }
  }

  @Test func agreesWithThePlainMeshWhereThatIsGood() throws {
    let picture = try Pinned.picture("astronaut.png")
    try picture.withPixels { frame in
      let plain = try Pinned.mesher()
      let mesh = try FaceTracker.faces(in: frame, detector: try Pinned.detector(), mesher: plain)[0].mesh
      let found = try Pinned.attentionMesh().mesh(in: frame, region: FaceRegion(mesh))
      #expect(found.score > 0.95)
      let distances = (0..<468).map { i in
        let d = found.mesh.xy(i) - mesh.xy(i)
        return (d * d).sum().squareRoot() / mesh.width
      }
      #expect(distances.reduce(0, +) / 468 < 0.02 && distances.max()! < 0.08)
      // Beside the face there is none, and no iris.
      var beside = FaceRegion(mesh)
      beside.center += SIMD2(200, 150)
      #expect(try Pinned.attentionMesh().mesh(in: frame, region: beside).score < 0.5)
    }
  }

  /// Frames chosen by eye.
  @Test func seesShutEyesShutAndOpenOnesOpen() throws {
    let reader = try MediaReader(path: try Pinned.path("WolfgangLanger_Pexels.mp4"), threads: 1)
    var index = 0
    while index <= 276, let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      defer { index += 1 }
      if Self.shut.contains(index) || Self.open.contains(index) {
        let opening = try face(frame).eyeOpening
        let mean = (opening.left + opening.right) / 2
        if Self.shut.contains(index) { #expect(mean < 0.12, "frame \(index)") }
        if Self.open.contains(index) { #expect(mean > 0.2, "frame \(index)") }
      }
    }
  }

  private static let shut: Set<Int> = [30, 60]
  private static let open: Set<Int> = [185, 276]

  private func contains(_ polygon: [SIMD2<Float>], _ p: SIMD2<Float>) -> Bool {
    var isInside = false
    for (a, b) in zip(polygon, polygon.dropFirst() + [polygon[0]]) where (a.y > p.y) != (b.y > p.y) {
      if p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) { isInside.toggle() }
    }
    return isInside
  }
}
