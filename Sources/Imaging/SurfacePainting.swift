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
  /// The frame's own grain on the surface; nil if it has none.
  public var grain: SurfaceGrain?

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

/// How much of a frame's own grain is seen on a surface drawn over it: in its luma, or in each colour.
///
/// Grain is what a sample differs from the mean of the 3 by 3 around it (weights 1 2 1).
public struct SurfaceGrain: Sendable {
  /// What the grain is multiplied by, at the nodes of the grid.
  public var strength: Plane
  /// From which difference on a sample is an edge and not grain, in code values (see ``FrameCode``), above 0.
  public var limit: Float

  public init(strength: Plane, limit: Float) {
    precondition(limit > 0)
    self.strength = strength
    self.limit = limit
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
    var scratch = [Float](repeating: 0, count: 21 * Swift.max(1, cells) * perCell + 8)
    // Chroma has no grain worth its time.
    let grain = layout.model == .yuv && index > 0 ? nil : surface.grain
    var original = GrainRows(self, ofComponent: index)
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
        if grain != nil { original.keep(rows) }
        upper.withNodes(from: firstCell * nodeStep) { upper in
          lower.withNodes(from: firstCell * nodeStep) { lower in
            scratch.withUnsafeMutableBufferPointer { scratch in
              withUnsafePointer(to: texture) { texture in
                withUnsafePointer(to: bands.spacing.kernel(cells: span.cells.count)) { spacing in
                  original.withKernelGrain(
                    grain, node: row * surface.grid.columns + firstCell * nodeStep, span, inCodes
                  ) {
                    grain in
                    kernels.paint_band(
                      upper, lower, spacing, texture, grain, begin.assumingMemoryBound(to: UInt8.self),
                      strides[sample.plane],
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
}

/// The rows around a band as they were before they were drawn over, from top to bottom.
private struct GrainRows {
  private let index: Int
  private let sample: PixelLayout.Component
  private let size: (width: Int, height: Int)
  /// The last row of this band and of the one before, and their numbers.
  private var last: [UInt8]
  private var previous: [UInt8]
  private var lastRow = -1
  private var previousRow = -1
  private var rows = 0..<0
  private let view: PixelView

  init(_ view: PixelView, ofComponent index: Int) {
    self.view = view
    self.index = index
    sample = view.layout.components[index]
    size = view.size(ofComponent: index)
    let bytes = sample.depth <= 8 && sample.shift == 0 ? 1 : 2
    last = [UInt8](repeating: 0, count: (size.width - 1) * sample.step + bytes)
    previous = last
  }

  /// To be called for each band before it is drawn.
  mutating func keep(_ rows: Range<Int>) {
    self.rows = rows
    swap(&last, &previous)
    previousRow = lastRow
    lastRow = rows.upperBound - 1
    let row = view.row(lastRow, ofComponent: index)
    last.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(start: row, count: $0.count)) }
  }

  /// - Parameter node: the first of the band's upper nodes.
  func withKernelGrain(
    _ grain: SurfaceGrain?, node: Int, _ span: BandSpan, _ inCodes: Float,
    _ body: (UnsafePointer<ckernels_grain>) -> Void
  ) {
    var kernel = ckernels_grain()
    guard let grain else { return body(&kernel) }
    let start = span.start * sample.step
    kernel.left = Int32(truncatingIfNeeded: -span.start)
    kernel.right = Int32(truncatingIfNeeded: size.width - span.start)
    kernel.limit = grain.limit * inCodes
    kernel.below = UnsafePointer(
      (view.row(min(size.height - 1, rows.upperBound), ofComponent: index) + start).assumingMemoryBound(to: UInt8.self))
    grain.strength.samples.withUnsafeBufferPointer { strength in
      kernel.upper = strength.baseAddress! + node
      kernel.lower = strength.baseAddress! + node + grain.strength.width
      previous.withUnsafeBufferPointer { previous in
        let above = rows.lowerBound - 1
        kernel.above =
          above == previousRow && above >= 0
          ? previous.baseAddress! + start
          : UnsafePointer(
            (view.row(max(0, above), ofComponent: index) + start).assumingMemoryBound(to: UInt8.self))
        body(&kernel)
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
