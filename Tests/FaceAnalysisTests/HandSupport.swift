import FaceAnalysis
import Imaging

extension Hand {
  /// A hand with the fingers up, the wrist at a point, from there to the fingers' beginning `size` pixels.
  static func drawn(wrist: SIMD2<Float>, size: Float, presence: Float = 1) -> Hand {
    let thumb: [SIMD2<Float>] = [SIMD2(-0.25, -0.25), SIMD2(-0.45, -0.5), SIMD2(-0.6, -0.75), SIMD2(-0.7, -0.95)]
    var shape: [SIMD2<Float>] = [.zero] + thumb
    for x in [-0.2, 0, 0.2, 0.4] as [Float] {
      for y in [-1, -1.4, -1.65, -1.85] as [Float] { shape.append(SIMD2(x, y)) }
    }
    return Hand(points: shape.map { wrist + size * $0 }, presence: presence)
  }
}

/// Hands that nobody drew: where each one's wrist is in each frame, and who sees it there.
final class ScriptedHands: HandFinder {
  struct One {
    var wrist: (Int) -> SIMD2<Float>?
    /// Whether the palm detector finds it.
    var isPalmSeen: (Int) -> Bool = { _ in true }
  }

  static let size: Float = 40
  var hands: [One] = []
  /// How often the palm detector reports each hand.
  var repeats = 1
  /// What part of a region's error is left in the points that are found in it.
  var memory: Float = 0
  /// Frames in which palms, and hands, were looked for.
  private(set) var palmFrames: [Int] = []
  private(set) var handFrames: [Int] = []
  private(set) var squares: [HandRegion] = []

  private func drawn(_ one: One, _ index: Int) -> Hand? { one.wrist(index).map { .drawn(wrist: $0, size: Self.size) } }

  func regions(in frame: PixelView, square: HandRegion) throws -> [HandRegion] {
    let index = number(of: frame)
    palmFrames.append(index)
    squares.append(square)
    return hands.filter { $0.isPalmSeen(index) }.compactMap { one in
      guard var region = drawn(one, index).map({ HandRegion($0) }) else { return nil }
      let d = region.center - square.center
      guard max(abs(d.x), abs(d.y)) < square.side / 2 else { return nil }
      region.center += SIMD2(6, -4)
      return region
    }
    .flatMap { repeatElement($0, count: repeats) }
  }

  func hand(in frame: PixelView, region: HandRegion) throws -> Hand {
    let index = number(of: frame)
    handFrames.append(index)
    for one in hands {
      guard let truth = drawn(one, index) else { continue }
      let off = region.center - HandRegion(truth).center
      if (off * off).sum().squareRoot() < 0.3 * region.side { return truth.mapped { $0 + memory * off } }
    }
    return .drawn(wrist: region.center, size: Self.size, presence: 0.1)
  }
}

extension Script {
  func track(_ range: Range<Int>, hands: ScriptedHands, _ effort: Effort = .full) throws -> [[TrackedFace]] {
    let tracker = FaceTracker(
      detector: ScriptedDetector(self), mesher: ScriptedMesher(self), hands: hands, effort: effort)
    var results: [[TrackedFace]] = []
    for index in range { results += try tracker.add(frame(index)) }
    return results + (try tracker.finish())
  }
}
