import Effects
import FaceAnalysis
import Foundation
import Imaging
import Testing

@Suite("The face debugger") struct FaceDebuggerTests {
  private let face = SyntheticFace(width: 130)

  private func tracked(_ mesh: FaceMesh, track: Int = 0, confidence: Float = 1) -> TrackedFace {
    TrackedFace(track: track, mesh: mesh, confidence: confidence)
  }

  private func debugger(_ items: [FaceDebugger.Item]) -> FaceDebugger {
    FaceDebugger(items: items, swapper: face.picture.swapper(face.mesh))
  }

  /// Pixels in which two packed pictures differ.
  private func changed(_ a: [UInt8], _ b: [UInt8]) -> Set<Int> {
    Set(a.indices.filter { a[$0] != b[$0] }.map { $0 / 3 })
  }

  @Test(
    "Every item draws something, and only in the part of the frame it asks for", arguments: FaceDebugger.Item.allCases)
  func draws(item: FaceDebugger.Item) {
    let picture = face.picture
    let before = picture.bytes
    let effect = debugger([item])
    let person = tracked(face.mesh)
    picture.withView { EffectChain([effect]).apply(to: [person], in: $0) }
    let rect = effect.rect(for: person, in: picture.bounds)
    let pixels = changed(before, picture.bytes)
    #expect(pixels.count > 200)
    #expect(
      pixels.allSatisfy {
        let (x, y) = ($0 % picture.width, $0 / picture.width)
        return x >= rect.x && x < rect.maxX && y >= rect.y && y < rect.maxY
      })
    // None fills the whole of it.
    #expect(pixels.count < (item == .track ? 1 : 9) * rect.width * rect.height / (item == .track ? 1 : 10) + 1)
  }

  @Test("Nothing is drawn where nothing is asked for, or there is no source")
  func drawsNothing() {
    for effect in [FaceDebugger(items: []), FaceDebugger(items: [.mask, .light, .texture])] {
      let picture = face.picture
      let before = picture.bytes
      picture.withView { EffectChain([effect]).apply(to: [tracked(face.mesh)], in: $0) }
      #expect(picture.bytes == before)
    }
  }

  @Test("A face beyond the frame, or of no size, is no trouble", arguments: [-3000, 250, 3000] as [Float])
  func outside(x: Float) {
    let picture = face.picture
    let far = FaceMesh(points: face.mesh.points.map { $0 + SIMD3(x, 0, 0) })
    let flat = FaceMesh(points: [SIMD3<Float>](repeating: SIMD3(x, 20, 0), count: 468))
    let broken = FaceMesh(points: [SIMD3<Float>](repeating: SIMD3(.nan, x, 0), count: 468))
    let effect = debugger(FaceDebugger.Item.allCases)
    for mesh in [far, flat, broken] {
      picture.withView { EffectChain([effect]).apply(to: [tracked(mesh)], in: $0) }
    }
  }

  @Test("Lines are the wider the larger the face is, and lie where the points are", arguments: [110, 660] as [Float])
  func lineWidth(width: Float) throws {
    var large = SyntheticFace(width: width, center: SIMD2(width * 0.8, width * 0.8))
    (large.width, large.height) = (Int(width * 1.6), Int(width * 1.8))
    let picture = large.picture
    let before = picture.bytes
    picture.withView { EffectChain([FaceDebugger(items: [.box])]).apply(to: [tracked(large.mesh)], in: $0) }
    let pixels = changed(before, picture.bytes)
    let (low, high) = large.mesh.bounds
    let row = Int((low.y + high.y) / 2)
    let columns = (0..<Int(large.mesh.xy(4).x)).filter { pixels.contains(row * picture.width + $0) }
    // Soft edges of one pixel on both sides.
    #expect(columns.count >= Int(max(1.2, width / 220)) && columns.count <= Int(max(1.2, width / 220)) + 2)
    let middle = Float(columns.reduce(0, +)) / Float(columns.count)
    #expect(abs(middle - low.x) < 1)
  }

  @Test("The label reads as track and confidence, whichever way the picture is stored", arguments: 0..<8)
  func label(orientation: Int) {
    let person = tracked(placed(orientation), track: 17, confidence: 0.834)
    let picture = RGBPicture(ColorPlanes(width: 260, height: 260, value: 128))
    let effect = FaceDebugger(items: [.track])
    let rect = effect.rect(for: person, in: picture.bounds)
    picture.withView { EffectChain([effect]).apply(to: [person], in: $0) }
    let bytes = picture.bytes
    // Rows and columns of dots as they are read upright.
    let dot = min(rect.width, rect.height) / (DotFont.height + 2)
    let text = "#17 0.83"
    for (k, character) in text.enumerated() {
      for (row, bits) in DotFont.rows(of: character).enumerated() {
        for column in 0..<DotFont.width {
          let right = Float((1 + k * (DotFont.width + 1) + column) * dot) + Float(dot) / 2
          let down = Float((row + 1) * dot) + Float(dot) / 2
          let p = stored(SIMD2(right, down), in: rect, orientation)
          let i = 3 * (Int(p.y) * picture.width + Int(p.x))
          let isSet = bits >> (DotFont.width - 1 - column) & 1 == 1
          #expect(
            (Int(bytes[i]) + Int(bytes[i + 1]) + Int(bytes[i + 2]) > 300) == isSet, "\(character) \(row) \(column)")
        }
      }
    }
  }

  /// The mean face, turned by quarters, the last four mirrored.
  private func placed(_ orientation: Int) -> FaceMesh {
    FaceMesh(
      points: FaceTopology.meanShape.points.map { p in
        var q = SIMD2(p.x, p.y - 0.15)
        for _ in 0..<orientation % 4 { q = SIMD2(-q.y, q.x) }
        if orientation >= 4 { q.x = -q.x }
        return SIMD3(q.x * 120 + 130, q.y * 120 + 130, p.z * 120)
      })
  }

  /// A point of a rectangle's upright view in the picture.
  private func stored(_ p: SIMD2<Float>, in rect: PixelRect, _ orientation: Int) -> SIMD2<Float> {
    let size = SIMD2(Float(rect.width), Float(rect.height))
    let upright = orientation % 2 == 0 ? size : SIMD2(size.y, size.x)
    var q = p - upright / 2
    for _ in 0..<orientation % 4 { q = SIMD2(-q.y, q.x) }
    if orientation >= 4 { q.x = -q.x }
    return q + size / 2 + SIMD2(Float(rect.x), Float(rect.y))
  }

  @Test("No two characters look alike")
  func characters() {
    let all = Array("0123456789.# ").map { DotFont.rows(of: $0) }
    for (i, a) in all.enumerated() {
      for b in all[(i + 1)...] {
        #expect(zip(a, b).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } >= 3)
      }
    }
  }

  @Test("What it shows is the target's own, not what other effects have made of it")
  func seesTheTarget() {
    let black = RGBPicture(ColorPlanes(width: 260, height: 300))
    let target = face.picture
    black.withView { view in
      // Noted on the target, drawn on black.
      let effect = debugger([.skin])
      let person = tracked(face.mesh)
      var history = FaceHistory()
      let note = target.withView { effect.observe($0, face: person, history: history) }
      if let note { history.add(note) }
      effect.apply(to: view, face: person, history: history)
    }
    let shown = black.bytes
    // Skin is green, on cheeks, and not on lips' surroundings beyond the face.
    func green(_ vertex: Int) -> UInt8 {
      let p = face.mesh.xy(vertex)
      return shown[3 * (Int(p.y) * 260 + Int(p.x)) + 1]
    }
    for vertex in [50, 280, 151, 4] { #expect(green(vertex) > 80) }
    #expect(shown[1] == 0)
    // Without a note there is nothing to show.
    let plain = RGBPicture(ColorPlanes(width: 260, height: 300))
    plain.withView { debugger([.skin]).apply(to: $0, face: tracked(face.mesh), history: FaceHistory()) }
    #expect(plain.bytes.allSatisfy { $0 == 0 })
  }

  @Test("The mask's tint is where the swapper paints")
  func mask() throws {
    let swapper = face.picture.swapper(face.mesh)
    let picture = face.picture
    let before = picture.bytes
    let person = tracked(face.mesh)
    let surface = try #require(picture.withView { swapper.drawing(of: person, in: $0, history: FaceHistory()) }).surface
    picture.withView { EffectChain([FaceDebugger(items: [.mask], swapper: swapper)]).apply(to: [person], in: $0) }
    let pixels = changed(before, picture.bytes)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let alpha = surface.alpha.value(at: surface.grid.local(SIMD2(Float(x), Float(y))))
        if alpha > 0.1 { #expect(pixels.contains(y * picture.width + x)) }
        if alpha == 0 { #expect(!pixels.contains(y * picture.width + x)) }
      }
    }
  }

  @Test("Between other effects it draws the same as alone, moved into the patch")
  func inAPatch() {
    struct Nothing: FaceEffect {
      func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect { frame }
      func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {}
    }
    struct Corner: FaceEffect {
      func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect { PixelRect(x: 5, y: 3, width: 4, height: 4) }
      func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {}
    }
    let items = FaceDebugger.Item.allCases
    let alone = face.picture
    alone.withView { EffectChain([debugger(items)]).apply(to: [tracked(face.mesh)], in: $0) }
    for other in [Nothing() as any FaceEffect, Corner()] {
      let together = face.picture
      together.withView { EffectChain([other, debugger(items)]).apply(to: [tracked(face.mesh)], in: $0) }
      let worst = zip(alone.bytes, together.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst <= 1)
    }
  }
}
