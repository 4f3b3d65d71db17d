import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The face tracker") struct TrackerTests {
  /// One face that moves along a parabola, grows and turns a little.
  private func mover(from first: Int = 0, to last: Int = .max, at start: SIMD2<Float> = SIMD2(300, 200)) -> Script.Face
  {
    Script.Face { frame in
      guard (first...last).contains(frame) else { return nil }
      let t = Float(frame - first)
      return (start + SIMD2(4 * t - 0.02 * t * t, 2 * t), 90 + 0.5 * t, 0.01 * t)
    }
  }

  private func still(_ first: Int = 0, _ last: Int = .max, at center: SIMD2<Float> = SIMD2(300, 200)) -> Script.Face {
    Script.Face { (first...last).contains($0) ? (center, 90, 0) : nil }
  }

  @Test func findsAFaceInEveryFrameAndWhereItIs() throws {
    let script = Script()
    script.faces = [mover()]
    let results = try script.track(0..<30)
    #expect(results.count == 30)
    for (index, faces) in results.enumerated() {
      #expect(faces.count == 1)
      #expect(faces.first?.confidence == 1)
      #expect(faces.first?.track == 0)
      // Turn and size are not quite parabolas together.
      #expect((faces.first?.mesh.distance(to: script.faces[0].mesh(index)!) ?? 99) < 0.1)
    }
  }

  @Test func looksAtSmoothedRegionsAtTwoScales() throws {
    // A parabola in place and in the logarithm of the size, which the regions' filter keeps exactly.
    let script = Script()
    script.faces = [
      Script.Face { frame in
        let t = Float(frame)
        return (SIMD2(900 - 0.7 * t * t, 200 + 0.4 * t * t), 90 * exp(0.02 * t - 0.001 * t * t), 0)
      }
    ]
    _ = try script.track(0..<24)
    for index in 0..<24 {
      let truth = FaceRegion(script.faces[0].mesh(index)!)
      let last = script.regions[index]!.suffix(2)
      for (region, change) in zip(last, [-0.06, 0.06] as [Float]) {
        let off = region.center - truth.center
        // The face's middle is not its origin: growing bends its path a little.
        #expect(abs(off.x) < 0.1 && abs(off.y) < 0.1)
        #expect(abs(region.logSide - truth.logSide - change) < 1e-3)
      }
    }
  }

  @Test func aFaceIsOnlySureIfBothScalesSeeIt() throws {
    // The network finds nothing in squares smaller than this: at first only the smaller scale of the two is.
    let script = Script()
    script.faces = [still()]
    let side = FaceRegion(script.faces[0].mesh(0)!).side
    script.smallestSide = side * 0.97
    #expect(try script.track(0..<12).allSatisfy(\.isEmpty))
    script.smallestSide = side * 0.9
    #expect(try script.track(0..<12).allSatisfy { $0.count == 1 })
  }

  @Test func looksAheadAsFarAsItSays() throws {
    let script = Script()
    script.faces = [still()]
    let tracker = script.tracker()
    #expect(tracker.lookAhead == lookAhead)
    for index in 0..<40 {
      let settled = try tracker.add(script.frame(index))
      #expect(settled.count == (index >= lookAhead ? 1 : 0))
    }
    #expect(try tracker.finish().count == lookAhead)
    #expect(try tracker.finish().isEmpty)
  }

  @Test(arguments: [0, 1, 2, 5, 9, 10, 11, 12])
  func givesAsManyFramesAsItGot(count: Int) throws {
    let script = Script()
    script.faces = [still()]
    let results = try script.track(0..<count)
    #expect(results.count == count)
    #expect(results.allSatisfy { $0.count == 1 && $0[0].confidence == 1 })
  }

  @Test func detectsNowAndThenAndFollowsBetween() throws {
    let script = Script()
    script.faces = [mover()]
    _ = try script.track(0..<13)
    #expect(script.detectedFrames == [0, 4, 8, 12])
  }

  @Test func looksForALostFaceAtOnce() throws {
    let script = Script()
    script.faces = [still(0, 5)]
    _ = try script.track(0..<13)
    // Gone at 6: looked for until the track is given up after five frames, then only every fourth.
    #expect(script.detectedFrames == [0, 4, 6, 7, 8, 9, 10, 12])
  }

  @Test(arguments: 5...8)
  func aNewcomerIsFollowedBackToItsFirstFrame(first: Int) throws {
    let script = Script()
    script.faces = [mover(from: first)]
    let results = try script.track(0..<20)
    #expect(results.map(\.count) == (0..<20).map { $0 >= first ? 1 : 0 })
    for index in first..<20 {
      #expect(results[index][0].mesh.distance(to: script.faces[0].mesh(index)!) < 0.1)
    }
  }

  @Test func aNewcomerIsNotFollowedBackIntoAnotherFace() throws {
    // The second is found at 8; before, where it would be, the first one was.
    let script = Script()
    script.reach = 2
    script.faces = [still(), still(8, at: SIMD2(420, 200))]
    let results = try script.track(0..<16)
    #expect(results.map(\.count) == (0..<16).map { $0 >= 8 ? 2 : 1 })
  }

  @Test(arguments: 1...4)
  func framesInWhichAFaceIsLostAreBridged(gap: Int) throws {
    let script = Script()
    script.faces = [mover()]
    script.faces[0].isDetected = { $0 < 9 || $0 >= 9 + gap }
    // Following looks twice in the first frame of a gap (the track's region is tried again), once in the others, and
    // not at all where the detector goes first, at 12.
    let failing = [9: 2, 10: 1, 11: 1, 12: 0].filter { $0.key < 9 + gap }
    script.blindLooks = failing
    let results = try script.track(0..<24)
    #expect(results.allSatisfy { $0.map(\.track) == [0] })
    for (index, faces) in results.enumerated() {
      let face = try #require(faces.first)
      #expect(face.mesh.distance(to: script.faces[0].mesh(index)!) < 0.1)
      #expect(face.confidence == 1)
    }
    // Only the bridge looked at these frames again: at two scales after the looks that failed.
    for (index, failed) in failing { #expect(script.looks[index] == failed + 2) }
  }

  @Test func aLostFaceEnds() throws {
    let script = Script()
    script.faces = [still(0, 11)]
    let results = try script.track(0..<24)
    #expect(results.map(\.count) == (0..<24).map { $0 <= 11 ? 1 : 0 })
    // It fades with the share of the five frames around in which it is seen.
    #expect(results[8..<12].map { $0[0].confidence } == [1, 1, 0.8, 0.6])
  }

  @Test func aFaceThatComesBackSoonIsTheSameAndLaterAnother() throws {
    func tracks(gap: Int) throws -> [Int] {
      let script = Script()
      script.faces = [
        Script.Face { (6..<(6 + gap)).contains($0) ? nil : (SIMD2(300, 200), 90, 0) }
      ]
      return try script.track(0..<24).flatMap { $0.map(\.track) }
    }
    #expect(Set(try tracks(gap: 4)) == [0])
    #expect(Set(try tracks(gap: 5)) == [0, 1])
    #expect(try tracks(gap: 5).count == 24 - 5)
  }

  @Test func fadesInAFaceThatWasNotSeenBefore() throws {
    let script = Script()
    script.faces = [still()]
    script.faces[0].isMeshed = { $0 >= 12 }
    let results = try script.track(0..<20)
    #expect(results.map(\.count) == (0..<20).map { $0 >= 12 ? 1 : 0 })
    #expect(results[12..<16].map { $0[0].confidence } == [0.6, 0.8, 1, 1])
  }

  @Test(arguments: 8...11)
  func nothingCrossesACut(cut: Int) throws {
    // The face jumps at the cut, not further than a track would follow it.
    let script = Script()
    script.cuts = [cut]
    script.faces = [still(0, cut - 1), still(cut, at: SIMD2(310, 204))]
    let results = try script.track(0..<20)
    #expect(results.allSatisfy { $0.count == 1 && $0[0].confidence == 1 })
    #expect(results.map { $0[0].track } == (0..<20).map { $0 < cut ? 0 : 1 })
    for (index, faces) in results.enumerated() {
      let truth = script.faces[index < cut ? 0 : 1].mesh(index)!
      #expect(faces[0].mesh.distance(to: truth) < 0.01)
    }
    #expect(script.detectedFrames.contains(cut))
  }

  @Test func aNewcomerIsNotFollowedBackAcrossACut() throws {
    // The mesh network would find it before the cut as well.
    let script = Script()
    script.cuts = [10]
    script.faces = [still()]
    script.faces[0].isDetected = { $0 >= 10 }
    #expect(try script.track(0..<20).map(\.count) == (0..<20).map { $0 >= 10 ? 1 : 0 })
  }

  @Test func twoFacesKeepTheirNumbersWhileTheyPass() throws {
    let script = Script()
    script.faces = [
      Script.Face { (SIMD2(100 + 8 * Float($0), 100), 60, 0) },
      Script.Face { (SIMD2(420 - 8 * Float($0), 230), 60, 0) },
    ]
    let results = try script.track(0..<40)
    for (index, faces) in results.enumerated() {
      #expect(faces.map(\.track) == [0, 1])
      for (face, truth) in zip(faces, script.faces) {
        #expect(face.mesh.distance(to: truth.mesh(index)!) < 0.05)
      }
    }
  }

  @Test func ofTwoTracksOnOneFaceTheOlderStays() throws {
    // The second face goes and the mesh network finds the first in its place.
    let script = Script()
    script.reach = 1
    script.faces = [still(), still(0, 9, at: SIMD2(410, 200))]
    let results = try script.track(0..<24)
    #expect(results[..<10].allSatisfy { $0.map(\.track) == [0, 1] })
    #expect(results[10...].allSatisfy { $0.map(\.track) == [0] })
  }

  @Test func aFaceReportedTwiceIsOne() throws {
    let script = Script()
    script.faces = [still()]
    script.repeats = 3
    #expect(try script.track(0..<12).allSatisfy { $0.map(\.track) == [0] })
    // The other boxes cost no look: two for the first, two scales.
    #expect(script.looks[0] == 4)
  }

  @Test func aBoxWithoutAFaceIsNone() throws {
    let script = Script()
    script.falseBoxes = [
      Detection(score: 0.9, low: SIMD2(10, 10), high: SIMD2(60, 60), eyes: (SIMD2(20, 30), SIMD2(50, 30)))
    ]
    #expect(try script.track(0..<12).allSatisfy(\.isEmpty))
    script.faces = [still()]
    #expect(try script.track(0..<12).allSatisfy { $0.count == 1 })
  }

  @Test(arguments: [8, 12, 20])
  func aPieceOfAClipGivesWhatTheWholeGives(offset: Int) throws {
    let script = Script()
    var other = mover(from: 13, at: SIMD2(100, 300))
    other.isDetected = { $0 % 3 != 1 }
    script.faces = [mover(), other, still(18, 27, at: SIMD2(600, 100))]
    script.cuts = [31]
    let whole = try script.track(0..<60)
    let piece = try script.track(offset..<60)
    // Frames before its start matter to what is within 8 of it: 4 of the regions and 4 of the points.
    for index in (offset + 8)..<60 {
      let a = whole[index]
      let b = piece[index - offset]
      #expect(a.count == b.count)
      #expect(a.map(\.mesh) == b.map(\.mesh))
      #expect(a.map(\.confidence) == b.map(\.confidence))
    }
    // Nor does what comes after the look-ahead matter.
    let start = try script.track(0..<40)
    for index in 0..<(40 - lookAhead) {
      #expect(start[index].map(\.mesh) == whole[index].map(\.mesh))
      #expect(start[index].map(\.confidence) == whole[index].map(\.confidence))
    }
  }

  @Test(arguments: [(Effort.full, 48), (.full, 80), (.fast, 48), (.fast, 72)])
  func aPieceThatKnowsItsNumberGivesWhatTheWholeGives(effort: Effort, start: Int) throws {
    let script = Script()
    var other = mover(from: 13, at: SIMD2(100, 300))
    other.isDetected = { $0 % 16 == 0 }
    script.faces = [mover(), other, still(start + 5, start + 40, at: SIMD2(600, 100))]
    script.cuts = [start + 45]
    // What the network finds is never quite the same from another region.
    script.memory = 0.5
    let whole = try script.track(0..<150, effort)
    let detected = script.detectedFrames.filter { $0 > start }
    script.detectedFrames = []
    let piece = try script.track(start..<150, effort, isNumbered: true)
    #expect(script.detectedFrames.filter { $0 > start } == detected)
    for index in (start + FaceTracker.faceRunUp)..<150 {
      #expect(whole[index].count > 1)
      // Numbers of tracks differ, and with them the order.
      func sorted(_ faces: [TrackedFace]) -> [TrackedFace] { faces.sorted { $0.mesh.xy(1).x < $1.mesh.xy(1).x } }
      let (a, b) = (sorted(whole[index]), sorted(piece[index - start]))
      #expect(a.map(\.mesh) == b.map(\.mesh), "frame \(index)")
      #expect(a.map(\.confidence) == b.map(\.confidence))
    }
  }

  @Test func letsGoOfFramesItNoLongerLooksAt() throws {
    let script = Script()
    script.faces = [mover()]
    let tracker = script.tracker()
    var frames: [Weak] = []
    for index in 0..<80 {
      let frame = script.frame(index)
      frames.append(Weak(frame))
      _ = try tracker.add(frame)
      let alive = frames.filter { $0.frame != nil }.count
      #expect(alive <= lookAhead + 1)
    }
    _ = try tracker.finish()
    #expect(frames.allSatisfy { $0.frame == nil })
  }

  @Test func errorsOfTheNetworksComeThrough() throws {
    let script = Script()
    let tracker = FaceTracker(detector: BrokenDetector(), mesher: ScriptedMesher(script))
    #expect(throws: BrokenDetector.Failure.self) { try tracker.add(script.frame(0)) }
  }

  @Test func inAStillPictureEveryFaceIsFoundOnce() throws {
    let script = Script()
    script.faces = [still(), still(at: SIMD2(600, 100))]
    script.repeats = 2
    let faces = try script.frame(0).withPixels {
      try FaceTracker.faces(in: $0, detector: ScriptedDetector(script), mesher: ScriptedMesher(script))
    }
    #expect(faces.count == 2)
    #expect(faces.allSatisfy { $0.confidence == 1 })
    for (face, truth) in zip(faces, script.faces) { #expect(face.mesh.distance(to: truth.mesh(0)!) < 1e-3) }
  }

  private struct Weak {
    weak var frame: GreyPicture?
    init(_ frame: GreyPicture) { self.frame = frame }
  }

  private final class BrokenDetector: FaceDetector {
    struct Failure: Error {}
    func detect(in frame: PixelView) throws -> [Detection] { throw Failure() }
  }
}
