package import FaceAnalysis
internal import Glibc
package import Imaging

/// Where a hand lies over the face.
///
/// The points of the hand are dressed with capsules, whose rough outline a guided filter then moves to the edges in the
/// picture. The factors were fitted by eye to hands in front of faces.
package enum HandMask {
  /// Pairs of points: wrist to fingers, then along each finger, its tip last.
  private static let bones =
    [(0, 1), (0, 5), (0, 17), (5, 9), (9, 13), (13, 17)]
    + [1, 5, 9, 13, 17].flatMap { first in (first..<first + 3).map { ($0, $0 + 1) } }
  private static let palm = [0, 1, 2, 5, 9, 13, 17]
  /// Variance of the luma, on 0…1, below which an edge does not attract the outline.
  private static let epsilon: Float = 4e-4

  /// - Parameters:
  ///   - hands: in pixels of the guide.
  ///   - guide: the picture's luma, 0…255.
  /// - Returns: 0…1, as present as the hand; nil if no hand touches the picture.
  package static func mask(_ hands: [Hand], guide: Plane) -> Plane? {
    var result: Plane?
    for hand in hands where hand.presence > 0 {
      let radius = fingerRadius(hand)
      guard radius > 0.01, radius < 1e5,
        let rough = outline(hand, radius: radius, width: guide.width, height: guide.height)
      else { continue }
      let edge = max(2, Int(0.7 * radius))
      let fine = rough.guided(by: guide * (1 / 255), radius: edge, epsilon: epsilon)
        .mapped { max(0, min(1, 1.6 * $0 - 0.3)) * hand.presence }
      result = result.map { $0.maximum(fine) } ?? fine
    }
    return result
  }

  /// Half the thickness of a finger, from the size of the palm.
  private static func fingerRadius(_ hand: Hand) -> Float {
    func span(_ a: Int, _ b: Int) -> Float {
      let d = hand.points[a] - hand.points[b]
      return (d * d).sum().squareRoot()
    }
    return 0.115 * max(span(0, 9), span(0, 5), span(0, 17), 1.2 * span(5, 17))
  }

  /// 1 well inside the hand, 0 well outside, .5 on the capsules' surface.
  private static func outline(_ hand: Hand, radius: Float, width: Int, height: Int) -> Plane? {
    let fade = 0.35 * radius
    var prior = Plane(width: width, height: height)
    var isTouched = false
    for (a, b) in bones {
      let isTip = b % 4 == 0
      let start = hand.points[a]
      var along = hand.points[b] - start
      let length = (along * along).sum().squareRoot()
      // The last point lies within the finger's tip, not at its end.
      if isTip { along *= 1 + 0.35 * radius / max(length, 1e-6) }
      let thickness = radius * (a == 0 ? 1.1 : isTip ? 0.9 : [1, 2, 5, 9, 13, 17].contains(a) ? 1.12 : 1)
      let reach = thickness + fade
      let low = pointwiseMin(start, start + along) - reach
      let high = pointwiseMax(start, start + along) + reach
      guard low.x.isFinite, high.x.isFinite, low.y.isFinite, high.y.isFinite, low.x < Float(width),
        low.y < Float(height), high.x > -1, high.y > -1
      else { continue }
      isTouched = true
      let columns = Int(max(0, low.x))..<Int(min(Float(width), high.x + 1))
      let rows = Int(max(0, low.y))..<Int(min(Float(height), high.y + 1))
      let scale = 1 / max((along * along).sum(), 1e-6)
      for y in rows {
        for x in columns {
          let p = SIMD2(Float(x), Float(y)) - start
          let t = max(0, min(1, (p * along).sum() * scale))
          let d = p - t * along
          let inside = (thickness - (d * d).sum().squareRoot()) / radius
          prior[x, y] = max(prior[x, y], max(0, min(1, 0.5 + inside / 0.7)))
        }
      }
    }
    guard isTouched else { return nil }
    return prior.maximum(.polygon(palm.map { hand.points[$0] }, width: width, height: height).mapped { min(1, $0) })
  }
}

extension Plane {
  /// 1 no further than `distance` pixels from a sample above .3, else 0.
  func grown(by distance: Float) -> Plane { self.distance { $0 <= 0.3 }.mapped { $0 <= distance ? 1 : 0 } }
}
