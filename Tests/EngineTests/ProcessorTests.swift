import Effects
import Engine
import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

/// Which effects a job applies, and in which order.
@Suite("Processors", .serialized) struct ProcessorTests {
  private func request(_ scratch: Scratch, _ processors: [String], sources: [String] = []) -> JobRequest {
    var request = JobRequest(
      sources: sources, target: scratch.path("in.png"), output: scratch.path("out.png"))
    request.processors = processors
    return request
  }

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try PictureFile.write(
      try Pinned.picture("multi_face.jpg").converted(toPixelFormat: "rgb24"), to: scratch.path("in.png"))
    return scratch
  }

  @Test("Those that there are not, and none at all, are refused in words")
  func refused() throws {
    let scratch = try scratch()
    func expect(_ request: JobRequest, _ message: String, _ location: SourceLocation = #_sourceLocation) {
      let error = #expect(throws: JobError.self, sourceLocation: location) { try request.run() }
      #expect(error?.kind == .invalidRequest, sourceLocation: location)
      #expect(error?.message == message, sourceLocation: location)
    }
    expect(
      request(scratch, ["face_debugger", "face_painter"]),
      "there is no processor 'face_painter'; choose among face_swapper, face_debugger")
    expect(
      request(scratch, []), "nothing is to be done to the faces; name one of face_swapper, face_debugger")
    expect(request(scratch, ["face_swapper"]), "no source photo was given; name one with --source")
    var debug = request(scratch, ["face_debugger"])
    debug.debuggerItems = [.mesh, .texture]
    expect(debug, "no source photo was given; name one with --source")
    #expect(scratch.names == ["in.png"])
  }

  @Test("The debugger alone needs no source, and looks at none that it does not need")
  func withoutSource() throws {
    let scratch = try scratch()
    let events = Box<[JobEvent]>([])
    _ = try request(scratch, ["face_debugger"]).run { event in events.change { $0.append(event) } }
    #expect(!events.value.contains { if case .notice = $0 { true } else { false } })
    let before = try PictureFile.read(scratch.path("in.png"))
    let after = try PictureFile.read(scratch.path("out.png"))
    #expect(Samples(before) != Samples(after))

    _ = try request(scratch, ["face_debugger"], sources: [scratch.path("in.png")])
      .run { event in events.change { $0.append(event) } }
    #expect(
      events.value.contains(.notice("nothing that was asked for needs the source: it is not looked at")))
  }

  @Test("They are applied in the order in which they are named")
  func order() throws {
    let scratch = try scratch()
    let photo = try Pinned.path("astronaut.png")
    func result(_ processors: [String]) throws -> Samples {
      var request = request(scratch, processors, sources: [photo])
      request.debuggerItems = [.mesh]
      _ = try request.run()
      return Samples(try PictureFile.read(scratch.path("out.png")))
    }
    let original = Samples(try PictureFile.read(scratch.path("in.png")))
    let swapped = try result(["face_swapper"])
    let drawn = try result(["face_debugger"])
    let over = try result(["face_swapper", "face_debugger"])
    let under = try result(["face_debugger", "face_swapper"])
    let lines = original.components[0].values.indices.map { i in
      original.components.indices.contains { original.components[$0].values[i] != drawn.components[$0].values[i] }
    }
    /// The largest difference, on pixels that the debugger draws on or on the others.
    func difference(_ a: Samples, _ b: Samples, onLines: Bool) -> Int {
      var largest = 0
      for (x, y) in zip(a.components, b.components) {
        for i in lines.indices where lines[i] == onLines {
          largest = max(largest, abs(Int(x.values[i]) - Int(y.values[i])))
        }
      }
      return largest
    }
    // Lines lie over the new face, and nothing else does: but for what another rounding on the way there makes.
    #expect(difference(over, swapped, onLines: true) > 60)
    let other = zip(over.components, swapped.components).flatMap { a, b in
      lines.indices.filter { !lines[$0] && abs(Int(a.values[$0]) - Int(b.values[$0])) > 4 }
    }
    #expect(other.count < lines.count / 1000, "\(other.count) of \(lines.count)")
    // Under it they are painted over, but the swapper sees them, and takes their light for the target's.
    #expect(difference(under, over, onLines: true) > 60)
    #expect(difference(under, swapped, onLines: false) > 8)
  }

  @Test(
    "Samples outside what the debugger draws keep their bits, in every format",
    arguments: ["yuv420p", "yuv420p10le", "yuv422p10le"])
  func exactOutside(format: String) throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: format, frames: 3).write(to: scratch.path("in.mkv"))
    var request = JobRequest(sources: [], target: scratch.path("in.mkv"), output: scratch.path("out.mkv"))
    request.processors = ["face_debugger"]
    request.debuggerItems = [.outline, .box, .track, .region]
    request.encoding = VideoEncoding(encoder: "ffv1")
    let result = try request.run()
    #expect(result.framesWithFaces == 3)
    let before = try Contents(of: scratch.path("in.mkv"))
    let after = try Contents(of: scratch.path("out.mkv"))
    for (old, new) in zip(before.frames, after.frames) {
      let (a, b) = (Samples(old), Samples(new))
      #expect(a.format == b.format)
      let luma = a.components[0]
      let changed = luma.values.indices.filter { luma.values[$0] != b.components[0].values[$0] }
      // Lines and a few figures: a small part, in the face's neighbourhood.
      #expect(changed.count > 500 && changed.count < luma.values.count / 5)
    }
  }
}
