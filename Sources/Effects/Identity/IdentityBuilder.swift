internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// Merges photos of one person into an ``Identity``.
///
/// The best photo's pixels are kept as they are. Another replaces them where it shows the face more frontally, more
/// sharply or better lit, or where they show hair or nothing. What no photo shows is filled from the other half of the
/// face, and at last smoothly from around. Eyes and brows come from one photo, and so do the nose and the mouth: laid
/// over one another, those of two would be double.
///
/// Nothing here can tell whether the photos do show one person.
public struct IdentityBuilder {
  private struct Entry {
    var name: String
    var number: Int
    var source: SourcePreparation
  }

  /// More photos than this are not used: each costs memory and time, and adds less than the one before.
  public static let mostPhotos = 8

  private var entries: [Entry] = []
  private var count = 0

  public init() {}

  /// Adds a photo. If there are too many, the worst is dropped.
  public mutating func add(_ photo: SourcePhoto) {
    entries.append(Entry(name: photo.name, number: count, source: SourcePreparation(photo)))
    count += 1
    entries.sort { a, b in
      let (first, second) = (a.source.quality.merit, b.source.quality.merit)
      return first != second ? first > second : a.number < b.number
    }
    if entries.count > Self.mostPhotos { entries.removeLast() }
  }

  /// The identity; nil if no photo was added.
  public func identity() -> Identity? {
    guard var result = entries.first?.source else { return nil }
    let sources = entries.map(\.source)
    let shape = Self.meanShape(sources)
    if sources.count > 1 {
      if let frontal = result.turnedToTheFront(shape) { result = frontal }
      result.merge(Array(sources.dropFirst()))
    }
    result.fillFromMirror()
    result.fillSmoothly()
    let plain = result.raster.interpolate(FaceTopology.plainSkin).mapped { smoothstep(0.6, 0.95, $0) }
    let advice = PhotoAdvice(entries.map { ($0.name, $0.source.quality) })
    return Identity(
      rounding: result.colors, mask: result.mask, weight: result.mask.maximum(result.keep) * plain * result.coverage,
      mesh: result.mesh, shape: shape,
      photos: entries.indices.map { i in
        Identity.Photo(
          name: entries[i].name, faceWidth: entries[i].source.quality.faceWidth, notes: advice.notes(i))
      })
  }

  /// The mean of the shapes, those seen from the front first: depth and the far cheek are guesses in the others.
  private static func meanShape(_ sources: [SourcePreparation]) -> FaceShape {
    var sum = [SIMD3<Float>](repeating: .zero, count: FaceMesh.count)
    var total: Float = 0
    for source in sources {
      let quality = source.quality
      let frontal = max(0.05, cos(min(85, quality.yaw) * .pi / 180) * cos(min(85, quality.pitch) * .pi / 180))
      let weight = pow(frontal, 6) * min(1, quality.faceWidth / 200)
      for (i, p) in FaceShape(source.mesh).points.enumerated() { sum[i] += weight * p }
      total += weight
    }
    return FaceShape(points: sum.map { $0 / total })
  }
}
