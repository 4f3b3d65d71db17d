import CFFmpeg
import Imaging

extension Frame {
  /// The formats a picture can be turned into to be edited, from the leanest to the richest.
  private static let editableFormats = [
    AV_PIX_FMT_GRAY8, AV_PIX_FMT_YA8, AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA, AV_PIX_FMT_GRAY16LE, AV_PIX_FMT_YA16LE,
    AV_PIX_FMT_RGB48LE, AV_PIX_FMT_RGBA64LE,
  ]

  /// The frame itself if its samples can be edited in place; else a copy in the nearest format in which they can.
  ///
  /// Palettes become R′G′B′ (with alpha if one of their colours is transparent), floats and foreign byte orders 16-bit samples.
  ///
  /// - Throws: ``MediaError`` if there is no way to convert it.
  public func editable() throws(MediaError) -> Frame {
    if layout != nil { return self }
    if hasOpaquePalette { return try converted(to: AV_PIX_FMT_RGB24) }
    return try converted(to: PixelFormat.closest(to: format, among: Frame.editableFormats))
  }

  /// A copy in another pixel format, with the same time and orientation.
  ///
  /// - Parameter name: FFmpeg's name of the format, such as `rgb24`.
  /// - Throws: ``MediaError`` if there is no such format, or no way to convert to it.
  public func converted(toPixelFormat name: String) throws(MediaError) -> Frame {
    try converted(to: PixelFormat.named(name))
  }

  /// - Parameter wanted: the matrix and range the samples are to have; nil keeps the frame's as far as `target` can.
  ///   Transfer function and primaries always stay.
  func converted(to target: AVPixelFormat, as wanted: ColorEncoding? = nil) throws(MediaError) -> Frame {
    var result = wanted ?? (target == format ? encoding : encoding(in: target))
    (result.transfer, result.primaries) = (encoding.transfer, encoding.primaries)
    if target == format, result == encoding { return try reference() }
    if av_pix_fmt_swap_endianness(format) == target, let model = (PixelFormat.layout(target) ?? layout)?.model,
      model != .yuv
    {
      return try withSwappedBytes(target)
    }
    let copy = try Frame.allocate(width: av.pointee.width, height: av.pointee.height, format: target)
    let done = libav { [av, encoding, result] in
      let code = av_frame_copy_props(copy, av)
      if code < 0 { return code }
      return cff_convert(
        copy, av, FrameColor.scalerMatrix(encoding.matrix), encoding.fullRange ? 1 : 0,
        FrameColor.scalerMatrix(result.matrix), result.fullRange ? 1 : 0)
    }
    guard !done.failed else {
      Frame.discard(copy)
      throw MediaError(
        .unsupported,
        "a picture stored as \(pixelFormatName) cannot be converted to \(PixelFormat.name(target)): \(done.reason)")
    }
    FrameColor.tag(copy, with: result)
    return Frame(owning: copy, like: self)
  }

  /// A copy in the format's twin of the other byte order. For 16-bit grey swscale does not keep the last bit.
  private func withSwappedBytes(_ target: AVPixelFormat) throws(MediaError) -> Frame {
    let copy = try Frame.allocate(width: av.pointee.width, height: av.pointee.height, format: target)
    guard av_frame_copy_props(copy, av) >= 0 else {
      Frame.discard(copy)
      throw .outOfMemory
    }
    av.withStridesAndPlanes { strides, planes in
      copy.withStridesAndPlanes { newStrides, newPlanes in
        for plane in 0..<4 {
          guard let from = planes[plane], let to = newPlanes[plane] else { continue }
          let words = Int(av_image_get_linesize(format, av.pointee.width, Int32(plane))) / 2
          for y in 0..<height {
            let (source, place) = (
              UnsafeRawPointer(from + y * Int(strides[plane])), UnsafeMutableRawPointer(to + y * Int(newStrides[plane]))
            )
            for x in 0..<words {
              place.storeBytes(
                of: source.loadUnaligned(fromByteOffset: 2 * x, as: UInt16.self).byteSwapped,
                toByteOffset: 2 * x, as: UInt16.self)
            }
          }
        }
      }
    }
    return Frame(owning: copy, like: self)
  }

  /// What the samples mean after a change of format alone: `yuvj` formats are full range by their name, and Y′CbCr made
  /// of R′G′B′ is limited, as video has it.
  private func encoding(in target: AVPixelFormat) -> ColorEncoding {
    var result = encoding
    if PixelFormat.withoutRange(target) != target || PixelFormat.isRGB(target) {
      result.fullRange = true
    } else if PixelFormat.isRGB(format), PixelFormat.layout(target)?.model == .yuv {
      result.fullRange = false
    }
    return result
  }
}

extension PixelFormat {
  /// The format of the list that loses least.
  static func closest(to format: AVPixelFormat, among formats: [AVPixelFormat]) -> AVPixelFormat {
    var loss: Int32 = 0
    return avcodec_find_best_pix_fmt_of_list(
      formats + [AV_PIX_FMT_NONE], format, hasAlpha(format) ? 1 : 0, &loss)
  }
}
