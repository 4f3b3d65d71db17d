internal import FaceAnalysis
internal import Imaging

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
  init?(_ history: FaceHistory) { self.init(history.notes(FaceNote.self).compactMap(\.note.glasses)) }
}
