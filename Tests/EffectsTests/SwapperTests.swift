import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The built-in swapper") struct SwapperTests {
  @Test(arguments: [90, 160, 300] as [Float])
  func aFaceOntoItselfStaysAsItIs(width: Float) throws {
    let face = freckled(width)
    let picture = face.picture
    let before = picture.bytes
    let swapper = picture.swapper(face.mesh)
    let patch = try swapped(swapper, face.mesh, picture)
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
    let after = picture.bytes
    let worst = zip(before, after).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(worst < 90)
  }

  @Test func nothingChangesWhereTheMaskIsZero() throws {
    let target = freckled(150)
    var source = freckled(120)
    source.light = SIMD4(-0.5, -0.4, 0.1, 0.2)
    let picture = target.picture
    let before = picture.bytes
    let swapper = source.picture.swapper(source.mesh)
    let face = try swapped(swapper, target.mesh, picture)
    let after = picture.bytes
    var changed = 0
    for i in 0..<picture.width * picture.height where face.mask.samples[i] == 0 {
      #expect(before[3 * i..<3 * i + 3] == after[3 * i..<3 * i + 3])
    }
    for (a, b) in zip(before, after) where a != b { changed += 1 }
    #expect(changed > 5000)
  }

  @Test func theSourcesFaceArrivesInTheTargetsLight() throws {
    // Freckles of the source on a target without any, lit from the other side.
    let source = freckled(170)
    var target = SyntheticFace(width: 150)
    target.light = SIMD4(-0.8, -0.5, 0, 0.4)
    let picture = target.picture
    let patch = try swapped(source.picture.swapper(source.mesh), target.mesh, picture)
    let shown = { (i: Int) in patch.mask.samples[i] > 0.9 }
    // The light is the target's own within a few levels…
    let difference = patch.colors.luma.blurred(sigma: 8).combined(with: patch.original.luma.blurred(sigma: 8)) {
      abs($0 - $1)
    }
    #expect(mean(difference, where: shown) < 8)
    // … although the source's own would be far from it.
    let own = SyntheticFace(width: 150)
    let other = own.colors.luma.combined(with: patch.original.luma) { abs($0 - $1) }
    #expect(mean(other, where: shown) > 25)
  }

  @Test func confidenceScalesTheMask() throws {
    let face = freckled(150)
    let picture = face.picture
    let swapper = picture.swapper(face.mesh)
    func surface(_ confidence: Float) throws -> Surface {
      try #require(
        picture.withView {
          swapper.drawing(of: tracked(face.mesh, confidence), in: $0, history: FaceHistory())?.surface
        })
    }
    let (whole, half) = (try surface(1), try surface(0.5))
    #expect(whole.alpha.sum > 1000)
    #expect(zip(whole.alpha.samples, half.alpha.samples).allSatisfy { abs(0.5 * $0 - $1) < 1e-6 })
    #expect(try surface(0).alpha.sum == 0)
  }

  @Test func theSamePixelsGiveTheSameResult() throws {
    let face = freckled(150)
    let swapper = face.picture.swapper(face.mesh)
    let first = try swapped(swapper, face.mesh, face.picture)
    _ = try swapped(swapper, SyntheticFace(width: 60).mesh, SyntheticFace(width: 60).picture)
    let second = try swapped(swapper, face.mesh, face.picture)
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
    guard
      let surface = picture.withView({ swapper.drawing(of: tracked(mesh), in: $0, history: FaceHistory())?.surface })
    else { return }
    #expect(!rect.isEmpty)
    #expect(surface.alpha.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1.0001 })
    for component in surface.components {
      #expect(component.gain.samples.allSatisfy { $0.isFinite } && component.base.samples.allSatisfy { $0.isFinite })
    }
    picture.withView { swapper.apply(to: $0, face: tracked(mesh), history: FaceHistory()) }
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
    let surface = picture.withView { swapper.drawing(of: tracked(mesh), in: $0, history: FaceHistory())?.surface }
    picture.withView { swapper.apply(to: $0, face: tracked(mesh), history: FaceHistory()) }
    guard let surface, surface.alpha.sum != 0 else {
      #expect(picture.bytes == before)
      return
    }
    #expect(surface.alpha.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1.0001 })
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

  /// What a face looks like before and after, and how much of it is painted at each pixel.
  private struct Swapped {
    var original: ColorPlanes
    var colors: ColorPlanes
    var mask: Plane
  }

  private func swapped(_ swapper: BuiltinSwapper, _ mesh: FaceMesh, _ picture: RGBPicture) throws -> Swapped {
    let face = tracked(mesh)
    return try picture.withView { frame in
      let original = frame.colors(in: frame.bounds)
      let surface = try #require(swapper.drawing(of: face, in: frame, history: FaceHistory())?.surface)
      var mask = Plane(width: frame.width, height: frame.height)
      for y in 0..<frame.height {
        for x in 0..<frame.width {
          mask[x, y] = surface.alpha.value(at: surface.grid.local(SIMD2(Float(x), Float(y))))
        }
      }
      swapper.apply(to: frame, face: face, history: FaceHistory())
      return Swapped(original: original, colors: frame.colors(in: frame.bounds), mask: mask)
    }
  }
}
