import FaceAnalysis
import Foundation
import Testing

@Suite("A face's mesh") struct MeshTests {
  @Test func isAsWideAsItsTwoEndsAreApartInSpace() {
    var points = FaceTopology.meanShape.points
    points[234] = SIMD3(10, 20, 30)
    points[454] = SIMD3(13, 24, 42)
    #expect(FaceMesh(points: points).width == 13)
  }

  @Test func boundsHoldEveryPoint() {
    var points = FaceMesh.mean(width: 100, at: SIMD2(200, 150)).points
    points[7].x = -3
    points[99].y = 999
    let (low, high) = FaceMesh(points: points).bounds
    #expect(low.x == -3 && high.y == 999)
    #expect(points.allSatisfy { $0.x >= low.x && $0.x <= high.x && $0.y >= low.y && $0.y <= high.y })
  }

  @Test(arguments: [-0.9, 0, 0.4] as [Float])
  func theNormalsOfAPlaneAreThePlanes(slope: Float) {
    // z = slope · x: the normal towards the viewer is (slope, 0, −1) / √(1 + slope²).
    let mesh = FaceMesh(points: FaceTopology.meanShape.points.map { SIMD3($0.x * 90, $0.y * 90, $0.x * 90 * slope) })
    let length = (1 + slope * slope).squareRoot()
    for normal in mesh.normals {
      #expect(abs(normal.x - slope / length) < 1e-3 && abs(normal.y) < 1e-3 && abs(normal.z + 1 / length) < 1e-3)
    }
    #expect(mesh.facing.allSatisfy { abs($0 - 1 / length) < 1e-3 })
  }

  @Test func theNormalsOfASphereAreItsRadii() {
    // The mean face's x and y on a sphere that bulges towards the viewer.
    let radius: Float = 0.9
    let mesh = FaceMesh(
      points: FaceTopology.meanShape.points.map {
        SIMD3($0.x, $0.y, -max(0, radius * radius - $0.x * $0.x - $0.y * $0.y).squareRoot())
      })
    let normals = mesh.normals
    var checked = 0
    for i in 0..<468 where FaceTopology.distanceToOval[i] > 0.1 {
      let p = mesh[i] / radius
      #expect((normals[i] * p).sum() > 0.97)
      checked += 1
    }
    #expect(checked > 300)
  }

  @Test func theNormalsOfAMirroredFacePointToTheViewerToo() {
    let mirrored = FaceMesh(points: FaceTopology.meanShape.points.map { SIMD3(-$0.x, $0.y, $0.z) })
    #expect(mirrored.facing[4] > 0.5 && FaceTopology.meanShape.facing[4] > 0.5)
    for i in 0..<468 {
      let a = mirrored.normals[i]
      let b = FaceTopology.meanShape.normals[i]
      #expect(abs(a.x + b.x) < 1e-4 && abs(a.y - b.y) < 1e-4 && abs(a.z - b.z) < 1e-4)
      if i > 8 { break }  // each of these recomputes all normals
    }
  }
}

@Suite("A face's region") struct RegionTests {
  // Of the mean shape 200 pixels wide, around (300, 250): computed in Python with numpy.
  private let upright = FaceRegion(center: SIMD2(300.5, 289.31), logSide: log(340.11), angle: 0)

  @Test func ofAMeshIsItsBoxAndAHalfMore() {
    expectNear(FaceRegion(.mean(width: 200, at: SIMD2(300, 250))), upright)
  }

  @Test(arguments: [0.5, -1.2, 2.5, 3.1] as [Float])
  func turnsWithTheFaceAndDoesNothingElse(angle: Float) {
    let region = FaceRegion(.mean(width: 200, at: SIMD2(300, 250), angle: angle))
    let offset = upright.center - SIMD2(300.5, 250.5)
    let turned = SIMD2(cos(angle) * offset.x - sin(angle) * offset.y, sin(angle) * offset.x + cos(angle) * offset.y)
    expectNear(
      region, FaceRegion(center: SIMD2(300.5, 250.5) + turned, logSide: upright.logSide, angle: angle))
  }

  @Test func ofATurnedMeshIsThatComputedByHand() {
    // By numpy, angle 0.5.
    expectNear(
      FaceRegion(.mean(width: 200, at: SIMD2(300, 250), angle: 0.5)),
      FaceRegion(center: SIMD2(281.8936, 284.5589), logSide: log(340.11), angle: 0.5), tolerance: 0.02)
  }

  @Test func ofADetectionIsItsBoxAndAHalfMore() {
    let detection = Detection(
      score: 1, low: SIMD2(100, 50), high: SIMD2(160, 130), eyes: (SIMD2(115, 80), SIMD2(145, 80)))
    expectNear(FaceRegion(detection), FaceRegion(center: SIMD2(130.5, 90.5), logSide: log(120), angle: 0))
    let tilted = Detection(
      score: 1, low: SIMD2(100, 50), high: SIMD2(160, 130), eyes: (SIMD2(120, 70), SIMD2(140, 90)))
    #expect(abs(FaceRegion(tilted).angle - .pi / 4) < 1e-5)
  }

  @Test func isMappedOntoByItsTransform() {
    let region = FaceRegion(center: SIMD2(100, 60), logSide: log(48), angle: .pi / 2)
    let transform = region.transform(from: 192)
    expectNear(transform.apply(SIMD2(96, 96)), SIMD2(100, 60))
    // Right in the square is down in the picture, a quarter turn on.
    expectNear(transform.apply(SIMD2(192, 96)), SIMD2(100, 84))
    #expect(abs(transform.scale - 0.25) < 1e-6)
  }

  @Test func anglesAreWrittenNearEachOther() {
    let region = FaceRegion(center: .zero, logSide: 3, angle: 3.1)
    #expect(abs(region.unwrapped(near: -3.1).angle - (3.1 - 2 * .pi)) < 1e-5)
    #expect(region.unwrapped(near: 3.0).angle == 3.1)
    #expect(abs(region.unwrapped(near: 20).angle - (3.1 + 6 * .pi)) < 1e-4)
  }

  @Test func knowsWhenTheFaceHasMovedTooFar() {
    let region = FaceRegion(center: SIMD2(100, 100), logSide: log(100), angle: 0)
    func moved(_ dx: Float, _ scale: Float, _ angle: Float) -> Bool {
      FaceRegion(center: SIMD2(100 + dx, 100), logSide: log(100 * scale), angle: angle).differsMuch(from: region)
    }
    #expect(!moved(0, 1, 0))
    #expect(!moved(5.5, 1, 0) && moved(6.5, 1, 0))
    #expect(!moved(0, 1.07, 0) && moved(0, 1.1, 0) && moved(0, 0.9, 0))
    #expect(!moved(0, 1, 0.14) && moved(0, 1, 0.16))
    #expect(!moved(0, 1, 2 * .pi))
  }

  private func expectNear(_ a: FaceRegion, _ b: FaceRegion, tolerance: Float = 0.01) {
    expectNear(a.center, b.center, tolerance: tolerance)
    #expect(abs(a.side - b.side) < 0.02)
    #expect(abs(a.angle - b.angle) < 1e-4)
  }

  private func expectNear(_ a: SIMD2<Float>, _ b: SIMD2<Float>, tolerance: Float = 0.01) {
    #expect(abs(a.x - b.x) < tolerance && abs(a.y - b.y) < tolerance, "\(a) is not \(b)")
  }
}

@Suite("Detections") struct DetectionTests {
  private func box(_ x: Float, _ y: Float, _ width: Float, _ height: Float, _ score: Float = 1) -> Detection {
    Detection(score: score, low: SIMD2(x, y), high: SIMD2(x + width, y + height), eyes: (.zero, .zero))
  }

  @Test func overlapIsTheCommonAreaOverBoth() {
    #expect(box(0, 0, 10, 10).overlap(box(0, 0, 10, 10)) == 1)
    #expect(box(0, 0, 10, 10).overlap(box(10, 0, 10, 10)) == 0)
    #expect(box(0, 0, 10, 10).overlap(box(30, 40, 5, 5)) == 0)
    // 5 · 8 of 100 + 100 − 40.
    #expect(box(0, 0, 10, 10).overlap(box(5, 2, 10, 10)) == 0.25)
    #expect(box(0, 0, 0, 0).overlap(box(0, 0, 0, 0)) == 0)
  }

  @Test func ofThoseThatOverlapTheBestStays() {
    let far = box(100, 0, 10, 10, 0.6)
    let best = box(1, 0, 10, 10, 0.9)
    let kept = suppressed([box(0, 0, 10, 10, 0.7), far, best, box(2, 0, 10, 10, 0.8)])
    #expect(kept == [best, far])
    // Chains: the second falls to the first, so the third, which only meets the second, stays.
    #expect(suppressed([box(0, 0, 10, 10, 0.9), box(4, 0, 10, 10, 0.8), box(8, 0, 10, 10, 0.7)]).count == 2)
    #expect(suppressed([Detection]()).isEmpty)
  }
}
