/// What one effect noted of one face in the last frames of its track: a track ends where its shot does.
///
/// It reaches back ``reach`` frames and no further, so that a part of a clip looks as it does in the whole.
public struct FaceHistory: Sendable {
  /// The furthest frame that matters, in frames before the current one.
  public static let reach = 60

  /// Number of the current frame in its clip, from 0.
  public private(set) var frame: Int
  private var notes: [(frame: Int, note: any Sendable)] = []

  /// - Parameter frame: number of the current frame in its clip.
  public init(frame: Int = 0) { self.frame = frame }

  /// The notes of one kind, the oldest first, each with the number of frames since.
  public func notes<Note>(_ kind: Note.Type = Note.self) -> [(age: Int, note: Note)] {
    notes.compactMap { entry in (entry.note as? Note).map { (frame - entry.frame, $0) } }
  }

  /// Goes on to a frame, and forgets what is too long ago.
  public mutating func advance(to frame: Int) {
    self.frame = frame
    notes.removeAll { frame - $0.frame > FaceHistory.reach }
  }

  /// Adds a note of the current frame.
  public mutating func add(_ note: any Sendable) { notes.append((frame, note)) }
}
