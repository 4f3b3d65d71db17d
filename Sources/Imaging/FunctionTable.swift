internal import CKernels

/// A smooth function by table and linear interpolation, for what is needed at every pixel.
public struct FunctionTable: Sendable {
  private let low: Float
  private let perStep: Float
  private let last: Float
  private let values: [Float]

  /// - Parameters:
  ///   - range: where the function is known; beyond it the nearest end's value is given.
  ///   - steps: intervals of the table. The error is that of a chord over one of them.
  public init(_ range: ClosedRange<Float>, steps: Int, _ function: (Float) -> Float) {
    low = range.lowerBound
    perStep = Float(steps) / (range.upperBound - range.lowerBound)
    last = Float(steps)
    let step = 1 / perStep
    // One more than there are steps, so that the end needs no case of its own.
    values = (0...steps + 1).map { function(range.lowerBound + Float(min($0, steps)) * step) }
  }

  public func callAsFunction(_ x: Float) -> Float { value(x) }

  @inline(__always)
  private func value(_ x: Float) -> Float {
    let position = Swift.max(0, Swift.min(last, (x - low) * perStep))
    let i = Int(truncatingIfNeeded: Int32(position))
    return values.withUnsafeBufferPointer { $0[i] + (position - Float(i)) * ($0[i + 1] - $0[i]) }
  }

  /// Every sample of a plane through the function.
  public func callAsFunction(_ plane: Plane) -> Plane {
    plane.made { source, out in
      values.withUnsafeBufferPointer {
        Kernels.best.look_up(
          $0.baseAddress!, low, perStep, last, source.baseAddress!, Int32(truncatingIfNeeded: source.count),
          out.baseAddress!)
      }
    }
  }
}
