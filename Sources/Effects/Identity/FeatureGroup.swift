internal import FaceAnalysis
internal import Imaging

/// Parts of a face that must come from one photo.
struct FeatureGroup {
  let vertices: [Int]
  /// 1 on the part, fading to 0 around it; a value a vertex.
  let field: [Float]
  /// How fit a photo is for the part beyond its skin.
  let rest: @Sendable (PhotoQuality) -> Float

  static let all = [
    FeatureGroup(
      FaceTopology.leftEye + FaceTopology.rightEye + FaceTopology.leftEyeRing + FaceTopology.rightEyeRing
        + FaceTopology.leftBrow + FaceTopology.rightBrow
    ) { $0.eyeRest },
    FeatureGroup(
      FaceTopology.lipsOuter + FaceTopology.lipsMiddleOuter + FaceTopology.lipsMiddleInner + FaceTopology.lipsInner
    ) { $0.mouthRest },
    FeatureGroup(FaceTopology.nostrils + [1, 4, 5, 19]) { _ in 1 },
  ]

  private init(_ vertices: [Int], _ rest: @escaping @Sendable (PhotoQuality) -> Float) {
    self.vertices = vertices
    self.rest = rest
    let shape = FaceTopology.meanShape
    field = shape.points.map { p in
      let nearest = vertices.map { v in ((p - shape[v]) * (p - shape[v])).sum() }.min() ?? 1
      return 1 - smoothstep(0.02, 0.08, nearest.squareRoot())
    }
  }

  func merit(of source: SourcePreparation) -> Float {
    let facing = source.mesh.smoothFacing
    let (width, height) = (Float(source.keep.width), Float(source.keep.height))
    let shown = vertices.map { v -> Float in
      let p = source.mesh.xy(v)
      guard p.x >= 0, p.y >= 0, p.x < width, p.y < height else { return 0 }
      return max(0, facing[v]) * max(0, facing[v]) * (0.2 + 0.8 * source.keep.value(at: p))
    }
    return shown.reduce(0, +) / Float(shown.count) * source.quality.skinMerit * rest(source.quality)
  }
}
