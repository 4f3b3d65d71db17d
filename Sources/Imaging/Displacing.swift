internal import CKernels

/// How a part of a frame is bent: what is to be seen at a pixel lies so far from it.
public struct Displacement: Sendable {
  public var grid: CellGrid
  /// In luma pixels, at the grid's nodes; bilinear between them.
  public var x: Plane
  public var y: Plane
  /// Where it is 0 at all corners of a cell, nothing is changed: what is painted over anyway need not be bent.
  public var wanted: Plane

  /// Moves up to this many pixels are none.
  public static let shortest: Float = 0.02

  public init(grid: CellGrid, x: Plane, y: Plane, wanted: Plane) {
    for plane in [x, y, wanted] {
      precondition(plane.width == grid.columns && plane.height == grid.rows, "planes must be as large as the grid")
    }
    self.grid = grid
    // So that no sample is touched that hardly moves.
    let isMoved = x.combined(with: y) { Swift.max($0.magnitude, $1.magnitude) > Displacement.shortest ? 1 : 0 }
    self.x = x.combined(with: isMoved) { $1 > 0 ? $0 : 0 }
    self.y = y.combined(with: isMoved) { $1 > 0 ? $0 : 0 }
    self.wanted = wanted
  }
}

extension PixelView {
  /// Bends a part of the frame, in its own samples, with a sharp cubic. Samples that do not move keep their bits.
  public func displace(_ displacement: Displacement) { displace(displacement, with: Kernels.best) }

  /// The same by the loops for one level of the vector unit; nil if this machine does not run it.
  package func displace(_ displacement: Displacement, level: String) -> Void? {
    Kernels.at(level: level).map { displace(displacement, with: $0) }
  }

  private func displace(_ displacement: Displacement, with kernels: ckernels_table) {
    let moves = displacement.x.combined(with: displacement.y) { Swift.max($0.magnitude, $1.magnitude) }
    let furthest = moves.samples.max() ?? 0
    guard furthest.isFinite, furthest > Displacement.shortest else { return }
    let isActive = zip(moves.samples, displacement.wanted.samples).map { $0 > Displacement.shortest && $1 > 0 }
    for index in 0..<layout.colorComponents {
      displace(displacement, isActive, furthest: furthest, component: index, kernels)
    }
  }

  private func displace(
    _ displacement: Displacement, _ isActive: [Bool], furthest: Float, component index: Int, _ kernels: ckernels_table
  ) {
    let bands = NodeBands(displacement.grid, ofComponent: index, in: self)
    let sample = layout.components[index]
    let shift = shifts(ofComponent: index)
    let columns = displacement.grid.columns
    let nodeStep = bands.spacing.nodeStep
    var original = CodeWindow(self, component: index, around: displacement.grid, furthest: furthest)
    let x = displacement.x * (1 / Float(1 << shift.x))
    let y = displacement.y * (1 / Float(1 << shift.y))
    var scratch = [Float](repeating: 0, count: 8 * Swift.max(1, bands.cells) * bands.spacing.perCell)
    bands.forEach { row, rows, first in
      let spans = activeSpans(isActive, between: row * columns, cells: bands.cells, nodeStep: nodeStep, columns)
      guard !spans.isEmpty else { return }
      original.reach(rows, of: self)
      for cells in spans {
        guard let span = bands.span(cells) else { continue }
        let begin = self.row(rows.lowerBound, ofComponent: index) + span.start * sample.step
        let node = row * columns + cells.lowerBound * nodeStep
        original.withKernelOriginal { codes in
          x.samples.withUnsafeBufferPointer { x in
            y.samples.withUnsafeBufferPointer { y in
              scratch.withUnsafeMutableBufferPointer { scratch in
                let (x, y) = (x.baseAddress! + node, y.baseAddress! + node)
                var upper = ckernels_moves(x: x, y: y)
                var lower = ckernels_moves(x: x + columns, y: y + columns)
                var spacing = bands.spacing.kernel(cells: cells.count)
                var codes = codes
                kernels.bend_band(
                  &upper, &lower, &spacing, &codes, begin.assumingMemoryBound(to: UInt8.self), strides[sample.plane],
                  sample.kernel, Int32(truncatingIfNeeded: span.start - original.x),
                  Int32(truncatingIfNeeded: rows.lowerBound - original.y), span.low, span.high, first, bands.rowStep,
                  Int32(truncatingIfNeeded: rows.count), scratch.baseAddress!)
              }
            }
          }
        }
      }
    }
  }
}

/// The runs of cells of a band that touch an active node.
private func activeSpans(
  _ isActive: [Bool], between upper: Int, cells: Int, nodeStep: Int, _ columns: Int
) -> [ClosedRange<Int>] {
  var spans: [ClosedRange<Int>] = []
  isActive.withUnsafeBufferPointer { isActive in
    var start: Int?
    for c in 0..<cells {
      let nodes = upper + c * nodeStep...upper + c * nodeStep + nodeStep
      let isTouched = nodes.contains { isActive[$0] || isActive[$0 + columns] }
      if isTouched, start == nil { start = c }
      if !isTouched, let first = start {
        spans.append(first...c - 1)
        start = nil
      }
    }
    if let start { spans.append(start...cells - 1) }
  }
  return spans
}

/// The codes of a component in some rows of a frame, kept while the frame's own are changed, from top to bottom.
private struct CodeWindow {
  /// Column and row of the first sample that may be read.
  let x: Int
  private(set) var y = 0
  private let width: Int
  private var height = 0
  private let index: Int
  private let pitch: Int
  /// How far away samples are read, in rows.
  private let reach: Int
  private let frameHeight: Int
  private let scale: CodeScale
  private var samples: [Float]
  /// The rows that are there; those beyond the frame repeat its edges.
  private var held = 0..<0
  private let capacity: Int

  /// Weights of Keys' cubic with a = −.75 at 257 places between two samples.
  private static let weights: [Float] = (0...256).flatMap { place -> [Float] in
    let t = Float(place) / 256
    let (t2, t3) = (t * t, t * t * t)
    return [
      -0.75 * t3 + 1.5 * t2 - 0.75 * t, 1.25 * t3 - 2.25 * t2 + 1, -1.25 * t3 + 1.5 * t2 + 0.75 * t,
      0.75 * t3 - 0.75 * t2,
    ]
  }

  init(_ view: PixelView, component index: Int, around grid: CellGrid, furthest: Float) {
    self.index = index
    let shift = view.shifts(ofComponent: index)
    let size = view.size(ofComponent: index)
    // The cubic reads two samples further.
    let aside = Int(Swift.min(furthest, Float(size.width << shift.x))) + 4 << shift.x
    x = Swift.max(0, Swift.min(size.width - 1, (grid.x - aside) >> shift.x))
    let end = ((grid.x + grid.columns * grid.cell + aside) >> shift.x) + 1
    width = Swift.max(1, Swift.min(size.width, end) - x)
    pitch = width + 3
    reach = (Int(Swift.min(furthest, Float(size.height << shift.y))) >> shift.y) + 1
    frameHeight = size.height
    // So much that rows are moved seldom.
    capacity = 2 * (2 * reach + 4 + grid.cell)
    samples = [Float](repeating: 0, count: pitch * capacity)
    var plain = CodeScale(component: index, of: view.layout, encoding: view.encoding)
    plain.zero = 0
    plain.gain = 1
    scale = plain
  }

  /// Reads what rows of samples may be drawn from. Each call must be for later rows than the one before, and come before
  /// these are changed.
  mutating func reach(_ rows: Range<Int>, of view: PixelView) {
    y = Swift.max(0, rows.lowerBound - reach)
    let last = Swift.min(frameHeight - 1, rows.upperBound - 1 + reach)
    height = last - y + 1
    // One row before the first is read, and two behind the last.
    let wanted = y - 1..<last + 3
    let (from, pitch, width, index, x, scale) = (held.lowerBound, pitch, width, index, x, scale)
    let kept = held.clamped(to: wanted)
    let isFull = wanted.upperBound - from > capacity || kept.isEmpty
    samples.withUnsafeMutableBufferPointer { samples in
      let start = samples.baseAddress!
      if isFull { start.update(from: start + (kept.lowerBound - from) * pitch, count: kept.count * pitch) }
      let base = kept.isEmpty ? wanted.lowerBound : isFull ? kept.lowerBound : from
      for row in (kept.isEmpty ? wanted.lowerBound : held.upperBound)..<wanted.upperBound {
        let line = start + (row - base) * pitch
        view.readRow(
          Swift.max(0, Swift.min(frameHeight - 1, row)), ofComponent: index, from: x, count: width, scale, line + 1)
        line[0] = line[1]
        line[width + 1] = line[width]
        line[width + 2] = line[width]
      }
      held = base..<wanted.upperBound
    }
  }

  func withKernelOriginal(_ body: (ckernels_original) -> Void) {
    samples.withUnsafeBufferPointer { samples in
      Self.weights.withUnsafeBufferPointer { weights in
        body(
          ckernels_original(
            samples: samples.baseAddress! + (y - held.lowerBound) * pitch + 1,
            pitch: Int32(truncatingIfNeeded: pitch), width: Int32(truncatingIfNeeded: width),
            height: Int32(truncatingIfNeeded: height), weights: weights.baseAddress!))
      }
    }
  }
}
