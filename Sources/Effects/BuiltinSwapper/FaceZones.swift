internal import FaceAnalysis
internal import Imaging

/// Parts of every face, drawn once on the mean face as it is seen from the front.
///
/// A point of the mean face is looked up wherever the mesh shows it, so that no polygon has to be drawn for each frame.
struct FaceZones {
  static let shared = FaceZones()

  /// Side of a sample, in face widths.
  private static let step: Float = 0.005
  private static let low = SIMD2<Float>(-0.55, -0.75)
  private static let width = 220
  private static let height = 320

  /// Where a face has hairs, folds and colours of its own: eyes with their brows, lips, nostrils.
  let features: Plane
  /// The eyes and what surrounds them up to the brows.
  let eyes: Plane
  /// The open eyes.
  let eyeballs: Plane
  /// The skin right below each eye, where the shade of a socket ends and a lens does not.
  let belowEyes: [Plane]
  /// On and above each brow, as far as it can be raised; fading towards its edges.
  let raisedBrows: Plane

  private init() {
    let mean = FaceTopology.meanShape
    func grown(_ polygons: [[SIMD2<Float>]], by reach: Float, fade: Float = 0) -> Plane {
      var inside = Plane(width: Self.width, height: Self.height)
      for polygon in polygons {
        let corners = polygon.map { ($0 - Self.low) / Self.step }
        inside = inside.maximum(.polygon(corners, width: Self.width, height: Self.height))
      }
      return inside.distance { $0 < 0.5 }.mapped { d in
        fade > 0 ? 1 - smoothstep(reach - fade, reach, d * Self.step) : d * Self.step <= reach ? 1 : 0
      }
    }
    func points(_ vertices: [Int]) -> [SIMD2<Float>] { vertices.map { mean.xy($0) } }
    func hull(_ vertices: [Int]) -> [SIMD2<Float>] { convexHull(points(vertices)) }

    let rings = [FaceTopology.leftEyeRing, FaceTopology.rightEyeRing].map(hull)
    eyeballs = grown([FaceTopology.leftEye, FaceTopology.rightEye].map(hull), by: 0.03)
    let balls = eyeballs
    belowEyes = [FaceTopology.leftEye, FaceTopology.rightEye].map { eye in
      let low = points(eye).map { $0 + SIMD2(0, 0.09) }
      return grown([convexHull(points(eye) + low)], by: 0).combined(with: balls) { $1 > 0 ? 0 : $0 }
    }
    let withBrows = [
      FaceTopology.leftEye + FaceTopology.leftBrow, FaceTopology.rightEye + FaceTopology.rightBrow,
    ].map(hull)
    eyes = grown(withBrows + rings, by: 0.035)
    let lips = grown([hull(FaceTopology.lipsOuter)], by: 0.02)
    let nose = grown([hull([98, 97, 2, 326, 327, 1, 94, 19, 44, 274, 60, 290])], by: 0.02)
    features = eyes.maximum(lips).maximum(nose)
    let reach: Float = 0.11
    let lifted = [FaceTopology.leftBrow, FaceTopology.rightBrow].map { brow in
      convexHull(points(brow) + points(brow).map { $0 - SIMD2(0, reach) })
    }
    raisedBrows = grown(lifted, by: 0.03, fade: 0.03)
  }

  /// Index of the sample at a point of the mean face.
  @inline(__always)
  static func index(_ x: Float, _ y: Float) -> Int {
    let column = max(0, min(Float(width - 1), (x - low.x) * (1 / step) + 0.5))
    let row = max(0, min(Float(height - 1), (y - low.y) * (1 / step) + 0.5))
    return Int(row) &* width &+ Int(column)
  }
}

/// Which point of the mean face each cell of a grid shows.
struct FaceCoordinates {
  let x: Plane
  let y: Plane
  private let index: [Int32]
  private let coverage: Plane

  init(_ grid: FaceGrid) {
    x = grid.raster.interpolate(FaceTopology.meanShape.points.map(\.x))
    y = grid.raster.interpolate(FaceTopology.meanShape.points.map(\.y))
    coverage = grid.coverage
    index = zip(x.samples, y.samples).map { Int32(truncatingIfNeeded: FaceZones.index($0, $1)) }
  }

  /// A zone on the grid; 0 outside the mesh.
  func zone(_ plane: Plane) -> Plane {
    var result = coverage
    result.samples.withUnsafeMutableBufferPointer { out in
      plane.samples.withUnsafeBufferPointer { zone in
        for i in out.indices { out[i] *= zone[Int(index[i])] }
      }
    }
    return result
  }
}
