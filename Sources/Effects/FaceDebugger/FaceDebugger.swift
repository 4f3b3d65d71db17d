public import FaceAnalysis
public import Imaging

/// Draws what is known of each face over it: for looking at, not for delivery.
///
/// What it shows is the frame's as the decoder gave it, also where it is drawn over what other effects have changed.
/// Nothing fades with the face's confidence: that is a number to be read here.
public struct FaceDebugger: FaceEffect {
  /// What can be drawn.
  public enum Item: String, Sendable, CaseIterable {
    /// The mesh's triangles and points.
    case mesh
    /// Oval, lips, eyes, irises and brows.
    case outline
    /// The smallest upright box around the points.
    case box
    /// The turned square that the mesh network looks at.
    case region
    /// Number of the track and confidence.
    case track
    /// What of the target is skin.
    case skin
    /// How much of the new face is seen.
    case mask
    /// What the source's colours are multiplied by: 1 is middle grey.
    case light
    /// The source's skin, unlit.
    case texture
    /// Where the source's shape moves the points to.
    case shape

    /// Whether it shows something of the source's face.
    public var needsSource: Bool { self == .mask || self == .light || self == .texture || self == .shape }
    fileprivate var isSurface: Bool { self == .skin || needsSource }
  }

  /// Those shown if nothing else is asked for.
  public static let defaultItems: [Item] = [.mesh, .box, .track]

  private let items: [Item]
  private let swapper: BuiltinSwapper?

  /// - Parameters:
  ///   - items: what is drawn. Of those that fill areas, later ones lie on top.
  ///   - swapper: of the source, for the items that need one; without it those are not drawn.
  public init(items: [Item] = FaceDebugger.defaultItems, swapper: BuiltinSwapper? = nil) {
    self.items = items
    self.swapper = swapper
  }

  public func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    guard face.mesh.width.isFinite, face.mesh.width < 1e5 else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
    let areas = items.contains { $0.isSurface } ? face.mesh.crop(growth: 1.1, in: frame) : nil
    let lines = FaceSketch(face, items: items).bounds.intersection(frame)
    guard let areas, !areas.isEmpty else { return lines }
    return lines.isEmpty ? areas : areas.union(lines)
  }

  public func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
    guard items.contains(where: { $0.isSurface }) else { return nil }
    return FaceViews(of: face, in: pixels, items: items, swapper: swapper, history: history)
  }

  public func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
    let rect = rect(for: face, in: pixels.bounds)
    guard !rect.isEmpty else { return }
    var canvas = Canvas(pixels, rect: rect)
    if let entry = history.notes(FaceViews.self).last, entry.age == 0 {
      entry.note.draw(items, on: &canvas, face: face)
    }
    FaceSketch(face, items: items).draw(on: &canvas)
    canvas.finish(pixels)
  }
}
