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
      displace(displacement, isActive, reach: Int(furthest) + 1, component: index, kernels)
    }
  }

  private func displace(
    _ displacement: Displacement, _ isActive: [Bool], reach: Int, component index: Int, _ kernels: ckernels_table
  ) {
    let grid = displacement.grid
    let (shiftX, shiftY) = shifts(ofComponent: index)
    let size = size(ofComponent: index)
    let seen = PixelRect(
      x: grid.x - reach, y: grid.y - reach, width: grid.columns * grid.cell + 2 * reach,
      height: grid.rows * grid.cell + 2 * reach
    ).intersection(bounds)
    guard !seen.isEmpty else { return }
    let original = CodeCopy(self, component: index, rect: seen)
    // Where samples lie among the nodes: chroma on the left luma column and between luma rows.
    let cell = Float(grid.cell)
    let node = Float(grid.cell - 1) / 2
    let unit = SIMD2(Float(1 << shiftX), Float(1 << shiftY)) / cell
    let origin = SIMD2(-(Float(grid.x) + node), (unit.y * cell - 1) / 2 - (Float(grid.y) + node)) / cell
    let inSamples = SIMD2(1 / Float(1 << shiftX), 1 / Float(1 << shiftY))
    let columns = grid.columns
    var xs = [Float](repeating: 0, count: original.width)
    var ys = xs
    var new = xs
    for y in original.y..<Swift.min(size.height, original.y + original.height) {
      let place = Float(y) * unit.y + origin.y
      guard place >= 0, place < Float(grid.rows - 1) else { continue }
      let row = Int(place)
      let t = place - Float(row)
      let (upper, lower) = (row * columns, (row + 1) * columns)
      func isActiveCell(_ c: Int) -> Bool {
        isActive[upper + c] || isActive[upper + c + 1] || isActive[lower + c] || isActive[lower + c + 1]
      }
      func move(_ plane: Plane, _ c: Int, _ f: Float) -> Float {
        let p = plane.samples
        let a = p[upper + c] + f * (p[upper + c + 1] - p[upper + c])
        let b = p[lower + c] + f * (p[lower + c + 1] - p[lower + c])
        return a + t * (b - a)
      }
      var c = 0
      while c < columns - 1 {
        guard isActiveCell(c) else {
          c += 1
          continue
        }
        let start = c
        while c < columns - 1 && isActiveCell(c) { c += 1 }
        // The samples between nodes `start` and `c`.
        let first = Swift.max(original.x, Int(((Float(start) - origin.x) / unit.x).rounded(.up)))
        let last = Swift.min(
          original.x + original.width, size.width, Int(((Float(c) - origin.x) / unit.x).rounded(.up)))
        guard first < last else { continue }
        for x in first..<last {
          let place = Float(x) * unit.x + origin.x
          let k = Swift.max(start, Swift.min(c - 1, Int(place)))
          let f = place - Float(k)
          xs[x - first] = Float(x - original.x) + move(displacement.x, k, f) * inSamples.x
          ys[x - first] = Float(y - original.y) + move(displacement.y, k, f) * inSamples.y
        }
        original.withSamples { samples, pitch in
          kernels.cubic_points(
            samples, Int32(truncatingIfNeeded: pitch), Int32(truncatingIfNeeded: original.width),
            Int32(truncatingIfNeeded: original.height), xs, ys, Int32(truncatingIfNeeded: last - first), &new)
          let old = samples + (y - original.y) * pitch + (first - original.x)
          for i in 0..<last - first { new[i] -= old[i] }
        }
        addRow(
          new, count: last - first, toRow: y, from: first, ofComponent: index,
          largestCode: Float(1 << layout.components[index].depth) - 1)
      }
    }
  }
}

/// A component's codes in a part of a frame, with its edges repeated around it: 1 sample before, 2 behind.
private struct CodeCopy {
  let x: Int
  let y: Int
  let width: Int
  let height: Int
  private let pitch: Int
  private var samples: [Float]

  init(_ view: PixelView, component index: Int, rect: PixelRect) {
    let shift = view.shifts(ofComponent: index)
    let size = view.size(ofComponent: index)
    x = rect.x >> shift.x
    y = rect.y >> shift.y
    width = Swift.min(size.width, (rect.maxX >> shift.x) + 1) - x
    height = Swift.min(size.height, (rect.maxY >> shift.y) + 1) - y
    pitch = width + 3
    samples = [Float](repeating: 0, count: pitch * (height + 3))
    var plain = CodeScale(component: index, of: view.layout, encoding: view.encoding)
    plain.zero = 0
    plain.gain = 1
    let (x, y, width, height, pitch) = (x, y, width, height, pitch)
    samples.withUnsafeMutableBufferPointer { out in
      for row in 0..<height + 3 {
        let line = out.baseAddress! + row * pitch
        let from = Swift.max(0, Swift.min(height - 1, row - 1))
        view.readRow(y + from, ofComponent: index, from: x, count: width, plain, line + 1)
        line[0] = line[1]
        line[width + 1] = line[width]
        line[width + 2] = line[width]
      }
    }
  }

  /// The first sample, and how far it is to the one below.
  func withSamples(_ body: (UnsafePointer<Float>, Int) -> Void) {
    samples.withUnsafeBufferPointer { body($0.baseAddress! + pitch + 1, pitch) }
  }
}
