import Engine
import Foundation
import MediaIO
import Testing

@Suite("Where a job's processor time goes") struct ProcessorTimeTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func times(_ target: String, _ output: String, _ change: (inout JobRequest) -> Void = { _ in }) throws
    -> [StageTime.Stage: Double]
  {
    var request = JobRequest(sources: [try Pinned.path("astronaut.png")], target: target, output: scratch.path(output))
    change(&request)
    let times = try request.run().processorTime
    #expect(times.map(\.stage) == [.decode, .find, .swap, .encode, .other])
    return Dictionary(uniqueKeysWithValues: times.map { ($0.stage, $0.seconds) })
  }

  @Test("A clip and a picture: every stage has some")
  func stages() throws {
    let clip = scratch.path("clip.mkv")
    try Clip.astronaut(format: "yuv420p").write(to: clip)
    for (target, output) in [(clip, "out.mp4"), (try Pinned.path("multi_face.jpg"), "out.png")] {
      let times = try times(target, output)
      // Jobs of other tests run at the same time, so what is left for `other` may be nothing.
      for stage in [.decode, .find, .swap, .encode] as [StageTime.Stage] {
        #expect(try #require(times[stage]) > 0, "\(output) \(stage)")
      }
    }
  }

  @Test("The threads of codecs count: the stage's own thread only hands them the frames")
  func codecThreads() throws {
    let clip = scratch.path("noise.mkv")
    try Clip(width: 640, height: 360, times: Array(0..<10)).write(to: clip)
    // Noise has no face and costs an encoder dearly, the more the harder it tries. Handing over the frames costs
    // the same either way, and any other stage may run slower than this one, under a sanitizer say.
    func encode(_ preset: String) throws -> [StageTime.Stage: Double] {
      try times(clip, "\(preset).mp4") { request in
        request.encoding.preset = preset
        request.threads = 2
      }
    }
    let (quick, slow) = (try encode("ultrafast"), try encode("slower"))
    #expect(try #require(slow[.encode]) > 3 * #require(quick[.encode]))
    #expect(slow[.swap] == 0)
  }
}
