import CFFmpeg

/// Brings the timestamps of one track's packets into the output's unit and keeps them in order.
///
/// Good timestamps only change their unit. Missing ones continue from the packet before; those that run backwards, which
/// no container takes, are moved by the least there is.
struct PacketClock {
  /// Whether two packets of the track may have the same time.
  let allowsEqual: Bool
  private var last: Int64?
  private var next: Int64?
  private(set) var movedPackets = 0

  init(allowsEqual: Bool) { self.allowsEqual = allowsEqual }

  mutating func stamp(_ packet: UnsafeMutablePointer<AVPacket>, from source: AVRational, to target: AVRational) {
    av_packet_rescale_ts(packet, source, target)
    let decoding = known(packet.pointee.dts) ?? known(packet.pointee.pts).map { min($0, next ?? $0) } ?? next ?? 0
    packet.pointee.dts = decoding
    if known(packet.pointee.pts) == nil { packet.pointee.pts = decoding }
    if let last, decoding < last + (allowsEqual ? 0 : 1) {
      let moved = last + (allowsEqual ? 0 : 1)
      packet.pointee.dts = moved
      packet.pointee.pts = max(packet.pointee.pts, moved)
      movedPackets += 1
    }
    packet.pointee.pts = max(packet.pointee.pts, packet.pointee.dts)
    last = packet.pointee.dts
    next = packet.pointee.dts + max(1, packet.pointee.duration)
  }
}
