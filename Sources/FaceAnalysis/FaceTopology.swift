internal import Imaging

/// What never changes about the mesh: its triangles, its mean shape, and which vertices are what.
///
/// "Left" is the smaller x in a picture of a frontal face: the subject's right.
public enum FaceTopology {
  // MARK: Outlines, as public descriptions of MediaPipe's mesh have them

  public static let oval = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136,
    172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
  ]
  public static let lipsOuter = [
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
  ]
  public static let lipsMiddleOuter = [
    76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77,
  ]
  public static let lipsMiddleInner = [
    62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96,
  ]
  /// The edge of the mouth's opening.
  public static let lipsInner = [
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
  ]
  public static let leftEye = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7]
  public static let rightEye = [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]
  public static let leftEyeRing = [247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25, 130]
  public static let rightEyeRing = [467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255, 359]
  /// The second ring around the eye, which encloses the lids' folds: outer corner, below, inner corner, above.
  public static let leftLids = [226, 31, 228, 229, 230, 231, 232, 233, 244, 189, 221, 222, 223, 224, 225, 113]
  public static let rightLids = [446, 261, 448, 449, 450, 451, 452, 453, 464, 413, 441, 442, 443, 444, 445, 342]
  public static let leftBrow = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46]
  public static let rightBrow = [300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
  public static let nostrils = [
    238, 20, 242, 79, 237, 44, 458, 250, 462, 309, 457, 274, 2, 97, 326, 99, 328, 60, 290, 75, 305, 166, 392,
  ]
  /// Vertices that lie on plain skin of nearly every face: cheeks, nose, chin, forehead.
  public static let skinSeeds = [
    50, 101, 118, 117, 123, 187, 205, 36, 100, 142, 203, 206, 280, 330, 347, 346, 352, 411, 425, 266, 329, 371, 423,
    426,
    6, 197, 195, 5, 4, 45, 275, 51, 281, 199, 200, 208, 428, 9, 151, 108, 337, 119, 120, 348, 349, 147, 376, 207, 427,
    116, 345, 111, 340,
  ]

  /// Vertices that neither speech nor lids move: what a face's place and turn in space are told by.
  public static let rigid = [
    33, 133, 362, 263, 130, 359, 168, 6, 197, 195, 5, 4, 8, 9, 151, 10, 127, 356, 162, 389, 21, 251, 234, 454, 93, 323,
    98, 327, 50, 280, 117, 346,
  ]

  // MARK: What the attention mesh looks at again, in the order of its outputs

  /// 80 vertices: of each ring the corner, the lower lip, the other corner, the upper lip.
  package static let attentionLips = [lipsOuter, lipsInner, lipsMiddleOuter, lipsMiddleInner].flatMap { ring in
    [ring[0]] + ring[11...].reversed() + [ring[10]] + ring[1...9]
  }
  /// 71 vertices around the eye; the first 16 are the edge of the lids.
  package static let attentionLeftEye = [
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24, 23, 22, 26, 112, 243,
    247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35,
    124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
  ]
  package static let attentionRightEye = [
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256,
    341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442,
    441, 413, 265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336,
    285, 417,
  ]

  // MARK: Geometry

  /// Mean shape: x right, y down, z away from the camera; unit 234–454, origin between the eyes.
  public static let meanShape = FaceMesh(
    points: numbers(meanShapeText).chunked(3).map { SIMD3(Float($0[0]), Float($0[1]), Float($0[2])) / 10000 })

  /// All triangles, those of the mouth's opening included.
  public static let triangles = numbers(trianglesText).chunked(3).map {
    SIMD3(Int32($0[0]), Int32($0[1]), Int32($0[2]))
  }

  /// Whether each triangle closes the opening of the mouth, where the target is kept.
  public static let isMouthOpening = triangles.map { t in
    [t.x, t.y, t.z].allSatisfy { lipsInner.contains(Int($0)) }
  }

  /// The vertex on the other side of the face, or the vertex itself: its own inverse.
  public static let mirror = numbers(mirrorText)

  /// Where each vertex lies in a texture of the face that is unrolled from a cylinder: u to the right and v down, 0…1.
  public static let textureCoordinates = numbers(textureCoordinatesText).chunked(2).map {
    SIMD2(Float($0[0]), Float($0[1])) / 10000
  }

  private static let neighbours: [[Int]] = {
    var sets = [Set<Int>](repeating: [], count: FaceMesh.count)
    for t in triangles {
      let v = [Int(t.x), Int(t.y), Int(t.z)]
      for i in 0..<3 { sets[v[i]].formUnion([v[(i + 1) % 3], v[(i + 2) % 3]]) }
    }
    return sets.map { $0.sorted() }
  }()

  /// Half of each value and half of its neighbours' mean, `times` times over.
  public static func smoothed(_ values: [Float], times: Int) -> [Float] {
    var current = values
    for _ in 0..<times {
      let before = current
      for (i, around) in neighbours.enumerated() where !around.isEmpty {
        let mean = around.reduce(Float(0)) { $0 + before[$1] } / Float(around.count)
        current[i] = 0.5 * before[i] + 0.5 * mean
      }
    }
    return current
  }

  // MARK: Fields over the vertices

  /// Distance to the oval over the surface of the mean face, in face widths: 0 on the oval.
  public static let distanceToOval: [Float] = {
    let corners = oval.map { meanShape[$0] }
    var line: [SIMD3<Float>] = []
    for (i, a) in corners.enumerated() {
      let b = corners[(i + 1) % corners.count]
      for k in 0..<20 { line.append(a + (b - a) * (Float(k) / 20)) }
    }
    return meanShape.points.map { p in
      line.reduce(Float.infinity) { nearest, q in min(nearest, ((p - q) * (p - q)).sum()) }.squareRoot()
    }
  }()

  private static let eyes = leftEye + rightEye + leftEyeRing + rightEyeRing
  private static let brows = leftBrow + rightBrow
  private static let features =
    lipsOuter + lipsMiddleOuter + lipsMiddleInner + lipsInner + eyes + brows + nostrils

  private static let eyeHeight = (meanShape[33].y + meanShape[263].y) / 2
  private static let browHeight = (meanShape[105].y + meanShape[334].y) / 2

  /// 1 on plain skin, 0 on eyes, brows, lips and nostrils.
  public static let plainSkin = field { _ in true }.setting(features, to: 0)

  /// 1 well away from eyes, brows and nostrils, whose lashes and shadows reach beyond their own vertices; 0 on them.
  public static let farFromDarkFeatures = smoothed(
    plainSkin.setting(lipsOuter + lipsMiddleOuter + lipsMiddleInner + lipsInner, to: 1), times: 4
  ).map { smoothstep(0.8, 0.97, $0) }

  /// 1 at ``skinSeeds``, else 0.
  public static let seeds = field { _ in false }.setting(skinSeeds, to: 1)

  /// 1 inside the face, where what looks unlike skin is a feature rather than hair.
  public static let core = field { i in
    distanceToOval[i] > 0.10 && meanShape[i].y > browHeight - 0.01
  }.setting(brows, to: 1)

  /// 1 where the source's texture is kept whatever it looks like: features, the lower face, the band of the eyes.
  public static let protected = field { i in
    let p = meanShape[i]
    let inner = distanceToOval[i] > 0.12 && p.y > eyeHeight
    let band =
      p.y > browHeight - 0.003 && p.y < eyeHeight + 0.078 && abs(p.x) < 0.346 && distanceToOval[i] > 0.06
    return inner || band
  }.setting(features, to: 1)

  /// 1 on brows and around the eyes: always painted, so that the target's own never show through.
  public static let browsAndEyes = field { _ in false }.setting(brows + eyes, to: 1)

  /// 1 where hair may hang into the face: near the oval, and above the brows.
  public static let hairZone = field { i in distanceToOval[i] < 0.07 || meanShape[i].y < browHeight - 0.04 }

  /// How wide the edge of the face fades, in face widths: .10 at jaw and temples to .12 at the top of the forehead.
  public static let featherWidth: [Float] = meanShape.points.map { p in
    let top = meanShape[10].y
    let up = max(0, min(1, (eyeHeight - p.y) / (eyeHeight - top)))
    return 0.10 + 0.02 * up
  }

  private static func field(_ isMember: (Int) -> Bool) -> [Float] {
    (0..<FaceMesh.count).map { isMember($0) ? 1 : 0 }
  }

  private static func numbers(_ text: String) -> [Int] {
    text.split(whereSeparator: \.isWhitespace).map { Int($0)! }
  }
}

extension [Float] {
  fileprivate func setting(_ indices: [Int], to value: Float) -> [Float] {
    var copy = self
    for i in indices { copy[i] = value }
    return copy
  }
}

extension [Int] {
  fileprivate func chunked(_ size: Int) -> [ArraySlice<Int>] {
    stride(from: 0, to: count, by: size).map { self[$0..<$0 + size].reindexed }
  }
}

extension ArraySlice<Int> {
  fileprivate var reindexed: ArraySlice<Int> { Array(self)[...] }
}
