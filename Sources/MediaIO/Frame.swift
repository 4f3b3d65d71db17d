import CFFmpeg
public import Imaging

/// A picture in the decoder's own format, with its time.
///
/// The samples may still belong to the decoder, which uses them to predict other frames: read them with ``withPixels``,
/// and write them only with ``withMutablePixels``, which makes a copy first where one is needed.
// @unchecked Sendable: a frame is handed from thread to thread, and used by one at a time.
public final class Frame: @unchecked Sendable {
  let av: UnsafeMutablePointer<AVFrame>
  /// The unit of the frame's timestamps.
  let timeBase: AVRational
  /// What the track says about how to turn it; the frame's own word goes first.
  let trackOrientation: Orientation?
  let pool: FramePool?

  /// Which frame of its clip it is, counted from 0 in the order of display, whatever part of the clip is read; nil if it
  /// is not from a clip. See ``ClipReader`` for how exact it is.
  public internal(set) var number: Int?
  /// Whether it lies in the part of the clip that was asked for, and not only in its ``TrimMargin``. Frames of the margin
  /// have no ``timestamp``.
  public internal(set) var isWanted = true

  /// Size in pixels.
  public var width: Int { Int(av.pointee.width) }
  public var height: Int { Int(av.pointee.height) }

  /// When it is shown. Nil for a still picture, or a made one without time.
  public var timestamp: Timestamp? {
    guard let value = known(av.pointee.pts), let base = Rational(timeBase) else { return nil }
    return Timestamp(value: value, base: base)
  }

  /// How long it is shown, in units of the timestamp's base; 0 if unknown.
  public var duration: Int64 { cff_frame_duration(av) }

  /// How much memory its samples need, in bytes, without padding.
  public var byteCount: Int { max(0, Int(av_image_get_buffer_size(format, av.pointee.width, av.pointee.height, 1))) }

  /// Whether the decoder found the data damaged and guessed parts of the picture.
  public var isDamaged: Bool { cff_frame_is_damaged(av) != 0 }

  /// FFmpeg's name of the pixel format, such as `yuv420p10le`.
  public var pixelFormatName: String { PixelFormat.name(format) }

  /// Where the samples are. Nil if they cannot be edited in place: see ``editable()``.
  public let layout: PixelLayout?

  /// What the samples mean, from the frame's colour tags. Untagged pictures count as BT.709 if they are more than 576
  /// rows high or 1024 columns wide, else as BT.601.
  public let encoding: ColorEncoding

  var format: AVPixelFormat { AVPixelFormat(rawValue: av.pointee.format) }

  /// Takes over `frame`, which has samples.
  init(
    owning frame: UnsafeMutablePointer<AVFrame>, timeBase: AVRational, trackOrientation: Orientation? = nil,
    pool: FramePool? = nil
  ) {
    av = frame
    self.timeBase = timeBase
    self.trackOrientation = trackOrientation
    self.pool = pool
    layout =
      FrameColor.isDescribed(frame.pointee)
      ? PixelFormat.layout(AVPixelFormat(rawValue: frame.pointee.format)) : nil
    encoding = FrameColor.encoding(of: frame.pointee)
  }

  /// Takes over `frame`, which has samples, as the same frame of the clip as another.
  convenience init(owning frame: UnsafeMutablePointer<AVFrame>, like other: Frame, pool: FramePool? = nil) {
    self.init(owning: frame, timeBase: other.timeBase, trackOrientation: other.trackOrientation, pool: pool)
    (number, isWanted) = (other.number, other.isWanted)
  }

  /// A new picture, all samples zero.
  ///
  /// - Parameters:
  ///   - width: in pixels, from 1.
  ///   - height: in pixels, from 1.
  ///   - pixelFormatName: FFmpeg's name of the format, such as `yuv420p`.
  ///   - encoding: colour tags to set; nil leaves the frame untagged.
  ///   - timestamp: when it is shown.
  ///   - duration: how long, in units of the timestamp's base.
  public convenience init(
    width: Int, height: Int, pixelFormatName: String, encoding: ColorEncoding? = nil, timestamp: Timestamp? = nil,
    duration: Int64 = 0
  ) throws(MediaError) {
    let format = try PixelFormat.named(pixelFormatName)
    let frame = try Frame.allocate(width: Int32(clamping: width), height: Int32(clamping: height), format: format)
    if let encoding { FrameColor.tag(frame, with: encoding) }
    if let timestamp {
      frame.pointee.pts = timestamp.value
      cff_set_frame_duration(frame, duration)
    }
    self.init(owning: frame, timeBase: timestamp?.base.av ?? AVRational(num: 0, den: 1))
  }

  /// A frame with zeroed memory that nobody else holds.
  static func allocate(width: Int32, height: Int32, format: AVPixelFormat) throws(MediaError)
    -> UnsafeMutablePointer<AVFrame>
  {
    guard let frame = av_frame_alloc() else { throw .outOfMemory }
    frame.pointee.width = width
    frame.pointee.height = height
    frame.pointee.format = format.rawValue
    guard av_frame_get_buffer(frame, 0) >= 0 else {
      discard(frame)
      throw MediaError(
        .unsupported,
        "a picture of \(width)x\(height) pixels as \(PixelFormat.name(format)) cannot be made; check its size")
    }
    for buffer in [frame.pointee.buf.0, frame.pointee.buf.1, frame.pointee.buf.2, frame.pointee.buf.3] {
      if let buffer { buffer.pointee.data.update(repeating: 0, count: buffer.pointee.size) }
    }
    return frame
  }

  static func discard(_ frame: UnsafeMutablePointer<AVFrame>) {
    var owned: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&owned)
  }

  deinit { Frame.discard(av) }

  /// Another frame with the same samples, which are not copied until one of the two is written to.
  public func reference() throws(MediaError) -> Frame {
    guard let copy = av_frame_clone(av) else { throw .outOfMemory }
    return Frame(owning: copy, like: self, pool: pool)
  }

  /// Makes the samples this frame's alone.
  func detach() throws(MediaError) {
    guard av_frame_is_writable(av) == 0 else { return }
    guard let copy = av_frame_alloc() else { throw .outOfMemory }
    defer { Frame.discard(copy) }
    copy.pointee.format = av.pointee.format
    copy.pointee.width = av.pointee.width
    copy.pointee.height = av.pointee.height
    let hasMemory = pool?.fill(copy) ?? (av_frame_get_buffer(copy, 0) >= 0)
    guard hasMemory, av_frame_copy(copy, av) >= 0, av_frame_copy_props(copy, av) >= 0 else { throw .outOfMemory }
    av_frame_unref(av)
    av_frame_move_ref(av, copy)
  }
}
