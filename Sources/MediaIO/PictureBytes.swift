import CFFmpeg
import Imaging

/// Pictures as PNG in memory, for files that hold pictures among other things.
public enum PictureBytes {
  /// The chunks of a PNG that FFmpeg makes of a plain picture. Others are not handed to the decoder: some of them can
  /// be packed to any size.
  private static let chunks: Set<String> = ["IHDR", "pHYs", "sRGB", "gAMA", "cHRM", "cICP", "IDAT", "IEND"]
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The picture as PNG, every sample as it is.
  ///
  /// - Throws: ``MediaError`` if this FFmpeg has no such encoder or memory runs out.
  public static func png(_ frame: Frame) throws(MediaError) -> [UInt8] {
    let format = try PictureFormat(for: "picture.png")
    let picture = try format.prepare(frame)
    return try PictureEncoder(picture, format: format, quality: 80, path: "picture.png").encode(picture)
  }

  /// The most bytes that a PNG of this size can sensibly have.
  public static func mostBytes(width: Int, height: Int, bytesPerPixel: Int) -> Int {
    let raw = height * (width * bytesPerPixel + 1)
    return raw + raw / 64 + (64 << 10)
  }

  /// Decodes a PNG of a known size that ``png(_:)`` made. Untrusted bytes are welcome: what they may cost in time and
  /// memory is bounded by the size.
  ///
  /// - Throws: ``MediaError`` if it is anything else, or damaged.
  public static func decoded(_ bytes: [UInt8], width: Int, height: Int, pixelFormatName: String)
    throws(MediaError) -> Frame
  {
    func failure(_ reason: String) -> MediaError { MediaError(.unreadable, reason) }
    let target = try PixelFormat.named(pixelFormatName)
    guard hasKnownChunks(bytes, width: width, height: height) else { throw failure("it is no plain PNG of its size") }
    guard let codec = avcodec_find_decoder(AV_CODEC_ID_PNG), let context = avcodec_alloc_context3(codec),
      let packet = av_packet_alloc(), let frame = av_frame_alloc()
    else { throw .outOfMemory }
    var ownedContext: UnsafeMutablePointer<AVCodecContext>? = context
    var ownedPacket: UnsafeMutablePointer<AVPacket>? = packet
    defer {
      avcodec_free_context(&ownedContext)
      av_packet_free(&ownedPacket)
    }
    // FFmpeg counts rows with their padding.
    context.pointee.max_pixels = Int64(width + 128) * Int64(height)
    context.pointee.thread_count = 1
    context.pointee.thread_type = FF_THREAD_SLICE
    // Of a picture that ends early, the rest is black and not what was in memory before.
    context.pointee.get_buffer2 = { context, frame, flags in
      let code = avcodec_default_get_buffer2(context, frame, flags)
      if code >= 0, let frame, let buffer = frame.pointee.buf.0 {
        buffer.pointee.data.update(repeating: 0, count: buffer.pointee.size)
      }
      return code
    }
    let decoded = libav {
      var code = avcodec_open2(context, codec, nil)
      if code >= 0 { code = av_new_packet(packet, Int32(clamping: bytes.count)) }
      guard code >= 0 else { return code }
      bytes.withUnsafeBufferPointer { packet.pointee.data.update(from: $0.baseAddress!, count: bytes.count) }
      code = avcodec_send_packet(context, packet)
      if code >= 0 { code = avcodec_send_packet(context, nil) }
      return code < 0 ? code : avcodec_receive_frame(context, frame)
    }
    guard !decoded.failed, frame.pointee.width == width, frame.pointee.height == height else {
      Frame.discard(frame)
      throw failure(decoded.failed ? decoded.reason : "its size is another")
    }
    let picture = Frame(owning: frame, timeBase: AVRational(num: 0, den: 1))
    guard !picture.isDamaged, decoded.errors.isEmpty, decoded.warnings.isEmpty else { throw failure("it is damaged") }
    guard picture.format == target || av_pix_fmt_swap_endianness(picture.format) == target else {
      throw failure("its samples are stored as \(picture.pixelFormatName)")
    }
    return try picture.converted(to: target)
  }

  private static func hasKnownChunks(_ bytes: [UInt8], width: Int, height: Int) -> Bool {
    guard bytes.starts(with: signature), bytes.count < Int(Int32.max) else { return false }
    func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    var place = signature.count
    var isFirst = true
    while place + 12 <= bytes.count {
      let length = number(place)
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      guard chunks.contains(name), length <= bytes.count - place - 12, (name == "IHDR") == isFirst else { return false }
      if isFirst {
        guard length == 13, number(place + 8) == width, number(place + 12) == height else { return false }
        isFirst = false
      }
      place += 12 + length
      if name == "IEND" { return place == bytes.count && length == 0 }
    }
    return false
  }
}
