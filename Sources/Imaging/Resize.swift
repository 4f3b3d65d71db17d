extension Plane {
  /// An area-averaged copy of `width` by `height` samples, no larger than the plane: each is the mean of what it covers.
  public func shrunk(width newWidth: Int, height newHeight: Int) -> Plane {
    precondition(newWidth > 0 && newHeight > 0)
    guard newWidth < width || newHeight < height else {
      return newWidth == width && newHeight == height ? self : enlarged(width: newWidth, height: newHeight)
    }
    let columns = AreaSpans(from: width, to: newWidth)
    let rows = AreaSpans(from: height, to: newHeight)
    var middle = [Float](repeating: 0, count: newWidth * height)
    samples.withUnsafeBufferPointer { source in
      middle.withUnsafeMutableBufferPointer { out in
        for y in 0..<height {
          let base = y * width
          for x in 0..<newWidth {
            var total: Float = 0
            for k in columns.starts[x]..<columns.starts[x + 1] {
              total += columns.weights[k] * source[base + columns.indices[k]]
            }
            out[y * newWidth + x] = total
          }
        }
      }
    }
    var result = [Float](repeating: 0, count: newWidth * newHeight)
    middle.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { out in
        for y in 0..<newHeight {
          let base = y * newWidth
          for k in rows.starts[y]..<rows.starts[y + 1] {
            let weight = rows.weights[k]
            let from = rows.indices[k] * newWidth
            for x in 0..<newWidth { out[base + x] += weight * source[from + x] }
          }
        }
      }
    }
    return Plane(width: newWidth, height: newHeight, samples: result)
  }

  /// A bilinear copy of `width` by `height` samples; the outer edges of both pictures coincide.
  public func enlarged(width newWidth: Int, height newHeight: Int) -> Plane {
    guard newWidth != width || newHeight != height else { return self }
    let columns = LinearTaps(from: width, to: newWidth)
    let rows = LinearTaps(from: height, to: newHeight)
    var result = [Float](repeating: 0, count: newWidth * newHeight)
    var blended = [Float](repeating: 0, count: width)
    samples.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { out in
        blended.withUnsafeMutableBufferPointer { row in
          for y in 0..<newHeight {
            let upper = rows.lower[y] * width
            let lower = rows.upper[y] * width
            let fy = rows.fraction[y]
            for x in 0..<width { row[x] = source[upper + x] + fy * (source[lower + x] - source[upper + x]) }
            let base = y * newWidth
            columns.lower.withUnsafeBufferPointer { left in
              columns.upper.withUnsafeBufferPointer { right in
                columns.fraction.withUnsafeBufferPointer { fx in
                  for x in 0..<newWidth { out[base + x] = row[left[x]] + fx[x] * (row[right[x]] - row[left[x]]) }
                }
              }
            }
          }
        }
      }
    }
    return Plane(width: newWidth, height: newHeight, samples: result)
  }
}

extension ColorPlanes {
  public func shrunk(width: Int, height: Int) -> ColorPlanes { map { $0.shrunk(width: width, height: height) } }
  public func enlarged(width: Int, height: Int) -> ColorPlanes { map { $0.enlarged(width: width, height: height) } }
}

/// Which old samples a new sample covers, and how much of it each is.
private struct AreaSpans {
  var starts: [Int] = [0]
  var indices: [Int] = []
  var weights: [Float] = []

  init(from old: Int, to new: Int) {
    let ratio = Double(old) / Double(new)
    for i in 0..<new {
      let low = Double(i) * ratio
      let high = Swift.min(Double(old), Double(i + 1) * ratio)
      var k = Int(low)
      while Double(k) < high - 1e-9 && k < old {
        let covered = Swift.min(high, Double(k + 1)) - Swift.max(low, Double(k))
        indices.append(k)
        weights.append(Float(covered / (high - low)))
        k += 1
      }
      starts.append(indices.count)
    }
  }
}

/// The two old samples between which a new sample lies.
private struct LinearTaps {
  var lower: [Int] = []
  var upper: [Int] = []
  var fraction: [Float] = []

  init(from old: Int, to new: Int) {
    let ratio = Float(old) / Float(new)
    for i in 0..<new {
      let position = Swift.max(0, Swift.min(Float(old - 1), (Float(i) + 0.5) * ratio - 0.5))
      let low = Int(position)
      lower.append(low)
      upper.append(Swift.min(old - 1, low + 1))
      fraction.append(position - Float(low))
    }
  }
}
