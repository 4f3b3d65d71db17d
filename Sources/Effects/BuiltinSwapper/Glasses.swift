package import FaceAnalysis
internal import Glibc
package import Imaging

/// Where a mean face, unrolled from a cylinder, has the band that glasses lie in.
///
/// A fixed layout lets what was seen in different frames be compared point by point.
enum GlassesBand {
  /// Side of a sample, in face widths.
  static let step: Float = 0.006
  /// Axis of the cylinder, as z of the mean shape.
  private static let axis: Float = 0.55
  private static let radius: Float = 0.7
  private static let top: Float = -0.27
  private static let bottom: Float = 0.29
  static let width = Int(2 * 1.35 * radius / step) | 1
  static let height = Int((bottom - top) / step) | 1

  /// Where each vertex lies in the band, in its samples.
  static let points: [SIMD2<Float>] = FaceTopology.meanShape.points.map { p in
    SIMD2(atan2(p.x, axis - p.z) * radius / step + Float(width / 2), (p.y - top) / step)
  }

  static let raster: MeshRaster = {
    let depth = FaceTopology.triangles.map { t in
      [t.x, t.y, t.z].reduce(Float(0)) { $0 + FaceTopology.meanShape[Int($1)].z }
    }
    let order = FaceTopology.triangles.indices.sorted {
      depth[$0] != depth[$1] ? depth[$0] > depth[$1] : $0 < $1
    }
    return MeshRaster(points: points, triangles: FaceTopology.triangles, order: order, width: width, height: height)
  }()

  private static func grown(_ vertices: [Int], by reach: Float) -> Plane {
    Plane.polygon(convexHull(vertices.map { points[$0] }), width: width, height: height)
      .distance { $0 < 0.5 }.mapped { $0 * step <= reach ? 1 : 0 }
  }
  private static func grown(_ groups: [[Int]], by reach: Float) -> Plane {
    groups.map { grown($0, by: reach) }.reduce(Plane(width: width, height: height)) { $0.maximum($1) }
  }
  private static let eyes = [FaceTopology.leftEye, FaceTopology.rightEye]
  private static let brows = [FaceTopology.leftBrow, FaceTopology.rightBrow]

  /// Skin between the eyes, where only a bridge draws a line across: columns, and rows of each.
  static let bridge: [[Int]] = {
    let hidden = grown(eyes, by: 0.045).maximum(grown(brows, by: 0.035))
    let rows = Int(points[9].y)...Int((points[197].y + points[195].y) / 2)
    let columns = Int((points[193].x + points[245].x) / 2)...Int((points[417].x + points[465].x) / 2)
    return columns.map { x in rows.map { $0 * width + x }.filter { hidden.samples[$0] == 0 } }.filter { !$0.isEmpty }
  }()

  /// Skin below each eye, where a lower rim draws a line across: columns, and rows of each.
  static let cheeks: [[[Int]]] = [(33, 133, 145), (263, 362, 374)].map { outer, inner, lid in
    let columns = [points[outer].x, points[inner].x].sorted()
    let rows = Int(points[lid].y + 0.05 / step)...(height - 1)
    return (Int(columns[0])...Int(columns[1])).map { x in rows.map { $0 * width + x } }
  }

  /// Where rims may be: not on the eyes, nor on the tip of the nose, nor at the face's outline.
  static let rims: Plane = {
    let edge = raster.interpolate(FaceTopology.distanceToOval)
    let nose = grown([[48, 64, 278, 294, 195, 5]], by: 0.05)
    let hidden = grown(eyes, by: 0.025).maximum(nose)
    var open = hidden.combined(with: edge) { $0 > 0 || $1 < 0.02 ? 0 : 1 }
    // Nor beside the nose, where folds and shadows are lines.
    let mean = FaceTopology.meanShape.points
    let x = raster.interpolate(mean.map(\.x))
    let y = raster.interpolate(mean.map(\.y))
    for i in open.samples.indices where abs(x.samples[i]) < 0.13 && y.samples[i] > 0.15 { open.samples[i] = 0 }
    return open
  }()

  /// The brows, which are dark lines themselves.
  static let browLines = grown(brows, by: 0.012)
}

/// What one frame shows of a pair of glasses.
package struct GlassesObservation: Sendable {
  /// How strongly each sample of the band stands out as a thin line, and as one that runs across: logarithms of
  /// brightness.
  fileprivate let lines: Plane
  fileprivate let across: Plane
  /// Width of the face in pixels.
  fileprivate let width: Float
  /// What this and those before it tell together.
  let verdict = GlassesVerdict()

  /// Smaller faces do not show rims, in pixels of width.
  private static let smallest: Float = 48
  /// The cheek that is seen less faces the viewer at least so much.
  private static let leastFacing: Float = 0.35

  /// Nil if the face is too small, too far turned or too far out of the frame.
  package init?(_ frame: PixelView, mesh: FaceMesh) {
    guard mesh.width > Self.smallest else { return nil }
    let facing = mesh.smoothFacing
    guard min(facing[50], facing[280]) > Self.leastFacing,
      let grid = FaceGrid(frame, mesh: mesh, mostCells: 256)
    else { return nil }
    let raster = GlassesBand.raster
    let light = grid.standardColors.luma.mapped { log(max(0, $0) + 12) }
    let unrolled = light.sampled(
      x: raster.interpolate(grid.mesh.points.map(\.x)), y: raster.interpolate(grid.mesh.points.map(\.y)), .bilinear
    ).blurred(sigma: 0.7)
    // Rims slide on the skin, and expressions move the skin, by a sample or so.
    across = unrolled.ridges(radiusX: 0, radiusY: 5).dilated(radiusX: 0, radiusY: 1)
    lines = unrolled.ridges(radiusX: 4, radiusY: 4).dilated(radiusX: 1, radiusY: 1).mapped { min($0, 0.6) }
    width = mesh.width
  }
}

/// The rims, bridge and arms of the glasses a face wears.
package struct Glasses {
  /// 0…1: how surely there are glasses.
  package let certainty: Float
  /// Strength of the line between the eyes and of those below them, that most observations share.
  package let bridge: Float
  package let lower: Float
  private let rims: Plane

  /// From where on the line between the eyes is a bridge, and those below the eyes are rims.
  private static let bridges: ClosedRange<Float> = 0.07...0.095
  private static let lowerRims: ClosedRange<Float> = 0.035...0.05

  /// A line is a part of a rim from the first on, if it is as strong as the second somewhere.
  private static let leastLine: Float = 0.05
  private static let seed: Float = 0.1

  /// - Parameter observations: of one face, the oldest first. Nil if they show no glasses.
  package init?(_ observations: [GlassesObservation]) {
    guard let last = observations.last else { return nil }
    // Rims stay in their place; what else is before a face moves.
    let lines = observations.map(\.across.samples)
    var seen = [Float](repeating: 0, count: lines.count)
    func lasting(_ i: Int) -> Float {
      // A handful of values: put in order one by one.
      for k in lines.indices {
        let value = lines[k][i]
        var place = k
        while place > 0, seen[place - 1] > value {
          seen[place] = seen[place - 1]
          place -= 1
        }
        seen[place] = value
      }
      return seen[(seen.count - 1) / 3]
    }
    func strength(_ columns: [[Int]]) -> Float { median(columns.map { $0.map(lasting).max() ?? 0 }) }
    bridge = strength(GlassesBand.bridge)
    lower = GlassesBand.cheeks.map(strength).min() ?? 0
    // Of a small face noise makes lines too.
    let scale = 1 + max(0, min(1, (120 - last.width) / 60))
    certainty =
      smoothstep(Self.bridges.lowerBound, Self.bridges.upperBound, bridge / scale)
      * smoothstep(Self.lowerRims.lowerBound, Self.lowerRims.upperBound, lower / scale)
    guard certainty > 0 else { return nil }
    rims = Self.rims(observations)
  }

  /// 0…1 a sample of the band: how far a rim is seen there.
  private static func rims(_ observations: [GlassesObservation]) -> Plane {
    var lines = Plane(width: GlassesBand.width, height: GlassesBand.height)
    // Glasses slide a little; the newest place counts most.
    var weight: Float = 1
    var total: Float = 0
    for observation in observations.reversed() {
      lines = lines.combined(with: observation.lines) { $0 + weight * $1 }
      total += weight
      weight *= 0.7
    }
    lines = (lines * (1 / total)) * GlassesBand.rims
    // A brow's own edge is a line only if a rim goes on from it.
    let faint = lines.combined(with: GlassesBand.browLines) { $1 > 0 ? 0 : $0 }
    // Below the eyes there is no hair whose contrast could be mistaken for the rims'.
    let eyeRow = Int(GlassesBand.points[33].y)
    let strong = faint.samples[(eyeRow * faint.width)...].filter { $0 > leastLine }.sorted()
    guard !strong.isEmpty else { return faint * 0 }
    let threshold = max(leastLine, min(0.1, 0.25 * strong[strong.count * 9 / 10]))
    let groups = Components(faint) { $0 > threshold }
    var hasSeed = [Bool](repeating: false, count: groups.areas.count)
    for i in lines.samples.indices where groups.labels[i] >= 0 && lines.samples[i] > seed {
      hasSeed[Int(groups.labels[i])] = groups.areas[Int(groups.labels[i])] >= 24
    }
    var rims = faint
    for i in rims.samples.indices {
      let label = groups.labels[i]
      rims.samples[i] = label >= 0 && hasSeed[Int(label)] ? 1 : 0
    }
    return rims.blurred(sigma: 1).mapped { min(1, 1.4 * $0) }
  }

  /// 0…1 a cell: how far rims are seen there.
  package func mask(on grid: FaceGrid) -> Plane {
    let x = grid.raster.interpolate(GlassesBand.points.map(\.x), background: -1)
    let y = grid.raster.interpolate(GlassesBand.points.map(\.y), background: -1)
    var mask = rims.sampled(x: x, y: y, .bilinear)
    for i in mask.samples.indices {
      let isInBand = y.samples[i] >= 0 && y.samples[i] <= Float(GlassesBand.height - 1)
      mask.samples[i] *= isInBand ? certainty * grid.coverage.samples[i] : 0
    }
    return mask
  }
}
