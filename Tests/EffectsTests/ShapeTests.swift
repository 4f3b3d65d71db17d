import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The source's shape") struct ShapeTests {
  private let mean = FaceShape(points: FaceTopology.meanShape.points)

  /// The mean face, a fifth wider below the eyes the further down it goes, and in a laugh.
  private func other(jaw: Float = 0.2, laugh: Float = 0) -> FaceShape {
    let lips = Set(FaceTopology.lipsOuter + FaceTopology.lipsMiddleOuter + FaceTopology.lipsMiddleInner)
      .union(FaceTopology.lipsInner)
    return FaceShape(
      points: mean.points.enumerated().map { i, p in
        var q = p
        if p.y > 0.2 { q.x *= 1 + jaw * min(1, (p.y - 0.2) / 0.4) }
        if lips.contains(i) { q.y -= laugh * abs(p.x) }
        return q
      })
  }

  @Test(arguments: [SIMD3<Float>(0.2, -0.4, 0.7), SIMD3(0, 0, 3), SIMD3(-1, 0.3, 0.1)])
  func aFitFindsTheMotion(angles: SIMD3<Float>) {
    let (sx, cx) = (sin(angles.x), cos(angles.x))
    let (sy, cy) = (sin(angles.y), cos(angles.y))
    let (sz, cz) = (sin(angles.z), cos(angles.z))
    func turned(_ p: SIMD3<Float>) -> SIMD3<Float> {
      let a = SIMD3(p.x, cx * p.y - sx * p.z, sx * p.y + cx * p.z)
      let b = SIMD3(cy * a.x + sy * a.z, a.y, -sy * a.x + cy * a.z)
      return SIMD3(cz * b.x - sz * b.y, sz * b.x + cz * b.y, b.z) * 140 + SIMD3(300, 200, -50)
    }
    let fit = SpaceSimilarity(from: mean.points, to: mean.points.map(turned))
    #expect(abs(fit.scale - 140) < 0.01)
    for p in mean.points {
      let d = fit.apply(p) - turned(p)
      #expect((d * d).sum().squareRoot() < 0.01)
    }
    // So a shape does not depend on where the face is, and a mirrored picture mirrors it.
    let mesh = FaceMesh(points: mean.points.map(turned))
    let mirrored = FaceMesh(points: mesh.points.map { SIMD3(-$0.x, $0.y, $0.z) })
    #expect(mirrored.isMirrored && !mesh.isMirrored)
    for shape in [FaceShape(mesh), FaceShape(mirrored)] {
      for (p, q) in zip(shape.points, mean.points) { #expect(((p - q) * (p - q)).sum() < 1e-6) }
    }
  }

  @Test func theSameShapeMovesNothing() {
    let change = ShapeChange(from: other(), to: other())
    #expect(change.vectors.allSatisfy { ($0 * $0).sum() < 1e-9 })
  }

  @Test func aWiderJawIsTakenOverALaughIsNot() {
    let jaw = ShapeChange(from: mean, to: other()).vectors
    // At the jaw's corners a fifth of half the width there, less what smoothing takes.
    for (i, sign) in [(172, Float(-1)), (397, 1)] {
      #expect(jaw[i].x * sign > 0.03 && jaw[i].x * sign < 0.09)
    }
    #expect(abs(jaw[10].x) < 0.005 && abs(jaw[168].x) < 0.005)
    for i in 0..<468 { #expect(abs(jaw[i].x + jaw[FaceTopology.mirror[i]].x) < 0.02) }
    let laugh = ShapeChange(from: mean, to: other(jaw: 0, laugh: 0.5)).vectors
    // The corner of the mouth was lifted by a tenth of the face's width against its middle.
    #expect(abs(laugh[61].y - laugh[13].y) < 0.02 && abs(laugh[291].y - laugh[14].y) < 0.02)
  }

  @Test func strengthScalesTheMoveUpToALimit() {
    let mesh = FaceMesh(points: mean.points.map { $0 * 100 + SIMD3(200, 200, 0) })
    let change = ShapeChange(from: mean, to: other())
    func move(_ strength: Float) -> Float {
      change.apply(to: mesh, rest: mean, strength: strength)[397].x - mesh[397].x
    }
    #expect(move(0) == 0)
    #expect(abs(move(1) - 2 * move(0.5)) < 0.01 && move(1) > 3)
    let huge = ShapeChange(from: mean, to: other(jaw: 3)).apply(to: mesh, rest: mean, strength: 1)
    let longest = zip(huge.points, mesh.points).map { (($0 - $1) * ($0 - $1)).sum().squareRoot() }.max()!
    #expect(longest <= 8.001 && longest > 7.9)
    // Stored mirrored, the face moves as its mirror image does.
    let flipped = FaceMesh(points: mesh.points.map { SIMD3(400 - $0.x, $0.y, $0.z) })
    let moved = change.apply(to: flipped, rest: mean, strength: 1)
    let upright = change.apply(to: mesh, rest: mean, strength: 1)
    for (p, q) in zip(moved.points, upright.points) { #expect(abs(400 - p.x - q.x) < 0.01 && abs(p.y - q.y) < 0.01) }
  }

  @Test func theFieldLeadsBackAndEndsAtTheOuterRing() {
    let mesh = FaceMesh(points: mean.points.map { $0 * 100 + SIMD3(120, 110, 0) })
    let wide = ShapeChange(from: mean, to: other()).apply(to: mesh, rest: mean, strength: 1)
    let (x, y) = ShapeField.moves(from: mesh, to: wide, columns: 240, rows: 260)
    // On the jaw, where the new outline is, that is seen which was on the old one.
    for i in [172, 397, 136, 365, 50, 280] {
      let back = SIMD2(x.value(at: wide.xy(i)), y.value(at: wide.xy(i)))
      let wanted = mesh.xy(i) - wide.xy(i)
      #expect(((back - wanted) * (back - wanted)).sum().squareRoot() < 0.8, "\(i)")
    }
    let outline = FaceTopology.oval.map { mesh.xy($0) }
    let center = outline.reduce(.zero, +) / Float(outline.count)
    let limit = Plane.polygon(outline.map { center + ($0 - center) * 1.33 }, width: 240, height: 260)
    for i in x.samples.indices where limit.samples[i] == 0 {
      #expect(abs(x.samples[i]) < Displacement.shortest && abs(y.samples[i]) < Displacement.shortest)
    }
    let still = ShapeField.moves(from: mesh, to: mesh, columns: 240, rows: 260)
    #expect(still.x.samples.allSatisfy { $0 == 0 } && still.y.samples.allSatisfy { $0 == 0 })
  }

  @Test func anotherShapeMovesTheOutlineOfTheFaceInThePicture() throws {
    // A narrow face gets the shape of a wide one: skin where the background was; far away all stays.
    let face = SyntheticFace(width: 150)
    var source = SyntheticFace(width: 150)
    source.mesh = FaceMesh(points: other(jaw: 0.3).points.map { $0 * 150 + SIMD3(130, 125, 0) })
    let swapper = source.picture.swapper(source.mesh, shape: 1)
    let picture = face.picture
    let before = picture.withView { $0.colors(in: $0.bounds) }
    let tracked = TrackedFace(track: 0, mesh: face.mesh, confidence: 1)
    picture.withView { swapper.apply(to: $0, face: tracked, history: FaceHistory()) }
    let after = picture.withView { $0.colors(in: $0.bounds) }
    let outside = face.mesh.xy(397) + SIMD2(3, 0)
    let (x, y) = (Int(outside.x), Int(outside.y))
    #expect(before.blue[x, y] > before.red[x, y] + 30)
    #expect(after.red[x, y] > after.blue[x, y] + 10)
    let rect = swapper.rect(for: tracked, in: PixelRect(x: 0, y: 0, width: face.width, height: face.height))
    for y in 0..<face.height {
      for x in 0..<face.width where x < rect.x || y < rect.y || x >= rect.maxX || y >= rect.maxY {
        #expect(before.red[x, y] == after.red[x, y])
      }
    }
  }
}
