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
package final class FaceStage {
  private let tracker: FaceTracker
  private var selector: FaceSelector
  private let chain: EffectChain
  private var frameNumber = 0
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

  /// - Parameter parcel: the next of the target, nil at its end.
  /// - Returns: what is finished, in order.
  package func process(_ parcel: Parcel?) throws -> [Parcel] {
    let settled: [[TrackedFace]]
    switch parcel {
    case .frame(let frame, _):
      let editable = try frame.editable()
      waiting.append(.frame(editable, faces: 0))
      settled = try meter.measure(.find) { try tracker.add(editable) }
    case .packet:
      waiting.append(parcel!)
      packetBytes += parcel!.bytes
      settled = []
    case nil:
      settled = try meter.measure(.find) { try tracker.finish() }
    }
    var finished: [Parcel] = []
    var results = settled[...]
    while let first = waiting.first {
      if case .frame(let frame, _) = first {
        guard let faces = results.popFirst() else { break }
        finished.append(try edited(frame, faces))
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

  private func edited(_ frame: Frame, _ faces: [TrackedFace]) throws -> Parcel {
    let chosen = selector.select(from: faces)
    if !chosen.isEmpty {
      // Drawn far to near, so that the nearer of two overlapping faces lies on top.
      let ordered = chosen.sorted { $0.mesh.width < $1.mesh.width }
      try meter.measure(.swap) {
        try frame.withMutablePixels { chain.apply(to: ordered, in: $0, number: frameNumber) }
      }
    }
    frameNumber += 1
    return .frame(frame, faces: chosen.count)
  }
}
