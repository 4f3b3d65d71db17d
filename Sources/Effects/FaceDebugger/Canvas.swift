internal import Imaging

/// A part of a frame that is drawn on with colours of sRGB, whatever the frame's own format and transfer.
struct Canvas {
  /// Where it lies in the frame.
  let rect: PixelRect
  private let encoding: ColorEncoding
  private let before: ColorPlanes
  private var colors: ColorPlanes
  /// 1 where anything was drawn: nothing else is written back.
  private var drawn: Plane

  /// - Parameter rect: must lie inside the frame.
  init(_ frame: PixelView, rect: PixelRect) {
    self.rect = rect
    encoding = frame.encoding
    before = frame.colors(in: rect)
    colors = before
    drawn = Plane(width: rect.width, height: rect.height)
  }

  /// Writes what was drawn into the frame.
  func finish(_ frame: PixelView) { frame.composite(colors, over: before, mask: drawn, at: (rect.x, rect.y)) }

  /// Draws a line through points, or a dot at a single one, with round ends. Its edges are soft over one pixel.
  mutating func stroke(_ points: [SIMD2<Float>], width: Float, color: SIMD3<Float>, opacity: Float) {
    let ink = signal(color)
    let corner = SIMD2(Float(rect.x), Float(rect.y))
    let places = points.map { $0 - corner }
    guard places.count > 1 else {
      segment(places[0], places[0], width: width, ink, opacity)
      return
    }
    for (a, b) in zip(places, places.dropFirst()) { segment(a, b, width: width, ink, opacity) }
  }

  private mutating func segment(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, width: Float, _ ink: SIMD3<Float>, _ opacity: Float
  ) {
    let reach = width / 2 + 0.5
    let low = pointwiseMax(pointwiseMin(a, b) - reach, .zero)
    let last = SIMD2(Float(rect.width - 1), Float(rect.height - 1))
    let high = pointwiseMin(pointwiseMax(a, b) + reach, last)
    guard low.x <= high.x, low.y <= high.y else { return }
    let along = b - a
    let length2 = max(1e-12, (along * along).sum())
    for y in Int(low.y.rounded(.up))...max(Int(low.y.rounded(.up)), Int(high.y)) where Float(y) <= high.y {
      for x in Int(low.x.rounded(.up))...max(Int(low.x.rounded(.up)), Int(high.x)) where Float(x) <= high.x {
        let p = SIMD2(Float(x), Float(y)) - a
        let t = max(0, min(1, (p * along).sum() / length2))
        let d = p - along * t
        let cover = reach - (d * d).sum().squareRoot()
        if cover > 0 { blend(y * rect.width + x, ink, opacity * min(1, cover)) }
      }
    }
  }

  /// Fills whole pixels.
  mutating func fill(_ area: PixelRect, color: SIMD3<Float>, opacity: Float) {
    let seen = area.intersection(rect)
    guard !seen.isEmpty else { return }
    let ink = signal(color)
    for y in seen.y..<seen.maxY {
      for x in seen.x..<seen.maxX { blend((y - rect.y) * rect.width + x - rect.x, ink, opacity) }
    }
  }

  /// Mixes in one colour, as much as a plane of the canvas's size says.
  mutating func tint(_ color: SIMD3<Float>, _ amount: Plane) {
    let ink = signal(color)
    for i in amount.samples.indices { blend(i, ink, amount.samples[i]) }
  }

  /// Lays a picture in sRGB of the canvas's size over it.
  mutating func fill(_ picture: ColorPlanes, _ amount: Plane) {
    let inks = encoding.signal(from: picture)
    for i in amount.samples.indices where amount.samples[i] > 0 {
      blend(i, SIMD3(inks.red.samples[i], inks.green.samples[i], inks.blue.samples[i]), amount.samples[i])
    }
  }

  private mutating func blend(_ i: Int, _ ink: SIMD3<Float>, _ amount: Float) {
    guard amount > 0 else { return }
    colors.red.samples[i] += (ink.x - colors.red.samples[i]) * amount
    colors.green.samples[i] += (ink.y - colors.green.samples[i]) * amount
    colors.blue.samples[i] += (ink.z - colors.blue.samples[i]) * amount
    drawn.samples[i] = 1
  }

  /// A colour of sRGB in the frame's own R′G′B′.
  private func signal(_ color: SIMD3<Float>) -> SIMD3<Float> {
    func plane(_ value: Float) -> Plane { Plane(width: 1, height: 1, value: value) }
    let own = encoding.signal(
      from: ColorPlanes(red: plane(color.x), green: plane(color.y), blue: plane(color.z)))
    return SIMD3(own.red.samples[0], own.green.samples[0], own.blue.samples[0])
  }
}
