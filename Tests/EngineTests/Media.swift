import Catalogue
import FaceAnalysis
import Foundation
import Imaging
import Inference
import MediaIO

/// A folder of its own for one test, gone with it.
final class Scratch {
  let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Names of all files, hidden ones too.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }
}

/// The pinned files that set-up brings; a test that needs one fails where it is missing.
enum Pinned {
  static func path(_ name: String) throws -> String { try CacheFolder().path + "/media/" + name }

  static func picture(_ name: String) throws -> Frame { try PictureFile.read(path(name)).editable() }

  static func detector() throws -> BlazeFace { BlazeFace(session: try session(.faceDetectionBack)) }

  /// The detector of jobs.
  static func finder() throws -> FaceFinder {
    FaceFinder(quick: try detector()) { CenterFace(session: try session(.centerFace)) }
  }

  static func mesher() throws -> FaceLandmarkNetwork { FaceLandmarkNetwork(session: try session(.faceLandmark)) }

  static func locator() throws -> AttentionMesh {
    AttentionMesh(
      surface: try session(.faceLandmark), trunk: try session(.faceAttentionTrunk),
      heads: try session(.faceAttentionHeads))
  }

  private static func session(_ model: ModelDescription) throws -> Session {
    let runtime = try Runtime.load(explicitPath: nil)
    return try Session(runtime: runtime, model: try ModelStore(try CacheFolder()).load(model))
  }
}

/// All samples of a frame: of each component, row by row, without padding.
struct Samples: Equatable {
  struct Component: Equatable {
    var width: Int
    var height: Int
    var values: [UInt16]
  }

  var format: String
  var components: [Component]

  init(_ frame: Frame) {
    format = frame.pixelFormatName
    components = frame.withPixels { view in
      view.layout.components.indices.map { index in
        let size = view.sampleSize(index)
        var values: [UInt16] = []
        values.reserveCapacity(size.width * size.height)
        view.forEachSample(index) { _, _, pointer, component in
          let word = component.depth > 8 ? pointer.loadUnaligned(as: UInt16.self) : UInt16(pointer.load(as: UInt8.self))
          values.append(word >> UInt16(component.shift))
        }
        return Component(width: size.width, height: size.height, values: values)
      }
    }
  }
}

extension PixelView {
  fileprivate func sampleSize(_ index: Int) -> (width: Int, height: Int) {
    let isChroma = layout.model == .yuv && (index == 1 || index == 2)
    let (x, y) = isChroma ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
    return ((width + (1 << x) - 1) >> x, (height + (1 << y) - 1) >> y)
  }

  fileprivate func forEachSample(
    _ index: Int, _ body: (Int, Int, UnsafeMutableRawPointer, PixelLayout.Component) -> Void
  ) {
    let component = layout.components[index]
    let size = sampleSize(index)
    for y in 0..<size.height {
      let row = planes[component.plane] + y * strides[component.plane] + component.offset
      for x in 0..<size.width { body(x, y, row + x * component.step, component) }
    }
  }
}

extension Frame {
  /// Fills the frame with noise that differs from seed to seed and uses every bit of the samples.
  func paintNoise(_ seed: Int) throws {
    try withMutablePixels { view in
      for index in view.layout.components.indices {
        var state = UInt32(truncatingIfNeeded: seed * 7919 + index * 104_729 + 1)
        view.forEachSample(index) { _, _, pointer, component in
          state = state &* 1_664_525 &+ 1_013_904_223
          let value = UInt16(truncatingIfNeeded: state >> 16) & UInt16((1 << component.depth) - 1)
          if component.depth > 8 {
            pointer.storeBytes(of: value << UInt16(component.shift), as: UInt16.self)
          } else {
            pointer.storeBytes(of: UInt8(value), as: UInt8.self)
          }
        }
      }
    }
  }

  /// A part of a packed 8-bit R′G′B′ picture, as another picture.
  func part(x: Int, y: Int, width: Int, height: Int) throws -> Frame {
    let result = try Frame(width: width, height: height, pixelFormatName: "rgb24", encoding: encoding)
    try result.withMutablePixels { to in
      withPixels { from in
        for row in 0..<height {
          (to.planes[0] + row * to.strides[0]).copyMemory(
            from: from.planes[0] + (y + row) * from.strides[0] + 3 * x, byteCount: 3 * width)
        }
      }
    }
    return result
  }
}

/// A clip made from nothing.
struct Clip {
  var format = "yuv420p"
  var width = 96
  var height = 64
  /// The unit of the times.
  var unit = Rational(1, 25)
  var times: [Int64] = Array(0..<12)
  var hasSound = false
  /// The picture of a frame, in the clip's format.
  var picture: (Clip, Int) throws -> Frame = { clip, index in
    let frame = try Frame(width: clip.width, height: clip.height, pixelFormatName: clip.format)
    try frame.paintNoise(index)
    return frame
  }

  static let soundRate = 8000

  /// The astronaut, moving through the picture: her face is about 85 pixels wide.
  static func astronaut(format: String, frames: Int = 12) throws -> Clip {
    let photo = try Pinned.picture("astronaut.png").converted(toPixelFormat: "rgb24")
    return Clip(format: format, width: 200, height: 216, times: Array(0..<Int64(frames))) { clip, index in
      try photo.part(x: 112 + 2 * index, y: 12 + index % 5, width: clip.width, height: clip.height)
        .converted(toPixelFormat: clip.format)
    }
  }

  func write(to path: String, _ encoding: VideoEncoding = VideoEncoding(encoder: "ffv1")) throws {
    let template = try MediaTemplate(
      video: VideoDescription(
        width: width, height: height, pixelFormatName: format, frameRate: Rational(25, 1), timeBase: unit),
      sound: hasSound ? SoundDescription(sampleRate: Clip.soundRate, channels: 1) : nil)
    let writer = try MediaWriter(path: path, like: template, encoding: encoding, threads: 1)
    for (index, time) in times.enumerated() {
      if hasSound {
        // Packets of changing length.
        let start = 320 * index + 7 * index * index
        let count = 320 + 7 * (2 * index + 1)
        try writer.write(
          Packet(
            track: 1, bytes: (0..<2 * count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index &* 17) },
            timestamp: Timestamp(value: Int64(start), base: Rational(1, Clip.soundRate)), duration: Int64(count)))
      }
      let drawn = try picture(self, index)
      // A frame's time is given when it is made.
      let frame = try Frame(
        width: width, height: height, pixelFormatName: format, encoding: drawn.encoding,
        timestamp: Timestamp(value: time, base: unit), duration: 1)
      try frame.withMutablePixels { to in
        drawn.withPixels { from in
          for k in to.layout.components.indices {
            let size = to.sampleSize(k)
            let component = to.layout.components[k]
            for y in 0..<size.height {
              (to.planes[component.plane] + y * to.strides[component.plane]).copyMemory(
                from: from.planes[component.plane] + y * from.strides[component.plane],
                byteCount: size.width * component.step)
            }
          }
        }
      }
      try writer.encode(frame)
    }
    _ = try writer.finish()
  }
}

/// All that a reader gives.
struct Contents {
  var frames: [Frame] = []
  var packets: [Packet] = []

  init(of path: String) throws {
    let reader = try MediaReader(path: path, threads: 1)
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): frames.append(frame)
      case .packet(let packet): packets.append(packet)
      }
    }
  }

  /// Times in units of 1/10 000 000 second, which all bases of these tests divide well enough to be told apart.
  var times: [Int64] { frames.map { ticks($0.timestamp) } }
  var soundTimes: [Int64] { packets.map { ticks($0.timestamp) } }
  var sound: [[UInt8]] { packets.map { packet in packet.withBytes { Array($0) } } }
  var samples: [Samples] { frames.map { Samples($0) } }

  private func ticks(_ time: Timestamp?) -> Int64 {
    guard let time else { return .min }
    return Int64((Double(time.value) * time.base.value * 1e7).rounded())
  }
}
