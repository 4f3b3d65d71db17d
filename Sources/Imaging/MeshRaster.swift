/// Which triangle of a mesh is seen at each pixel, and values of its vertices interpolated there.
///
/// Triangles are painted in the order given, so that later ones hide earlier ones: sort far to near.
public struct MeshRaster: Sendable {
  public let width: Int
  public let height: Int
  /// Index of the triangle seen at each pixel, −1 where there is none.
  public let triangleAt: [Int32]
  private let points: [SIMD2<Float>]
  private let triangles: [SIMD3<Int32>]

  /// Triangles smaller than this (pixels²) are left out: their interpolation is undefined.
  private static let smallestArea: Float = 0.1

  /// - Parameters:
  ///   - points: vertices in pixels.
  ///   - triangles: three vertex indices each.
  ///   - order: indices into `triangles`, in the order of painting.
  public init(
    points: [SIMD2<Float>], triangles: [SIMD3<Int32>], order: [Int], width: Int, height: Int
  ) {
    self.points = points
    self.triangles = triangles
    self.width = width
    self.height = height
    var seen = [Int32](repeating: -1, count: width * height)
    seen.withUnsafeMutableBufferPointer { out in
      for t in order {
        let v = triangles[t]
        Self.paint(
          points[Int(v.x)], points[Int(v.y)], points[Int(v.z)], Int32(truncatingIfNeeded: t), out, width, height)
      }
    }
    triangleAt = seen
  }

  private static func paint(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, _ id: Int32,
    _ out: UnsafeMutableBufferPointer<Int32>, _ width: Int, _ height: Int
  ) {
    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    guard area.magnitude > 2 * smallestArea else { return }
    let low = Swift.max(0, Swift.min(a.y, b.y, c.y).rounded(.up))
    let high = Swift.min(Float(height - 1), Swift.max(a.y, b.y, c.y).rounded(.down))
    guard low <= high else { return }
    for y in Int(low)...Int(high) {
      // Edges are inclusive on both sides, so that neighbours leave no gap between them.
      let scan = Float(y)
      var left = Float.infinity
      var right = -Float.infinity
      func edge(_ p: SIMD2<Float>, _ q: SIMD2<Float>) {
        let bottom = Swift.min(p.y, q.y)
        let top = Swift.max(p.y, q.y)
        guard scan >= bottom && scan <= top else { return }
        if top == bottom {
          left = Swift.min(left, p.x, q.x)
          right = Swift.max(right, p.x, q.x)
        } else {
          let x = p.x + (scan - p.y) / (q.y - p.y) * (q.x - p.x)
          left = Swift.min(left, x)
          right = Swift.max(right, x)
        }
      }
      edge(a, b)
      edge(b, c)
      edge(c, a)
      let first = Swift.max(0, (left - 1e-3).rounded(.up))
      let last = Swift.min(Float(width - 1), (right + 1e-3).rounded(.down))
      guard first <= last else { continue }
      for x in Int(first)...Int(last) { out[y &* width &+ x] = id }
    }
  }

  /// 1 where one of the triangles that `isMember` accepts is seen, else 0.
  public func coverage(where isMember: (Int) -> Bool = { _ in true }) -> Plane {
    let member = triangles.indices.map { isMember($0) ? Float(1) : 0 }
    return Plane(width: width, height: height, samples: triangleAt.map { $0 < 0 ? 0 : member[Int($0)] })
  }

  /// One value a vertex, interpolated linearly over each triangle; `background` where there is none.
  ///
  /// Values are held within those of the triangle's vertices: slivers seen edge-on would extrapolate wildly.
  public func interpolate(_ values: [Float], background: Float = 0) -> Plane {
    precondition(values.count == points.count)
    // x slope, y slope, constant, smallest, largest
    var coefficients = [SIMD8<Float>](repeating: .zero, count: triangles.count)
    for (t, v) in triangles.enumerated() {
      let a = points[Int(v.x)]
      let b = points[Int(v.y)] - a
      let c = points[Int(v.z)] - a
      let va = values[Int(v.x)]
      let vb = values[Int(v.y)]
      let vc = values[Int(v.z)]
      let area = b.x * c.y - b.y * c.x
      guard area.magnitude > 2 * Self.smallestArea else { continue }
      let dx = ((vb - va) * c.y - (vc - va) * b.y) / area
      let dy = ((vc - va) * b.x - (vb - va) * c.x) / area
      coefficients[t] = SIMD8(
        dx, dy, va - dx * a.x - dy * a.y, Swift.min(va, vb, vc), Swift.max(va, vb, vc), 0, 0, 0)
    }
    var result = Plane(width: width, height: height, value: background)
    result.samples.withUnsafeMutableBufferPointer { out in
      triangleAt.withUnsafeBufferPointer { seen in
        coefficients.withUnsafeBufferPointer { table in
          for y in 0..<height {
            for x in 0..<width {
              let i = y &* width &+ x
              let t = seen[i]
              if t >= 0 {
                let k = table[Int(t)]
                out[i] = Swift.max(k[3], Swift.min(k[4], k[0] * Float(x) + k[1] * Float(y) + k[2]))
              }
            }
          }
        }
      }
    }
    return result
  }
}

extension Plane {
  /// Fills the pixels that `valid` leaves out (0) from their filled neighbours, ring by ring, `rings` times.
  ///
  /// A map that is interpolated between its samples needs values just beyond its edge.
  public func extended(beyond valid: Plane, rings: Int) -> Plane {
    precondition(width == valid.width && height == valid.height)
    var result = self
    // With a margin, so that no neighbour needs a case of its own.
    let pitch = width + 2
    var known = [Bool](repeating: false, count: pitch * (height + 2))
    for y in 0..<height {
      for x in 0..<width { known[(y + 1) * pitch + x + 1] = valid.samples[y * width + x] > 0.5 }
    }
    var border: [(place: Int, value: Float)] = []
    result.samples.withUnsafeMutableBufferPointer { out in
      known.withUnsafeMutableBufferPointer { known in
        for _ in 0..<rings {
          border.removeAll(keepingCapacity: true)
          for y in 0..<height {
            let row = (y + 1) &* pitch
            for x in 0..<width {
              let i = row &+ x &+ 1
              // Most pixels are far from the border.
              guard !known[i],
                known[i &- 1] || known[i &+ 1] || known[i &- pitch] || known[i &+ pitch]
                  || known[i &- pitch &- 1] || known[i &- pitch &+ 1] || known[i &+ pitch &- 1]
                  || known[i &+ pitch &+ 1]
              else { continue }
              var total: Float = 0
              var count: Float = 0
              for dy in -1...1 {
                for dx in -1...1 where known[i &+ dy &* pitch &+ dx] {
                  total += out[(y &+ dy) &* width &+ x &+ dx]
                  count += 1
                }
              }
              border.append((y &* width &+ x, total / count))
            }
          }
          for (place, value) in border {
            out[place] = value
            known[(place / width &+ 1) &* pitch &+ place % width &+ 1] = true
          }
        }
      }
    }
    return result
  }
}
