import Effects
import Engine
import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

/// A part of a clip looks as it does in the whole.
@Suite("A part of a clip", .serialized) struct PartTests {
  @Test(
    "Is what the whole clip is there, bit for bit",
    arguments: [
      (Effort.full, [Trim.frames(start: 1, end: 5), .frames(start: 50, end: 54), .seconds(start: 5.16)]),
      (.fast, [.frames(start: 7, end: 10), .frames(start: 121, end: 125)]),
    ])
  func rendered(effort: Effort, parts: [Trim]) throws {
    let scratch = try Scratch()
    // A hand comes before the face, and goes.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-i", try Pinned.path("WolfgangLanger_Pexels.mp4"), "-an", "-vf",
      "select='between(n,90,229)',setpts=N/25/TB,scale=320:180,format=yuv420p", "-r", "25", "-c:v", "ffv1",
      scratch.path("in.mkv"),
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    var request = job(scratch, "in.mkv", "out.mkv")
    request.effort = effort
    #expect(try request.run().framesWithFaces > 100)
    let whole = try Contents(of: scratch.path("out.mkv")).samples
    #expect(whole.count == 140)
    for part in parts {
      request.trim = part
      let events = Box<[JobProgress]>([])
      let result = try request.run { event in
        if case .progress(let progress) = event { events.change { $0.append(progress) } }
      }
      let first =
        switch part {
        case .frames(let start, _): start
        case .seconds(let start, _): Int((start * 25).rounded())
        }
      let made = try Contents(of: scratch.path("out.mkv")).samples
      #expect(made.count == (part.hasEnd ? made.count : 140 - first))
      for (index, frame) in made.enumerated() { #expect(frame == whole[first + index], "frame \(first + index)") }
      #expect(result.frames == made.count && result.framesWithFaces <= made.count)
      #expect(events.value.map(\.frames) == Array(1...made.count))
    }
  }

  @Test(
    "Is looked at in the same rhythm, and effects know the same of it",
    arguments: [
      (Effort.full, Trim.frames(start: 1, end: 3)), (.full, .frames(start: 97, end: 110)),
      (.full, .frames(start: 150, end: 155)), (.full, .seconds(start: 6.02, end: 6.2)),
      (.fast, .frames(start: 107, end: 110)), (.fast, .frames(start: 151)),
    ])
  func rhythm(effort: Effort, trim: Trim) throws {
    let scratch = try Scratch()
    try Clip(width: 64, height: 36, times: Array(0..<200)) { clip, index in
      let frame = try Frame(width: clip.width, height: clip.height, pixelFormatName: clip.format)
      try frame.withMutablePixels { $0.planes[0].storeBytes(of: UInt8(index), as: UInt8.self) }
      return frame
    }
    .write(to: scratch.path("in.mkv"))
    let whole = try notes(MediaReader(path: scratch.path("in.mkv"), threads: 1), effort)
    let part = try notes(
      MediaReader(path: scratch.path("in.mkv"), threads: 1, trim: trim, margin: FaceStage.margin(effort)), effort)
    #expect(whole.count == 200)
    #expect(!part.isEmpty)
    let first = try #require(part.first?.frame)
    for (index, note) in part.enumerated() { #expect(note == whole[first + index]) }
  }

  /// What an effect knows when it is applied.
  private struct Known: Equatable {
    var frame: Int
    var width: Float
    var place: SIMD2<Float>
    var notes: [Float]
  }

  private final class Witness: FaceEffect {
    let known = Box<[Known]>([])
    func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect { frame }
    func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
      history.frame % 3 == 0 ? face.mesh.xy(1).x : nil
    }
    func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
      let now = Known(
        frame: history.frame, width: face.mesh.width, place: face.mesh.xy(1),
        notes: history.notes(Float.self).flatMap { [Float($0.age), $0.note] })
      known.change { $0.append(now) }
    }
  }

  private func notes(_ reader: MediaReader, _ effort: Effort) throws -> [Known] {
    let witness = Witness()
    let stage = FaceStage(
      tracker: FaceTracker(detector: Drifting(), mesher: Drifting(), effort: effort),
      selector: FaceSelector(mode: .many), effects: [witness])
    var frames = 0
    while case .frame(let frame)? = try reader.next() { frames += try stage.process(.frame(frame, faces: 0)).count }
    frames += try stage.process(nil).count
    #expect(frames == reader.frameCount)
    #expect(witness.known.value.count == frames)
    return witness.known.value
  }

  /// Sees a face that moves. The points it finds are drawn to the region they are looked for in.
  private final class Drifting: FaceDetector, FaceMesher {
    private func mesh(_ frame: PixelView) -> FaceMesh {
      let t = Float(frame.planes[0].load(as: UInt8.self))
      return FaceMesh(
        points: FaceTopology.meanShape.points.map { $0 * (20 + 0.02 * t) + SIMD3(20 + 0.1 * t, 16 + sin(0.3 * t), 0) })
    }

    func detect(in frame: PixelView) throws -> [Detection] {
      let mesh = mesh(frame)
      let box = FaceRegion(mesh).faceBox
      let error = SIMD2<Float>(2, -1)
      return [Detection(score: 0.9, low: box.low + error, high: box.high + error, eyes: (mesh.xy(33), mesh.xy(263)))]
    }

    func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float) {
      let mesh = mesh(frame)
      let error = 0.6 * (region.center - FaceRegion(mesh).center)
      return (mesh.mapped { $0 + error }, 0.99)
    }
  }
}
