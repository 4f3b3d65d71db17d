internal import Glibc
public import Imaging
public import Inference

/// Finds faces with CenterFace: slower than BlazeFace, and sees faces a third as large.
///
/// The frame is read with its longer side at 640 pixels, where faces of some 10 pixels are found. Output layout: Xu et
/// al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", 2019; each output cell stands for 4x4
/// pixels.
public final class CenterFace: FaceDetector {
  private static let longSide = 640
  private static let stride: Float = 4
  private static let smallestScore: Float = 0.35

  private let session: Session

  /// - Parameter session: of `centerface`: input [1, 3, height, width] R′G′B′ on 0…255, sides in multiples of 32; outputs
  ///   heat [1, 1, h, w], size [1, 2, h, w], offset [1, 2, h, w] and points [1, 10, h, w].
  public init(session: Session) {
    self.session = session
  }

  public func detect(in frame: PixelView) throws -> [Detection] {
    let scale = Float(max(frame.uprightWidth, frame.uprightHeight)) / Float(Self.longSide)
    func side(_ pixels: Int) -> Int { max(32, Int((Float(pixels) / scale / 32).rounded(.up)) * 32) }
    let (width, height) = (side(frame.uprightWidth), side(frame.uprightHeight))
    let toFrame = Similarity(a: scale)
    try session.bindInput(session.inputs[0].name, shape: [1, 3, height, width])
    session.withInput(0) {
      frame.crop(width: width, height: height, transform: toFrame, scale: 1, offset: 0, into: $0)
    }
    try session.run()
    let (columns, cells) = (width / 4, width * height / 16)
    return session.withOutput(0) { heat, _ in
      session.withOutput(1) { size, _ in
        session.withOutput(2) { offset, _ in
          session.withOutput(3) { points, _ in
            let found = (0..<cells).compactMap { i -> Detection? in
              guard heat[i] > Self.smallestScore else { return nil }
              // Every pair is (y, x).
              let extent = SIMD2(exp(size[cells + i]), exp(size[i])) * Self.stride
              guard extent.x.isFinite, extent.y.isFinite else { return nil }
              let cell = SIMD2(Float(i % columns), Float(i / columns))
              let low = (cell + SIMD2(offset[cells + i], offset[i]) + 0.5) * Self.stride - extent / 2
              func point(_ k: Int) -> SIMD2<Float> {
                low + SIMD2(points[(2 * k + 1) * cells + i], points[2 * k * cells + i]) * extent
              }
              func inFrame(_ p: SIMD2<Float>) -> SIMD2<Float> { toFrame.apply(p) - 0.5 }
              return Detection(
                score: heat[i], low: inFrame(low), high: inFrame(low + extent),
                eyes: (inFrame(point(0)), inFrame(point(1))))
            }
            return suppressed(found)
          }
        }
      }
    }
  }
}

/// Two detectors as one: the quick one always, the thorough one too where it matters.
public final class FaceFinder: FaceDetector {
  private let quick: any FaceDetector
  private let makeThorough: () throws -> any FaceDetector
  private let isHurried: Bool
  private var thorough: (any FaceDetector)?

  /// - Parameters:
  ///   - quick: asked every time.
  ///   - isHurried: whether a thorough search is content with what the quick detector finds, if that is anything.
  ///   - thorough: makes the other one, the first time it is needed.
  public init(
    quick: any FaceDetector, isHurried: Bool = false, thorough: @escaping () throws -> any FaceDetector
  ) {
    self.quick = quick
    self.isHurried = isHurried
    makeThorough = thorough
  }

  public func detect(in frame: PixelView) throws -> [Detection] {
    try quick.detect(in: frame)
  }

  public func detectThoroughly(in frame: PixelView) throws -> [Detection] {
    let found = try quick.detect(in: frame)
    if isHurried && !found.isEmpty { return found }
    let other = try thorough ?? makeThorough()
    thorough = other
    return suppressed(try found + other.detect(in: frame))
  }
}
