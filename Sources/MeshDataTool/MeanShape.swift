internal import FaceAnalysis
internal import Foundation

/// The symmetrised median of several people's faces, in a frontal view.
package struct MeanShape {
  /// x to the right of the picture, y down, z away from the camera; unit: the distance between vertices 234 and 454,
  /// origin: the mean of the four corners of the eyes.
  package private(set) var shape: Shape
  /// The vertex on the other side of the face: its own inverse.
  package let mirror: [Int]
  /// How far each vertex lies from the mean, on average over the people, in face widths.
  package let deviations: [Double]

  private static let rounds = 20

  /// - Parameter people: the faces of each person. Every person counts the same, however many pictures show them.
  package init(people: [[Shape]]) {
    let persons = people.map { Self.median(of: $0) }
    let rough = Self.median(of: persons)
    mirror = Self.mirror(of: rough)
    let mirror = mirror
    // With everyone's mirror image among the people the mean is symmetric, but for its place, which is that of the start.
    let all = persons + persons.map { $0.mirrored(by: mirror) }
    var mean = Self.symmetric(rough, mirror)
    for _ in 0..<Self.rounds {
      mean = Shape.median(of: all.map { SpaceSimilarity(from: $0, to: mean).apply($0) })
    }
    mean = Self.symmetric(mean, mirror)
    mean = Self.normalised(Self.frontal(mean, as: all))
    shape = mean
    let fitted = all.map { SpaceSimilarity(from: $0, to: mean).apply($0) }
    deviations = mean.points.indices.map { i in
      fitted.reduce(0) { $0 + distance($1.points[i], mean.points[i]) } / Double(fitted.count)
    }
  }

  /// The median of shapes that are first laid on one another, in the place of the first.
  private static func median(of shapes: [Shape]) -> Shape {
    var mean = normalised(shapes[0])
    for _ in 0..<rounds {
      mean = normalised(
        Shape.median(of: shapes.map { SpaceSimilarity(from: $0, to: mean).apply($0) }))
    }
    return mean
  }

  /// The shape laid as well as can be on its own mirror image, and the mean of the two.
  private static func symmetric(_ shape: Shape, _ mirror: [Int]) -> Shape {
    let vertices = mirror.indices.filter { mirror[$0] >= 0 }
    var current = shape
    func middle() -> Shape {
      var result = current
      for i in vertices {
        let other = current.points[mirror[i]]
        result.points[i] = (current.points[i] + SIMD3(-other.x, other.y, other.z)) / 2
      }
      return result
    }
    for _ in 0..<200 { current = SpaceSimilarity(from: current, to: middle(), vertices: vertices).apply(current) }
    return middle()
  }

  /// Which vertex lies opposite which: known of the outlines, and by position of all others.
  private static func mirror(of shape: Shape) -> [Int] {
    var known = [Int](repeating: -1, count: FaceMesh.count)
    func pair(_ left: [Int], _ right: [Int]) {
      for (a, b) in zip(left, right) { (known[a], known[b]) = (b, a) }
    }
    pair(FaceTopology.leftEye, FaceTopology.rightEye)
    pair(FaceTopology.leftEyeRing, FaceTopology.rightEyeRing)
    pair(FaceTopology.leftBrow, FaceTopology.rightBrow)
    pair(FaceTopology.oval, [FaceTopology.oval[0]] + FaceTopology.oval.dropFirst().reversed())
    // The lips' rings begin at the left corner and go over the upper lip.
    for ring in [
      FaceTopology.lipsOuter, FaceTopology.lipsMiddleOuter, FaceTopology.lipsMiddleInner, FaceTopology.lipsInner,
    ] { pair(ring, ring[0...10].reversed() + ring[11...].reversed()) }
    let upright = symmetric(shape, known).points
    // The nearest pairs first; each vertex has one partner, or is its own.
    var pairs: [(distance: Double, a: Int, b: Int)] = []
    for a in upright.indices {
      for b in a..<upright.count {
        pairs.append((distance(upright[a], SIMD3(-upright[b].x, upright[b].y, upright[b].z)), a, b))
      }
    }
    var mirror = known
    for (_, a, b) in pairs.sorted(by: { ($0.distance, $0.a, $0.b) < ($1.distance, $1.a, $1.b) })
    where mirror[a] < 0 && mirror[b] < 0 {
      (mirror[a], mirror[b]) = (b, a)
    }
    return mirror
  }

  /// The shape turned about its x axis to how the people faced the camera, on average.
  private static func frontal(_ shape: Shape, as people: [Shape]) -> Shape {
    var view = SIMD3<Double>.zero
    for person in people {
      // A person's own view axis, in the shape's coordinates.
      view += SIMD3<Double>(SpaceSimilarity(from: person, to: shape).axes.z)
    }
    let length = (view.y * view.y + view.z * view.z).squareRoot()
    let (s, c) = (view.y / length, view.z / length)
    return Shape(points: shape.points.map { SIMD3($0.x, c * $0.y - s * $0.z, s * $0.y + c * $0.z) })
  }

  private static func normalised(_ shape: Shape) -> Shape {
    let origin = [33, 133, 362, 263].reduce(SIMD3<Double>.zero) { $0 + shape.points[$1] } / 4
    let width = distance(shape.points[234], shape.points[454])
    return Shape(points: shape.points.map { ($0 - origin) / width })
  }
}
