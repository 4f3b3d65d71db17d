import Effects
import FaceAnalysis
import Imaging
import Synchronization
import Testing

@Suite("What effects note of a face") struct EffectChainTests {
  /// Notes the number of each frame it sees, and keeps what it is told when it is applied.
  private final class Witness: FaceEffect {
    let seen = Mutex<[[Int]]>([])
    func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect { frame }
    func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
      history.frame % 2 == 0 ? history.frame * 10 + face.track : nil
    }
    func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
      seen.withLock { $0.append(history.notes(Int.self).flatMap { [$0.age, $0.note] }) }
    }
  }

  @Test("Each track has its own notes, with their age; they reach back 60 frames")
  func notes() {
    let face = SyntheticFace(width: 40, center: SIMD2(32, 32))
    let witness = Witness()
    let chain = EffectChain([witness])
    func show(_ tracks: [Int], _ number: Int) -> [[Int]] {
      witness.seen.withLock { $0 = [] }
      face.picture.withView { frame in
        chain.apply(
          to: tracks.map { TrackedFace(track: $0, mesh: face.mesh, confidence: 1) }, in: frame, number: number)
      }
      return witness.seen.withLock { $0 }
    }
    #expect(show([1, 2], 4) == [[0, 41], [0, 42]])
    #expect(show([2], 5) == [[1, 42]])
    #expect(show([1, 2], 6) == [[2, 41, 0, 61], [2, 42, 0, 62]])
    #expect(show([1], 64) == [[60, 41, 58, 61, 0, 641]])
    #expect(show([1, 2], 65) == [[59, 61, 1, 641], [59, 62]])
    // Long gone is as never seen.
    #expect(show([2], 200) == [[0, 2002]])
  }

  @Test("A frame that is not drawn is noted as one that is")
  func observed() {
    let face = SyntheticFace(width: 40, center: SIMD2(32, 32))
    let witness = Witness()
    let chain = EffectChain([witness])
    let faces = [TrackedFace(track: 3, mesh: face.mesh, confidence: 1)]
    face.picture.withView { frame in
      for number in [40, 41, 42] { chain.observe(faces, in: frame, number: number) }
      #expect(witness.seen.withLock { $0 }.isEmpty)
      chain.apply(to: faces, in: frame, number: 43)
      #expect(witness.seen.withLock { $0 } == [[3, 403, 1, 423]])
    }
  }
}
