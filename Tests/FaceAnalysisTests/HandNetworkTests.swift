import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

/// The real networks on the pinned clip, whose woman hides behind a hand, and on pictures where none covers a face.
@Suite("The networks for hands") struct HandNetworkTests {
  @Test func theHandIsWhereItIsSeen() throws {
    // Frames whose hand was marked by eye: the tip of the middle finger, of the index finger, both within 12 pixels.
    let clip = try MediaReader(path: try Pinned.path("WolfgangLanger_Pexels.mp4"), threads: 1)
    var frames: [Int: Frame] = [:]
    var index = 0
    while index <= 400, let item = try clip.next() {
      guard case .frame(let frame) = item else { continue }
      if [0, 100, 150, 200, 300, 400].contains(index) { frames[index] = try frame.editable() }
      index += 1
    }
    for index in [0, 300, 400] { #expect(try faces(in: frames[index]!).map(\.hands.count) == [0], "frame \(index)") }
    for index in [100, 150, 200] {
      let hands = try faces(in: frames[index]!).first?.hands ?? []
      #expect(hands.count == 1 && hands.first?.presence == 1, "frame \(index)")
      print(index, hands.first?.points ?? [])
    }
  }

  @Test func nobodyInTheGroupHidesBehindAHand() throws {
    let found = try faces(in: try Pinned.picture("multi_face.jpg"))
    print(found.map { ($0.mesh.xy(4), $0.hands.map { $0.points[0] }) })
    #expect(found.count == 5)
    #expect(found.allSatisfy { $0.hands.isEmpty })
    #expect(try faces(in: try Pinned.picture("astronaut.png")).allSatisfy { $0.hands.isEmpty })
  }

  private func faces(in picture: Frame) throws -> [TrackedFace] {
    try picture.withPixels {
      try FaceTracker.faces(
        in: $0, detector: try Pinned.detector(), mesher: try Pinned.mesher(), hands: try Pinned.hands())
    }
  }
}
