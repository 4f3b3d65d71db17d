extension Plane {
  /// How much of each pixel lies inside a closed polygon (even-odd rule), 0…1.
  ///
  /// Coverage is exact along rows and sampled on four lines a pixel across them.
  public static func polygon(_ points: [SIMD2<Float>], width: Int, height: Int) -> Plane {
    var result = Plane(width: width, height: height)
    guard points.count > 2 else { return result }
    let lines = 4
    var crossings: [Float] = []
    for y in 0..<height {
      for line in 0..<lines {
        let scan = Float(y) - 0.5 + (Float(line) + 0.5) / Float(lines)
        crossings.removeAll(keepingCapacity: true)
        var previous = points[points.count - 1]
        for point in points {
          if (previous.y <= scan) != (point.y <= scan) {
            crossings.append(previous.x + (scan - previous.y) / (point.y - previous.y) * (point.x - previous.x))
          }
          previous = point
        }
        crossings.sort()
        for k in stride(from: 0, to: crossings.count - 1, by: 2) {
          result.addSpan(from: crossings[k], to: crossings[k + 1], row: y, weight: 1 / Float(lines))
        }
      }
    }
    return result
  }

  private mutating func addSpan(from left: Float, to right: Float, row: Int, weight: Float) {
    // Pixel x spans x − 0.5 … x + 0.5.
    let low = Swift.max(0, left + 0.5)
    let high = Swift.min(Float(width), right + 0.5)
    guard high > low else { return }
    let first = Int(low)
    let last = Swift.min(width - 1, Int(high))
    for x in first...last {
      let covered = Swift.min(high, Float(x + 1)) - Swift.max(low, Float(x))
      if covered > 0 { samples[row * width + x] += covered * weight }
    }
  }

  /// Distance in pixels from each pixel to the nearest one where `isInside` fails, 0 there.
  ///
  /// Exact and linear in the number of pixels: Felzenszwalb, Huttenlocher, "Distance Transforms of Sampled Functions",
  /// Theory of Computing 8 (2012), section 2. If `isInside` holds everywhere, the distance is the picture's diagonal.
  public func distance(where isInside: (Float) -> Bool) -> Plane {
    let far = Float(width * width + height * height)
    var squared = samples.map { isInside($0) ? far : 0 }
    var line = [Float](repeating: 0, count: Swift.max(width, height))
    var envelope = Envelope(capacity: line.count)
    for x in 0..<width {
      for y in 0..<height { line[y] = squared[y * width + x] }
      envelope.transform(&line, count: height)
      for y in 0..<height { squared[y * width + x] = line[y] }
    }
    for y in 0..<height {
      for x in 0..<width { line[x] = squared[y * width + x] }
      envelope.transform(&line, count: width)
      for x in 0..<width { squared[y * width + x] = Swift.min(far, line[x]).squareRoot() }
    }
    return Plane(width: width, height: height, samples: squared)
  }

  /// Keeps only the 8-connected groups of pixels above 0.5 that have at least `minimumArea` pixels: 1 there, else 0.
  public func keepingComponents(minimumArea: Float) -> Plane {
    var result = Plane(width: width, height: height)
    var seen = [Bool](repeating: false, count: samples.count)
    var group: [Int] = []
    for start in samples.indices where samples[start] > 0.5 && !seen[start] {
      group.removeAll(keepingCapacity: true)
      group.append(start)
      seen[start] = true
      var next = 0
      while next < group.count {
        let x = group[next] % width
        let y = group[next] / width
        next += 1
        for ny in Swift.max(0, y - 1)...Swift.min(height - 1, y + 1) {
          for nx in Swift.max(0, x - 1)...Swift.min(width - 1, x + 1) {
            let i = ny * width + nx
            if samples[i] > 0.5 && !seen[i] {
              seen[i] = true
              group.append(i)
            }
          }
        }
      }
      if Float(group.count) >= minimumArea {
        for i in group { result.samples[i] = 1 }
      }
    }
    return result
  }
}

/// Lower envelope of parabolas, the one-dimensional step of the distance transform.
private struct Envelope {
  private var roots: [Int]
  private var borders: [Float]
  private var copy: [Float]

  init(capacity: Int) {
    roots = [Int](repeating: 0, count: capacity)
    borders = [Float](repeating: 0, count: capacity + 1)
    copy = [Float](repeating: 0, count: capacity)
  }

  mutating func transform(_ f: inout [Float], count: Int) {
    for i in 0..<count { copy[i] = f[i] }
    var k = 0
    roots[0] = 0
    borders[0] = -.infinity
    borders[1] = .infinity
    for q in 1..<Swift.max(1, count) {
      var meet = intersection(q, roots[k])
      while meet <= borders[k] {
        k -= 1
        meet = intersection(q, roots[k])
      }
      k += 1
      roots[k] = q
      borders[k] = meet
      borders[k + 1] = .infinity
    }
    k = 0
    for q in 0..<count {
      while borders[k + 1] < Float(q) { k += 1 }
      let d = Float(q - roots[k])
      f[q] = d * d + copy[roots[k]]
    }
  }

  private func intersection(_ q: Int, _ v: Int) -> Float {
    ((copy[q] + Float(q * q)) - (copy[v] + Float(v * v))) / Float(2 * (q - v))
  }
}

/// The convex hull of some points, in order around it (Andrew's monotone chain).
public func convexHull(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
  let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
  guard sorted.count > 2 else { return sorted }
  func half(_ points: some Sequence<SIMD2<Float>>) -> [SIMD2<Float>] {
    var chain: [SIMD2<Float>] = []
    for p in points {
      while chain.count > 1 {
        let a = chain[chain.count - 1] - chain[chain.count - 2]
        let b = p - chain[chain.count - 1]
        if a.x * b.y - a.y * b.x > 0 { break }
        chain.removeLast()
      }
      chain.append(p)
    }
    return Array(chain.dropLast())
  }
  return half(sorted) + half(sorted.reversed())
}
