import CFFmpeg

/// The format an output file has, by the extension of its name.
struct Container {
  let format: UnsafePointer<AVOutputFormat>
  let fileExtension: String

  /// FFmpeg's name, such as `matroska`.
  var name: String { string(format.pointee.name) }

  private static let usual = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "ts", "gif", "webp"]

  /// - Throws: ``MediaError`` if no container for video has this extension.
  init(forVideoAt path: String) throws(MediaError) {
    let known = Container.usual.map { ".\($0)" }
    fileExtension = FilePath.fileExtension(of: path)
    guard !fileExtension.isEmpty else {
      throw MediaError(
        .unsupported, "cannot write '\(path)': the name has no extension; add one of \(String.list(known))")
    }
    // What has PNG for its video is a container for sound with a cover.
    guard let found = av_guess_format(nil, "file.\(fileExtension)", nil),
      found.pointee.flags & AVFMT_NOFILE == 0, found.pointee.video_codec != AV_CODEC_ID_NONE,
      !string(found.pointee.name).hasPrefix("image2"), found.pointee.video_codec != AV_CODEC_ID_PNG
    else {
      throw MediaError(
        .unsupported,
        "cannot write video to '\(path)': '.\(fileExtension)' is no container for it; use \(String.list(known))")
    }
    format = found
  }

  func has(_ flag: Int32) -> Bool { format.pointee.flags & flag != 0 }

  /// MP4 and what is built like it.
  var isMP4: Bool { ["mp4", "mov", "ipod", "3gp", "3g2", "psp", "f4v", "ismv"].contains(name) }
  var isMatroska: Bool { name == "matroska" }
  /// Matroska and its subset for the web, which holds neither covers nor attachments.
  var isMatroskaOrWebM: Bool { isMatroska || name == "webm" }

  /// Whether it has no times, only a rate. (FFmpeg's own flag for this is missing from formats that do have times.)
  var countsFrames: Bool { has(AVFMT_NOTIMESTAMPS) || ["avi", "mxf", "gxf", "dv"].contains(name) }

  /// Whether a player can learn from the file that a track's Y′CbCr has full range.
  func tellsRange(of track: AVCodecContext) -> Bool {
    let ofBitStream = [
      AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1, AV_CODEC_ID_VP9, AV_CODEC_ID_MJPEG, AV_CODEC_ID_THEORA,
    ]
    if ofBitStream.contains(track.codec_id) || isMatroskaOrWebM { return true }
    // MP4 says it beside the other colour tags, and only there.
    return name == "mp4" && (track.colorspace != AVCOL_SPC_UNSPECIFIED || track.color_trc != AVCOL_TRC_UNSPECIFIED)
  }

  /// Where cover pictures have a place.
  var holdsCovers: Bool { isMatroska || ["mp4", "ipod"].contains(name) }

  /// What MPEG-TS has names for. FFmpeg writes anything into it, but all else as private data that no player reads.
  private static let transportable = [
    AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,
    AV_CODEC_ID_CAVS, AV_CODEC_ID_DIRAC, AV_CODEC_ID_VC1, AV_CODEC_ID_MP1, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3,
    AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3, AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD,
    AV_CODEC_ID_OPUS, AV_CODEC_ID_S302M, AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT,
  ]

  /// Whether it has no place for sound at all.
  var isSilent: Bool { format.pointee.audio_codec == AV_CODEC_ID_NONE }

  /// Whether a track of this codec can be in it. Containers that leave it open count as able.
  func holds(_ codec: AVCodecID) -> Bool {
    if name == "mpegts" { return Container.transportable.contains(codec) }
    if isSilent, avcodec_get_type(codec) == AVMEDIA_TYPE_AUDIO { return false }
    return avformat_query_codec(format, codec, FF_COMPLIANCE_EXPERIMENTAL) != 0
  }

  /// Whether the container itself says that it takes the codec.
  func surelyHolds(_ codec: AVCodecID) -> Bool {
    if name == "mpegts" { return Container.transportable.contains(codec) }
    return avformat_query_codec(format, codec, FF_COMPLIANCE_EXPERIMENTAL) == 1
      // These have no list to ask, but are made for it.
      || (codec == AV_CODEC_ID_H264 && ["mpeg", "vob", "mxf"].contains(name))
  }

  /// Whether players find sound of this codec in it. FFmpeg alone puts Vorbis into MP4.
  func playsSound(_ codec: AVCodecID) -> Bool { holds(codec) && !(isMP4 && codec == AV_CODEC_ID_VORBIS) }

  /// The tag a copied track has in this container: the input's, where it means the same here.
  func tag(for parameters: AVCodecParameters) -> UInt32 {
    guard let tags = format.pointee.codec_tag else { return parameters.codec_tag }
    if av_codec_get_id(tags, parameters.codec_tag) == parameters.codec_id { return parameters.codec_tag }
    return av_codec_get_tag(tags, parameters.codec_id) == 0 ? parameters.codec_tag : 0
  }
}
