internal import FaceAnalysis
package import Imaging

/// Things before a face: a microphone, a cup, dark glasses, a mask.
///
/// What is found is found in one frame alone, so that a fast thing leaves no trail. Single skin-coloured things (hands)
/// are not found: colour is the only witness.
package struct Occluders {
  /// 0…1 a cell: how far something else than the face is seen there.
  package let mask: Plane

  /// What is taken for something else than skin, if nothing else tells: this much darker or brighter (logarithms), or
  /// of a colour this many standard deviations away.
  private static let darkness: Float = 0.7
  private static let glare: Float = 0.4
  private static let tint: Float = 8
  /// Light alone changes brightness: it counts only beside a difference in colour, in standard deviations.
  private static let leastTint: ClosedRange<Float> = 1.5...3.5
  /// So dark that no colour can be told.
  private static let blackness: ClosedRange<Float> = 1.3...1.6
  /// Area in squared face widths from which a thing counts.
  private static let area: ClosedRange<Float> = 0.004...0.009

  /// - Parameters:
  ///   - wearsGlasses: 0…1; then reflections on the lenses count too.
  package init(_ grid: FaceGrid, skin: SkinModel, wearsGlasses: Float = 0) {
    self.init(grid, at: FaceCoordinates(grid), skin: skin, wearsGlasses: wearsGlasses)
  }

  init(_ grid: FaceGrid, at face: FaceCoordinates, skin: SkinModel, wearsGlasses: Float = 0) {
    let zones = FaceZones.shared
    let features = face.zone(zones.features)
    let eyes = face.zone(zones.eyes)
    let brows = face.zone(zones.raisedBrows)
    let surface = SkinSurface(grid, at: face, features: features, plausible: skin.probability)
    let width = grid.mesh.width
    let radius = max(1, Int((0.008 * width).rounded()))
    let evidence = Self.evidence(surface) * grid.coverage
    var outside = evidence.combined(with: features) { $0 * (1 - $1) }
    if wearsGlasses > 0 {
      // A bright reflection on a lens.
      let lens = eyes.combined(with: face.zone(zones.eyeballs)) { $0 * (1 - $1) }
      for i in outside.samples.indices where lens.samples[i] > 0 && brows.samples[i] < 0.5 {
        if surface.brightness.samples[i] > 0.2 { outside.samples[i] = evidence.samples[i] * wearsGlasses }
      }
    }
    // Small and thin things are features, noise or folds.
    var islands = outside.eroded(radiusX: radius, radiusY: radius).dilated(radiusX: radius, radiusY: radius)
    islands = islands.combined(with: outside) { min($0, $1) }
    let shades = Self.darkLenses(surface, at: face)
    if shades > 0 {
      let dark = surface.brightness.combined(with: eyes) { $1 * smoothstep(0.45, 0.75, -$0) * shades }
      islands = islands.maximum(dark)
    }
    let hidden = features.combined(with: brows) { $0 * (1 - $1) }
    islands = Self.completed(islands, surface, features: features, hidden: hidden, grid: grid, free: shades)
    // What a large thing encloses belongs to it: the pale stripes of a scarf, a reflection on a cup.
    let gap = 2 * radius + 1 + min(2 * radius + 2, Int(0.12 * islands.sum.squareRoot()))
    islands = islands.mapped { max(0, min(1, ($0 - 0.15) / 0.35)) }
      .dilated(radiusX: gap, radiusY: gap).eroded(radiusX: gap, radiusY: gap)
    let strands = Self.strands(surface, grid: grid, skin: skin, features: features)
    mask =
      islands.dilated(radiusX: radius, radiusY: radius).maximum(strands)
      .guided(by: grid.standardColors.luma * (1 / 255), radius: max(1, Int(0.025 * width)), epsilon: 4e-4)
      .combined(with: grid.coverage) { max(0, min(1, 1.3 * $0 - 0.15)) * $1 }
  }

  /// Dark thin lines that come in over the edge of the face and go far: strands of hair. Folds do not reach the edge.
  private static func strands(_ surface: SkinSurface, grid: FaceGrid, skin: SkinModel, features: Plane) -> Plane {
    let width = grid.mesh.width
    let radius = max(2, Int((0.022 * width).rounded()))
    let dark = surface.brightness
    let closed = dark.dilated(radiusX: radius, radiusY: radius).eroded(radiusX: radius, radiusY: radius)
    let lines = (closed - dark).combined(with: features) { ramp(0.2...0.45, $0) * (1 - $1) } * grid.coverage
    let groups = Components(lines) { $0 > 0.2 }
    let inside = grid.raster.interpolate(FaceTopology.distanceToOval)
    let columns = grid.raster.width
    var low = [SIMD2<Int>](repeating: SIMD2(.max, .max), count: groups.areas.count)
    var high = [SIMD2<Int>](repeating: SIMD2(.min, .min), count: groups.areas.count)
    var comesIn = [Bool](repeating: false, count: groups.areas.count)
    var isDark = comesIn
    for i in lines.samples.indices where groups.labels[i] >= 0 {
      let label = Int(groups.labels[i])
      let p = SIMD2(i % columns, i / columns)
      low[label] = pointwiseMin(low[label], p)
      high[label] = pointwiseMax(high[label], p)
      if inside.samples[i] < 0.1 && skin.probability.samples[i] < 0.5 { comesIn[label] = true }
      if lines.samples[i] > 0.9 { isDark[label] = true }
    }
    var result = lines
    for i in lines.samples.indices {
      let label = Int(groups.labels[i])
      guard label >= 0, comesIn[label], isDark[label] else {
        result.samples[i] = 0
        continue
      }
      let size = high[label] &- low[label]
      let length = Float(size.x * size.x + size.y * size.y).squareRoot() / width
      result.samples[i] *= smoothstep(0.12, 0.2, length)
    }
    return result.mapped { min(1, 2 * $0) }
  }

  /// How little each cell looks like skin, 0…1.
  private static func evidence(_ surface: SkinSurface) -> Plane {
    let redScale = 1 / max(surface.spread.y, 0.03)
    let blueScale = 1 / max(surface.spread.z, 0.04)
    var result = surface.brightness
    result.samples.withUnsafeMutableBufferPointer { out in
      for i in out.indices {
        let (red, blue) = (surface.redness.samples[i] * redScale, surface.blueness.samples[i] * blueScale)
        let tint = (red * red + blue * blue).squareRoot()
        let light = out[i] < 0 ? -out[i] / darkness : out[i] / glare
        let counted = min(light, 2) * ramp(leastTint, tint)
        let distance = (counted * counted + tint * tint / (Self.tint * Self.tint)).squareRoot()
        out[i] = max(ramp(0.85...1.2, distance), ramp(blackness, -out[i]))
      }
    }
    return result
  }

  @inline(__always)
  private static func ramp(_ range: ClosedRange<Float>, _ value: Float) -> Float {
    max(0, min(1, (value - range.lowerBound) / (range.upperBound - range.lowerBound)))
  }

  /// How surely dark lenses hide both eyes, 0…1: bare sockets end where the cheek begins.
  private static func darkLenses(_ surface: SkinSurface, at face: FaceCoordinates) -> Float {
    let shares = FaceZones.shared.belowEyes.map { zone in
      let cells = face.zone(zone)
      let dark = surface.brightness.mapped { ramp(0.5...0.8, -$0) }
      return dark.sum(weightedBy: cells) / max(1, cells.sum)
    }
    return smoothstep(0.5, 0.75, shares.min() ?? 0)
  }

  /// Islands large enough and sharp enough to be things, with what they hide of the features beside them.
  private static func completed(
    _ islands: Plane, _ surface: SkinSurface, features: Plane, hidden: Plane, grid: FaceGrid, free: Float
  ) -> Plane {
    let groups = Components(islands) { $0 > 0.3 }
    let unit = grid.mesh.width * grid.mesh.width
    // Of a very small face only blots are seen.
    let clear = smoothstep(40, 64, grid.mesh.width)
    var weights = groups.areas.map { clear * smoothstep(area.lowerBound, area.upperBound, Float($0) / unit) }
    if weights.contains(where: { $0 > 0 }) {
      let sharp = sharpness(groups, surface, features: features, grid: grid)
      for label in weights.indices { weights[label] *= max(free, smoothstep(0.3, 0.5, sharp[label])) }
    }
    guard weights.contains(where: { $0 > 0 }) else { return Plane(width: islands.width, height: islands.height) }
    var result = islands
    for i in result.samples.indices {
      let label = groups.labels[i]
      result.samples[i] *= label < 0 ? 0 : weights[Int(label)]
    }
    // What a thing looks like, so that the part of it before a feature is known too.
    for (label, weight) in weights.enumerated() where weight > 0 {
      var sum = SIMD4<Float>.zero
      var squares = SIMD4<Float>.zero
      var count: Float = 0
      for i in result.samples.indices where Int(groups.labels[i]) == label {
        let v = SIMD4(surface.brightness.samples[i], surface.redness.samples[i], surface.blueness.samples[i], 0)
        sum += v
        squares += v * v
        count += 1
      }
      let mean = sum / count
      let variance = pointwiseMax(squares / count - mean * mean, SIMD4(repeating: 0))
      let spread = pointwiseMax(variance.squareRoot() * 2, SIMD4(0.2, 0.05, 0.07, 1))
      var alike = result
      for i in alike.samples.indices where hidden.samples[i] > 0.5 {
        let v = SIMD4(surface.brightness.samples[i], surface.redness.samples[i], surface.blueness.samples[i], 0)
        let z = abs(v - mean) / spread
        alike.samples[i] = max(alike.samples[i], (1 - smoothstep(0.7, 1.2, z.max())) * weight)
      }
      let joined = Components(alike) { $0 > 0.3 }
      var isThing = [Bool](repeating: false, count: joined.areas.count)
      for i in alike.samples.indices where Int(groups.labels[i]) == label && joined.labels[i] >= 0 {
        isThing[Int(joined.labels[i])] = true
      }
      for i in alike.samples.indices where joined.labels[i] >= 0 && isThing[Int(joined.labels[i])] {
        result.samples[i] = max(result.samples[i], alike.samples[i])
      }
    }
    return result
  }

  /// Which part of each island's edge is as sharp as a thing's, 0…1: shine, shade and blush fade.
  private static func sharpness(
    _ groups: Components, _ surface: SkinSurface, features: Plane, grid: FaceGrid
  ) -> [Float] {
    let scale = SIMD3<Float>(1 / darkness, 1 / (tint * 0.03), 1 / (tint * 0.04))
    let planes = [surface.brightness, surface.redness, surface.blueness]
    var means = [SIMD3<Float>](repeating: .zero, count: groups.areas.count)
    for i in groups.labels.indices where groups.labels[i] >= 0 {
      let value = SIMD3(planes[0].samples[i], planes[1].samples[i], planes[2].samples[i]) * scale
      means[Int(groups.labels[i])] += value / Float(groups.areas[Int(groups.labels[i])])
    }
    let (columns, rows) = (grid.raster.width, grid.raster.height)
    var edge = [Float](repeating: 1e-3, count: groups.areas.count)
    var sharp = [Float](repeating: 0, count: groups.areas.count)
    let reach = 2
    for y in reach..<(rows - reach) {
      for x in reach..<(columns - reach) {
        let i = y &* columns &+ x
        let label = Int(groups.labels[i])
        guard label >= 0 else { continue }
        for step in [1, -1, columns, -columns] where groups.labels[i + step] != groups.labels[i] {
          // Two cells beyond the edge it must be half gone.
          let beyond = i + reach * step
          guard grid.coverage.samples[beyond] > 0, features.samples[beyond] < 0.5 else { continue }
          let there = SIMD3(planes[0].samples[beyond], planes[1].samples[beyond], planes[2].samples[beyond]) * scale
          let own = (means[label] * means[label]).sum()
          edge[label] += 1
          if (there * means[label]).sum() < 0.45 * own { sharp[label] += 1 }
        }
      }
    }
    return zip(sharp, edge).map { $0 / $1 }
  }
}

private func abs(_ v: SIMD4<Float>) -> SIMD4<Float> { pointwiseMax(v, -v) }
