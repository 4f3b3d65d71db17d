import FaceAnalysis
import Imaging
import Testing

@Suite("Hands before faces over time") struct HandFollowingTests {
  private let still = Script.Face { _ in (SIMD2(300, 200), 90, 0) }

  /// A hand that holds still below the face, from one frame to another.
  private func hand(_ first: Int = 0, _ last: Int = .max, palms: @escaping (Int) -> Bool = { _ in true })
    -> ScriptedHands.One
  {
    ScriptedHands.One(wrist: { (first...last).contains($0) ? SIMD2(300, 330) : nil }, isPalmSeen: palms)
  }

  private func made(_ hands: [ScriptedHands.One]) -> (Script, ScriptedHands) {
    let script = Script()
    script.faces = [still]
    let finder = ScriptedHands()
    finder.hands = hands
    return (script, finder)
  }

  private func presences(_ results: [[TrackedFace]]) -> [[Float]] { results.map { $0[0].hands.map(\.presence) } }

  @Test func isFollowedBackwardsAndForwardsFromItsPalm() throws {
    let (script, hands) = made([hand(3, 40) { $0 == 24 }])
    let found = presences(try script.track(0..<60, hands: hands))
    // As far back as pixels are held: four frames.
    #expect(found[18] == [] && found[19] == [0.25] && found[20] == [0.75])
    #expect((21...39).allSatisfy { found[$0] == [1] })
    #expect(found[40] == [0.75] && found[41] == [0.25] && found[42] == [])
    // Where it is not looked for, it costs nothing: every fourth frame, and no hand where none was found.
    #expect(hands.palmFrames.allSatisfy { $0 % 4 == 0 })
    #expect(hands.handFrames.allSatisfy { (20...41).contains($0) })
    #expect(Set(hands.squares.map { ($0.angle * 10).rounded() }).count == 3)
  }

  @Test func liesWhereItIs() throws {
    let (script, hands) = made([ScriptedHands.One(wrist: { SIMD2(300 + 0.5 * Float($0), 330) })])
    for (index, faces) in try script.track(0..<40, hands: hands).enumerated() {
      let truth = Hand.drawn(wrist: SIMD2(300 + 0.5 * Float(index), 330), size: ScriptedHands.size)
      #expect(faces[0].hands.count == 1)
      #expect((faces[0].hands.first?.distance(to: truth) ?? 99) < 0.01)
    }
  }

  @Test func goesOutOfReach() throws {
    // Seen all the time, but from frame 20 on it moves away from the face, and its palm is not found again.
    let moving = ScriptedHands.One(
      wrist: { SIMD2(300, 330 + 5 * Float(max(0, $0 - 20))) }, isPalmSeen: { $0 < 20 })
    let (script, hands) = made([moving])
    let found = presences(try script.track(0..<80, hands: hands))
    #expect(found[20] == [1] && found[60] == [])
    #expect(try #require(hands.handFrames.max()) < 60)
  }

  @Test func aHandInAPuffedCheekIsNone() throws {
    let inside = ScriptedHands.One(wrist: { _ in SIMD2(300, 240) })
    let (script, hands) = made([inside])
    #expect(presences(try script.track(0..<20, hands: hands)).allSatisfy(\.isEmpty))
  }

  @Test func isOneHoweverOftenItIsFound() throws {
    let (script, hands) = made([hand(), hand()])
    hands.repeats = 2
    #expect(presences(try script.track(0..<40, hands: hands)).allSatisfy { $0 == [1] })
  }

  @Test func twoAreTwo() throws {
    let (script, hands) = made([hand(), ScriptedHands.One(wrist: { _ in SIMD2(380, 330) })])
    #expect(presences(try script.track(0..<40, hands: hands)).allSatisfy { $0 == [1, 1] })
  }

  @Test func endsWithItsShot() throws {
    let (script, hands) = made([hand(palms: { $0 < 10 })])
    script.cuts = [18]
    let found = presences(try script.track(0..<40, hands: hands))
    #expect(found[17] == [1] && found[18] == [])
  }

  @Test func isNotLookedForWithoutAFaceOrInAHurry() throws {
    let (script, hands) = made([hand()])
    script.faces = []
    _ = try script.track(0..<20, hands: hands)
    #expect(hands.palmFrames.isEmpty)
    script.faces = [still]
    _ = try script.track(0..<20, hands: hands, .fast)
    #expect(hands.palmFrames.isEmpty && hands.handFrames.isEmpty)
  }

  @Test func aPieceOfAClipGivesWhatTheWholeGives() throws {
    // Seen from the first frame on, in the whole; its palm again in the third stretch and the fourth.
    let (script, hands) = made([
      ScriptedHands.One(
        wrist: { SIMD2(300 + 0.7 * Float($0 % 37), 330) }, isPalmSeen: { $0 == 12 || $0 == 56 || $0 == 84 })
    ])
    // Points found by following are never quite those of a new beginning.
    hands.memory = 0.9
    let whole = try script.track(0..<120, hands: hands)
    let piece = try script.track(24..<120, hands: hands)
    #expect(whole[40][0].hands.count == 1 && piece[40 - 24][0].hands.isEmpty)
    for index in 58..<120 {
      #expect(whole[index][0].hands.count == 1)
      #expect(whole[index][0].hands == piece[index - 24][0].hands)
    }
  }

  @Test func aStillPictureIsSearchedOnceForEachFace() throws {
    let (script, hands) = made([hand(), ScriptedHands.One(wrist: { _ in SIMD2(900, 330) })])
    let faces = try script.frame(0).withPixels {
      try FaceTracker.faces(
        in: $0, detector: ScriptedDetector(script), mesher: ScriptedMesher(script), hands: hands)
    }
    #expect(faces.map { $0.hands.map(\.presence) } == [[1]])
    #expect(hands.palmFrames.count == 3)
  }
}
