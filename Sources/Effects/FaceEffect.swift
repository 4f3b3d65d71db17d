public import FaceAnalysis
public import Imaging

/// Changes one face at a time. What users call a processor.
///
/// An effect edits samples where they lie: those of the frame itself, or of a ``Patch`` where several effects follow one
/// another. The same pixels and face always give the same result, whatever came before.
public protocol FaceEffect: Sendable {
  /// The part of the frame that the effect reads and may change; empty if the face is not in the frame.
  func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect
  /// - Parameters:
  ///   - pixels: what is edited. Samples that do not show the changed face keep their bits.
  ///   - face: its points in the pixels as they are stored. The effect fades with its confidence.
  func apply(to pixels: PixelView, face: TrackedFace)
}
