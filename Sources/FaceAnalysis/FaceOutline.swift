internal import Imaging

/// Where a face is, for telling which hands are near it and which are none.
package struct FaceOutline: Sendable {
  package let region: FaceRegion
  private let oval: [SIMD2<Float>]
  /// In pixels.
  private let width: Float
  private let low: SIMD2<Float>
  private let high: SIMD2<Float>

  package init(_ mesh: FaceMesh) {
    region = FaceRegion(mesh)
    oval = FaceTopology.oval.map { mesh.xy($0) }
    width = max(1, mesh.width)
    (low, high) = mesh.bounds
  }

  /// Whether a hand may soon cover a part of the face, or does: closer to its box than half the face's width.
  package func isNear(_ hand: Hand) -> Bool {
    let (from, to) = hand.bounds
    let gap = pointwiseMax(pointwiseMax(from - high, low - to), .zero)
    return gap.max() < 0.5 * width
  }

  /// 0…1: how well a hand's place agrees with there being a hand, 0 where it must be a part of the face itself.
  ///
  /// A hand before a face comes from outside: its wrist lies beyond the oval. Those that are seen in a puffed cheek have
  /// it inside, or less than .07 face widths beyond.
  package func plausibility(of hand: Hand) -> Float {
    1 - smoothstep(-0.09, -0.05, depth(of: hand.points[0]))
  }

  /// Those of some hands that are near, as present as they are plausible.
  package func hands(near hands: [Hand]) -> [Hand] {
    hands.filter(isNear).compactMap { hand in
      let presence = hand.presence * plausibility(of: hand)
      return presence > 0 ? Hand(points: hand.points, presence: presence) : nil
    }
  }

  /// How deep inside the oval a point is, in face widths; below 0 outside.
  package func depth(of point: SIMD2<Float>) -> Float {
    var nearest = Float.infinity
    var isInside = false
    var a = oval[oval.count - 1]
    for b in oval {
      let side = b - a
      let along = max(0, min(1, ((point - a) * side).sum() / max((side * side).sum(), 1e-9)))
      nearest = min(nearest, length(point - a - along * side))
      if (a.y > point.y) != (b.y > point.y), point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) {
        isInside.toggle()
      }
      a = b
    }
    return (isInside ? nearest : -nearest) / width
  }
}
