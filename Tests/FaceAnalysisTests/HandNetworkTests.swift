import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

/// The real networks on the pinned clip, whose woman hides behind a hand, and on pictures where none covers a face.
@Suite("The networks for hands") struct HandNetworkTests {
  @Test func theHandIsFollowedAndNothingElse() throws {
    let clip = try MediaReader(path: try Pinned.path("WolfgangLanger_Pexels.mp4"), threads: 1)
    let tracker = FaceTracker(
      detector: try Pinned.detector(), mesher: try Pinned.mesher(), hands: try Pinned.hands())
    var results: [[TrackedFace]] = []
    var index = 0
    while index < 330, let item = try clip.next() {
      guard case .frame(let frame) = item else { continue }
      results += try tracker.add(try frame.editable())
      index += 1
    }
    results += try tracker.finish()
    #expect(results.allSatisfy { $0.count == 1 })
    for index in [0, 30, 240, 300] { #expect(results[index][0].hands.isEmpty, "frame \(index)") }
    // Tips of the index and of the little finger, marked by eye.
    for (index, tips) in [
      (100, (SIMD2<Float>(404, 184), SIMD2<Float>(466, 258))), (150, (SIMD2(351, 198), SIMD2(414, 240))),
      (200, (SIMD2(354, 211), SIMD2(457, 274))),
    ] {
      let hand = try #require(results[index][0].hands.first, "frame \(index)")
      #expect(hand.presence == 1 && results[index][0].hands.count == 1)
      near(hand.points[8], tips.0)
      near(hand.points[20], tips.1)
    }
    // It is there without a gap from where it comes in to where it goes.
    let seen = results.indices.filter { !results[$0][0].hands.isEmpty }
    #expect(seen == Array(57...230))
  }

  /// Somebody's hand lies on the shoulder behind one of them.
  @Test func nobodyInTheGroupHidesBehindAHand() throws {
    let found = try faces(in: try Pinned.picture("multi_face.jpg"))
    #expect(found.count == 5)
    for face in found {
      let outline = FaceOutline(face.mesh)
      #expect(face.hands.allSatisfy { $0.points.allSatisfy { outline.depth(of: $0) < -0.05 } })
    }
    #expect(try faces(in: try Pinned.picture("astronaut.png")).allSatisfy { $0.hands.isEmpty })
  }

  private func near(_ a: SIMD2<Float>, _ b: SIMD2<Float>, sourceLocation: SourceLocation = #_sourceLocation) {
    let d = a - b
    #expect((d * d).sum().squareRoot() < 15, "\(a) is not near \(b)", sourceLocation: sourceLocation)
  }

  private func faces(in picture: Frame) throws -> [TrackedFace] {
    try picture.withPixels {
      try FaceTracker.faces(
        in: $0, detector: try Pinned.detector(), mesher: try Pinned.mesher(), hands: try Pinned.hands())
    }
  }
}
