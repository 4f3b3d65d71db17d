public import FaceAnalysis
public import Imaging

/// The part of a frame around one face, in float, on its way through the face effects.
public struct Patch: Sendable {
  /// Where the patch lies in the frame.
  public let rect: PixelRect
  /// R′G′B′ on 0…255 as the frame has them.
  public let original: ColorPlanes
  /// R′G′B′ on 0…255 as the effects leave them. Values a little outside the range are kept for the next effect.
  public var colors: ColorPlanes
  /// 0…1: how much of `colors` is seen. Where it stays 0 the frame's own bits stay.
  public var mask: Plane

  /// Reads `rect` of a frame; nothing of it is replaced yet.
  public init(_ frame: PixelView, rect: PixelRect) {
    self.rect = rect
    original = frame.colors(in: rect)
    colors = original
    mask = Plane(width: rect.width, height: rect.height)
  }

  /// Writes the patch back into the frame it was read from, once, through its mask.
  public func composite(onto frame: PixelView) {
    frame.composite(colors, over: original, mask: mask, at: (rect.x, rect.y))
  }

  /// The points of a face relative to the patch.
  func local(_ mesh: FaceMesh) -> FaceMesh {
    FaceMesh(points: mesh.points.map { $0 - SIMD3(Float(rect.x), Float(rect.y), 0) })
  }
}

/// Changes one face at a time. What users call a processor.
///
/// Effects are applied one after another to the same patch, so none of them needs to know of the others, and nothing is
/// rounded to 8 bits in between. The same patch and face always give the same result, whatever came before.
public protocol FaceEffect: Sendable {
  /// The part of the frame that the effect reads and may change; empty if the face is not in the frame.
  func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect
  func apply(to patch: inout Patch, face: TrackedFace)
}
