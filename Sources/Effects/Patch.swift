public import FaceAnalysis
public import Imaging

/// The part of a frame around one face on its way through several effects, as R′G′B′ of 16 bits: nothing is rounded to
/// the frame's own depth in between.
///
/// Only the difference between what was read and what the last effect leaves goes back into the frame, once.
public final class Patch {
  /// Where the patch lies in the frame.
  public let rect: PixelRect
  private let samples: UnsafeMutableBufferPointer<UInt16>
  private var original = ColorPlanes(width: 1, height: 1)
  /// R′G′B′ means here what it means in the frame.
  private let encoding: ColorEncoding

  private static let layout = PixelLayout(
    model: .rgb, components: (0..<3).map { PixelLayout.Component(plane: $0, offset: 0, step: 2, depth: 16) })

  /// Reads a rectangle of a frame, which must lie inside it.
  public init(_ frame: PixelView, rect: PixelRect) {
    self.rect = rect
    encoding = ColorEncoding(
      fullRange: true, transfer: frame.encoding.transfer, primaries: frame.encoding.primaries)
    let colors = frame.colors(in: rect)
    let area = rect.width * rect.height
    samples = .allocate(capacity: 3 * area)
    for (k, plane) in [colors.red, colors.green, colors.blue].enumerated() {
      for i in 0..<area { samples[k * area + i] = UInt16(max(0, min(255, plane.samples[i])) * 257 + 0.5) }
    }
    original = pixels.colors(in: pixels.bounds)
  }

  deinit { samples.deallocate() }

  /// Lets an effect edit the patch.
  public func apply(_ effect: any FaceEffect, face: TrackedFace, history: FaceHistory) {
    let corner = SIMD2(Float(rect.x), Float(rect.y))
    effect.apply(to: pixels, face: face.mapped { $0 - corner }, history: history)
  }

  /// Adds what the effects changed to the frame that was read.
  public func composite(onto frame: PixelView) {
    let all = Plane(width: rect.width, height: rect.height, value: 1)
    frame.composite(pixels.colors(in: pixels.bounds), over: original, mask: all, at: (rect.x, rect.y))
  }

  private var pixels: PixelView {
    let area = rect.width * rect.height
    return PixelView(
      layout: Self.layout, encoding: encoding, width: rect.width, height: rect.height,
      planes: (0..<3).map { UnsafeMutableRawPointer(samples.baseAddress! + $0 * area) },
      strides: [Int](repeating: 2 * rect.width, count: 3))
  }
}
