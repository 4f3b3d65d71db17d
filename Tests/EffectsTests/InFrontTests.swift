import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

extension SyntheticFace {
  /// The picture with brows, eyes and lips, and with something painted over it.
  ///
  /// - Parameter cover: R′G′B′ and opacity at a point, in face widths from the middle between the eyes.
  func drawn(_ cover: (SIMD2<Float>) -> SIMD4<Float>? = { _ in nil }) -> ColorPlanes {
    var colors = colors
    func paint(_ i: Int, _ color: SIMD3<Float>, _ share: Float) {
      colors.red.samples[i] += (color.x - colors.red.samples[i]) * share
      colors.green.samples[i] += (color.y - colors.green.samples[i]) * share
      colors.blue.samples[i] += (color.z - colors.blue.samples[i]) * share
    }
    let parts: [([Int], SIMD3<Float>)] = [
      (FaceTopology.leftBrow, SIMD3(50, 35, 28)), (FaceTopology.rightBrow, SIMD3(50, 35, 28)),
      (FaceTopology.leftEye, SIMD3(90, 80, 75)), (FaceTopology.rightEye, SIMD3(90, 80, 75)),
      (FaceTopology.lipsOuter, SIMD3(150, 60, 65)),
    ]
    for (vertices, color) in parts {
      let hull = convexHull(vertices.map { mesh.xy($0) })
      let part = Plane.polygon(hull, width: width, height: height)
      for i in part.samples.indices where part.samples[i] > 0 { paint(i, color, part.samples[i]) }
    }
    let middle = (mesh.xy(33) + mesh.xy(263)) / 2
    for y in 0..<height {
      for x in 0..<width {
        let p = (SIMD2(Float(x), Float(y)) - middle) / mesh.width
        if let over = cover(p) { paint(y * width + x, SIMD3(over.x, over.y, over.z), over.w) }
      }
    }
    return colors
  }

  func grid(_ colors: ColorPlanes) -> FaceGrid? { RGBPicture(colors).withView { FaceGrid($0, mesh: mesh) } }

  func inFront(_ grid: FaceGrid, _ glasses: Glasses? = nil) -> ThingsInFront {
    let skin = SkinModel(grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
    return ThingsInFront(grid, skin: skin, glasses: glasses)
  }

  /// How much of a shape's edge covers a point at a signed distance in face widths, 1 inside.
  func edge(_ distance: Float) -> Float { max(0, min(1, 0.5 - distance * mesh.width)) }
}

/// Signed distance to a disc below the mouth, in face widths.
private func disc(_ p: SIMD2<Float>, _ middle: SIMD2<Float> = SIMD2(0.12, 0.6), radius: Float = 0.15) -> Float {
  ((p - middle) * (p - middle)).sum().squareRoot() - radius
}

/// Thin round rims with a bridge and arms.
private func rims(_ p: SIMD2<Float>, thickness: Float = 0.012) -> Float {
  let q = SIMD2(abs(p.x) - 0.235, p.y - 0.02)
  let round = abs((q * q).sum().squareRoot() - 0.155) - thickness / 2
  let bridge = max(abs(p.y + 0.01) - thickness / 2, abs(p.x) - 0.09)
  let arms = max(abs(p.y + 0.03) - thickness / 2, 0.38 - abs(p.x))
  return min(round, min(bridge, arms))
}

@Suite("Things before a face") struct OccluderTests {
  @Test(arguments: [
    ("black", SIMD3<Float>(22, 22, 24)), ("white", SIMD3(245, 245, 248)), ("red", SIMD3(170, 20, 30)),
    ("blue", SIMD3(60, 90, 190)), ("grey", SIMD3(70, 72, 75)),
  ])
  func staySeen(_ name: String, _ color: SIMD3<Float>) throws {
    let face = SyntheticFace(width: 110)
    let colors = face.drawn { p in SIMD4(color, face.edge(disc(p))) }
    let grid = try #require(face.grid(colors))
    let free = face.inFront(grid).free
    let plain = face.inFront(try #require(face.grid(face.drawn()))).free
    let middle = (grid.mesh.xy(33) + grid.mesh.xy(263)) / 2
    let distance = { (i: Int) -> Float in
      let p = SIMD2(Float(i % free.width), Float(i / free.width))
      return disc((p - middle) / grid.mesh.width)
    }
    #expect(mean(free, where: { distance($0) < -0.03 && grid.coverage.samples[$0] > 0 }) < 0.1)
    // The rest of the face is as it was.
    let rest = { (i: Int) in distance(i) > 0.08 && grid.coverage.samples[i] > 0 }
    #expect(mean(free, where: rest) > mean(plain, where: rest) - 0.02)
  }

  @Test(arguments: [
    SIMD4<Float>(-0.9, 0.55, -0.15, 0.5), SIMD4(-1.4, 1.1, 0.2, 0.5), SIMD4(-0.6, -0.9, -0.5, 0.2), SIMD4(-2, 0, 0, 0),
  ])
  func plainFacesHaveNone(_ light: SIMD4<Float>) throws {
    var face = SyntheticFace(width: 110)
    face.light = light
    face.freckles = 0.1
    let grid = try #require(face.grid(face.drawn()))
    let inside = grid.raster.interpolate(FaceTopology.distanceToOval)
    let free = face.inFront(grid).free
    #expect(mean(free) { inside.samples[$0] > 0.06 } > 0.995)
  }

  @Test func shineAndShadeAreNoThings() throws {
    let face = SyntheticFace(width: 110)
    // White shine and a shadow's edge, both soft over a tenth of the face.
    let colors = face.drawn { p in
      let shine = exp(-((p - SIMD2(0.2, 0.25)) * (p - SIMD2(0.2, 0.25))).sum() / (2 * 0.08 * 0.08))
      return SIMD4(255, 250, 245, 0.5 * shine)
    }
    let grid = try #require(face.grid(colors))
    let inside = grid.raster.interpolate(FaceTopology.distanceToOval)
    #expect(mean(face.inFront(grid).free) { inside.samples[$0] > 0.06 } > 0.99)
  }

  @Test func darkGlassesStayAndTheFaceKeepsItsLight() throws {
    let face = SyntheticFace(width: 110)
    func lens(_ p: SIMD2<Float>) -> Float {
      let q = SIMD2((abs(p.x) - 0.23) / 1.2, p.y - 0.03)
      return (q * q).sum().squareRoot() - 0.16
    }
    let colors = face.drawn { p in SIMD4(20, 18, 22, face.edge(lens(p))) }
    let grid = try #require(face.grid(colors))
    let free = face.inFront(grid).free
    for vertex in [159, 145, 386, 374] { #expect(free.value(at: grid.mesh.xy(vertex)) < 0.1) }
    for vertex in [4, 205, 425, 199, 9] { #expect(free.value(at: grid.mesh.xy(vertex)) > 0.95) }
  }

  @Test func aStrandOfHairStays() throws {
    let face = SyntheticFace(width: 110)
    func strand(_ p: SIMD2<Float>) -> Float { abs(p.x - 0.28 - 0.9 * (0.3 - p.y)) - 0.016 }
    let colors = face.drawn { p in p.y > 0.03 && p.y < 0.5 ? SIMD4(30, 22, 18, face.edge(strand(p))) : nil }
    let grid = try #require(face.grid(colors))
    let free = face.inFront(grid).free
    let middle = (grid.mesh.xy(33) + grid.mesh.xy(263)) / 2
    func at(_ p: SIMD2<Float>) -> Float { free.value(at: middle + p * grid.mesh.width) }
    #expect(at(SIMD2(0.28, 0.3)) < 0.4)
    #expect(at(SIMD2(0.20, 0.25)) > 0.95)
  }

  @Test func masksFade() throws {
    let face = SyntheticFace(width: 110)
    // A disc that grows out of nothing: never more of it is seen from one step to the next than a little.
    var before: Float?
    for step in 0...24 {
      let radius = Float(step) * 0.006
      let colors = face.drawn { p in SIMD4(30, 60, 160, face.edge(disc(p, radius: radius))) }
      let free = face.inFront(try #require(face.grid(colors))).free
      let hidden = Float(free.samples.count) - free.sum
      if let before { #expect(abs(hidden - before) < 0.035 * 110 * 110) }
      before = hidden
    }
    #expect(before! > 0.03 * 110 * 110)
  }
}

@Suite("Raised brows") struct RaisedBrowTests {
  /// A bar of hair at a height over the brows, in face widths, and skin above it.
  @Test func areSkinAndAFringeIsNot() throws {
    let face = SyntheticFace(width: 128)
    let brow = face.drawn { p in
      let q = SIMD2(abs(p.x) - 0.24, p.y + 0.24)
      return SIMD4(30, 22, 18, face.edge(max(abs(q.x) - 0.1, abs(q.y) - 0.018)))
    }
    let fringe = face.drawn { p in
      SIMD4(30, 22, 18, face.edge(max(abs(abs(p.x) - 0.24) - 0.1, p.y + 0.222)))
    }
    for (colors, isBrow) in [(brow, true), (fringe, false)] {
      let grid = try #require(face.grid(colors))
      let skin = SkinModel(grid.standardColors, mesh: grid.mesh, raster: grid.raster, coverage: grid.coverage)
      let middle = (grid.mesh.xy(33) + grid.mesh.xy(263)) / 2
      let p = middle + SIMD2(0.24, -0.24) * grid.mesh.width
      #expect(skin.probability.value(at: p) < 0.2)
      let answer = face.inFront(grid).skin.value(at: p)
      #expect(isBrow ? answer > 0.8 : answer < 0.3)
    }
  }
}

@Suite("Glasses") struct GlassesTests {
  private let face = SyntheticFace(width: 180, center: SIMD2(130, 135))

  private func observation(_ colors: ColorPlanes) throws -> GlassesObservation {
    try #require(RGBPicture(colors).withView { GlassesObservation($0, mesh: face.mesh) })
  }

  @Test(arguments: [SIMD3<Float>(40, 30, 28), SIMD3(250, 250, 250)])
  func rimsAreFoundAndStay(_ color: SIMD3<Float>) throws {
    let colors = face.drawn { p in SIMD4(color, face.edge(rims(p))) }
    let glasses = try #require(Glasses([try observation(colors)]))
    #expect(glasses.certainty > 0.9)
    let grid = try #require(face.grid(colors))
    let mask = glasses.mask(on: grid)
    let middle = (grid.mesh.xy(33) + grid.mesh.xy(263)) / 2
    func at(_ x: Float, _ y: Float) -> Float { mask.value(at: middle + SIMD2(x, y) * grid.mesh.width) }
    // Bridge, lower and outer rims, an arm.
    for side: Float in [-1, 1] {
      #expect(at(side * 0.235, 0.175) > 0.5)
      #expect(at(side * 0.12, 0.125) > 0.5)
      #expect(at(side * 0.35, 0.125) > 0.5)
    }
    #expect(at(0, -0.01) > 0.5)
    // Between and below them the new face is seen.
    for p in [SIMD2<Float>(0.235, 0.1), SIMD2(-0.235, 0.1), SIMD2(0.1, 0.3), SIMD2(0, 0.2), SIMD2(0.3, 0.28)] {
      #expect(at(p.x, p.y) < 0.1)
    }
    // What is kept of the target is exactly that.
    let free = face.inFront(grid, glasses).free
    #expect(free.value(at: middle + SIMD2(0.235, 0.175) * grid.mesh.width) < 0.5)
  }

  @Test func thereAreNoneOnABareFace() throws {
    for light in [SIMD4<Float>(-0.9, 0.55, -0.15, 0.5), SIMD4(-1.4, 1.1, 0.2, 0.5)] {
      var bare = face
      bare.light = light
      bare.freckles = 0.05
      #expect(Glasses([try observation(bare.drawn())]) == nil)
    }
  }

  @Test func aShadowsEdgeIsNone() throws {
    // Darkness above a line across the root of the nose, as a hat throws it.
    let colors = face.drawn { p in SIMD4(0, 0, 0, 0.6 * face.edge(p.y + 0.01)) }
    #expect(Glasses([try observation(colors)]) == nil)
  }

  @Test func somethingThatPassesIsNone() throws {
    // A hand's fingers: lines in another place in every look.
    let observations = try (0..<7).map { k in
      let shift = Float(k) * 0.035
      let colors = face.drawn { p in SIMD4(60, 40, 35, face.edge(rims(p + SIMD2(0, shift - 0.1)))) }
      return try observation(colors)
    }
    #expect(Glasses(observations) == nil)
    #expect(Glasses([]) == nil)
  }

  @Test func smallAndTurnedFacesTellNothing() throws {
    let small = SyntheticFace(width: 40)
    #expect(RGBPicture(small.colors).withView { GlassesObservation($0, mesh: small.mesh) } == nil)
    var turned = face
    let (c, s) = (cos(Float(1.1)), sin(Float(1.1)))
    turned.mesh = FaceMesh(
      points: face.mesh.points.map { p in
        let x = p.x - 130
        return SIMD3(130 + c * x + s * p.z, p.y, c * p.z - s * x)
      })
    #expect(RGBPicture(turned.colors).withView { GlassesObservation($0, mesh: turned.mesh) } == nil)
  }
}
