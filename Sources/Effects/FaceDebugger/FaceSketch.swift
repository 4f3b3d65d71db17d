internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// The lines, dots and numbers that are drawn over a face.
struct FaceSketch {
  private struct Line {
    var points: [SIMD2<Float>]
    var width: Float
    var color: SIMD3<Float>
    var opacity: Float = 1

    /// The box around all that is drawn, soft edges included.
    var extent: (low: SIMD2<Float>, high: SIMD2<Float>) {
      let low = points.dropFirst().reduce(points[0], pointwiseMin)
      let high = points.dropFirst().reduce(points[0], pointwiseMax)
      return (low - (width / 2 + 1), high + (width / 2 + 1))
    }
  }

  private var lines: [Line] = []
  private var label: Label?

  init(_ face: TrackedFace, items: [FaceDebugger.Item]) {
    let mesh = face.mesh
    // As sharp on a small face as on a large one, but never thinner than a pixel shows.
    let thin = max(0.8, mesh.width / 450)
    let thick = max(1.2, mesh.width / 220)
    let color = Self.colors[abs(face.track % Self.colors.count)]
    for item in items {
      switch item {
      case .mesh:
        lines += Self.edges.map {
          Line(points: [mesh.xy($0.x), mesh.xy($0.y)], width: thin, color: color, opacity: 0.6)
        }
        lines += mesh.positions.map { Line(points: [$0], width: 2.2 * thin, color: Self.white) }
      case .outline:
        for (outline, color) in Self.outlines {
          lines.append(Line(points: (outline + [outline[0]]).map(mesh.xy), width: thick, color: color))
        }
        for iris in [mesh.irises?.left, mesh.irises?.right].compactMap({ $0 }) {
          let circle = (0...32).map { step -> SIMD2<Float> in
            let angle = Float(step) * .pi / 16
            return iris.center + iris.radius * SIMD2(cos(angle), sin(angle))
          }
          lines.append(Line(points: circle, width: thin, color: Self.white))
        }
        for brow in [FaceTopology.leftBrow, FaceTopology.rightBrow] {
          // The upper edge from outside to inside, then the lower one in the same direction.
          let (upper, lower) = (brow[..<5], brow[5...].reversed())
          let loop = Array(upper) + lower.reversed() + [brow[0]]
          lines.append(Line(points: loop.map(mesh.xy), width: thick, color: Self.browColor))
        }
      case .box:
        let (low, high) = mesh.bounds
        let corners = [low, SIMD2(high.x, low.y), high, SIMD2(low.x, high.y), low]
        lines.append(Line(points: corners, width: thick, color: color))
      case .region:
        let toFrame = FaceRegion(mesh).transform(from: 1)
        let corners = [SIMD2<Float>(0, 0), SIMD2(1, 0), SIMD2(1, 1), SIMD2(0, 1), SIMD2(0, 0)]
        lines.append(Line(points: corners.map { toFrame.apply($0) - 0.5 }, width: thick, color: color, opacity: 0.8))
      case .track:
        label = Label(face, color: color)
      case .skin, .mask, .light, .texture, .shape: break
      }
    }
  }

  /// All pixels that may be drawn on; empty if there is nothing to draw.
  var bounds: PixelRect {
    var result = label?.bounds
    for line in lines {
      let (low, high) = line.extent
      func whole(_ value: Float) -> Int { Int(max(-1e6, min(1e6, value))) }
      let x = whole(low.x.rounded(.down))
      let y = whole(low.y.rounded(.down))
      let rect = PixelRect(
        x: x, y: y, width: whole(high.x.rounded(.up)) - x + 1, height: whole(high.y.rounded(.up)) - y + 1)
      result = result?.union(rect) ?? rect
    }
    return result ?? PixelRect(x: 0, y: 0, width: 0, height: 0)
  }

  func draw(on canvas: inout Canvas) {
    for line in lines { canvas.stroke(line.points, width: line.width, color: line.color, opacity: line.opacity) }
    label?.draw(on: &canvas)
  }

  private static let white = SIMD3<Float>(255, 255, 255)
  private static let browColor = SIMD3<Float>(255, 170, 40)

  /// One a track, told apart at a glance; neighbours in the list are far from one another.
  private static let colors: [SIMD3<Float>] = [
    SIMD3(60, 220, 255), SIMD3(255, 210, 60), SIMD3(255, 110, 200), SIMD3(120, 240, 110), SIMD3(180, 150, 255),
    SIMD3(255, 140, 90),
  ]

  private static let outlines: [([Int], SIMD3<Float>)] = [
    (FaceTopology.oval, SIMD3(240, 240, 240)), (FaceTopology.lipsOuter, SIMD3(255, 80, 90)),
    (FaceTopology.lipsInner, SIMD3(255, 150, 150)), (FaceTopology.leftEye, SIMD3(90, 230, 120)),
    (FaceTopology.rightEye, SIMD3(90, 230, 120)),
  ]

  /// Every edge of the mesh once.
  private static let edges: [SIMD2<Int>] = {
    var seen: Set<SIMD2<Int>> = []
    for t in FaceTopology.triangles {
      for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] { seen.insert(SIMD2(Int(min(a, b)), Int(max(a, b)))) }
    }
    return seen.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
  }()
}

/// "#12 0.98": number of the track and confidence, above the face as it is seen upright.
private struct Label {
  private let text: String
  private let color: SIMD3<Float>
  /// Pixels of the frame along a dot of the font.
  private let dot: Int
  /// The pixel on the outer side of the text's first dot, and the steps of a dot to the right and down.
  private let origin: SIMD2<Int>
  private let right: SIMD2<Int>
  private let down: SIMD2<Int>

  init(_ face: TrackedFace, color: SIMD3<Float>) {
    self.color = color
    let percent = Int((100 * max(0, min(1, face.confidence))).rounded())
    text = "#\(face.track) \(percent / 100).\(percent / 10 % 10)\(percent % 10)"
    let mesh = face.mesh
    dot = max(2, Int((mesh.width / 110).rounded()))
    // A clip may be stored turned, even mirrored: the face tells which way is up, to a quarter of a turn.
    let eyes = mesh.xy(263) - mesh.xy(33)
    let isLevel = abs(eyes.x) >= abs(eyes.y)
    right = isLevel ? SIMD2(eyes.x < 0 ? -1 : 1, 0) : SIMD2(0, eyes.y < 0 ? -1 : 1)
    let chin = mesh.xy(152) - mesh.xy(10)
    let across = eyes.x * chin.y - eyes.y * chin.x
    down = across >= 0 ? SIMD2(-right.y, right.x) : SIMD2(right.y, -right.x)
    // The box's corner at the top left, seen upright.
    let (low, high) = mesh.bounds
    let (r, d) = (SIMD2<Float>(right), SIMD2<Float>(down))
    let corner = SIMD2(r.x + d.x > 0 ? low.x : high.x, r.y + d.y > 0 ? low.y : high.y)
    let above = corner - d * Float((DotFont.height + 2) * dot)
    origin = SIMD2(Int(above.x.rounded()), Int(above.y.rounded()))
  }

  /// Dots of the text with one dot around.
  private var columns: Int { text.count * (DotFont.width + 1) + 1 }
  private var rows: Int { DotFont.height + 2 }

  /// The pixels of a rectangle of dots.
  private func pixels(column: Int, row: Int, columns: Int, rows: Int) -> PixelRect {
    let a = origin &+ (right &* (column * dot)) &+ (down &* (row * dot))
    let b = a &+ (right &* (columns * dot)) &+ (down &* (rows * dot))
    return PixelRect(x: min(a.x, b.x), y: min(a.y, b.y), width: abs(b.x - a.x), height: abs(b.y - a.y))
  }

  var bounds: PixelRect { pixels(column: 0, row: 0, columns: columns, rows: rows) }

  func draw(on canvas: inout Canvas) {
    canvas.fill(bounds, color: .zero, opacity: 0.6)
    for (k, character) in text.enumerated() {
      for (row, bits) in DotFont.rows(of: character).enumerated() {
        for column in 0..<DotFont.width where bits >> (DotFont.width - 1 - column) & 1 == 1 {
          let left = 1 + k * (DotFont.width + 1) + column
          canvas.fill(pixels(column: left, row: row + 1, columns: 1, rows: 1), color: color, opacity: 1)
        }
      }
    }
  }
}
