import CFFmpeg

/// Leaves out what lies outside a ``Trim``, and moves the rest to time zero.
///
/// It needs no key frames: whoever feeds it hands over frames from somewhere before the start on.
final class Cutter {
  private let trim: Trim
  private let margin: TrimMargin
  /// Frames a second, on the average.
  private let rate: Double
  private let unit: AVRational
  /// Which tracks hold sound, and which subtitles; the others' packets are moments.
  private let kinds: [Track.Kind]
  /// Cover pictures have no time, and stay.
  private let covers: Set<Int>

  /// Time of the file's first frame, in the picture track's unit, like all times here.
  private(set) var origin: Int64?
  /// Time of the first frame kept.
  private(set) var start: Int64?
  /// Time of the first frame after those kept.
  private(set) var end: Int64?
  /// How many frames were seen before the start.
  private(set) var skippedFrames = 0
  private var keptFrames = 0
  private var framesAfter = 0
  /// Number of the first frame seen.
  private var firstNumber = 0
  private var latest: Int64?
  /// Packets of which it is not known yet whether they are wanted.
  private var waiting: [Packet] = []
  private var ready: ArraySlice<MediaReader.Item> = []
  private var finishedTracks: Set<Int> = []

  /// - Parameter rate: of a clip cut by seconds, in frames a second: it tells how many frames are still before the start.
  init(
    _ trim: Trim, margin: TrimMargin, rate: Rational?, unit: AVRational, kinds: [Track.Kind], covers: Set<Int>
  ) {
    self.trim = trim
    self.margin = margin
    self.rate = rate?.value ?? 25
    self.unit = unit
    self.kinds = kinds
    self.covers = covers
  }

  /// What is to be handed out next.
  func pop() -> MediaReader.Item? { ready.popFirst() }

  /// Whether all frames that are wanted were there, and those after them. Then only other tracks' packets are.
  var hasAllFrames: Bool { end != nil && (start == nil || framesAfter >= margin.after) }

  /// Whether nothing more can follow.
  var isFinished: Bool {
    hasAllFrames
      && kinds.indices.allSatisfy { kinds[$0] != .audio || finishedTracks.contains($0) }
  }

  /// Seconds between the file's first frame and a time.
  func seconds(to time: Int64) -> Double { Double(time - (origin ?? time)) * av_q2d(unit) }

  /// The last frame's distance from the first, in seconds.
  var length: Double { latest.map { seconds(to: $0) } ?? 0 }

  /// Starts over, after a seek, but remembers where the file begins.
  ///
  /// - Parameter number: the number of the next frame.
  func restart(at number: Int) {
    waiting = []
    skippedFrames = 0
    firstNumber = number
    latest = nil
  }

  func add(_ frame: Frame) {
    guard !hasAllFrames, let time = known(frame.av.pointee.pts) else { return }
    origin = origin ?? time
    frame.number = firstNumber + skippedFrames + keptFrames + framesAfter
    guard end == nil else { return addAfter(frame) }
    latest = time
    switch place(of: time) {
    case .before(let distance):
      if distance <= Double(margin.before) { ready.append(.frame(unwanted(frame))) }
      skippedFrames += 1
      waiting.removeAll { ends($0, by: time) }
    case .within:
      keptFrames += 1
      let zero = start ?? time
      if start == nil {
        start = time
        waiting.removeAll { ends($0, by: time) }
      }
      frame.av.pointee.pts = time - zero
      ready.append(.frame(frame))
      release { !trim.hasEnd || begins($0) <= 0 }
    case .after:
      end = time
      release { _ in true }
      addAfter(frame)
    }
  }

  private func addAfter(_ frame: Frame) {
    guard start != nil, framesAfter < margin.after else { return }
    framesAfter += 1
    ready.append(.frame(unwanted(frame)))
  }

  /// A frame of the margin has no place in what is delivered.
  private func unwanted(_ frame: Frame) -> Frame {
    frame.isWanted = false
    frame.av.pointee.pts = cff_no_timestamp()
    return frame
  }

  func add(_ packet: Packet) {
    if covers.contains(packet.track) {
      ready.append(.packet(packet))
    } else {
      waiting.append(packet)
      if start != nil { release { end != nil || !trim.hasEnd || begins($0) <= 0 } }
    }
  }

  /// Says that the file is over.
  func finish() {
    if start != nil { release { _ in true } }
  }

  private enum Place {
    /// By so many frames.
    case before(Double)
    case within
    case after
  }

  private func place(of time: Int64) -> Place {
    switch trim {
    case .frames(let start, let end):
      let index = skippedFrames + keptFrames
      return index < start ? .before(Double(start - index)) : end.map { index >= $0 } ?? false ? .after : .within
    case .seconds(let start, let end):
      // A limit typed as a decimal may miss a frame's time by the last bit.
      let place = seconds(to: time) + 1e-9
      return place < start
        ? .before((start - place) * rate - 1e-6) : end.map { place >= $0 } ?? false ? .after : .within
    }
  }

  /// Whether a packet is over at a time.
  private func ends(_ packet: Packet, by time: Int64) -> Bool {
    guard let own = packet.time else { return true }
    let end = own + packet.duration
    let order = av_compare_ts(end, packet.timeBase, time, unit)
    return packet.duration > 0 ? order <= 0 : order < 0
  }

  /// The order of a packet's begin and the latest frame.
  private func begins(_ packet: Packet) -> Int32 {
    guard let own = packet.time, let latest else { return 0 }
    return av_compare_ts(own, packet.timeBase, latest, unit)
  }

  private func release(where isDecided: (Packet) -> Bool) {
    guard let start, !waiting.isEmpty else { return }
    var undecided: [Packet] = []
    for packet in waiting {
      guard isDecided(packet) else {
        undecided.append(packet)
        continue
      }
      if let end, let own = packet.time, av_compare_ts(own, packet.timeBase, end, unit) >= 0 {
        finishedTracks.insert(packet.track)
      } else if !ends(packet, by: start) {
        shift(packet, by: start)
        ready.append(.packet(packet))
      }
    }
    waiting = undecided
  }

  /// Moves a packet that nobody else has seen yet. A subtitle that is shown already at the start begins there, and one
  /// that is shown beyond the end ends there; sound is whole packets.
  private func shift(_ packet: Packet, by start: Int64) {
    let av = packet.av
    let distance = av_rescale_q(start, unit, packet.timeBase)
    if let time = known(av.pointee.pts) { av.pointee.pts = time - distance }
    if let time = known(av.pointee.dts) { av.pointee.dts = time - distance }
    guard kinds.indices.contains(packet.track), kinds[packet.track] == .subtitle, let time = packet.time else { return }
    var last = time + packet.duration
    if let end { last = min(last, av_rescale_q(end - start, unit, packet.timeBase)) }
    let first = max(0, time)
    av.pointee.pts = first
    av.pointee.dts = first
    if packet.duration > 0 { av.pointee.duration = max(1, last - first) }
  }
}

extension Packet {
  /// When it is shown, else when it is decoded.
  fileprivate var time: Int64? { known(av.pointee.pts) ?? known(av.pointee.dts) }
}
