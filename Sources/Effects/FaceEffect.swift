public import FaceAnalysis
public import Imaging

/// Changes one face at a time. What users call a processor.
///
/// An effect edits samples where they lie: those of the frame itself, or of a ``Patch`` where several effects follow one
/// another. The same pixels, face and history always give the same result.
public protocol FaceEffect: Sendable {
  /// The part of the frame that the effect reads and may change; empty if the face is not in the frame.
  func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect
  /// What the effect wants to know later of a face as it is in this frame, before any effect changes it.
  ///
  /// - Parameter history: what it noted of the frames before.
  func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)?
  /// - Parameters:
  ///   - pixels: what is edited. Samples that do not show the changed face keep their bits.
  ///   - face: its points in the pixels as they are stored. The effect fades with its confidence.
  ///   - history: what it noted of this frame and those before.
  func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory)
}

extension FaceEffect {
  public func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? { nil }
}
