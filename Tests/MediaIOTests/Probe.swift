import Foundation

/// What the command `ffprobe`, which shares no code with the package under test, finds in a file.
struct Probe {
  typealias Fields = [String: String]

  struct Stream {
    var fields: Fields
    /// Packets, in the order of the file.
    var packets: [Fields] = []
    /// Decoded pictures, in the order of display.
    var frames: [Fields] = []

    var kind: String { fields["codec_type"] ?? "" }
    var isCover: Bool { fields["disposition.attached_pic"] == "1" }
  }

  var format: Fields
  var streams: [Stream]
  var chapters: [Fields]

  /// The picture track.
  var main: Stream? { streams.first { $0.kind == "video" && !$0.isCover } }

  init(_ name: String, in scratch: Scratch) throws {
    let arguments = [
      "-v", "error", "-threads", "1", "-show_format", "-show_streams", "-show_chapters", "-show_packets",
      "-show_frames", "-show_data_hash", "CRC32", "-of", "json", name,
    ]
    let text = try Command.run("ffprobe", arguments, in: scratch.folder)
    guard let root = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else {
      throw CommandFailure(description: "ffprobe says nothing of \(name).")
    }
    func list(_ key: String) -> [[String: Any]] { root[key] as? [[String: Any]] ?? [] }
    format = Probe.flat(root["format"] as? [String: Any] ?? [:])
    streams = list("streams").map { Stream(fields: Probe.flat($0)) }
    chapters = list("chapters").map { Probe.flat($0) }
    for entry in list("packets_and_frames") {
      guard let index = entry["stream_index"] as? Int, streams.indices.contains(index) else { continue }
      if entry["type"] as? String == "packet" {
        streams[index].packets.append(Probe.flat(entry))
      } else if entry["media_type"] as? String == "video" {
        streams[index].frames.append(Probe.flat(entry))
      }
    }
  }

  /// Nested objects become `tags.title`; side data `side.Kind.field`.
  private static func flat(_ object: [String: Any], _ prefix: String = "") -> Fields {
    var fields: Fields = [:]
    for (key, value) in object {
      switch value {
      case let inner as [String: Any]: fields.merge(flat(inner, prefix + key + ".")) { $1 }
      case let entries as [[String: Any]] where key == "side_data_list":
        for entry in entries {
          let kind = (entry["side_data_type"] as? String ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
          fields.merge(flat(entry, "side.\(kind).")) { $1 }
        }
      case is [Any]: break
      default: fields[prefix + key] = "\(value)"
      }
    }
    return fields
  }
}

/// The differences between a file and its copy, each as `place: was → is`.
struct Comparison {
  /// Seconds by which times may differ.
  var tolerance = 0.000_001
  /// Seconds that were added to all times.
  var shift = 0.0
  private(set) var differences: [String] = []

  /// What a decoder tells of every picture.
  private static let ofFrames = [
    "color_range", "color_space", "color_primaries", "color_transfer", "chroma_location", "sample_aspect_ratio",
    "interlaced_frame", "top_field_first",
  ]
  private static let ofMain = [
    "width", "height", "sample_aspect_ratio", "color_range", "color_space", "color_primaries", "color_transfer",
    "chroma_location", "field_order", "avg_frame_rate",
  ]
  private static let ofCopies = [
    "codec_name", "codec_type", "sample_rate", "channels", "channel_layout", "width", "height", "start_time",
  ]
  /// Side data that belongs to a bit stream, not to its pictures.
  private static let sideData = [
    "Display Matrix", "Mastering display metadata", "Content light level metadata", "Stereo 3D", "Spherical Mapping",
  ]
  private static let staleTags: Set<String> = [
    "encoder", "duration", "major_brand", "minor_version", "compatible_brands", "vendor_id",
  ]

  mutating func compare(_ original: Probe, _ copy: Probe) {
    expect("streams", original.streams.map(\.kind).description, copy.streams.map(\.kind).description)
    expectTags("file", original.format, copy.format)
    compareChapters(original.chapters, copy.chapters)
    for (index, stream) in original.streams.enumerated() where index < copy.streams.count {
      let other = copy.streams[index]
      let isMain = stream.fields["index"] == original.main?.fields["index"]
      let place = isMain ? "picture" : "\(stream.kind) \(index)"
      expectTags(place, stream.fields, other.fields)
      for key in stream.fields.keys.union(other.fields.keys) where key.hasPrefix("disposition.") {
        expect("\(place) \(key)", stream.fields[key], other.fields[key])
      }
      compareSideData(place, Comparison.sideData(of: stream), Comparison.sideData(of: other))
      for key in isMain ? Comparison.ofMain : Comparison.ofCopies {
        expect("\(place) \(key)", stream.fields[key], other.fields[key])
      }
      if isMain { compareFrames(stream.frames, other.frames) } else { comparePackets(place, stream, other) }
    }
  }

  private mutating func compareFrames(_ frames: [Probe.Fields], _ others: [Probe.Fields]) {
    expect("number of frames", "\(frames.count)", "\(others.count)")
    for (index, (frame, other)) in zip(frames, others).enumerated() {
      let place = "frame \(index)"
      for key in Comparison.ofFrames { expect("\(place) \(key)", frame[key], other[key]) }
      let time = "best_effort_timestamp_time"
      expectTime("\(place) time", frame[time] ?? frame["pts_time"], other[time] ?? other["pts_time"])
    }
  }

  private mutating func comparePackets(_ place: String, _ stream: Probe.Stream, _ other: Probe.Stream) {
    expect("\(place) packets", "\(stream.packets.count)", "\(other.packets.count)")
    for (index, (packet, copied)) in zip(stream.packets, other.packets).enumerated() {
      expect("\(place) packet \(index) data", packet["data_hash"], copied["data_hash"])
      if !stream.isCover { expectTime("\(place) packet \(index) time", packet["pts_time"], copied["pts_time"]) }
    }
  }

  private mutating func compareChapters(_ chapters: [Probe.Fields], _ others: [Probe.Fields]) {
    expect("chapters", "\(chapters.count)", "\(others.count)")
    for (index, (chapter, other)) in zip(chapters, others).enumerated() {
      expectTags("chapter \(index)", chapter, other)
      expectTime("chapter \(index) start", chapter["start_time"], other["start_time"])
      expectTime("chapter \(index) end", chapter["end_time"], other["end_time"])
    }
  }

  /// What the first picture says, else the container, with numbers as plain decimals.
  private static func sideData(of stream: Probe.Stream) -> Probe.Fields {
    var fields = stream.fields.merging(stream.frames.first ?? [:]) { $1 }
    for (key, value) in fields where key.hasPrefix("side.") {
      let parts = value.split(separator: "/").compactMap { Double($0) }
      if parts.count == 2, parts[1] != 0 { fields[key] = "\(Int((parts[0] / parts[1] * 10000).rounded())) / 10000" }
    }
    return fields
  }

  private mutating func compareSideData(_ place: String, _ fields: Probe.Fields, _ others: Probe.Fields) {
    for key in fields.keys.union(others.keys) {
      guard Comparison.sideData.contains(where: { key.hasPrefix("side.\($0).") }) else { continue }
      expect("\(place) \(key)", fields[key], others[key])
    }
  }

  private mutating func expectTags(_ place: String, _ fields: Probe.Fields, _ others: Probe.Fields) {
    func tags(_ fields: Probe.Fields) -> Probe.Fields {
      var tags: Probe.Fields = [:]
      for (key, value) in fields where key.hasPrefix("tags.") {
        let name = key.dropFirst(5).lowercased()
        if !Comparison.staleTags.contains(name) { tags[name] = value }
      }
      return tags
    }
    let (mine, theirs) = (tags(fields), tags(others))
    for key in mine.keys.union(theirs.keys) { expect("\(place) tag \(key)", mine[key], theirs[key]) }
  }

  private mutating func expect(_ place: String, _ original: String?, _ copy: String?) {
    if original != copy { differences.append("\(place): \(original ?? "none") → \(copy ?? "none")") }
  }

  private mutating func expectTime(_ place: String, _ original: String?, _ copy: String?) {
    guard let first = original.flatMap(Double.init), let second = copy.flatMap(Double.init) else {
      return expect(place, original, copy)
    }
    if abs(first + shift - second) > tolerance { differences.append("\(place): \(first) → \(second)") }
  }
}

extension Dictionary<String, String>.Keys {
  fileprivate func union(_ other: Self) -> [String] { Set(self).union(other).sorted() }
}
