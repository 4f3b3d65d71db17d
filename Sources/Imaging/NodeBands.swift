internal import CKernels

/// How a component's samples lie between the nodes of a grid: in bands of rows between two rows of nodes, and there in
/// cells between two columns.
struct NodeBands {
  let spacing: SampleSpacing
  /// Number of cells along a band.
  let cells: Int
  /// How far it is from one row of samples to the next, in rows of nodes.
  let rowStep: Float
  private let grid: CellGrid
  private let size: (width: Int, height: Int)
  private let shiftY: Int
  /// Column of the first sample of cell 0.
  private let start: Int

  init(_ grid: CellGrid, ofComponent index: Int, in view: PixelView) {
    self.grid = grid
    let (shiftX, shiftY) = view.shifts(ofComponent: index)
    self.shiftY = shiftY
    size = view.size(ofComponent: index)
    // Chroma lies on the left luma column and between luma rows (ITU-T H.273, chroma sample location type 0).
    spacing = SampleSpacing(cell: grid.cell, shift: shiftX, site: 0)
    cells = (grid.columns - 1) / spacing.nodeStep
    rowStep = Float(1 << shiftY) / Float(grid.cell)
    start = (grid.x >> shiftX) + spacing.first
  }

  /// Calls `body` for each band with rows of samples in the frame: the row of nodes above it, its rows of samples, and
  /// how far the first of them lies between the nodes above and those below, 0…1.
  func forEach(_ body: (_ nodes: Int, _ rows: Range<Int>, _ first: Float) -> Void) {
    let center = Float((1 << shiftY) - 1) / 2
    let top = Float(grid.y) + Float(grid.cell - 1) / 2
    func position(_ y: Int) -> Float { (Float(y << shiftY) + center - top) / Float(grid.cell) }
    let end = Swift.min(size.height, ((grid.y + grid.rows * grid.cell) >> shiftY) + 1)
    var y = Swift.max(0, grid.y >> shiftY)
    while y < end, position(y) < 0 { y += 1 }
    while y < end, position(y) < Float(grid.rows - 1) {
      let nodes = Int(position(y))
      let first = y
      repeat { y += 1 } while y < end && position(y) < Float(nodes + 1)
      body(nodes, first..<y, position(first) - Float(nodes))
    }
  }

  /// Some cells of a band, cut at the frame's edges; nil if nothing is left.
  func span(_ span: ClosedRange<Int>) -> BandSpan? {
    let from = start + span.lowerBound * spacing.perCell
    let low = Swift.max(0, -from)
    let high = Swift.min(span.count * spacing.perCell, size.width - from)
    return low < high ? BandSpan(cells: span, start: from, samples: low..<high) : nil
  }
}

/// Some cells of a band.
struct BandSpan {
  let cells: ClosedRange<Int>
  /// Column of the first cell's first sample; it may lie before the frame.
  let start: Int
  /// The samples that are in the frame, counted from `start`.
  let samples: Range<Int>

  var low: Int32 { Int32(truncatingIfNeeded: samples.lowerBound) }
  var high: Int32 { Int32(truncatingIfNeeded: samples.upperBound) }
}

/// How samples of a row lie between the nodes of a grid.
struct SampleSpacing {
  /// Nodes from one cell to the next: more than 1 where cells are smaller than a chroma sample.
  let nodeStep: Int
  let perCell: Int
  /// The first cell's first sample, counted from the grid's left edge.
  let first: Int
  /// Where in its cell it lies, 0…1, and how far it is to the next.
  let firstFraction: Float
  let stepFraction: Float

  /// - Parameters:
  ///   - cell: side of a cell in luma pixels.
  ///   - shift: log2 of the luma pixels a sample covers.
  ///   - site: where among them the sample lies, in luma pixels.
  init(cell: Int, shift: Int, site: Float) {
    let covered = 1 << shift
    precondition(cell == 1 || cell >= covered, "a cell must hold whole samples")
    nodeStep = Swift.max(1, covered / cell)
    perCell = Swift.max(1, cell / covered)
    let node = Float(cell - 1) / 2
    first = Int(((node - site) / Float(covered)).rounded(.up))
    firstFraction = (Float(first * covered) + site - node) / Float(cell)
    stepFraction = Float(covered) / Float(cell)
  }

  func kernel(cells: Int) -> ckernels_spacing {
    ckernels_spacing(
      cells: Int32(truncatingIfNeeded: cells), node_step: Int32(truncatingIfNeeded: nodeStep),
      per_cell: Int32(truncatingIfNeeded: perCell), first: firstFraction, step: stepFraction)
  }
}
