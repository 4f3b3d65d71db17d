import FaceAnalysis
import Imaging
import Testing

@Suite("The face tracker in a hurry") struct FastTrackingTests {
  private func mover(from first: Int = 0, to last: Int = .max, at start: SIMD2<Float> = SIMD2(300, 200)) -> Script.Face
  {
    Script.Face { frame in
      guard (first...last).contains(frame) else { return nil }
      let t = Float(frame - first)
      return (start + SIMD2(4 * t - 0.02 * t * t, 2 * t), 90 + 0.5 * t, 0.01 * t)
    }
  }

  @Test func knowsAFaceInEveryFrameThoughItLooksAtEverySecond() throws {
    let script = Script()
    script.faces = [mover()]
    let results = try script.track(0..<31, .fast)
    #expect(results.count == 31)
    for (index, faces) in results.enumerated() {
      #expect(faces.count == 1)
      #expect(faces.first?.confidence == 1)
      #expect(faces.first?.track == 0)
      #expect((faces.first?.mesh.distance(to: script.faces[0].mesh(index)!) ?? 99) < 0.3)
    }
    #expect(script.looks.keys.allSatisfy { $0 % 2 == 0 })
    // A face that is new or begun anew from a detection is looked at twice, the others once.
    #expect(script.looks.allSatisfy { $0.value == ($0.key % 24 == 0 ? 2 : 1) })
    // While a face is followed, the detector only waits for newcomers.
    #expect(script.detectedFrames == [0, 12, 24])
  }

  @Test func aLastFrameThatNobodyLookedAtFollowsFromThoseBefore() throws {
    let script = Script()
    script.faces = [mover()]
    let results = try script.track(0..<20, .fast)
    let last = try #require(results.last?.first)
    #expect(last.mesh.distance(to: script.faces[0].mesh(19)!) < 1)
    // So does the last of a shot; the first of the next is looked at whatever its number.
    script.cuts = [9]
    let cut = try script.track(0..<20, .fast)
    #expect(cut.allSatisfy { $0.count == 1 })
    #expect(cut[8].first?.track == 0 && cut[9].first?.track == 1)
    #expect(cut[9].first.map { $0.mesh.distance(to: script.faces[0].mesh(9)!) < 0.3 } == true)
  }

  @Test func aNewcomerIsFollowedBackToItsFirstFrame() throws {
    let script = Script()
    script.faces = [mover(from: 8)]
    let results = try script.track(0..<30, .fast)
    // The detector runs at 12, and frames 8 and 10 are still there.
    #expect(results.map(\.count) == (0..<30).map { $0 < 8 ? 0 : 1 })
  }

  @Test func whereItGoesNothingIsDrawn() throws {
    let script = Script()
    script.faces = [mover(to: 15)]
    let results = try script.track(0..<30, .fast)
    #expect(results.map(\.count) == (0..<30).map { $0 <= 14 ? 1 : 0 })
  }

  @Test func aFaceThatTheDetectorNoLongerSeesIsFollowedOn() throws {
    let script = Script()
    script.faces = [mover()]
    script.faces[0].isDetected = { $0 < 20 }
    #expect(try script.track(0..<60, .fast).allSatisfy { $0.map(\.track) == [0] })
  }

  @Test func looksAheadAsFarAsItSays() throws {
    let script = Script()
    script.faces = [mover()]
    let tracker = script.tracker(.fast)
    #expect(tracker.lookAhead == 9)
    for index in 0..<40 {
      #expect(try tracker.add(script.frame(index)).count == (index >= tracker.lookAhead ? 1 : 0))
    }
    #expect(try tracker.finish().count == tracker.lookAhead)
  }
}
