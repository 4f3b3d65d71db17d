internal import CKernels

/// A textured surface as it is to appear in a frame.
///
/// All that varies slowly over it is known at the centres of a grid's cells and is bilinear between them. Only the
/// texture has more detail.
public struct Surface: Sendable {
  public var grid: CellGrid
  /// Where the texel of each cell is, in pixels of the texture's first size, pixel centres at integers.
  public var texelX: Plane
  public var texelY: Plane
  /// How much of the surface is seen, 0…1. Where it is 0 at all four corners of a cell, no sample is touched.
  public var alpha: Plane
  /// One for each colour component of the frame.
  public var components: [SurfaceComponent]

  public init(grid: CellGrid, texelX: Plane, texelY: Plane, alpha: Plane, components: [SurfaceComponent]) {
    for plane in [texelX, texelY, alpha] + components.flatMap({ [$0.gain, $0.base] }) {
      precondition(plane.width == grid.columns && plane.height == grid.rows, "planes must be as large as the grid")
    }
    self.grid = grid
    self.texelX = texelX
    self.texelY = texelY
    self.alpha = alpha
    self.components = components
  }
}

/// How one component of a surface comes from its texture: `gain · texel + base`, in code values (see ``FrameCode``).
public struct SurfaceComponent: Sendable {
  public var texture: TexturePlane
  public var gain: Plane
  public var base: Plane

  public init(texture: TexturePlane, gain: Plane, base: Plane) {
    self.texture = texture
    self.gain = gain
    self.base = base
  }
}

/// One component of a texture, at one size, as the loop over pixels reads it.
public struct TexturePlane: Sendable {
  public let width: Int
  public let height: Int
  /// Size relative to the texture's first size.
  public let scaleX: Float
  public let scaleY: Float
  /// Codes of 8 bits, times 256. Its last column and row are there twice: pairs of texels are read at once.
  private let samples: [UInt16]

  /// - Parameters:
  ///   - codes: code values for 8 bits, 0…255.
  ///   - scaleX, scaleY: size relative to the texture's first size.
  public init(_ codes: Plane, scaleX: Float = 1, scaleY: Float = 1) {
    width = codes.width
    height = codes.height
    self.scaleX = scaleX
    self.scaleY = scaleY
    var samples = [UInt16](repeating: 0, count: (width + 1) * (height + 1))
    for y in 0...height {
      for x in 0...width {
        let code = codes[min(x, width - 1), min(y, height - 1)] * 256 + 0.5
        samples[y * (width + 1) + x] = UInt16(max(0, min(65535, code)))
      }
    }
    self.samples = samples
  }

  /// The code at a point given in pixels of the texture's first size, bilinearly; edges repeated.
  public func value(at point: SIMD2<Float>) -> Float {
    let scale = SIMD2(scaleX, scaleY)
    let p = (point + 0.5) * scale - 0.5
    let x = Swift.max(0, Swift.min(Float(width - 1), p.x))
    let y = Swift.max(0, Swift.min(Float(height - 1), p.y))
    let (fx, fy) = (x - x.rounded(.down), y - y.rounded(.down))
    let i = Int(y) * (width + 1) + Int(x)
    return samples.withUnsafeBufferPointer { s in
      let top = Float(s[i]) + fx * (Float(s[i + 1]) - Float(s[i]))
      let (below, right) = (Float(s[i + width + 1]), Float(s[i + width + 2]))
      return (top + fy * (below + fx * (right - below) - top)) / 256
    }
  }

  fileprivate func withKernelTexture<R>(_ body: (ckernels_texture) -> R) -> R {
    samples.withUnsafeBufferPointer {
      body(
        ckernels_texture(
          samples: $0.baseAddress, width: Int32(truncatingIfNeeded: width), height: Int32(truncatingIfNeeded: height)))
    }
  }
}

extension PixelView {
  /// Draws a surface over the frame's own samples, through its alpha.
  ///
  /// A sample whose alpha is 0 keeps its bits, in every format.
  public func paint(_ surface: Surface) { paint(surface, with: Kernels.best) }

  /// The same by the loops for one level of the vector unit; nil if this machine does not run it.
  package func paint(_ surface: Surface, level: String) -> Void? {
    Kernels.at(level: level).map { paint(surface, with: $0) }
  }

  /// Every level there is, the plainest first.
  package static var paintingLevels: [String] { Kernels.levels }

  private func paint(_ surface: Surface, with kernels: ckernels_table) {
    precondition(surface.components.count == layout.colorComponents)
    let spans = (0..<surface.grid.rows).map { surface.alpha.shownColumns(ofRow: $0) }
    for (index, component) in surface.components.enumerated() {
      paint(surface, component, index, spans, kernels)
    }
  }

  private func paint(
    _ surface: Surface, _ component: SurfaceComponent, _ index: Int, _ spans: [ClosedRange<Int>?],
    _ kernels: ckernels_table
  ) {
    let bands = NodeBands(surface.grid, ofComponent: index, in: self)
    let sample = layout.components[index]
    let inCodes = Float(1 << sample.depth) / 256
    let (cells, perCell, nodeStep) = (bands.cells, bands.spacing.perCell, bands.spacing.nodeStep)
    var upper = NodeRow(count: surface.grid.columns)
    var lower = NodeRow(count: surface.grid.columns)
    var scratch = [Float](repeating: 0, count: 15 * Swift.max(1, cells) * perCell)
    component.texture.withKernelTexture { texture in
      bands.forEach { row, rows, first in
        guard let shown = union(spans[row], spans[row + 1]) else { return }
        // The cells that touch a node which shows something.
        let firstCell = Swift.max(0, (shown.lowerBound - 1) / nodeStep)
        let lastCell = Swift.min(cells - 1, shown.upperBound / nodeStep)
        guard firstCell <= lastCell, let span = bands.span(firstCell...lastCell) else { return }
        upper.fill(surface, component, row, inCodes)
        lower.fill(surface, component, row + 1, inCodes)
        let begin = self.row(rows.lowerBound, ofComponent: index) + span.start * sample.step
        upper.withNodes(from: firstCell * nodeStep) { upper in
          lower.withNodes(from: firstCell * nodeStep) { lower in
            scratch.withUnsafeMutableBufferPointer { scratch in
              withUnsafePointer(to: texture) { texture in
                withUnsafePointer(to: bands.spacing.kernel(cells: span.cells.count)) { spacing in
                  kernels.paint_band(
                    upper, lower, spacing, texture, begin.assumingMemoryBound(to: UInt8.self), strides[sample.plane],
                    sample.kernel, span.low, span.high, first, bands.rowStep,
                    Int32(truncatingIfNeeded: rows.count), scratch.baseAddress!)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// All fields of a surface's component, at one row of nodes.
private struct NodeRow {
  private let count: Int
  private var values: [Float]

  init(count: Int) {
    self.count = count
    values = [Float](repeating: 0, count: 5 * count)
  }

  mutating func fill(_ surface: Surface, _ component: SurfaceComponent, _ row: Int, _ inCodes: Float) {
    let (scaleX, scaleY) = (component.texture.scaleX, component.texture.scaleY)
    fill(0, surface.texelX, row, scaleX, 0.5 * scaleX - 0.5)
    fill(1, surface.texelY, row, scaleY, 0.5 * scaleY - 0.5)
    fill(2, surface.alpha, row, 1, 0)
    fill(3, component.gain, row, inCodes / 256, 0)
    fill(4, component.base, row, inCodes, 0)
  }

  private mutating func fill(_ field: Int, _ plane: Plane, _ row: Int, _ scale: Float, _ offset: Float) {
    let count = count
    values.withUnsafeMutableBufferPointer { values in
      plane.samples.withUnsafeBufferPointer { samples in
        for i in 0..<count { values[field * count + i] = samples[row * count + i] * scale + offset }
      }
    }
  }

  func withNodes(from first: Int, _ body: (UnsafePointer<ckernels_nodes>) -> Void) {
    values.withUnsafeBufferPointer { values in
      let start = values.baseAddress! + first
      var nodes = ckernels_nodes(
        u: start, v: start + count, alpha: start + 2 * count, gain: start + 3 * count, base: start + 4 * count)
      body(&nodes)
    }
  }
}

private func union(_ a: ClosedRange<Int>?, _ b: ClosedRange<Int>?) -> ClosedRange<Int>? {
  guard let a, let b else { return a ?? b }
  return Swift.min(a.lowerBound, b.lowerBound)...Swift.max(a.upperBound, b.upperBound)
}

extension Plane {
  /// The columns of a row from the first to the last sample above 0; nil if there is none.
  func shownColumns(ofRow y: Int) -> ClosedRange<Int>? {
    samples.withUnsafeBufferPointer { p in
      let row = p.baseAddress! + y * width
      var first = 0
      while first < width && row[first] <= 0 { first &+= 1 }
      guard first < width else { return nil }
      var last = width - 1
      while row[last] <= 0 { last &-= 1 }
      return first...last
    }
  }
}
