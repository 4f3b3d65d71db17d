internal import FaceAnalysis
internal import Imaging
internal import Synchronization

extension GlassesObservation {
  /// Frames between two looks at a face: glasses are not put on and off any faster.
  private static let interval = 8

  /// Nil where it is not yet time to look again, or nothing can be told.
  init?(_ pixels: PixelView, face: TrackedFace, after history: FaceHistory) {
    // A face that is new is looked at until it is known, but not for longer than its first look would be waited for: what
    // is noted of a frame must not depend on how long ago its track began.
    let notes = history.notes(FaceNote.self)
    let isNew = notes.allSatisfy { $0.age < Self.interval && $0.note.glasses == nil }
    guard isNew || history.frame % Self.interval == 0 else { return nil }
    self.init(pixels, mesh: face.mesh)
  }
}

extension Glasses {
  init?(_ history: FaceHistory) {
    let observations = history.notes(FaceNote.self).compactMap(\.note.glasses)
    guard let verdict = observations.last?.verdict.verdict(of: observations.count, { Glasses(observations) }) else {
      return nil
    }
    self = verdict
  }
}

/// What a face's observations up to one of them tell: it is asked for in every frame until the next one.
final class GlassesVerdict: Sendable {
  private let last = Mutex<(count: Int, glasses: Glasses?)?>(nil)

  /// - Parameters:
  ///   - count: how many observations there are. Of one face only the oldest are ever forgotten, so it tells which.
  ///   - make: the verdict, if it is not known.
  func verdict(of count: Int, _ make: () -> Glasses?) -> Glasses? {
    last.withLock { last in
      if let last, last.count == count { return last.glasses }
      let made = make()
      last = (count, made)
      return made
    }
  }
}
