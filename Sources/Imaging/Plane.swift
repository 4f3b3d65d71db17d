/// One channel of a picture: `width * height` floats, row by row.
///
/// Colour planes hold R′G′B′ on the scale 0…255 whatever the frame's depth; masks hold 0…1. Pixel centres are at
/// integer coordinates.
public struct Plane: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public var samples: [Float]

  public init(width: Int, height: Int, value: Float = 0) {
    self.init(width: width, height: height, samples: [Float](repeating: value, count: width * height))
  }

  public init(width: Int, height: Int, samples: [Float]) {
    precondition(width > 0 && height > 0 && samples.count == width * height)
    self.width = width
    self.height = height
    self.samples = samples
  }

  public subscript(x: Int, y: Int) -> Float {
    get { samples[y * width + x] }
    set { samples[y * width + x] = newValue }
  }

  /// A plane of the same size, whose samples `fill` must all write.
  @inlinable
  public func made(_ fill: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void) -> Plane {
    let made = samples.withUnsafeBufferPointer { source in
      [Float](unsafeUninitializedCapacity: source.count) { out, count in
        fill(source, UnsafeMutableBufferPointer(rebasing: out[..<source.count]))
        count = source.count
      }
    }
    return Plane(width: width, height: height, samples: made)
  }

  /// Both planes' samples through `body`, pixel by pixel.
  @inlinable
  public func combined(with other: Plane, _ body: (Float, Float) -> Float) -> Plane {
    precondition(width == other.width && height == other.height)
    return made { lhs, out in
      other.samples.withUnsafeBufferPointer { rhs in
        for i in 0..<lhs.count { out[i] = body(lhs[i], rhs[i]) }
      }
    }
  }

  /// Every sample through `body`.
  @inlinable
  public func mapped(_ body: (Float) -> Float) -> Plane {
    made { source, out in
      for i in 0..<source.count { out[i] = body(source[i]) }
    }
  }

  public static func * (a: Plane, b: Plane) -> Plane { a.combined(with: b) { $0 * $1 } }
  public static func + (a: Plane, b: Plane) -> Plane { a.combined(with: b) { $0 + $1 } }
  public static func - (a: Plane, b: Plane) -> Plane { a.combined(with: b) { $0 - $1 } }
  public static func * (a: Plane, scale: Float) -> Plane { a.mapped { $0 * scale } }
  public static func + (a: Plane, offset: Float) -> Plane { a.mapped { $0 + offset } }

  /// The larger sample of the two planes.
  public func maximum(_ other: Plane) -> Plane { combined(with: other) { Swift.max($0, $1) } }

  /// Sum of all samples, accumulated row by row so that large pictures lose no precision.
  public var sum: Float {
    var total: Double = 0
    samples.withUnsafeBufferPointer { p in
      for y in 0..<height {
        var row: Float = 0
        for x in 0..<width { row += p[y * width + x] }
        total += Double(row)
      }
    }
    return Float(total)
  }

  /// Sum of `self * weight`.
  public func sum(weightedBy weight: Plane) -> Float { (self * weight).sum }

  /// A rectangle of the plane, which must lie inside it.
  public func cropped(to rect: PixelRect) -> Plane {
    precondition(rect.x >= 0 && rect.y >= 0 && rect.maxX <= width && rect.maxY <= height)
    var result = Plane(width: rect.width, height: rect.height)
    for y in 0..<rect.height {
      let start = (rect.y + y) * width + rect.x
      result.samples.replaceSubrange(
        y * rect.width..<(y + 1) * rect.width, with: samples[start..<start + rect.width])
    }
    return result
  }
}

/// A rectangle of whole pixels.
public struct PixelRect: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public var maxX: Int { x + width }
  public var maxY: Int { y + height }
  public var isEmpty: Bool { width <= 0 || height <= 0 }

  /// The smallest rectangle that covers both.
  public func union(_ other: PixelRect) -> PixelRect {
    let left = Swift.min(x, other.x)
    let top = Swift.min(y, other.y)
    return PixelRect(
      x: left, y: top, width: Swift.max(maxX, other.maxX) - left, height: Swift.max(maxY, other.maxY) - top)
  }

  /// The part that both rectangles cover; empty if they don't meet.
  public func intersection(_ other: PixelRect) -> PixelRect {
    let left = Swift.max(x, other.x)
    let top = Swift.max(y, other.y)
    return PixelRect(
      x: left, y: top, width: Swift.max(0, Swift.min(maxX, other.maxX) - left),
      height: Swift.max(0, Swift.min(maxY, other.maxY) - top))
  }
}

/// Three planes of equal size: R′, G′, B′ on 0…255, or any three channels that belong together.
public struct ColorPlanes: Sendable, Equatable {
  public var red: Plane
  public var green: Plane
  public var blue: Plane

  public init(red: Plane, green: Plane, blue: Plane) {
    precondition(red.width == green.width && red.width == blue.width)
    precondition(red.height == green.height && red.height == blue.height)
    self.red = red
    self.green = green
    self.blue = blue
  }

  public init(width: Int, height: Int, value: Float = 0) {
    let plane = Plane(width: width, height: height, value: value)
    self.init(red: plane, green: plane, blue: plane)
  }

  public var width: Int { red.width }
  public var height: Int { red.height }

  /// Each plane through `body`.
  @inlinable
  public func map(_ body: (Plane) -> Plane) -> ColorPlanes {
    ColorPlanes(red: body(red), green: body(green), blue: body(blue))
  }

  /// Each pair of planes through `body`.
  @inlinable
  public func zip(_ other: ColorPlanes, _ body: (Plane, Plane) -> Plane) -> ColorPlanes {
    ColorPlanes(red: body(red, other.red), green: body(green, other.green), blue: body(blue, other.blue))
  }

  /// Y′ = .299 R′ + .587 G′ + .114 B′: the working luma of every statistic, whatever the frame's own matrix.
  public var luma: Plane {
    red.made { r, out in
      green.samples.withUnsafeBufferPointer { g in
        blue.samples.withUnsafeBufferPointer { b in
          for i in 0..<r.count { out[i] = 0.299 * r[i] + 0.587 * g[i] + 0.114 * b[i] }
        }
      }
    }
  }
}

/// 0 below `low`, 1 above `high`, and a smooth cubic between them.
@inlinable
public func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let t = Swift.max(0, Swift.min(1, (value - low) / (high - low + 1e-9)))
  return t * t * (3 - 2 * t)
}
