import CFFmpeg

/// A piece of a track as the container holds it, still compressed.
// @unchecked Sendable: the AVPacket is set up before anyone else sees it and never changed afterwards.
public final class Packet: @unchecked Sendable {
  let av: UnsafeMutablePointer<AVPacket>
  /// The unit of the packet's timestamps.
  let timeBase: AVRational

  /// Index of the track it comes from.
  public var track: Int { Int(av.pointee.stream_index) }
  /// Size in bytes.
  public var size: Int { Int(av.pointee.size) }
  /// When it is shown.
  public var timestamp: Timestamp? {
    guard let value = known(av.pointee.pts), let base = Rational(timeBase) else { return nil }
    return Timestamp(value: value, base: base)
  }
  /// How long it lasts in units of its track's time base; 0 if unknown.
  public var duration: Int64 { av.pointee.duration }

  /// Takes over `packet`.
  init(owning packet: UnsafeMutablePointer<AVPacket>, timeBase: AVRational) {
    av = packet
    self.timeBase = timeBase
  }

  /// A packet made of the caller's own bytes.
  ///
  /// - Parameters:
  ///   - track: index of the track it is for.
  ///   - bytes: its content, copied.
  ///   - timestamp: when it is shown; also taken as its place in decoding order.
  ///   - duration: how long it lasts, in units of the timestamp's base.
  public init(track: Int, bytes: [UInt8], timestamp: Timestamp, duration: Int64) throws(MediaError) {
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    guard av_new_packet(packet, Int32(bytes.count)) >= 0 else {
      var owned: UnsafeMutablePointer<AVPacket>? = packet
      av_packet_free(&owned)
      throw .outOfMemory
    }
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        packet.pointee.data.update(from: start.assumingMemoryBound(to: UInt8.self), count: source.count)
      }
    }
    packet.pointee.stream_index = Int32(track)
    packet.pointee.pts = timestamp.value
    packet.pointee.dts = timestamp.value
    packet.pointee.duration = duration
    packet.pointee.flags |= AV_PKT_FLAG_KEY
    av = packet
    timeBase = timestamp.base.av
  }

  /// Lends the content.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: av.pointee.data, count: size))
  }

  deinit {
    var owned: UnsafeMutablePointer<AVPacket>? = av
    av_packet_free(&owned)
  }
}

extension MediaError {
  static let outOfMemory = MediaError(.failed, "there is not enough memory; use fewer threads or a smaller picture")
}
