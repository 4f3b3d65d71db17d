import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

/// Merging of photos, on drawn faces of which every pixel is known.
@Suite("An identity") struct IdentityTests {
  @Test func aPatchInOnePhotoComesFromTheOther() throws {
    // A dark patch over one cheek each, which a single photo cannot tell from a beard.
    let left = freckled(width: 160)
    let right = freckled(width: 150)
    let clean = identity([photo(left, "clean.png")])
    let merged = identity([
      photo(left, "left.png") { patch(&$0, at: left.mesh.xy(50), radius: 13) },
      photo(right, "right.png") { patch(&$0, at: right.mesh.xy(280), radius: 13) },
    ])
    let alone = identity([photo(left, "left.png") { patch(&$0, at: left.mesh.xy(50), radius: 13) }])
    for vertex in [50, 280] {
      #expect(abs(shade(merged, vertex) - shade(clean, vertex)) < 12)
    }
    #expect(shade(alone, 50) < shade(clean, 50) - 40)
    // Nowhere is anything as dark as the patches.
    let luma = merged.colors.luma
    let dark = luma.samples.indices.filter { merged.mask.samples[$0] > 0.5 && luma.samples[$0] < 60 }
    #expect(dark.count < 8)
  }

  @Test func theSharperPhotoIsKept() throws {
    let face = freckled(width: 160)
    let sharp = photo(face, "sharp.png")
    let blurred = photo(face, "blurred.png") { $0 = $0.map { $0.blurred(sigma: 2) } }
    let expected = identity([sharp])
    for photos in [[sharp, blurred], [blurred, sharp]] {
      let merged = identity(photos)
      #expect(merged.photos.map(\.name) == ["sharp.png", "blurred.png"])
      let change = merged.colors.luma.combined(with: expected.colors.luma) { abs($0 - $1) }
      #expect(mean(change) { expected.mask.samples[$0] > 0.9 } < 0.1)
    }
  }

  @Test func bothEyesComeFromOnePhoto() throws {
    // Each photo shows one side better. Eyes of another colour, a little off, tell where they come from.
    var one = freckled(width: 160)
    one.mesh = turned(one.mesh, 16)
    var other = freckled(width: 158)
    other.mesh = turned(other.mesh, -19)
    let (green, blue) = (SIMD3<Float>(20, 130, 20), SIMD3<Float>(20, 20, 150))
    let merged = identity([
      photo(one, "one.png") { colors in
        for eye in eyes(one.mesh) { disc(&colors, at: eye, radius: 7, green) }
      },
      photo(other, "other.png") { colors in
        for eye in eyes(other.mesh) { disc(&colors, at: eye + SIMD2(0, 6), radius: 7, blue) }
      },
    ])
    var counts = (green: 0, blue: 0)
    for i in merged.mask.samples.indices where merged.mask.samples[i] > 0.5 {
      let (r, g, b) = (merged.colors.red.samples[i], merged.colors.green.samples[i], merged.colors.blue.samples[i])
      if g > r + 40, g > b + 40 { counts.green += 1 }
      if b > r + 40, b > g + 40 { counts.blue += 1 }
    }
    #expect(min(counts.green, counts.blue) == 0)
    #expect(max(counts.green, counts.blue) > 200)
  }

  @Test func turnedPhotosShowBothCheeksTogether() throws {
    var one = freckled(width: 160)
    one.mesh = turned(one.mesh, 40)
    var other = freckled(width: 160)
    other.mesh = turned(other.mesh, -40)
    let merged = identity([photo(one, "one.png"), photo(other, "other.png")])
    // It looks into the camera, and both cheeks are there at full size.
    #expect(abs(merged.mesh.pose.yaw) < 2)
    for vertex in [117, 346, 50, 280, 187, 411] { #expect(merged.mask.value(at: merged.mesh.xy(vertex)) > 0.8) }
    // A photo alone stays in its own pixels.
    #expect(abs(identity([photo(one, "one.png")]).mesh.pose.yaw - 40) < 2)
  }

  @Test func theShapeIsThatOfTheFrontalPhotoFirst() throws {
    var wide = freckled(width: 160)
    wide.mesh = FaceMesh(points: wide.mesh.points.map { SIMD3(($0.x - 130) * 1.0 + 130, $0.y, $0.z * 1.3) })
    var turnedFace = freckled(width: 160)
    turnedFace.mesh = turned(turnedFace.mesh, 50)
    let merged = identity([photo(wide, "front.png"), photo(turnedFace, "side.png")])
    let front = identity([photo(wide, "front.png")]).shape
    let side = identity([photo(turnedFace, "side.png")]).shape
    func distance(_ a: FaceShape, _ b: FaceShape) -> Float {
      zip(a.points, b.points).reduce(0) { $0 + (($1.0 - $1.1) * ($1.0 - $1.1)).sum() }.squareRoot()
    }
    #expect(distance(merged.shape, front) < 0.2 * distance(merged.shape, side))
    #expect(distance(merged.shape, front) > 0)
  }

  @Test func isTheSameEveryTimeAndRounded() throws {
    let photos = [photo(freckled(width: 160), "a.png"), photo(freckled(width: 140), "b.png")]
    let first = identity(photos)
    #expect(first == identity(photos))
    for plane in [first.colors.red, first.colors.green, first.colors.blue] {
      #expect(plane.samples.allSatisfy { $0 * 4 == ($0 * 4).rounded() && $0 >= 0 && $0 <= 255 })
    }
    for plane in [first.mask, first.weight] {
      #expect(plane.samples.allSatisfy { $0 == ($0 * 255).rounded() / 255 && $0 >= 0 && $0 <= 1 })
    }
  }

  @Test func onlyTheBestEightAreUsed() throws {
    let photos = (0..<10).map { photo(freckled(width: 100 + 10 * Float($0)), "\($0).png") }
    let names = identity(photos).photos.map(\.name)
    #expect(names == ["9", "8", "7", "6", "5", "4", "3", "2"].map { $0 + ".png" })
    #expect(IdentityBuilder().identity() == nil)
  }

  @Test func partsThatMakeNoSenseAreRefused() throws {
    let whole = identity([photo(freckled(width: 100), "a.png")])
    func made(
      mesh: FaceMesh? = nil, shape: FaceShape? = nil, colors: ColorPlanes? = nil, mask: Plane? = nil
    ) -> Identity? {
      Identity(
        mesh: mesh ?? whole.mesh, shape: shape ?? whole.shape, colors: colors ?? whole.colors,
        mask: mask ?? whole.mask, weight: whole.weight, photos: [])
    }
    #expect(made() != nil)
    #expect(made(mask: Plane(width: 9, height: 9)) == nil)
    #expect(made(colors: ColorPlanes(width: 4, height: 4)) == nil)
    for value in [Float.nan, .infinity, 1e9] {
      var mesh = whole.mesh
      mesh.points[17].y = value
      #expect(made(mesh: mesh) == nil)
      var shape = whole.shape
      shape.points[3].z = value
      #expect(made(shape: shape) == nil)
    }
    #expect(made(mesh: FaceMesh(points: [SIMD3<Float>](repeating: .zero, count: FaceMesh.count))) == nil)
  }

  // MARK: Advice

  @Test func aGoodPhotoIsNotBlamed() {
    #expect(identity([photo(freckled(width: 160), "a.png")]).photos[0].notes == [])
  }

  @Test func eachFlawIsToldInOneSentence() {
    var turnedFace = freckled(width: 160)
    turnedFace.mesh = turned(turnedFace.mesh, -42)
    var lit = freckled(width: 160)
    lit.light = SIMD4(-1.4, 1.1, 0, 0.3)
    var cut = SyntheticFace(width: 160, center: SIMD2(60, 125))
    cut.freckles = 0.12
    var soft = freckled(width: 160)
    soft.freckles = 0.6
    var open = freckled(width: 160)
    for vertex in [13, 14] { open.mesh.points[vertex].y += vertex == 14 ? 26 : 0 }
    let cases: [(SourcePhoto, String)] = [
      (photo(freckled(width: 61), "a.png"), "is only 6"), (photo(turnedFace, "a.png"), "turned 4"),
      (photo(lit, "a.png"), "lit from one side"), (photo(cut, "a.png"), "cuts off"),
      (photo(open, "a.png"), "mouth in 'a.png' is open"),
      (photo(soft, "a.png") { $0 = $0.map { $0.blurred(sigma: 3) } }, "is blurred"),
    ]
    for (photo, words) in cases {
      let notes = identity([photo]).photos[0].notes
      #expect(notes.contains { $0.contains(words) }, "\(words): \(notes)")
      for note in notes {
        #expect(note.contains("'a.png'") && note.first?.isLowercase == true && note.last != ".")
      }
    }
  }

  @Test func whatAnotherPhotoShowsIsNotBlamed() {
    var turnedFace = freckled(width: 170)
    turnedFace.mesh = turned(turnedFace.mesh, 42)
    let both = identity([photo(turnedFace, "side.png"), photo(freckled(width: 160), "front.png")])
    #expect(both.photos.map(\.name) == ["front.png", "side.png"])
    #expect(both.photos.allSatisfy { $0.notes.isEmpty })
  }

  // MARK: Helpers

  private func freckled(width: Float) -> SyntheticFace {
    var face = SyntheticFace(width: width)
    face.freckles = 0.12
    face.light = SIMD4(-0.9, 0.1, -0.1, 0.4)
    return face
  }

  private func turned(_ mesh: FaceMesh, _ degrees: Float) -> FaceMesh {
    let a = degrees * .pi / 180
    let middle = SIMD3<Float>(130, 125, 0)
    return FaceMesh(
      points: mesh.points.map { p in
        let d = p - middle
        return middle + SIMD3(d.x * cos(a) - d.z * sin(a), d.y, d.x * sin(a) + d.z * cos(a))
      })
  }

  private func photo(
    _ face: SyntheticFace, _ name: String, _ change: (inout ColorPlanes) -> Void = { _ in }
  ) -> SourcePhoto {
    var colors = face.colors
    change(&colors)
    return RGBPicture(colors).photo(face.mesh, name: name)
  }

  private func identity(_ photos: [SourcePhoto]) -> Identity {
    var builder = IdentityBuilder()
    for photo in photos { builder.add(photo) }
    return builder.identity()!
  }

  private func eyes(_ mesh: FaceMesh) -> [SIMD2<Float>] {
    [(33, 133), (263, 362)].map { (mesh.xy($0.0) + mesh.xy($0.1)) / 2 }
  }

  private func patch(_ colors: inout ColorPlanes, at middle: SIMD2<Float>, radius: Float) {
    disc(&colors, at: middle, radius: radius, SyntheticFace.hair)
  }

  private func disc(_ colors: inout ColorPlanes, at middle: SIMD2<Float>, radius: Float, _ color: SIMD3<Float>) {
    for y in 0..<colors.height {
      for x in 0..<colors.width {
        let d = SIMD2(Float(x), Float(y)) - middle
        guard (d * d).sum() < radius * radius else { continue }
        colors.red[x, y] = color.x
        colors.green[x, y] = color.y
        colors.blue[x, y] = color.z
      }
    }
  }

  /// Luma around a vertex.
  private func shade(_ identity: Identity, _ vertex: Int) -> Float {
    identity.colors.luma.blurred(sigma: 3).value(at: identity.mesh.xy(vertex))
  }
}
