import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The built-in swapper") struct SwapperTests {
  @Test(arguments: [90, 160, 300] as [Float])
  func aFaceOntoItselfStaysAsItIs(width: Float) {
    let face = freckled(width)
    let picture = face.picture
    let before = picture.bytes
    let swapper = picture.swapper(face.mesh)
    let patch = swapped(swapper, face.mesh, picture)
    let change = patch.colors.zip(patch.original) { $0 - $1 }
    for plane in [change.red, change.green, change.blue] {
      #expect(mean(plane.mapped { abs($0) }) { patch.mask.samples[$0] > 0.5 } < 3.5)
    }
    #expect(patch.mask.samples.filter { $0 > 0.9 }.count > Int(0.4 * width * width))
    // Its fine detail is as strong as before.
    func detail(_ colors: ColorPlanes) -> Float {
      let luma = colors.luma
      let fine = luma - luma.blurred(sigma: 1.5)
      return mean(fine * fine) { patch.mask.samples[$0] > 0.9 }.squareRoot()
    }
    let ratio = detail(patch.colors) / detail(patch.original)
    #expect(ratio > 0.8 && ratio < 1.15)
    picture.withView { patch.composite(onto: $0) }
    let after = picture.bytes
    let worst = zip(before, after).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(worst < 90)
  }

  @Test func nothingChangesWhereTheMaskIsZero() {
    let target = freckled(150)
    var source = freckled(120)
    source.light = SIMD4(-0.5, -0.4, 0.1, 0.2)
    let picture = target.picture
    let before = picture.bytes
    let swapper = source.picture.swapper(source.mesh)
    let patch = swapped(swapper, target.mesh, picture)
    picture.withView { patch.composite(onto: $0) }
    let after = picture.bytes
    var changed = 0
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let (u, v) = (x - patch.rect.x, y - patch.rect.y)
        let isInside = u >= 0 && v >= 0 && u < patch.rect.width && v < patch.rect.height
        let isDrawn = isInside && patch.mask[u, v] > 0
        for k in 0..<3 where before[3 * (y * picture.width + x) + k] != after[3 * (y * picture.width + x) + k] {
          changed += 1
          #expect(isDrawn)
        }
        // Where nothing is shown the patch itself keeps the frame's colours, for the next effect.
        if isInside && !isDrawn { #expect(patch.colors.red[u, v] == patch.original.red[u, v]) }
      }
    }
    #expect(changed > 5000)
    #expect(patch.rect == target.mesh.crop(growth: 1.06, in: picture.bounds))
  }

  @Test func theSourcesFaceArrivesInTheTargetsLight() {
    // Freckles of the source on a target without any, lit from the other side.
    let source = freckled(170)
    var target = SyntheticFace(width: 150)
    target.light = SIMD4(-0.8, -0.5, 0, 0.4)
    let picture = target.picture
    let patch = swapped(source.picture.swapper(source.mesh), target.mesh, picture)
    let shown = { (i: Int) in patch.mask.samples[i] > 0.9 }
    // The light is the target's own within a few levels…
    let difference = patch.colors.luma.blurred(sigma: 8).combined(with: patch.original.luma.blurred(sigma: 8)) {
      abs($0 - $1)
    }
    #expect(mean(difference, where: shown) < 8)
    // … although the source's own would be far from it.
    let own = SyntheticFace(width: 150)
    let other = own.colors.luma.cropped(to: patch.rect).combined(with: patch.original.luma) { abs($0 - $1) }
    #expect(mean(other, where: shown) > 25)
  }

  @Test func confidenceScalesTheMask() {
    let face = freckled(150)
    let picture = face.picture
    let swapper = picture.swapper(face.mesh)
    let whole = swapped(swapper, face.mesh, picture)
    let half = swapped(swapper, face.mesh, picture, confidence: 0.5)
    let none = swapped(swapper, face.mesh, picture, confidence: 0)
    #expect(zip(whole.mask.samples, half.mask.samples).allSatisfy { abs(0.5 * $0 - $1) < 1e-6 })
    #expect(none.mask.sum == 0)
    #expect(half.colors == whole.colors)
  }

  @Test func theSamePatchGivesTheSameResult() {
    let face = freckled(150)
    let picture = face.picture
    let swapper = picture.swapper(face.mesh)
    let first = swapped(swapper, face.mesh, picture)
    _ = swapped(swapper, SyntheticFace(width: 60).mesh, picture)
    let second = swapped(swapper, face.mesh, picture)
    #expect(first.colors == second.colors && first.mask == second.mask)
  }

  @Test(
    arguments: [
      (SIMD2(0, 100), 150), (SIMD2(259, 100), 150), (SIMD2(130, -60), 150), (SIMD2(130, 299), 150), (SIMD2(0, 0), 300),
      (SIMD2(130, 120), 20), (SIMD2(130, 120), 9), (SIMD2(130, 120), 4), (SIMD2(130, 120), 1), (SIMD2(2, 2), 20),
      (SIMD2(130, 120), 3000), (SIMD2(130, 120), 1e9), (SIMD2(130, 120), 1e20),
    ] as [(SIMD2<Float>, Float)])
  func cutTinyAndHugeFacesDoNoHarm(center: SIMD2<Float>, width: Float) {
    let face = freckled(150)
    let picture = face.picture
    let swapper = picture.swapper(face.mesh)
    let mesh = SyntheticFace(width: width, center: center).mesh
    let rect = swapper.rect(for: tracked(mesh), in: picture.bounds)
    #expect(rect == rect.intersection(picture.bounds))
    guard !rect.isEmpty else { return }
    let patch = swapped(swapper, mesh, picture)
    #expect(patch.mask.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1.0001 })
    for plane in [patch.colors.red, patch.colors.green, patch.colors.blue] {
      #expect(plane.samples.allSatisfy { $0.isFinite && $0 >= -1 && $0 <= 256 })
    }
    picture.withView { patch.composite(onto: $0) }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [[234], [4], Array(0..<468)])
  func brokenMeshesDoNoHarm(value: Float, vertices: [Int]) {
    let face = freckled(150)
    let picture = face.picture
    let swapper = picture.swapper(face.mesh)
    var mesh = face.mesh
    for i in vertices { mesh.points[i] = SIMD3(repeating: value) }
    let rect = swapper.rect(for: tracked(mesh), in: picture.bounds)
    #expect(rect == rect.intersection(picture.bounds))
    guard !rect.isEmpty else { return }
    let before = picture.bytes
    let patch = swapped(swapper, mesh, picture)
    #expect(patch.mask.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1.0001 })
    picture.withView { patch.composite(onto: $0) }
    if patch.mask.sum == 0 { #expect(picture.bytes == before) }
  }

  @Test func aFaceOutsideTheFrameHasNoRectangle() {
    let frame = PixelRect(x: 0, y: 0, width: 260, height: 300)
    let face = freckled(150)
    let swapper = face.picture.swapper(face.mesh)
    for center in [SIMD2<Float>(-400, 100), SIMD2(700, 100), SIMD2(100, -400), SIMD2(100, 900)] {
      #expect(swapper.rect(for: tracked(SyntheticFace(width: 150, center: center).mesh), in: frame).isEmpty)
    }
    let inside = swapper.rect(for: tracked(SyntheticFace(width: 100, center: SIMD2(130, 120)).mesh), in: frame)
    // The points' box, 1.06 times as large and 6 pixels more to each side.
    let (low, high) = SyntheticFace(width: 100, center: SIMD2(130, 120)).mesh.bounds
    #expect(abs(Float(inside.width) - ((high.x - low.x) * 1.06 + 12)) < 2.01)
    #expect(abs(Float(inside.height) - ((high.y - low.y) * 1.06 + 12)) < 2.01)
  }

  private func freckled(_ width: Float) -> SyntheticFace {
    var face = SyntheticFace(width: width, center: SIMD2(width * 0.8, width * 0.8))
    face.width = max(260, Int(width * 1.6))
    face.height = max(300, Int(width * 1.9))
    face.freckles = 0.12
    return face
  }

  private func tracked(_ mesh: FaceMesh, _ confidence: Float = 1) -> TrackedFace {
    TrackedFace(track: 0, mesh: mesh, confidence: confidence)
  }

  private func swapped(
    _ swapper: BuiltinSwapper, _ mesh: FaceMesh, _ picture: RGBPicture, confidence: Float = 1
  ) -> Patch {
    let face = tracked(mesh, confidence)
    return picture.withView { frame in
      var patch = Patch(frame, rect: swapper.rect(for: face, in: frame.bounds))
      swapper.apply(to: &patch, face: face)
      return patch
    }
  }
}
