import CFFmpeg

/// Turns decoded sound into the samples that an encoder takes: their format, rate, channels and volume.
final class SoundConverter {
  private let format: AVSampleFormat
  private let rate: Int32
  private var layout: AVChannelLayout
  /// Percent, 0…100.
  private let volume: Int
  private var resampler: OpaquePointer?
  /// What the resampler was made for.
  private var input: (format: Int32, rate: Int32, layout: AVChannelLayout)?

  /// For sound as `context` encodes it.
  init(for context: UnsafeMutablePointer<AVCodecContext>, volume: Int) {
    format = context.pointee.sample_fmt
    rate = context.pointee.sample_rate
    layout = context.pointee.ch_layout
    self.volume = volume
  }

  deinit { swr_free(&resampler) }

  /// How many samples of the output are still inside.
  var delay: Int64 { resampler.map { swr_get_delay($0, Int64(rate)) } ?? 0 }

  /// Whether the frame is of another kind than those before: then ``flush()`` first.
  func needsFlush(before frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    guard var input else { return false }
    var layout = SoundChoice.plain(frame.pointee.ch_layout)
    return input.format != frame.pointee.format || input.rate != frame.pointee.sample_rate
      || av_channel_layout_compare(&input.layout, &layout) != 0
  }

  /// The frame's sound, as far as it is through. The caller owns the result.
  func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    if resampler == nil { try begin(frame) }
    let samples = swr_get_out_samples(resampler, frame.pointee.nb_samples)
    return try run(frame, room: samples)
  }

  /// What is left inside, nil if nothing is. The caller owns the result. The next frame may be of another kind.
  func flush() throws(MediaError) -> UnsafeMutablePointer<AVFrame>? {
    guard resampler != nil else { return nil }
    let samples = swr_get_out_samples(resampler, 0)
    defer {
      swr_free(&resampler)
      input = nil
    }
    return samples > 0 ? try run(nil, room: samples) : nil
  }

  private func begin(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
    var own = SoundChoice.plain(frame.pointee.ch_layout)
    let made = libav {
      let code = swr_alloc_set_opts2(
        &resampler, &layout, format, rate, &own, AVSampleFormat(rawValue: frame.pointee.format),
        frame.pointee.sample_rate, 0, nil)
      guard code >= 0, let resampler else { return code }
      let context = UnsafeMutableRawPointer(resampler)
      if (1..<100).contains(volume) {
        av_opt_set_double(context, "rematrix_volume", Double(volume) / 100, 0)
        // Rounding once, at the end, keeps quiet sound clean. 32-bit samples need more than a float has.
        let isDeep = av_get_bytes_per_sample(AVSampleFormat(rawValue: frame.pointee.format)) > 2
        av_opt_set_sample_fmt(context, "internal_sample_fmt", isDeep ? AV_SAMPLE_FMT_DBLP : AV_SAMPLE_FMT_FLTP, 0)
      }
      return swr_init(resampler)
    }
    guard !made.failed else {
      swr_free(&resampler)
      throw MediaError(.failed, "sound could not be converted: \(made.reason); copy it, or choose another encoder")
    }
    input = (frame.pointee.format, frame.pointee.sample_rate, own)
  }

  private func run(_ frame: UnsafeMutablePointer<AVFrame>?, room: Int32) throws(MediaError)
    -> UnsafeMutablePointer<AVFrame>
  {
    let output = try SoundConverter.allocate(format, rate, &layout, samples: max(1, room))
    let count = swr_convert(
      resampler, output.pointee.extended_data, max(1, room),
      frame.flatMap {
        UnsafeMutableRawPointer($0.pointee.extended_data)?.assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
      },
      frame?.pointee.nb_samples ?? 0)
    guard count >= 0 else {
      Frame.discard(output)
      throw MediaError(.failed, "sound could not be converted: \(LibavResult.describe(count)); copy it instead")
    }
    output.pointee.nb_samples = count
    if volume == 0 { av_samples_set_silence(output.pointee.extended_data, 0, count, layout.nb_channels, format) }
    return output
  }

  /// A frame with room for samples, which the caller owns.
  static func allocate(
    _ format: AVSampleFormat, _ rate: Int32, _ layout: inout AVChannelLayout, samples: Int32
  ) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    guard let frame = av_frame_alloc() else { throw .outOfMemory }
    frame.pointee.format = format.rawValue
    frame.pointee.sample_rate = rate
    frame.pointee.nb_samples = samples
    guard av_channel_layout_copy(&frame.pointee.ch_layout, &layout) >= 0, av_frame_get_buffer(frame, 0) >= 0 else {
      Frame.discard(frame)
      throw .outOfMemory
    }
    return frame
  }
}
