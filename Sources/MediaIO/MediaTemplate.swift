import CFFmpeg
public import Imaging

/// What an output takes over from an input: its tracks, their codecs, languages and times, chapters and metadata.
// @unchecked Sendable: filled in by its initialisers, and by the reader before there is a frame; only read afterwards.
public final class MediaTemplate: @unchecked Sendable {
  /// A container that belongs to no file. It only carries descriptions, in FFmpeg's own structures.
  let context: UnsafeMutablePointer<AVFormatContext>
  /// Index of the picture track that is encoded anew.
  let main: Int
  /// Average frames a second; 0/1 if unknown.
  let frameRate: AVRational
  /// FFmpeg's names of the input's container.
  let containerNames: [String]
  /// How often an animation is played, 0 for without end; nil where the input does not say.
  var plays: Int?
  /// Cover pictures, by track: containers hand them out apart from the rest.
  let covers: [Int: [UInt8]]

  var streams: UnsafeBufferPointer<UnsafeMutablePointer<AVStream>?> {
    UnsafeBufferPointer(start: context.pointee.streams, count: Int(context.pointee.nb_streams))
  }

  /// The codec of the pictures, if their file is a video: pictures in a series are to become one.
  var codecToFollow: AVCodecID {
    guard !containerNames.contains(where: { $0 == "image2" || $0.hasSuffix("_pipe") }) else { return AV_CODEC_ID_NONE }
    return streams[main]?.pointee.codecpar.pointee.codec_id ?? AV_CODEC_ID_NONE
  }

  init(copying demuxer: Demuxer, main: Int) throws(MediaError) {
    guard let context = avformat_alloc_context() else { throw .outOfMemory }
    self.context = context
    self.main = main
    frameRate = av_guess_frame_rate(demuxer.context, demuxer.streams[main], nil)
    containerNames = demuxer.formatName.split(separator: ",").map(String.init)
    var covers: [Int: [UInt8]] = [:]
    for (index, stream) in demuxer.streams.enumerated() {
      guard let stream, stream.pointee.attached_pic.size > 0 else { continue }
      covers[index] = Array(
        UnsafeBufferPointer(start: stream.pointee.attached_pic.data, count: Int(stream.pointee.attached_pic.size)))
    }
    self.covers = covers
    plays = FileHead(demuxer.path).gifPlays
    var code = av_dict_copy(&context.pointee.metadata, demuxer.context.pointee.metadata, 0)
    if code >= 0 { code = cff_copy_chapters(context, demuxer.context) }
    for case let source? in demuxer.streams where code >= 0 { code = MediaTemplate.add(source, to: context) }
    guard code >= 0 else { throw .outOfMemory }
  }

  private static func add(_ source: UnsafeMutablePointer<AVStream>, to context: UnsafeMutablePointer<AVFormatContext>)
    -> Int32
  {
    guard let stream = avformat_new_stream(context, nil) else { return cff_error(ENOMEM) }
    stream.pointee.id = source.pointee.id
    stream.pointee.time_base = source.pointee.time_base
    stream.pointee.avg_frame_rate = source.pointee.avg_frame_rate
    stream.pointee.r_frame_rate = source.pointee.r_frame_rate
    stream.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
    stream.pointee.disposition = source.pointee.disposition
    stream.pointee.duration = source.pointee.duration
    stream.pointee.start_time = source.pointee.start_time
    var code = avcodec_parameters_copy(stream.pointee.codecpar, source.pointee.codecpar)
    if code >= 0 { code = av_dict_copy(&stream.pointee.metadata, source.pointee.metadata, 0) }
    if code >= 0 { code = cff_stream_copy_side_data(stream, source) }
    return code
  }

  /// A template for media made from nothing.
  ///
  /// Track 0 is the picture; track 1, if there is sound, takes packets of interleaved 16-bit little-endian samples.
  ///
  /// - Throws: ``MediaError`` if the pixel format has no such name.
  public init(video: VideoDescription, sound: SoundDescription? = nil, metadata: [String: String] = [:])
    throws(MediaError)
  {
    let format = try PixelFormat.named(video.pixelFormatName)
    guard let context = avformat_alloc_context() else { throw .outOfMemory }
    self.context = context
    main = 0
    frameRate = video.frameRate.av
    containerNames = []
    covers = [:]
    for (key, value) in metadata { av_dict_set(&context.pointee.metadata, key, value, 0) }
    guard let picture = avformat_new_stream(context, nil) else { throw .outOfMemory }
    picture.pointee.time_base = video.timeBase.av
    picture.pointee.avg_frame_rate = frameRate
    picture.pointee.disposition = AV_DISPOSITION_DEFAULT
    let parameters = picture.pointee.codecpar.unsafelyUnwrapped
    parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    parameters.pointee.width = Int32(clamping: video.width)
    parameters.pointee.height = Int32(clamping: video.height)
    parameters.pointee.format = format.rawValue
    if let matrix = video.orientation.displayMatrix {
      let code = matrix.withUnsafeBytes { bytes in
        cff_stream_add_side_data(picture, AV_PKT_DATA_DISPLAYMATRIX, bytes.baseAddress, bytes.count)
      }
      guard code >= 0 else { throw .outOfMemory }
    }
    if let sound {
      guard let stream = avformat_new_stream(context, nil) else { throw .outOfMemory }
      sound.describe(stream)
    }
  }

  deinit { avformat_free_context(context) }

  /// Makes it the template of a part of the file: its chapters and timecode.
  ///
  /// The reader calls it before it hands out the first frame, and writers look at both only after they got that.
  ///
  /// - Parameters:
  ///   - start: where the part starts, in seconds of the file.
  ///   - end: where it ends, if known.
  ///   - origin: where the file's own picture starts, which its timecode names.
  func cut(start: Double, end: Double?, origin: Double) {
    cff_cut_chapters(context, Int64(start * 1_000_000), end.map { Int64($0 * 1_000_000) } ?? Int64.max)
    guard frameRate.num > 0 else { return }
    let frames = Int32(clamping: Int(((start - origin) * av_q2d(frameRate)).rounded()))
    cff_advance_timecode(&context.pointee.metadata, frameRate, frames)
    for case let stream? in streams { cff_advance_timecode(&stream.pointee.metadata, frameRate, frames) }
  }
}

/// Pictures that are made rather than read.
public struct VideoDescription: Sendable {
  public var width: Int
  public var height: Int
  /// FFmpeg's name, such as `yuv420p`.
  public var pixelFormatName: String
  /// Frames a second.
  public var frameRate: Rational
  /// The unit of the frames' timestamps, in seconds.
  public var timeBase: Rational
  public var orientation: Orientation

  /// - Parameter timeBase: nil for the length of one frame.
  public init(
    width: Int, height: Int, pixelFormatName: String, frameRate: Rational, timeBase: Rational? = nil,
    orientation: Orientation = .upright
  ) {
    self.width = width
    self.height = height
    self.pixelFormatName = pixelFormatName
    self.frameRate = frameRate
    self.timeBase = timeBase ?? Rational(frameRate.denominator, frameRate.numerator)
    self.orientation = orientation
  }
}

/// Uncompressed 16-bit sound.
public struct SoundDescription: Sendable {
  /// Samples a second, of each channel.
  public var sampleRate: Int
  public var channels: Int
  /// ISO 639 code of what is spoken.
  public var language: String?

  public init(sampleRate: Int, channels: Int, language: String? = nil) {
    self.sampleRate = sampleRate
    self.channels = channels
    self.language = language
  }

  fileprivate func describe(_ stream: UnsafeMutablePointer<AVStream>) {
    stream.pointee.time_base = AVRational(num: 1, den: Int32(clamping: sampleRate))
    stream.pointee.disposition = AV_DISPOSITION_DEFAULT
    if let language { av_dict_set(&stream.pointee.metadata, "language", language, 0) }
    let parameters = stream.pointee.codecpar.unsafelyUnwrapped
    parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
    parameters.pointee.codec_id = AV_CODEC_ID_PCM_S16LE
    parameters.pointee.format = AV_SAMPLE_FMT_S16.rawValue
    parameters.pointee.sample_rate = Int32(clamping: sampleRate)
    parameters.pointee.bits_per_coded_sample = 16
    parameters.pointee.block_align = Int32(clamping: channels * 2)
    parameters.pointee.bit_rate = Int64(sampleRate * channels * 16)
    av_channel_layout_default(&parameters.pointee.ch_layout, Int32(clamping: channels))
  }
}
