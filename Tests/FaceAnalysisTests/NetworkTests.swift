import FaceAnalysis
import Imaging
import MediaIO
import Testing

/// The real networks on the pinned pictures. Places were measured by eye in enlarged copies.
@Suite("The networks") struct NetworkTests {
  @Test func theDetectorFindsTheAstronautsFace() throws {
    let found = try Pinned.picture("astronaut.png").withPixels { try Pinned.detector().detect(in: $0) }
    #expect(found.count == 1)
    let face = try #require(found.first)
    #expect(face.score > 0.8)
    // From the brows to the chin and from cheek to cheek: about x 183…270, y 88…178.
    let middle = (face.low + face.high) / 2
    #expect(abs(middle.x - 226) < 10 && abs(middle.y - 130) < 14)
    let size = face.high - face.low
    #expect((75...120).contains(size.x) && (75...120).contains(size.y))
    near(face.eyes.0, SIMD2(203, 100), 5)
    near(face.eyes.1, SIMD2(246, 103), 5)
  }

  /// Boxes and scores that ONNX Runtime gave for the same model in Python, with the picture averaged down by numpy and
  /// Pillow: finer than an eye can tell, they show a wrong range of values or a wrong anchor.
  @Test func theDetectorAgreesWithAnotherProgram() throws {
    let detector = try Pinned.detector()
    let photo = try Pinned.picture("astronaut.png").converted(toPixelFormat: "rgb24")
    let whole = try #require(try photo.withPixels { try detector.detect(in: $0) }.first)
    #expect(abs(whole.score - 0.878) < 0.003)
    near(whole.low, SIMD2(171.6, 73.8), 0.6)
    near(whole.high, SIMD2(276.8, 179.1), 0.6)
    // The square from (150, 50) to (310, 210): so near that the anchors for large faces answer.
    let close = try Frame(width: 160, height: 160, pixelFormatName: "rgb24")
    try close.withMutablePixels { to in
      photo.withPixels { from in
        for y in 0..<160 {
          (to.planes[0] + y * to.strides[0]).copyMemory(
            from: from.planes[0] + (50 + y) * from.strides[0] + 3 * 150, byteCount: 480)
        }
      }
    }
    let large = try close.withPixels { try detector.detect(in: $0) }
    #expect(large.count == 1)
    near(try #require(large.first).low, SIMD2(23.2, 14.8), 2)
    near(try #require(large.first).high, SIMD2(130.3, 122.0), 2)
  }

  @Test func theDetectorFindsAllFiveFacesOfAGroup() throws {
    let found = try Pinned.picture("multi_face.jpg").withPixels { try Pinned.detector().detect(in: $0) }
    let middles = found.map { ($0.low + $0.high) / 2 }.sorted { $0.x < $1.x }
    #expect(middles.count == 5)
    let places: [SIMD2<Float>] = [
      SIMD2(260, 120), SIMD2(362, 300), SIMD2(478, 268), SIMD2(582, 370), SIMD2(738, 362),
    ]
    for (middle, place) in zip(middles, places) { near(middle, place, 22) }
  }

  @Test func theDetectorSeesTheSameWhateverTheFormat() throws {
    let picture = try Pinned.picture("astronaut.png")
    let detector = try Pinned.detector()
    let rgb = try picture.withPixels { try detector.detect(in: $0) }
    for format in ["yuv420p", "yuv444p10le", "nv12", "gbrp"] {
      let found = try picture.converted(toPixelFormat: format).withPixels { try detector.detect(in: $0) }
      #expect(found.count == 1)
      for (a, b) in zip(rgb, found) {
        near(a.low, b.low, 1.5)
        near(a.high, b.high, 1.5)
      }
    }
  }

  @Test func nobodyIsFoundWhereNobodyIs() throws {
    let reader = try MediaReader(path: try Pinned.path("no_face.mp4"), threads: 1)
    let detector = try Pinned.detector()
    let mesher = try Pinned.mesher()
    var frames = 0
    while frames < 40, let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      frames += 1
      guard frames % 8 == 1 else { continue }
      let faces = try frame.withPixels { try FaceTracker.faces(in: $0, detector: detector, mesher: mesher) }
      #expect(faces.isEmpty)
    }
    #expect(frames > 8)
  }

  @Test func theMeshLiesOnTheAstronautsFeatures() throws {
    let picture = try Pinned.picture("astronaut.png")
    let faces = try picture.withPixels {
      try FaceTracker.faces(in: $0, detector: try Pinned.detector(), mesher: try Pinned.mesher())
    }
    #expect(faces.count == 1)
    let mesh = try #require(faces.first).mesh
    near(mesh.xy(33), SIMD2(193, 101), 4)  // outer corner of the eye at the left
    near(mesh.xy(133), SIMD2(212, 102.5), 4)  // its inner corner
    near(mesh.xy(362), SIMD2(237, 104.5), 4)
    near(mesh.xy(263), SIMD2(258.5, 103), 4)
    near(mesh.xy(78), SIMD2(203, 140), 4)  // corners of the open mouth
    near(mesh.xy(308), SIMD2(246, 140), 4)
    near(mesh.xy(1), SIMD2(223, 126), 5)  // the nose's tip
    near(mesh.xy(152), SIMD2(222, 177), 6)  // the chin
    // Seen from the front: the nose comes nearer than the cheeks.
    #expect(mesh[1].z < mesh[234].z && mesh[1].z < mesh[454].z)
    #expect(mesh.facing[6] > 0.6)
  }

  @Test func theMeshMovesWithItsRegionLittle() throws {
    let picture = try Pinned.picture("astronaut.png")
    let mesher = try Pinned.mesher()
    try picture.withPixels { frame in
      let mesh = try FaceTracker.faces(in: frame, detector: try Pinned.detector(), mesher: mesher)[0].mesh
      let region = FaceRegion(mesh)
      for change in [SIMD2<Float>(4, 0), SIMD2(0, -4)] {
        var moved = region
        moved.center += change
        let again = try mesher.mesh(in: frame, region: moved)
        #expect(again.score > 0.9)
        let drift = (0..<468).map { i in
          let d = again.mesh.xy(i) - mesh.xy(i)
          return (d * d).sum().squareRoot()
        }
        #expect(drift.reduce(0, +) / 468 < 1)
      }
      // Beside the face there is none.
      var beside = region
      beside.center += SIMD2(200, 150)
      #expect(try mesher.mesh(in: frame, region: beside).score < 0.5)
    }
  }

  private func near(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ tolerance: Float, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let d = a - b
    #expect((d * d).sum().squareRoot() < tolerance, "\(a) is not near \(b)", sourceLocation: sourceLocation)
  }
}
