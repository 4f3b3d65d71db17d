import CFFmpeg

/// Which encoder makes a sound track, and what it is fed.
enum SoundChoice {
  /// An encoder and what is asked of it.
  struct Target: Equatable {
    var codec: UnsafePointer<AVCodec>
    /// 0…100.
    var quality: Int
    /// Percent, 0…100.
    var volume: Int

    var name: String { string(codec.pointee.name) }
  }

  /// The encoder to use, by name or, without one, what players of the container expect.
  ///
  /// - Throws: ``MediaError`` if there is no such encoder or the container does not hold what it makes.
  static func target(_ sound: SoundEncoding, container: Container, path: String) throws(MediaError) -> Target {
    let codec =
      if let name = sound.encoder, name != "copy" { try named(name, container: container, path: path) } else {
        try usual(in: container, path: path)
      }
    return Target(codec: codec, quality: sound.quality ?? 80, volume: sound.volume)
  }

  private static func named(_ name: String, container: Container, path: String) throws(MediaError)
    -> UnsafePointer<AVCodec>
  {
    guard let codec = avcodec_find_encoder_by_name(name), codec.pointee.type == AVMEDIA_TYPE_AUDIO else {
      throw MediaError(
        .unsupported,
        "there is no audio encoder '\(name)' in this FFmpeg; use copy, \(String.list(MediaLibrary.usualAudioEncoders()))"
      )
    }
    guard container.holds(codec.pointee.id) else {
      throw MediaError(
        .unsupported,
        "cannot write '\(path)': a .\(container.fileExtension) file cannot hold what the audio encoder \(name) makes; use .mkv, or another encoder"
      )
    }
    return codec
  }

  private static func usual(in container: Container, path: String) throws(MediaError) -> UnsafePointer<AVCodec> {
    // AAC in AVI is guesswork for players; WebM knows Opus and Vorbis only.
    let order =
      container.name == "avi" ? ["libmp3lame", "ac3"] : ["aac", "libopus", "libvorbis", "libmp3lame", "mp2"]
    let codecs = order.compactMap { avcodec_find_encoder_by_name($0) }
    if let codec = codecs.first(where: { container.surelyHolds($0.pointee.id) }) { return codec }
    if let codec = avcodec_find_encoder(container.format.pointee.audio_codec) { return codec }
    throw MediaError(
      .unsupported,
      "cannot write '\(path)': this FFmpeg has no audio encoder for a .\(container.fileExtension) file; write an .mkv file instead"
    )
  }

  /// The sample rate closest to the input's that the encoder knows, rather above it than below.
  static func rate(near wanted: Int32, for codec: UnsafePointer<AVCodec>) -> Int32 {
    guard var next = cff_encoder_sample_rates(codec) else { return wanted }
    var rates: [Int32] = []
    while next.pointee != 0 {
      rates.append(next.pointee)
      next += 1
    }
    return rates.filter { $0 >= wanted }.min() ?? rates.max() ?? wanted
  }

  /// The format that keeps most of the input's samples.
  static func format(near wanted: AVSampleFormat, for codec: UnsafePointer<AVCodec>) -> AVSampleFormat {
    guard var next = cff_encoder_sample_formats(codec) else { return wanted }
    var formats: [AVSampleFormat] = []
    while next.pointee != AV_SAMPLE_FMT_NONE {
      formats.append(next.pointee)
      next += 1
    }
    if let same = formats.first(where: { av_get_packed_sample_fmt($0) == av_get_packed_sample_fmt(wanted) }) {
      return same
    }
    let size = av_get_bytes_per_sample(wanted)
    let sizes = formats.map { av_get_bytes_per_sample($0) }
    let best = sizes.filter { $0 >= size }.min() ?? sizes.max()
    return zip(formats, sizes).first { $1 == best }?.0 ?? wanted
  }

  /// The layout, or the usual one of as many channels where they are only counted, or named in memory of their own.
  static func plain(_ layout: AVChannelLayout) -> AVChannelLayout {
    guard layout.order != AV_CHANNEL_ORDER_NATIVE else { return layout }
    var usual = AVChannelLayout()
    av_channel_layout_default(&usual, layout.nb_channels)
    return usual
  }

  /// Layouts to try with an encoder, best first: the input's own, its usual name for as many channels, then fewer.
  static func layouts(for input: AVChannelLayout, _ codec: UnsafePointer<AVCodec>) -> [AVChannelLayout] {
    var candidates = [input]
    for count in stride(from: max(1, input.nb_channels), to: 0, by: -1) {
      var layout = AVChannelLayout()
      av_channel_layout_default(&layout, count)
      candidates.append(layout)
    }
    guard let list = cff_encoder_channel_layouts(codec) else { return candidates }
    var known: [AVChannelLayout] = []
    var next = list
    while next.pointee.nb_channels != 0 {
      known.append(next.pointee)
      next += 1
    }
    // Else one with as many channels in other places: sound from the side and from the back is the same to many codecs.
    candidates.insert(contentsOf: known.filter { $0.nb_channels == input.nb_channels }, at: 1)
    return candidates.filter { layout in known.contains { isSame($0, layout) } }
  }

  private static func isSame(_ first: AVChannelLayout, _ second: AVChannelLayout) -> Bool {
    var (first, second) = (first, second)
    return av_channel_layout_compare(&first, &second) == 0
  }
}
