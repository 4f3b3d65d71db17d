import CFFmpeg

extension Demuxer {
  /// Whether the container has an index that leads to key frames, and keeps the tracks together when it is used.
  var canSeek: Bool { formatName.hasPrefix("mov") || formatName.hasPrefix("matroska") }

  /// Goes to a key frame at or before a time, in the main track's unit, from which decoding is as good as from the
  /// beginning.
  ///
  /// - Returns: the packet of that frame; nil if there is none that is sure, and the position is then undefined.
  func seek(to time: Int64, before limit: Int64, main: Int) -> UnsafeMutablePointer<AVPacket>? {
    guard let stream = streams[main]?.pointee,
      !libav({ [context] in av_seek_frame(context, Int32(main), time, AVSEEK_FLAG_BACKWARD) }).failed,
      let packet = av_packet_alloc()
    else { return nil }
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    while !libav({ [context] in av_read_frame(context, packet) }).failed {
      guard Int(packet.pointee.stream_index) == main else {
        av_packet_unref(packet)
        continue
      }
      // An index may go by the time of decoding: the key frame itself must be shown early enough.
      if let shown = known(packet.pointee.pts), shown < limit, Demuxer.startsAnew(packet, stream.codecpar.pointee) {
        return packet
      }
      break
    }
    av_packet_free(&owned)
    return nil
  }

  /// How many frames of the main track come before the one of a key packet from which decoding starts anew.
  ///
  /// - Returns: nil if the container's index does not list each frame: Matroska's does not, nor that of MP4 in fragments.
  func index(of packet: UnsafePointer<AVPacket>, main: Int) -> Int? {
    guard let stream = streams[main], let time = known(packet.pointee.dts), stream.pointee.nb_frames > 0,
      Int64(avformat_index_get_entries_count(stream)) == stream.pointee.nb_frames
    else { return nil }
    let place = av_index_search_timestamp(stream, time, AVSEEK_FLAG_ANY | AVSEEK_FLAG_BACKWARD)
    guard place >= 0, avformat_index_get_entry(stream, place)?.pointee.timestamp == time else { return nil }
    // An edit list may take in frames that are decoded but never shown.
    return (0..<place).filter { cff_index_is_shown(avformat_index_get_entry(stream, $0)) != 0 }.count
  }

  /// Whether nothing from this packet on needs what came before it. Key frames of containers are not always such: in
  /// H.264 and HEVC they may be points from which the picture only gets better.
  private static func startsAnew(_ packet: UnsafePointer<AVPacket>, _ parameters: AVCodecParameters) -> Bool {
    guard packet.pointee.flags & AV_PKT_FLAG_KEY != 0 else { return false }
    switch parameters.codec_id {
    case AV_CODEC_ID_PRORES, AV_CODEC_ID_DNXHD, AV_CODEC_ID_MJPEG, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1:
      return true
    case AV_CODEC_ID_H264:
      return units(of: packet, parameters, sizeAt: 4).contains { $0 & 0x1F == 5 }
    case AV_CODEC_ID_HEVC:
      return units(of: packet, parameters, sizeAt: 21).contains { (19...20).contains($0 >> 1 & 0x3F) }
    default:
      return false
    }
  }

  /// The first byte of each unit of a packet of H.264 or HEVC; none if they are not stored with their lengths.
  private static func units(of packet: UnsafePointer<AVPacket>, _ parameters: AVCodecParameters, sizeAt place: Int)
    -> [UInt8]
  {
    let setUp = UnsafeBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size))
    guard setUp.count > place, setUp[0] == 1 else { return [] }
    let lengthBytes = Int(setUp[place] & 3) + 1
    let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
    var kinds: [UInt8] = []
    var position = 0
    while position + lengthBytes < bytes.count {
      let length = bytes[position..<(position + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
      position += lengthBytes
      kinds.append(bytes[position])
      position += length
    }
    return kinds
  }
}
