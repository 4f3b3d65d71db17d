import Engine
import FaceAnalysis
import Testing

@Suite("The face selector") struct FaceSelectorTests {
  @Test func takesEveryFaceInTheirOrder() {
    var selector = FaceSelector(mode: .many)
    #expect(selector.select(from: [face(3, 50), face(1, 90), face(2, 20)]).map(\.track) == [3, 1, 2])
    #expect(selector.select(from: []).isEmpty)
  }

  @Test func takesTheLargest() {
    var selector = FaceSelector(mode: .one)
    #expect(selector.select(from: [face(0, 50), face(1, 90), face(2, 20)]).map(\.track) == [1])
    #expect(selector.select(from: []).isEmpty)
  }

  @Test func staysWithAFaceOfNearlyTheSameSize() {
    var selector = FaceSelector(mode: .one)
    #expect(selector.select(from: [face(0, 100), face(1, 99)]).map(\.track) == [0])
    // A little larger is not enough to take over…
    #expect(selector.select(from: [face(0, 100), face(1, 115)]).map(\.track) == [0])
    #expect(selector.select(from: [face(1, 115), face(0, 100)]).map(\.track) == [0])
    // … clearly larger is, and then it works the other way round.
    #expect(selector.select(from: [face(0, 100), face(1, 125)]).map(\.track) == [1])
    #expect(selector.select(from: [face(0, 110), face(1, 100)]).map(\.track) == [1])
  }

  @Test func takesAnotherWhenTheChosenOneIsGone() {
    var selector = FaceSelector(mode: .one)
    #expect(selector.select(from: [face(4, 100), face(5, 60)]).map(\.track) == [4])
    #expect(selector.select(from: [face(5, 60), face(6, 55)]).map(\.track) == [5])
    #expect(selector.select(from: []).isEmpty)
    #expect(selector.select(from: [face(5, 60), face(6, 70)]).map(\.track) == [5])
  }

  private func face(_ track: Int, _ width: Float) -> TrackedFace {
    TrackedFace(
      track: track, mesh: FaceMesh(points: FaceTopology.meanShape.points.map { $0 * width }), confidence: 1)
  }
}
