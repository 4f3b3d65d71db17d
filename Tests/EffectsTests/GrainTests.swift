import Effects
import FaceAnalysis
import Imaging
import Testing

@Suite("The target's grain on the new face") struct GrainTests {
  private let source = SyntheticFace(width: 150)

  @Test(arguments: [130, 300] as [Float], [3, 8] as [Float])
  func noiseComesBackAsStrongAsItWas(width: Float, deviation: Float) throws {
    let picture = try noisy(width, deviation: deviation)
    let (before, after, shown) = try fine(picture, face(width), .full)
    #expect(shown.filter { $0 }.count > 1000)
    let (old, new) = (spread(before, shown), spread(after, shown))
    #expect(abs(new / old - 1) < 0.15, "\(old) became \(new)")
    // Without it the face would be as smooth as its source.
    let (_, smooth, _) = try fine(try noisy(width, deviation: deviation), face(width), .fast)
    #expect(spread(smooth, shown) < 0.4 * old)
  }

  @Test func aFaceWithoutGrainGetsNone() throws {
    let picture = face(300).picture
    let (_, after, shown) = try fine(picture, face(300), .full)
    #expect(spread(after, shown) < 0.7)
  }

  private func face(_ width: Float) -> SyntheticFace {
    var face = SyntheticFace(width: width, center: SIMD2(width * 0.8, width * 0.8))
    (face.width, face.height) = (Int(1.6 * width), Int(1.8 * width))
    return face
  }

  private func noisy(_ width: Float, deviation: Float) throws -> RGBPicture {
    var colors = face(width).colors
    for i in colors.red.samples.indices {
      let (x, y) = (i % colors.width, i / colors.width)
      // Four even ones make nearly a normal one; its deviation is 2/√3.
      let noise = (0..<4).reduce(Float(0)) { $0 + SyntheticFace.noise(x + 977 * $1, y) } * deviation * 0.866
      colors.red.samples[i] += noise
      colors.green.samples[i] += noise
      colors.blue.samples[i] += noise
    }
    return RGBPicture(colors)
  }

  /// What luma has of fine detail before and after a swap, and where the new face and nothing else is seen.
  private func fine(
    _ picture: RGBPicture, _ face: SyntheticFace, _ effort: Effort
  ) throws -> (before: Plane, after: Plane, shown: [Bool]) {
    let swapper = BuiltinSwapper(source.picture.identity(source.mesh), effort: effort, options: .init(faceShape: 0))
    let tracked = TrackedFace(track: 0, mesh: face.mesh, confidence: 1)
    func fine() -> Plane {
      picture.withView { view in
        let luma = view.colors(in: view.bounds).luma
        return luma - luma.blurred(sigma: 0.8)
      }
    }
    let before = fine()
    var shown: [Bool] = []
    picture.withView { view in
      let drawing = swapper.drawing(of: tracked, in: view, history: FaceHistory())
      let plain = face.raster.interpolate(FaceTopology.plainSkin)
      shown = plain.samples.indices.map { i in
        let p = SIMD2(Float(i % picture.width), Float(i / picture.width))
        let surface = drawing!.surface
        return plain.samples[i] > 0.99 && surface.alpha.value(at: surface.grid.local(p)) > 0.999
      }
      swapper.apply(to: view, face: tracked, history: FaceHistory())
    }
    return (before, fine(), shown)
  }

  private func spread(_ plane: Plane, _ shown: [Bool]) -> Float { mean(plane * plane) { shown[$0] }.squareRoot() }
}
