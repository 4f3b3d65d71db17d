internal import Glibc
package import Imaging

/// The turned square of a frame that a network looks at for a palm or a hand.
///
/// The formulas and factors are those of MediaPipe's hand tracking graphs.
public struct HandRegion: Sendable, Equatable {
  /// Centre in continuous coordinates: pixel i spans i…i+1.
  public var center: SIMD2<Float>
  /// In pixels.
  public var side: Float
  /// What the square is turned by, radians. A hand's fingers point to its upper edge.
  public var angle: Float

  public init(center: SIMD2<Float>, side: Float, angle: Float) {
    self.center = center
    self.side = side
    self.angle = angle
  }

  /// The region of a detected palm, in the pixels of the square that it was found in.
  package init(_ palm: Palm) {
    let fingers = palm.middle - palm.wrist
    let size = palm.high - palm.low
    let side = max(size.x, size.y)
    angle = atan2(fingers.y, fingers.x) + .pi / 2
    center = (palm.low + palm.high) / 2 + 0.5 * side * SIMD2(sin(angle), -cos(angle))
    self.side = 2.6 * side
  }

  /// The region of a hand whose points are known.
  package init(_ hand: Hand) {
    let p = hand.points
    let fingers = ((p[6] + p[14]) / 2 + p[10]) / 2 - p[0]
    angle = atan2(fingers.y, fingers.x) + .pi / 2
    // The bent finger joints hold still; tips would make the square pulse with every movement.
    let upright = Similarity(a: cos(angle), b: -sin(angle))
    let steady = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18].map { upright.apply(p[$0]) }
    let low = steady.reduce(steady[0]) { pointwiseMin($0, $1) }
    let high = steady.reduce(steady[0]) { pointwiseMax($0, $1) }
    let size = max(1, (high - low).max())
    center = upright.inverse.apply((low + high) / 2 - SIMD2(0, 0.1 * size)) + 0.5
    side = 2 * size
  }

  /// The square around a face in which palms are looked for: 2.6 times its box, a little lower, where hands come from.
  ///
  /// - Parameter turn: what it is turned by, beside the face's own angle.
  package init(around face: FaceRegion, turn: Float) {
    let box = face.side / FaceRegion.margin
    let down = SIMD2(-sin(face.angle), cos(face.angle))
    self.init(center: face.center + 0.1 * box * down, side: 2.6 * box, angle: face.angle + turn)
  }

  /// Maps a square of `size` pixels onto the region.
  package func transform(from size: Int) -> Similarity {
    Similarity(square: Float(size), onto: center, side: side, angle: angle)
  }

  /// The same region after a similarity of the plane.
  func mapped(by transform: Similarity) -> HandRegion {
    HandRegion(
      center: transform.apply(center), side: side * transform.scale, angle: angle + atan2(transform.b, transform.a))
  }
}
