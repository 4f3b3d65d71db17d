import Effects
import Engine
import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

@Suite("The face stage") struct FaceStageTests {
  @Test func keepsFramesAndPacketsInTheirOrder() throws {
    let stage = stage(seeing: { _ in true })
    var sent: [String] = []
    var received: [String] = []
    for index in 0..<30 {
      // Packets before, between and after the frames, in changing numbers.
      for k in 0..<(index % 3) {
        sent.append("packet \(10 * index + k)")
        received += try stage.process(.packet(packet(10 * index + k))).map(name)
      }
      sent.append("frame \(index)")
      received += try stage.process(.frame(frame(index), faces: 0)).map(name)
    }
    sent.append("packet 999")
    received += try stage.process(.packet(packet(999))).map(name)
    #expect(received.count < sent.count)
    received += try stage.process(nil).map(name)
    #expect(received == sent)
    #expect(try stage.process(nil).isEmpty)
  }

  @Test func aFrameLeavesWhenTheLookAheadHasPassed() throws {
    let stage = stage(seeing: { _ in true })
    for index in 0..<25 {
      let finished = try stage.process(.frame(frame(index), faces: 0))
      #expect(finished.map(name) == (index < lookAhead ? [] : ["frame \(index - lookAhead)"]))
    }
    #expect(try stage.process(nil).count == lookAhead)
  }

  @Test func packetsBeforeTheFirstFrameDoNotWait() throws {
    let stage = stage(seeing: { _ in true })
    #expect(try stage.process(.packet(packet(1))).map(name) == ["packet 1"])
    #expect(try stage.process(.packet(packet(2))).map(name) == ["packet 2"])
    #expect(try stage.process(.frame(frame(0), faces: 0)).isEmpty)
    // One after a waiting frame waits with it.
    #expect(try stage.process(.packet(packet(3))).isEmpty)
    #expect(try stage.process(nil).map(name) == ["frame 0", "packet 3"])
  }

  @Test func packetsGoAheadWhereTheyWouldFillTheMemory() throws {
    // A packet counts for its two bytes and 256 for what is around them.
    let stage = stage(seeing: { _ in true }, packetLimit: 3 * 258)
    #expect(try stage.process(.frame(frame(0), faces: 0)).isEmpty)
    #expect(try stage.process(.packet(packet(1))).isEmpty)
    #expect(try stage.process(.frame(frame(1), faces: 0)).isEmpty)
    #expect(try stage.process(.packet(packet(2))).isEmpty)
    #expect(try stage.process(.packet(packet(3))).map(name) == ["packet 1", "packet 2", "packet 3"])
    #expect(try stage.process(.packet(packet(4))).isEmpty)
    #expect(try stage.process(nil).map(name) == ["frame 0", "frame 1", "packet 4"])
  }

  @Test func framesWithoutAFaceAreTheVeryFramesThatCame() throws {
    let stage = stage(seeing: { (8..<16).contains($0) })
    let frames = try (0..<28).map { try frame($0) }
    let before = frames.map { Samples($0) }
    var parcels: [Parcel] = []
    for frame in frames { parcels += try stage.process(.frame(frame, faces: 0)) }
    parcels += try stage.process(nil)
    for (index, parcel) in parcels.enumerated() {
      guard case .frame(let frame, let faces) = parcel else { continue }
      #expect(frame === frames[index])
      #expect(faces == ((8..<16).contains(index) ? 1 : 0))
      #expect((Samples(frame) == before[index]) == (faces == 0))
    }
    #expect(parcels.count == 28)
  }

  @Test func framesWithoutAFaceAreNotEvenCopied() throws {
    let stage = stage(seeing: { $0 == 4 })
    let frames = try (0..<9).map { try frame($0) }
    // While the decoder holds them, writing would need a copy.
    let held = try frames.map { try $0.reference() }
    for frame in frames { _ = try stage.process(.frame(frame, faces: 0)) }
    _ = try stage.process(nil)
    for (index, (frame, reference)) in zip(frames, held).enumerated() {
      let isShared = frame.withPixels { $0.planes[0] } == reference.withPixels { $0.planes[0] }
      #expect(isShared == (index != 4))
    }
  }

  @Test func doesNotWriteIntoMemoryThatTheDecoderHolds() throws {
    let stage = stage(seeing: { _ in true })
    let frames = try (0..<12).map { try frame($0) }
    // The decoder keeps references to the same samples, to predict later frames from.
    let held = try frames.map { try $0.reference() }
    let before = held.map { Samples($0) }
    var parcels: [Parcel] = []
    for frame in frames { parcels += try stage.process(.frame(frame, faces: 0)) }
    parcels += try stage.process(nil)
    #expect(held.map { Samples($0) } == before)
    for (parcel, old) in zip(parcels, before) {
      if case .frame(let frame, _) = parcel { #expect(Samples(frame) != old) }
    }
  }

  @Test func letsGoOfFramesOnceTheyAreFinished() throws {
    let stage = stage(seeing: { _ in true })
    var frames: [Weak] = []
    for index in 0..<60 {
      let made = try frame(index)
      frames.append(Weak(frame: made))
      _ = try stage.process(.frame(made, faces: 0))
      #expect(frames.filter { $0.frame != nil }.count <= lookAhead + 1)
    }
    _ = try stage.process(nil)
    #expect(frames.allSatisfy { $0.frame == nil })
  }

  @Test func selectsWhichFacesAreEdited() throws {
    let log = EffectLog()
    let stage = FaceStage(
      tracker: FaceTracker(
        detector: NumberedDetector(seeing: { _ in true }, faces: 2), mesher: NumberedMesher(faces: 2)),
      selector: FaceSelector(mode: .one), effects: [Marker(log: log)])
    var parcels: [Parcel] = []
    for index in 0..<6 { parcels += try stage.process(.frame(frame(index), faces: 0)) }
    parcels += try stage.process(nil)
    #expect(parcels.allSatisfy { if case .frame(_, let faces) = $0 { faces == 1 } else { false } })
    #expect(log.widths.value.count == 6)
    #expect(log.widths.value.allSatisfy { abs($0 - 30) < 0.1 })
  }

  @Test func drawsFarFacesBeforeNearOnes() throws {
    let log = EffectLog()
    let stage = FaceStage(
      tracker: FaceTracker(
        detector: NumberedDetector(seeing: { _ in true }, faces: 2), mesher: NumberedMesher(faces: 2)),
      selector: FaceSelector(mode: .many), effects: [Marker(log: log)])
    _ = try stage.process(.frame(frame(0), faces: 0))
    _ = try stage.process(nil)
    #expect(log.widths.value.map { ($0 * 10).rounded() / 10 } == [20, 30])
  }

  @Test func framesOfFormatsThatCannotBeEditedAreConverted() throws {
    let stage = stage(seeing: { _ in false })
    let odd = try Frame(
      width: 64, height: 36, pixelFormatName: "pal8", timestamp: Timestamp(value: 5, base: Rational(1, 25)))
    #expect(odd.layout == nil)
    _ = try stage.process(.frame(odd, faces: 0))
    let parcels = try stage.process(nil)
    guard case .frame(let frame, _)? = parcels.first else {
      Issue.record("the frame is missing")
      return
    }
    #expect(frame.layout != nil)
    #expect(frame.timestamp == odd.timestamp)
  }

  @Test func errorsOfTheNetworksComeThrough() throws {
    let stage = FaceStage(
      tracker: FaceTracker(detector: BrokenDetector(), mesher: NumberedMesher()), selector: FaceSelector(mode: .many),
      effects: [])
    #expect(throws: BrokenDetector.Failure.self) { try stage.process(.frame(frame(0), faces: 0)) }
  }

  // MARK: Effects on one face

  @Test func effectsWorkOnOnePatchOneAfterAnother() throws {
    let log = EffectLog()
    let picture = try frame(0)
    let before = Samples(picture)
    let face = TrackedFace(track: 0, mesh: NumberedMesher.mesh(SIMD2(30, 18), 20), confidence: 1)
    // Each adds to what the one before left: 10 and 20 levels in its own rectangle.
    let effects: [any FaceEffect] = [
      Marker(log: log, change: 10, rect: PixelRect(x: 20, y: 8, width: 12, height: 10)),
      Marker(log: log, change: 20, rect: PixelRect(x: 26, y: 10, width: 14, height: 16)),
    ]
    try picture.withMutablePixels { EffectChain(effects).apply(to: [face], in: $0) }
    let after = Samples(picture)
    // Both worked in one patch: the smallest that holds both rectangles.
    #expect(
      log.rects.value == [PixelRect(x: 0, y: 0, width: 12, height: 10), PixelRect(x: 6, y: 2, width: 14, height: 16)])
    // Luma codes have 219 steps for 255 levels of grey.
    for (i, (a, b)) in zip(before.components[0].values, after.components[0].values).enumerated() {
      let (x, y) = (i % 64, i / 64)
      let first = (20..<32).contains(x) && (8..<18).contains(y) ? 10.0 : 0
      let second = (26..<40).contains(x) && (10..<26).contains(y) ? 20.0 : 0
      #expect(Int(b) - Int(a) == Int(((first + second) * 219 / 255).rounded()))
    }
    #expect(before.components[1] == after.components[1] && before.components[2] == after.components[2])
  }

  @Test func aPatchMeansTheSameLightAsItsFrame() throws {
    let log = EffectLog()
    let encoding = ColorEncoding(matrix: .bt2020, transfer: .pq, primaries: .bt2020)
    let picture = try Frame(width: 64, height: 48, pixelFormatName: "yuv420p10le", encoding: encoding)
    let face = TrackedFace(track: 0, mesh: NumberedMesher.mesh(SIMD2(30, 18), 20), confidence: 1)
    try picture.withMutablePixels { EffectChain([Marker(log: log), Marker(log: log)]).apply(to: [face], in: $0) }
    let inside = ColorEncoding(fullRange: true, transfer: .pq, primaries: .bt2020)
    #expect(log.encodings.value == [inside, inside])
  }

  @Test func aFaceOutsideTheFrameChangesNothing() throws {
    let picture = try frame(0)
    let before = Samples(picture)
    let log = EffectLog()
    let face = TrackedFace(track: 0, mesh: NumberedMesher.mesh(SIMD2(30, 18), 20), confidence: 1)
    try picture.withMutablePixels {
      EffectChain([Marker(log: log, rect: PixelRect(x: 3, y: 3, width: 0, height: 5))])
        .apply(to: [face], in: $0)
    }
    #expect(Samples(picture) == before)
    #expect(log.rects.value.isEmpty)
  }

  // MARK: Help

  private func stage(seeing isSeen: @escaping @Sendable (Int) -> Bool, packetLimit: Int = 1 << 20) -> FaceStage {
    FaceStage(
      tracker: FaceTracker(detector: NumberedDetector(seeing: isSeen), mesher: NumberedMesher(seeing: isSeen)),
      selector: FaceSelector(mode: .many), effects: [Marker(log: EffectLog())], packetLimit: packetLimit)
  }

  private func frame(_ index: Int) throws -> Frame {
    let frame = try Frame(
      width: 64, height: 36, pixelFormatName: "yuv420p",
      timestamp: Timestamp(value: Int64(index), base: Rational(1, 25)))
    try frame.withMutablePixels { view in
      for plane in 0..<3 {
        for y in 0..<(plane == 0 ? 36 : 18) {
          memset(view.planes[plane] + y * view.strides[plane], plane == 0 ? 100 : 128, plane == 0 ? 64 : 32)
        }
      }
      // The number, for the networks below.
      view.planes[0].storeBytes(of: UInt8(16 + index), as: UInt8.self)
    }
    return frame
  }

  private func packet(_ number: Int) throws -> Packet {
    try Packet(
      track: 1, bytes: [1, 2], timestamp: Timestamp(value: Int64(number), base: Rational(1, 1000)), duration: 1)
  }

  private func name(_ parcel: Parcel) -> String {
    switch parcel {
    case .frame(let frame, _): "frame \(frame.timestamp?.value ?? -1)"
    case .packet(let packet): "packet \(packet.timestamp?.value ?? -1)"
    }
  }

  private struct Weak {
    weak var frame: Frame?
  }

  private final class BrokenDetector: FaceDetector {
    struct Failure: Error {}
    func detect(in frame: PixelView) throws -> [Detection] { throw Failure() }
  }
}

/// Sees a still face, or two, in the frames whose first sample says so.
private final class NumberedDetector: FaceDetector {
  private let isSeen: (Int) -> Bool
  private let faces: Int

  init(seeing isSeen: @escaping (Int) -> Bool, faces: Int = 1) {
    self.isSeen = isSeen
    self.faces = faces
  }

  func detect(in frame: PixelView) throws -> [Detection] {
    guard isSeen(NumberedMesher.number(of: frame)) else { return [] }
    return NumberedMesher.all.prefix(faces).map { mesh in
      let box = FaceRegion(mesh).faceBox
      return Detection(score: 0.9, low: box.low, high: box.high, eyes: (mesh.xy(33), mesh.xy(263)))
    }
  }
}

private final class NumberedMesher: FaceMesher {
  /// The larger face first.
  static let all = [mesh(SIMD2(20, 14), 30), mesh(SIMD2(52, 14), 20)]
  private let isSeen: (Int) -> Bool
  private let faces: Int

  init(seeing isSeen: @escaping (Int) -> Bool = { _ in true }, faces: Int = 1) {
    self.isSeen = isSeen
    self.faces = faces
  }

  static func mesh(_ center: SIMD2<Float>, _ width: Float) -> FaceMesh {
    FaceMesh(points: FaceTopology.meanShape.points.map { $0 * width + SIMD3(center.x, center.y, 0) })
  }

  static func number(of frame: PixelView) -> Int { Int(frame.planes[0].load(as: UInt8.self)) - 16 }

  func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float) {
    func distance(_ mesh: FaceMesh) -> Float {
      let d = FaceRegion(mesh).center - region.center
      return (d * d).sum()
    }
    let nearest = Self.all.prefix(faces).min { distance($0) < distance($1) }!
    return (nearest, isSeen(Self.number(of: frame)) ? 0.99 : 0.01)
  }
}

/// What was done to which face.
private final class EffectLog: Sendable {
  let widths = Box<[Float]>([])
  let rects = Box<[PixelRect]>([])
  let encodings = Box<[ColorEncoding]>([])
}

/// Makes its part of the picture lighter.
private struct Marker: FaceEffect {
  let log: EffectLog
  var change: Float = 40
  var rect: PixelRect?

  func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect {
    if let rect { return rect }
    let (low, high) = face.mesh.bounds
    return PixelRect(
      x: Int(low.x), y: Int(low.y), width: Int(high.x - low.x), height: Int(high.y - low.y)
    ).intersection(frame)
  }

  func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
    log.widths.change { $0.append(face.mesh.width) }
    log.encodings.change { $0.append(pixels.encoding) }
    // In a patch the face lies elsewhere: its first point tells by how much.
    let corner = face.mesh.xy(0) - NumberedMesher.mesh(SIMD2(30, 18), 20).xy(0)
    let part =
      rect.map {
        PixelRect(
          x: $0.x + Int(corner.x.rounded()), y: $0.y + Int(corner.y.rounded()), width: $0.width, height: $0.height)
      } ?? rect(for: face, in: pixels.bounds)
    log.rects.change { $0.append(part) }
    guard !part.isEmpty else { return }
    let old = pixels.colors(in: part)
    pixels.composite(
      old.map { $0 + change }, over: old, mask: Plane(width: part.width, height: part.height, value: 1),
      at: (part.x, part.y))
  }
}

/// How many frames later a frame's faces are known, at full effort.
let lookAhead = 8
