public import FaceAnalysis
public import Imaging

/// Several effects, one after another, on all faces of a clip's frames; it remembers what they noted.
public final class EffectChain {
  private let effects: [any FaceEffect]
  /// One history an effect, by track.
  private var histories: [Int: [FaceHistory]] = [:]

  public init(_ effects: [any FaceEffect]) { self.effects = effects }

  /// Applies all effects to each face in turn and writes each back once.
  ///
  /// - Parameters:
  ///   - faces: points in the frame seen upright, in the order of drawing.
  ///   - number: the frame's number in its clip. Frames come in order.
  public func apply(to faces: [TrackedFace], in frame: PixelView, number: Int = 0) {
    let stored = faces.map { $0.stored(in: frame) }
    // All notes before the first change: of overlapping faces the later sees what the earlier became.
    note(stored, in: frame, number)
    for face in stored { apply(to: face, in: frame) }
  }

  /// Has all effects take their notes of a frame that is not drawn, for those after it.
  ///
  /// - Parameters:
  ///   - faces: points in the frame seen upright.
  ///   - number: the frame's number in its clip. Frames come in order.
  public func observe(_ faces: [TrackedFace], in frame: PixelView, number: Int) {
    note(faces.map { $0.stored(in: frame) }, in: frame, number)
  }

  private func note(_ stored: [TrackedFace], in frame: PixelView, _ number: Int) {
    for face in stored { observe(face, in: frame, number) }
    histories = histories.filter { number - $0.value[0].frame <= FaceHistory.reach }
  }

  private func observe(_ face: TrackedFace, in frame: PixelView, _ number: Int) {
    var known = histories[face.track] ?? effects.map { _ in FaceHistory(frame: number) }
    for (k, effect) in effects.enumerated() {
      known[k].advance(to: number)
      if let note = effect.observe(frame, face: face, history: known[k]) { known[k].add(note) }
    }
    histories[face.track] = known
  }

  private func apply(to face: TrackedFace, in frame: PixelView) {
    guard let known = histories[face.track] else { return }
    let rects = effects.map { $0.rect(for: face, in: frame.bounds) }.filter { !$0.isEmpty }
    guard let first = rects.first else { return }
    if effects.count == 1 {
      effects[0].apply(to: frame, face: face, history: known[0])
      return
    }
    let patch = Patch(frame, rect: rects.dropFirst().reduce(first) { $0.union($1) })
    for (effect, history) in zip(effects, known) { patch.apply(effect, face: face, history: history) }
    patch.composite(onto: frame)
  }
}
