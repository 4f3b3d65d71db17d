import CFFmpeg

/// An opened container.
// Used by one thread at a time, like the reader that owns it.
final class Demuxer {
  let context: UnsafeMutablePointer<AVFormatContext>
  let path: String
  private let cancelFlag: CancelFlag
  /// What was found wrong with the container while its beginning was looked at, if anything.
  private(set) var damage: String?

  /// Formats that are lists of other files, or text that FFmpeg would draw as pictures. A target is one media file:
  /// a playlist could make us read files that its receiver never named.
  private static let refused: Set<String> = [
    "hls", "dash", "concat", "sdp", "rtsp", "imf", "tty", "bin", "xbin", "adf", "idf", "ffmetadata", "lavfi",
    "tedcaptions",
    "vapoursynth", "avisynth",
  ]

  var formatName: String { string(context.pointee.iformat.pointee.name) }

  var streams: UnsafeBufferPointer<UnsafeMutablePointer<AVStream>?> {
    UnsafeBufferPointer(start: context.pointee.streams, count: Int(context.pointee.nb_streams))
  }

  convenience init(path: String, cancelFlag: CancelFlag) throws(MediaError) {
    try FilePath.checkReadable(path)
    let format = try Demuxer.probe(path, cancelFlag)
    // A file name with %d in it is a name here, not a pattern for a series.
    try self.init(
      path: path, url: FilePath.url(path), format: format, options: ["pattern_type": "none"],
      cancelFlag: cancelFlag)
  }

  private init(
    path: String, url: String, format: UnsafePointer<AVInputFormat>?, options: [String: String],
    cancelFlag: CancelFlag
  ) throws(MediaError) {
    self.path = path
    self.cancelFlag = cancelFlag
    guard let context = avformat_alloc_context() else { throw .outOfMemory }
    context.pointee.interrupt_callback = cancelFlag.interrupt
    context.pointee.max_streams = Int32(Limits.tracks)
    var opening: UnsafeMutablePointer<AVFormatContext>? = context
    var options = Demuxer.fileOnly(and: options)
    defer { av_dict_free(&options) }
    // On failure FFmpeg frees the context.
    let opened = libav { avformat_open_input(&opening, url, format, &options) }
    guard !opened.failed, let ready = opening else { throw Demuxer.unreadable(path, opened) }
    self.context = ready
    try checkSize()
    let found = libav { Demuxer.findStreamInfo(ready) }
    guard !found.failed else { throw Demuxer.unreadable(path, found) }
    damage = found.containerError?.withoutFullStop
    try checkSize()
    if let size = found.refusedSize, let main = mainStream, let stream = streams[main],
      stream.pointee.codecpar.pointee.width == 0
    {
      throw Limits.tooLarge(size, isPicture: isPicture(stream), path: path)
    }
  }

  private func checkSize() throws(MediaError) {
    guard let main = mainStream, let stream = streams[main] else { return }
    let parameters = stream.pointee.codecpar.pointee
    try Limits.check(
      width: Int(parameters.width), height: Int(parameters.height), isPicture: isPicture(stream), path: path)
  }

  /// Looks into the streams for what the container does not tell, which takes decoding where parsing is not enough.
  private static func findStreamInfo(_ context: UnsafeMutablePointer<AVFormatContext>) -> Int32 {
    var options = (0..<context.pointee.nb_streams).map { _ in
      var entries: OpaquePointer?
      av_dict_set(&entries, "max_pixels", "\(Limits.picturePixels)", 0)
      return entries
    }
    defer { for index in options.indices { av_dict_free(&options[index]) } }
    return avformat_find_stream_info(context, &options)
  }

  deinit {
    var closing: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&closing)
    withExtendedLifetime(cancelFlag) {}
  }

  /// Finds out which format the file is in, from its content.
  private static func probe(_ path: String, _ cancelFlag: CancelFlag) throws(MediaError)
    -> UnsafePointer<AVInputFormat>?
  {
    var io: UnsafeMutablePointer<AVIOContext>?
    var interrupt = cancelFlag.interrupt
    var options = fileOnly()
    defer { av_dict_free(&options) }
    let opened = libav { avio_open2(&io, FilePath.url(path), AVIO_FLAG_READ, &interrupt, &options) }
    guard !opened.failed else { throw unreadable(path, opened) }
    defer { avio_closep(&io) }
    var format: UnsafePointer<AVInputFormat>?
    let probed = libav { av_probe_input_buffer2(io, &format, FilePath.url(path), nil, 0, 0) }
    guard !probed.failed, let found = format else {
      throw MediaError(
        .unreadable,
        "cannot open '\(path)': it is not a picture or video that FFmpeg knows; check that it is the right file")
    }
    let names = string(found.pointee.name).split(separator: ",").map(String.init)
    guard refused.isDisjoint(with: names) else {
      throw MediaError(
        .unreadable,
        "cannot open '\(path)': it is text or a playlist (\(names[0])), not a picture or video; name the media file itself"
      )
    }
    return found
  }

  private static func fileOnly(and more: [String: String] = [:]) -> OpaquePointer? {
    var options: OpaquePointer?
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    for (key, value) in more { av_dict_set(&options, key, value, 0) }
    return options
  }

  private static func unreadable(_ path: String, _ result: LibavResult) -> MediaError {
    if result.code == cff_error_exit() { return .cancelled(path) }
    if result.errors.contains(where: { $0.contains("max_streams") }) {
      return MediaError(
        .unsupported,
        "cannot open '\(path)': it has more than \(Limits.tracks) tracks; take out those that are not needed")
    }
    return MediaError(
      .unreadable,
      "cannot open '\(path)': \(result.reason); the file is damaged or incomplete, copy or download it again")
  }

  /// The picture track that is decoded: not a cover; the default one before others, then the largest, then the first.
  var mainStream: Int? {
    func rank(_ stream: UnsafeMutablePointer<AVStream>) -> (Int, Int) {
      let isDefault = stream.pointee.disposition & AV_DISPOSITION_DEFAULT != 0
      let parameters = stream.pointee.codecpar.pointee
      return (isDefault ? 1 : 0, Int(parameters.width) * Int(parameters.height))
    }
    var best: Int?
    for (index, stream) in streams.enumerated() {
      guard let stream, stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO,
        stream.pointee.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS) == 0
      else { continue }
      if let best, let other = streams[best], rank(other) >= rank(stream) { continue }
      best = index
    }
    return best
  }

  /// How many bytes the file lacks, going by its index, its head or its last part; 0 for containers that do not tell.
  ///
  /// Where the end is cut off between two samples, reading just ends: only the container knows of the rest.
  var missingBytes: Int64 {
    guard let io = context.pointee.pb else { return 0 }
    let size = avio_size(io)
    guard size > 0 else { return 0 }
    if let stated = FileHead(path).statedEnd { return max(0, stated - size) }
    if formatName == "mpegts" || formatName.hasPrefix("matroska") { return FileTail.missingBytes(of: path) }
    guard formatName.hasPrefix("mov") else { return 0 }
    var end: Int64 = 0
    for case let stream? in streams {
      for index in 0..<avformat_index_get_entries_count(stream) {
        guard let entry = avformat_index_get_entry(stream, index)?.pointee else { continue }
        end = max(end, entry.pos + Int64(entry.size))
      }
    }
    return max(0, end - size)
  }
}

extension MediaError {
  static func cancelled(_ path: String) -> MediaError {
    MediaError(.cancelled, "reading '\(path)' was cancelled")
  }
}
