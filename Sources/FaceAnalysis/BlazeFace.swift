internal import Glibc
public import Imaging
public import Inference

/// Finds faces with BlazeFace ("back camera"): the whole frame, fitted into 256x256.
///
/// Sees faces of some 10 pixels of the 256 and more: a twenty-fifth of the frame's longer side. Output layout and
/// anchors: Bazarevsky et al., "BlazeFace", 2019, and MediaPipe's face_detection_back_desktop options.
public final class BlazeFace: FaceDetector {
  private static let size = 256
  private static let smallestScore: Float = 0.5

  /// Centres of the 896 anchors, 0…1: two a cell of 16x16, then six a cell of 8x8.
  private static let anchors: [SIMD2<Float>] = [(cells: 16, count: 2), (cells: 8, count: 6)].flatMap { grid in
    (0..<grid.cells * grid.cells).flatMap { i in
      let center = SIMD2(Float(i % grid.cells) + 0.5, Float(i / grid.cells) + 0.5) / Float(grid.cells)
      return repeatElement(center, count: grid.count)
    }
  }

  private let session: Session

  /// - Parameter session: of `blazeface_back`: input [1, 3, 256, 256] R′G′B′ on −1…1, outputs boxes [1, 896, 16]
  ///   and logits [1, 896, 1].
  public init(session: Session) {
    self.session = session
  }

  public func detect(in frame: PixelView) throws -> [Detection] {
    let size = Self.size
    let side = Float(max(frame.uprightWidth, frame.uprightHeight))
    let center = SIMD2(Float(frame.uprightWidth), Float(frame.uprightHeight)) / 2
    let toFrame = Similarity(square: Float(size), onto: center, side: side, angle: 0)
    session.withInput(0) {
      frame.crop(width: size, height: size, transform: toFrame, scale: 1 / 127.5, offset: -1, into: $0)
    }
    try session.run()
    let found = session.withOutput(1) { logits, _ in
      session.withOutput(0) { boxes, _ in
        Self.anchors.indices.compactMap { i -> Detection? in
          let score = 1 / (1 + exp(-max(-50, min(50, logits[i]))))
          guard score > Self.smallestScore else { return nil }
          let row = boxes[(16 * i)..<(16 * i + 16)]
          let base = row.startIndex
          func point(_ k: Int) -> SIMD2<Float> {
            let local = SIMD2(row[base + k], row[base + k + 1]) / Float(size) + Self.anchors[i]
            return toFrame.apply(local * Float(size)) - 0.5
          }
          let half = SIMD2(row[base + 2], row[base + 3]) / Float(size) * side / 2
          guard half.x > 0, half.y > 0, half.x.isFinite, half.y.isFinite else { return nil }
          let middle = point(0)
          return Detection(score: score, low: middle - half, high: middle + half, eyes: (point(4), point(6)))
        }
      }
    }
    return suppressed(found)
  }
}
