import Foundation
import Imaging
import MediaIO

/// A folder of its own for one test, gone with it.
final class Scratch {
  let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("mediaio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

  /// Names of all files, hidden ones too.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }
}

/// The meaningful bytes of a frame: each component's samples, row by row, without padding.
func samples(of frame: Frame) -> [[UInt16]] {
  frame.withPixels { view in
    view.layout.components.indices.map { index in
      var result: [UInt16] = []
      forEachSample(index, of: view) { pointer, component in
        let word = component.depth > 8 ? pointer.loadUnaligned(as: UInt16.self) : UInt16(pointer.load(as: UInt8.self))
        result.append(word >> UInt16(component.shift))
      }
      return result
    }
  }
}

/// Fills a frame with a pattern that differs from frame to frame and uses every bit of the samples.
func paint(_ frame: Frame, seed: Int) throws {
  try frame.withMutablePixels { view in
    for index in view.layout.components.indices {
      var state = UInt32(truncatingIfNeeded: seed * 7919 + index * 104_729 + 1)
      forEachSample(index, of: view) { pointer, component in
        state = state &* 1_664_525 &+ 1_013_904_223
        let value = UInt16(truncatingIfNeeded: state >> 16) & UInt16((1 << component.depth) - 1)
        let word = value << UInt16(component.shift)
        if component.depth > 8 {
          pointer.storeBytes(of: word, as: UInt16.self)
        } else {
          pointer.storeBytes(of: UInt8(word), as: UInt8.self)
        }
      }
    }
  }
}

private func forEachSample(
  _ index: Int, of view: PixelView, _ body: (UnsafeMutableRawPointer, PixelLayout.Component) -> Void
) {
  let layout = view.layout
  let component = layout.components[index]
  let isChroma = layout.model == .yuv && (index == 1 || index == 2)
  let (shiftX, shiftY) = isChroma ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
  for y in 0..<((view.height + (1 << shiftY) - 1) >> shiftY) {
    let row = view.planes[component.plane] + y * view.strides[component.plane] + component.offset
    for x in 0..<((view.width + (1 << shiftX) - 1) >> shiftX) { body(row + x * component.step, component) }
  }
}

/// A clip made from nothing.
struct Clip {
  var width = 64
  var height = 48
  var format = "yuv420p"
  var rate = Rational(25, 1)
  var base: Rational?
  var times: [Int64] = Array(0..<10)
  var durations: [Int64]?
  var orientation = Orientation.upright
  var sound: SoundDescription?
  var metadata: [String: String] = [:]
  /// Whether all frames show the same.
  var isStill = false

  var unit: Rational { base ?? Rational(rate.denominator, rate.numerator) }

  func frame(_ index: Int) throws -> Frame {
    let frame = try Frame(
      width: width, height: height, pixelFormatName: format,
      timestamp: Timestamp(value: times[index], base: unit), duration: durations?[index] ?? 1)
    try paint(frame, seed: isStill ? 0 : index)
    return frame
  }

  func template() throws -> MediaTemplate {
    try MediaTemplate(
      video: VideoDescription(
        width: width, height: height, pixelFormatName: format, frameRate: rate, timeBase: unit,
        orientation: orientation), sound: sound, metadata: metadata)
  }

  /// Writes it, with packets of noise for sound.
  @discardableResult
  func write(to path: String, _ encoding: VideoEncoding = VideoEncoding(encoder: "ffv1")) throws -> Output {
    let writer = try MediaWriter(path: path, like: try template(), encoding: encoding, threads: 1)
    for index in times.indices {
      if let sound {
        let count = sound.sampleRate / 25
        let bytes = (0..<(count * sound.channels * 2)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index &* 17) }
        try writer.write(
          Packet(
            track: 1, bytes: bytes,
            timestamp: Timestamp(value: Int64(index * count), base: Rational(1, sound.sampleRate)),
            duration: Int64(count)))
      }
      try writer.encode(frame(index))
    }
    return try writer.finish()
  }
}

/// All that a reader gives.
struct Contents {
  var frames: [Frame] = []
  var packets: [Packet] = []
  var reader: MediaReader

  init(of path: String, trim: Trim? = nil, margin: TrimMargin = .none) throws {
    reader = try MediaReader(path: path, threads: 1, trim: trim, margin: margin)
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): frames.append(frame)
      case .packet(let packet): packets.append(packet)
      }
    }
  }

  var times: [Int64?] { frames.map { $0.timestamp?.value } }
  var sound: [UInt8] { packets.flatMap { packet in packet.withBytes { Array($0) } } }
}

/// Reads a file and writes it anew, as a job without effects would.
@discardableResult
func copy(
  _ from: String, to path: String, _ encoding: VideoEncoding = VideoEncoding(encoder: "ffv1"),
  sound: SoundEncoding = SoundEncoding(), trim: Trim? = nil, hardware: HardwareDecoding = .none
) throws -> Output {
  let reader = try MediaReader(path: from, threads: 1, trim: trim, hardware: hardware)
  let writer = try MediaWriter(path: path, like: reader.template, encoding: encoding, sound: sound, threads: 1)
  while let item = try reader.next() {
    switch item {
    case .frame(let frame): try writer.encode(frame)
    case .packet(let packet): try writer.write(packet)
    }
  }
  return try writer.finish()
}
