import Effects
import FaceAnalysis
import Imaging
import Testing

@Suite("Eyes stay the target's") struct EyeTests {
  /// A face 200 pixels wide whose lids are so far apart, as ``FaceMesh/eyeOpening`` has it, with irises.
  private func mesh(opening: Float) -> FaceMesh {
    var mesh = FaceMesh(points: FaceTopology.meanShape.points.map { $0 * 200 + SIMD3(160, 150, 0) })
    var irises: [Iris] = []
    for lids in [FaceTopology.leftEye, FaceTopology.rightEye] {
      let (a, b) = (mesh.xy(lids[0]), mesh.xy(lids[8]))
      let width = ((a - b) * (a - b)).sum().squareRoot()
      for k in 1..<8 {
        // An ellipse whose mean height over three pairs is the opening.
        let t = Float(k) / 8
        let half = opening * width / 2 * (4 * t * (1 - t)).squareRoot()
        let middle = a + (b - a) * t
        for (i, y) in [(lids[k], -half), (lids[16 - k], half)] {
          mesh.points[i] = SIMD3(middle.x, middle.y + y, mesh[i].z)
        }
      }
      irises.append(Iris(center: (a + b) / 2, radius: 0.22 * width))
    }
    mesh.irises = Irises(left: irises[0], right: irises[1])
    return mesh
  }

  private func kept(_ opening: Float) -> Plane {
    EyeMask.kept(mesh(opening: opening), open: SIMD2(0.3, 0.3), width: 320, height: 320)
  }

  @Test func anOpenEyeShowsTheTargetsBallAndTheSourcesLids() {
    let mesh = self.mesh(opening: 0.32)
    let plane = kept(0.32)
    for iris in [mesh.irises!.left, mesh.irises!.right] { #expect(plane.value(at: iris.center) > 0.99) }
    // Brows, and the skin a tenth of the face below the eye.
    for i in [105, 334, 50, 280, 6] { #expect(plane.value(at: mesh.xy(i)) == 0) }
    #expect(plane.value(at: mesh.irises!.left.center + SIMD2(0, 14)) < 0.05)
  }

  @Test func aShutEyeShowsTheTargetsLids() {
    let mesh = self.mesh(opening: 0.05)
    let plane = kept(0.05)
    for iris in [mesh.irises!.left, mesh.irises!.right] {
      #expect(plane.value(at: iris.center) > 0.9)
      #expect(plane.value(at: iris.center - SIMD2(0, 5)) > 0.85)
    }
    for i in [105, 334, 50, 280, 6] { #expect(plane.value(at: mesh.xy(i)) == 0) }
  }

  @Test func theLidsFadeInAsTheEyeShuts() {
    let above = self.mesh(opening: 0.3).irises!.left.center - SIMD2(0, 9)
    let seen = [Float(0.25), 0.18, 0.15, 0.12, 0.05].map { kept($0).value(at: above) }
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 <= $1 + 1e-4 }, "\(seen)")
    #expect(seen.first! < 0.05 && seen.last! > 0.8, "\(seen)")
  }

  @Test func theIrisTakesTheSourcesColourAndTheWhiteStays() {
    // Drawn eyes: blue in the target, brown in the source.
    func picture(_ iris: SIMD3<Float>) -> (RGBPicture, FaceMesh) {
      let mesh = self.mesh(opening: 0.32)
      var colors = SyntheticFace(width: 200, center: SIMD2(160, 150)).colors
      for circle in [mesh.irises!.left, mesh.irises!.right] {
        for y in 0..<colors.height {
          for x in 0..<colors.width {
            let d = SIMD2(Float(x), Float(y)) - circle.center
            let r = (d * d).sum().squareRoot()
            guard abs(d.x) < 2.2 * circle.radius, abs(d.y) < 0.7 * circle.radius else { continue }
            let color =
              r < 0.35 * circle.radius ? SIMD3(repeating: 20) : r < circle.radius ? iris : SIMD3(225, 222, 220)
            (colors.red[x, y], colors.green[x, y], colors.blue[x, y]) = (color.x, color.y, color.z)
          }
        }
      }
      return (RGBPicture(colors), mesh)
    }
    let (source, sourceMesh) = picture(SIMD3(95, 70, 50))
    let (target, mesh) = picture(SIMD3(60, 85, 115))
    let swapper = source.swapper(sourceMesh)
    func color(at p: SIMD2<Float>) -> SIMD3<Float> {
      target.withView { frame in
        let all = frame.colors(in: frame.bounds)
        return SIMD3(all.red.value(at: p), all.green.value(at: p), all.blue.value(at: p))
      }
    }
    let circle = mesh.irises!.left
    let (iris, white) = (circle.center + SIMD2(0.65 * circle.radius, 0), circle.center + SIMD2(1.5 * circle.radius, 0))
    let before = (color(at: iris), color(at: white))
    let face = TrackedFace(track: 0, mesh: mesh, confidence: 1)
    target.withView { swapper.apply(to: $0, face: face, history: FaceHistory()) }
    let after = (color(at: iris), color(at: white))
    #expect(before.0.z > before.0.x + 40)
    // Three quarters of the way in the logarithm, within limits: no longer blue.
    #expect(after.0.x > before.0.x + 5 && after.0.z < before.0.z - 15, "\(before.0) \(after.0)")
    let change = after.1 - before.1
    #expect((change * change).sum().squareRoot() < 6, "\(before.1) \(after.1)")
  }
}
