import FaceAnalysis
import Foundation
import Testing

@Suite("The pose of a face") struct PoseTests {
  /// The mean face, lowered by `pitch` and then turned to the side by `yaw` degrees.
  private func mesh(yaw: Float, pitch: Float, size: Float = 180) -> FaceMesh {
    let (a, b) = (yaw * .pi / 180, pitch * .pi / 180)
    return FaceMesh(
      points: FaceTopology.meanShape.points.map { p in
        // A nose, which lies at z below 0, moves to larger x and y.
        let q = SIMD3(p.x, p.y * cos(b) - p.z * sin(b), p.y * sin(b) + p.z * cos(b))
        let r = SIMD3(q.x * cos(a) - q.z * sin(a), q.y, q.x * sin(a) + q.z * cos(a))
        return r * size + SIMD3(400, 300, 7)
      })
  }

  @Test(arguments: [(0, 0), (30, 0), (-45, 0), (0, 20), (25, -15), (80, 5)] as [(Float, Float)])
  func isFoundFromTheMesh(yaw: Float, pitch: Float) {
    let pose = mesh(yaw: yaw, pitch: pitch).pose
    #expect(abs(pose.yaw - yaw) < 0.1)
    #expect(abs(pose.pitch - pitch) < 0.1)
  }

  @Test func whatMovesWithAnExpressionHasNoSay() {
    var laughing = mesh(yaw: 10, pitch: 0)
    for i in FaceTopology.lipsOuter + FaceTopology.lipsInner + [152, 148, 377] { laughing.points[i].y += 30 }
    #expect(laughing.pose == mesh(yaw: 10, pitch: 0).pose)
  }

  @Test(arguments: [Float.nan, .infinity, 0]) func nonsenseDoesNoHarm(value: Float) {
    let points = [SIMD3<Float>](repeating: SIMD3(repeating: value), count: FaceMesh.count)
    _ = FaceMesh(points: points).pose.yaw
  }
}
