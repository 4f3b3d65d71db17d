import Effects
import Engine
import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

/// Whole jobs that replace a face.
@Suite("A swap", .serialized) struct SwapTests {
  @Test(
    "Changes no sample outside the drawn region, and the face inside it",
    arguments: [
      ("yuv420p", VideoEncoding(encoder: "ffv1")), ("yuv420p10le", VideoEncoding(encoder: "ffv1")),
      ("yuv422p10le", VideoEncoding(encoder: "ffv1")), ("yuv444p", VideoEncoding(encoder: "ffv1")),
      ("yuv420p", VideoEncoding(encoder: "libx264", preset: "ultrafast", isLossless: true)),
    ])
  func exactOutside(format: String, encoding: VideoEncoding) throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: format).write(to: scratch.path("in.mkv"))
    var request = job(scratch, "in.mkv", "out.mkv", encoding)
    request.sources = [try Pinned.path("multi_face.jpg")]
    let result = try request.run()
    #expect(result.frames == 12)
    #expect(result.framesWithFaces == 12)
    let before = try Contents(of: scratch.path("in.mkv"))
    let after = try Contents(of: scratch.path("out.mkv"))
    #expect(after.times == before.times)
    let masks = try drawnMasks(before.frames, source: try Pinned.path("multi_face.jpg"))
    var largestOutside = 0
    for (index, mask) in masks.enumerated() {
      let old = Samples(before.frames[index])
      let new = Samples(after.frames[index])
      #expect(new.format == old.format)
      var changed = 0
      for (a, b) in zip(old.components, new.components) {
        let (stepX, stepY) = (mask.width / a.width, mask.height / a.height)
        for i in a.values.indices where a.values[i] != b.values[i] {
          changed += 1
          let (x, y) = (i % a.width * stepX, i / a.width * stepY)
          let isDrawn = (0..<stepY).contains { dy in (0..<stepX).contains { dx in mask[x + dx, y + dy] > 0 } }
          if !isDrawn { largestOutside = max(largestOutside, abs(Int(a.values[i]) - Int(b.values[i]))) }
        }
      }
      // The mask holds a third of this picture at most, and a good part of what it holds changes.
      let drawn = mask.samples.filter { $0 > 0.5 }.count
      #expect(drawn > 2000 && drawn < mask.samples.count / 3)
      #expect(changed > drawn / 2)
    }
    #expect(largestOutside == 0)
  }

  @Test("Gives the same samples every time, whatever the number of threads") func determinism() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "yuv420p").write(to: scratch.path("in.mkv"))
    var results: [[Samples]] = []
    for threads in [1, 1, 2] {
      var request = job(scratch, "in.mkv", "out.mkv")
      request.threads = threads
      _ = try request.run()
      results.append(try Contents(of: scratch.path("out.mkv")).samples)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
    #expect(results[0] != (try Contents(of: scratch.path("in.mkv")).samples))
  }

  @Test("Replaces the output only when it is whole") func replaces() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "yuv420p", frames: 2).write(to: scratch.path("in.mkv"))
    try Data("old".utf8).write(to: URL(fileURLWithPath: scratch.path("out.mkv")))
    let seen = Box<Data?>(nil)
    let path = scratch.path("out.mkv")
    let result = try job(scratch, "in.mkv", "out.mkv").run { event in
      if case .progress = event { seen.change { $0 = try? Data(contentsOf: URL(fileURLWithPath: path)) } }
    }
    #expect(seen.value == Data("old".utf8))
    #expect(result.path == path)
    #expect(scratch.names == ["in.mkv", "out.mkv"])
    #expect(try Contents(of: path).frames.count == 2)
  }

  @Test("Of a picture changes no sample outside the faces") func picture() throws {
    let scratch = try Scratch()
    let photo = try Pinned.picture("multi_face.jpg").converted(toPixelFormat: "rgb24")
    _ = try PictureFile.write(photo, to: scratch.path("in.png"))
    let events = Box<[JobEvent]>([])
    let result = try job(scratch, "in.png", "many.png").run { event in events.change { $0.append(event) } }
    #expect(result.frames == 1 && result.framesWithFaces == 1)
    let progress = events.value.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    #expect(progress.map(\.faces) == [5])

    let faces = try photo.withPixels {
      try FaceTracker.faces(
        in: $0, detector: try Pinned.detector(), mesher: try Pinned.mesher(), locator: try Pinned.locator())
    }
    #expect(faces.count == 5)
    let original = Samples(photo).components
    let many = Samples(try PictureFile.read(scratch.path("many.png"))).components
    var request = job(scratch, "in.png", "one.png")
    request.selectorMode = .one
    _ = try request.run()
    let one = Samples(try PictureFile.read(scratch.path("one.png"))).components

    let largest = try #require(faces.max { $0.mesh.width < $1.mesh.width })
    for face in faces {
      let nose = face.mesh.xy(6)
      let i = Int(nose.y) * photo.width + Int(nose.x)
      let isLargest = face.track == largest.track
      #expect((0..<3).contains { original[$0].values[i] != many[$0].values[i] })
      #expect((0..<3).contains { original[$0].values[i] != one[$0].values[i] } == isLargest)
    }
    // Beyond 1.33 times the outlines, about their means, nothing changes.
    let outlines = faces.map { face in
      let outline = FaceTopology.oval.map { face.mesh.xy($0) }
      let center = outline.reduce(.zero, +) / Float(outline.count)
      return Plane.polygon(
        outline.map { center + ($0 - center) * 1.33 }, width: photo.width, height: photo.height)
    }
    for y in 0..<photo.height {
      for x in 0..<photo.width {
        guard outlines.allSatisfy({ $0[x, y] == 0 }) else { continue }
        let i = y * photo.width + x
        for k in 0..<3 where original[k].values[i] != many[k].values[i] {
          Issue.record("sample \(k) at \(x), \(y) changed")
          return
        }
      }
    }
  }

  @Test("Merges photos around the one that shows the face best, and tells what is wrong with them") func bestSource()
    throws
  {
    let scratch = try Scratch()
    let photo = try Pinned.picture("astronaut.png").converted(toPixelFormat: "rgb24")
    // The same photo at a third of its size is the worse one.
    let small = try photo.withPixels { pixels -> Frame in
      let frame = try Frame(width: 170, height: 170, pixelFormatName: "rgb24")
      try frame.withMutablePixels { to in
        for y in 0..<170 {
          for x in 0..<170 {
            (to.planes[0] + y * to.strides[0] + 3 * x).copyMemory(
              from: pixels.planes[0] + 3 * y * pixels.strides[0] + 9 * x, byteCount: 3)
          }
        }
      }
      return frame
    }
    _ = try PictureFile.write(small, to: scratch.path("small.png"))
    try Clip.astronaut(format: "yuv420p", frames: 1).write(to: scratch.path("in.mkv"))
    var request = job(scratch, "in.mkv", "out.mkv")
    let large = request.sources[0]
    func notices(_ sources: [String]) throws -> [String] {
      request.sources = sources
      let texts = Box<[String]>([])
      _ = try request.run { event in
        switch event {
        case .notice(let text), .warning(let text): texts.change { $0.append(text) }
        default: break
        }
      }
      return texts.value
    }
    for sources in [[large, scratch.path("small.png")], [scratch.path("small.png"), large]] {
      #expect(
        try notices(sources) == [
          "2 source photos are merged; 'astronaut.png' shows the face best",
          "the face in 'small.png' is only 30 pixels wide; a photo with 300 or more gives a sharper result",
        ])
    }
    #expect(try notices([scratch.path("small.png")]).contains { $0.contains("pixels wide") })
    #expect(try notices([large]).isEmpty)
  }
}
