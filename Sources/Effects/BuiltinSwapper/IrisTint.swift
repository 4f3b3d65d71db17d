internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// Gives the target's irises the colour of the source's; light, gaze and reflections stay.
struct IrisTint {
  /// sRGB of the source's irises.
  let source: SIMD3<Float>
  /// sRGB of the target's.
  let target: SIMD3<Float>

  /// How much of the difference is taken over, as a power of the ratio.
  private static let strength: Float = 0.75

  /// Mean colour of an iris, without pupil, rim, lashes and reflections; nil if too little of it is seen.
  ///
  /// - Parameters:
  ///   - lids: the edge of the lids.
  ///   - colors: sRGB of a picture; the iris and the lids are given in its pixels.
  static func color(of iris: Iris, lids: [SIMD2<Float>], in colors: ColorPlanes) -> SIMD3<Float>? {
    let seen = Plane.polygon(lids, width: colors.width, height: colors.height)
    let luma = colors.luma
    var found: [(luma: Float, index: Int)] = []
    for y in 0..<colors.height {
      for x in 0..<colors.width where seen[x, y] > 0.9 {
        let d = SIMD2(Float(x), Float(y)) - iris.center
        let part = (d * d).sum().squareRoot() / iris.radius
        if part > 0.4 && part < 0.9 { found.append((luma[x, y], y * colors.width + x)) }
      }
    }
    guard found.count >= 6 else { return nil }
    found.sort { ($0.luma, $0.index) < ($1.luma, $1.index) }
    let kept = found[found.count / 10...found.count * 7 / 10]
    let sum = kept.reduce(SIMD3<Float>.zero) { sum, pixel in
      sum + SIMD3(colors.red.samples[pixel.index], colors.green.samples[pixel.index], colors.blue.samples[pixel.index])
    }
    return sum / Float(kept.count) + 2
  }

  /// - Parameters:
  ///   - mesh: with irises, in pixels of the frame.
  ///   - light: what the source's colours are multiplied by to stand in the target's light.
  ///   - share: how much of a pixel is to be changed, 0…1.
  func apply(to frame: PixelView, mesh: FaceMesh, light: SIMD3<Float>, share: (SIMD2<Float>) -> Float) {
    guard let irises = mesh.irises else { return }
    var ratio = SIMD3<Float>(
      power(source.x * light.x / target.x), power(source.y * light.y / target.y), power(source.z * light.z / target.z))
    let mean = ratio.sum() / 3
    guard mean.isFinite, mean > 0 else { return }
    ratio = (ratio / mean).clamped(lowerBound: SIMD3(repeating: 0.82), upperBound: SIMD3(repeating: 1.22))
    ratio *= max(0.7, min(1.25, mean))
    for (iris, lids) in [(irises.left, FaceTopology.leftEye), (irises.right, FaceTopology.rightEye)] {
      tint(iris, lids: lids.map { mesh.xy($0) }, in: frame, ratio, share)
    }
  }

  private func power(_ value: Float) -> Float { exp(Self.strength * log(value)) }

  private func tint(
    _ iris: Iris, lids: [SIMD2<Float>], in frame: PixelView, _ ratio: SIMD3<Float>, _ share: (SIMD2<Float>) -> Float
  ) {
    let rect = PixelRect(around: lids, margin: 2).intersection(frame.bounds)
    guard !rect.isEmpty, iris.radius.isFinite, iris.radius > 1 else { return }
    let corner = SIMD2(Float(rect.x), Float(rect.y))
    let old = frame.colors(in: rect)
    let coded = frame.encoding.gammaCoded(from: old)
    let luma = coded.luma
    let seen = Plane.polygon(lids.map { $0 - corner }, width: rect.width, height: rect.height)
    var disc = Plane(width: rect.width, height: rect.height)
    var (inside, inner): ([Float], [Float]) = ([], [])
    // Some hundred pixels tell what is bright and what is dark.
    let step = max(1, Int(iris.radius / 12))
    for y in 0..<rect.height {
      for x in 0..<rect.width where seen[x, y] > 0 {
        let p = SIMD2(Float(x), Float(y)) + corner
        let d = p - iris.center
        let part = 1 - smoothstep(0.88, 1.08, (d * d).sum().squareRoot() / iris.radius)
        if seen[x, y] > 0.5, x % step == 0, y % step == 0 {
          inside.append(luma[x, y])
          if part > 0.5 { inner.append(luma[x, y]) }
        }
        if part > 0 { disc[x, y] = part * seen[x, y] * share(p) }
      }
    }
    guard inside.count > 6, inner.count > 4 else { return }
    // The white of the eye and reflections are no iris, wherever the circle lies.
    let (white, dark) = (quantile(0.9, inside), quantile(0.3, inner))
    guard white - dark > 8 else { return }
    let limit = dark + 0.62 * (white - dark)
    disc = disc.combined(with: luma) { $0 * max(0, min(1, (limit - $1) / (0.3 * (white - dark)))) }
    let tinted = ColorPlanes(
      red: coded.red * ratio.x, green: coded.green * ratio.y, blue: coded.blue * ratio.z
    ).map { $0.mapped { min(255, $0) } }
    frame.composite(frame.encoding.signal(fromGammaCoded: tinted), over: old, mask: disc, at: (rect.x, rect.y))
  }
}
