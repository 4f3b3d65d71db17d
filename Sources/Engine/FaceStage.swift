package import Effects
package import FaceAnalysis
internal import Imaging
package import MediaIO

/// What travels through the pipeline: a picture, or a packet of another track on its way to the output.
package enum Parcel: Sendable {
  case frame(Frame, faces: Int)
  case packet(Packet)

  /// Only pictures have to wait for one another; packets pass, as long as there is memory for them.
  package var load: Int {
    if case .frame = self { 1 } else { 0 }
  }

  /// How much memory it holds.
  package var bytes: Int {
    switch self {
    case .frame(let frame, _): frame.byteCount
    // The structure around the content counts too: a subtitle has a few bytes only.
    case .packet(let packet): packet.size + 256
    }
  }
}

/// Finds the faces of each frame and applies the effects to them, some frames behind the decoder.
///
/// Frames wait here for the look-ahead of the tracker; packets between them wait with them, so that the order stays. Only
/// where too many would wait, in files whose tracks lie one after the other, they go ahead: the muxer sorts by time.
///
/// Frames around the wanted part of a clip are looked at, so that the part looks as it does in the whole, and dropped.
package final class FaceStage {
  private let tracker: FaceTracker
  private var selector: FaceSelector
  private let chain: EffectChain
  /// Number of the next frame whose faces become known; nil before the first.
  private var nextNumber: Int?
  /// How many frames wait that are wanted.
  private var wantedFrames = 0
  private let meter: ProcessorMeter
  private let packetLimit: Int
  private var waiting = Fifo<Parcel>()
  /// Bytes of the packets that wait.
  private var packetBytes = 0

  /// - Parameter packetLimit: the bytes of packets from which on they do not wait for frames.
  package convenience init(
    tracker: FaceTracker, selector: FaceSelector, effects: [any FaceEffect], packetLimit: Int = 64 << 20
  ) {
    self.init(
      tracker: tracker, selector: selector, effects: effects, meter: ProcessorMeter(), packetLimit: packetLimit)
  }

  init(
    tracker: FaceTracker, selector: FaceSelector, effects: [any FaceEffect], meter: ProcessorMeter,
    packetLimit: Int = 64 << 20
  ) {
    self.tracker = tracker
    self.selector = selector
    chain = EffectChain(effects)
    self.meter = meter
    self.packetLimit = packetLimit
  }

  /// The frames around a part of a clip that have to be looked at so that the part looks as it does in the whole.
  package static func margin(_ effort: Effort) -> TrimMargin {
    let before = max(FaceHistory.reach + FaceTracker.faceRunUp, FaceTracker.handRunUp)
    return TrimMargin(before: before + FaceTracker.startInterval(effort), after: FaceTracker.lookAhead(effort))
  }

  /// - Parameter parcel: the next of the target, nil at its end.
  /// - Returns: what is finished, in order.
  package func process(_ parcel: Parcel?) throws -> [Parcel] {
    let settled: [[TrackedFace]]
    switch parcel {
    case .frame(let frame, _):
      guard begins(with: frame) else { return [] }
      let editable = try frame.editable()
      waiting.append(.frame(editable, faces: 0))
      if editable.isWanted { wantedFrames += 1 }
      settled = try meter.measure(.find) { try tracker.add(editable) }
    case .packet:
      waiting.append(parcel!)
      packetBytes += parcel!.bytes
      settled = []
    case nil:
      settled = wantedFrames > 0 ? try meter.measure(.find) { try tracker.finish() } : []
    }
    var finished: [Parcel] = []
    var results = settled[...]
    while let first = waiting.first {
      if case .frame(let frame, _) = first {
        if let faces = results.popFirst() {
          try finish(frame, faces).map { finished.append($0) }
        } else if parcel != nil {
          break
        }
        // Whose faces are not even known at the end are frames after the part.
      } else {
        finished.append(first)
        packetBytes -= first.bytes
      }
      _ = waiting.popFirst()
    }
    if packetBytes >= packetLimit { finished += packetsAhead() }
    return finished
  }

  /// All packets that wait; the frames stay.
  private func packetsAhead() -> [Parcel] {
    var frames = Fifo<Parcel>()
    var packets: [Parcel] = []
    while let next = waiting.popFirst() {
      if case .packet = next { packets.append(next) } else { frames.append(next) }
    }
    waiting = frames
    packetBytes = 0
    return packets
  }

  /// Whether a frame is looked at: the first is one that whole and part look at in the same way, or wanted.
  private func begins(with frame: Frame) -> Bool {
    guard nextNumber == nil else { return true }
    let number = frame.number ?? 0
    guard frame.isWanted || number % tracker.startInterval == 0 else { return false }
    tracker.begin(at: number)
    nextNumber = number
    return true
  }

  /// - Returns: nil for a frame that is not wanted.
  private func finish(_ frame: Frame, _ faces: [TrackedFace]) throws -> Parcel? {
    let number = nextNumber ?? 0
    nextNumber = number + 1
    let chosen = selector.select(from: faces)
    guard frame.isWanted else {
      meter.measure(.swap) { frame.withPixels { chain.observe(chosen, in: $0, number: number) } }
      return nil
    }
    wantedFrames -= 1
    if !chosen.isEmpty {
      // Drawn far to near, so that the nearer of two overlapping faces lies on top.
      let ordered = chosen.sorted { $0.isSmaller(than: $1) }
      try meter.measure(.swap) {
        try frame.withMutablePixels { chain.apply(to: ordered, in: $0, number: number) }
      }
    }
    return .frame(frame, faces: chosen.count)
  }
}
