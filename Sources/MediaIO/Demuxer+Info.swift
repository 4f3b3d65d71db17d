import CFFmpeg
import Imaging

extension Demuxer {
  /// The public description of the file.
  func describe(main: Int, format: AVPixelFormat) -> MediaInfo {
    let stream = streams[main].unsafelyUnwrapped
    let parameters = stream.pointee.codecpar.pointee
    let rate = Rational(av_guess_frame_rate(context, stream, nil))
    let duration = duration(of: stream)
    let kind: MediaInfo.Kind = isPicture(stream) ? .picture : .video
    return MediaInfo(
      path: path, kind: kind, containerName: formatName,
      duration: kind == .picture ? nil : duration,
      frameRate: kind == .picture ? nil : rate,
      estimatedFrames: kind == .picture ? 1 : estimate(stream, duration, rate),
      width: Int(parameters.width), height: Int(parameters.height),
      pixelFormatName: PixelFormat.name(format), videoCodecName: string(avcodec_get_name(parameters.codec_id)),
      orientation: orientation(of: stream) ?? .upright, metadata: entries(context.pointee.metadata),
      tracks: streams.indices.compactMap { index in streams[index].map { track($0, isMain: index == main) } })
  }

  func orientation(of stream: UnsafeMutablePointer<AVStream>) -> Orientation? {
    var size = 0
    guard let bytes = cff_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else { return nil }
    return Orientation(displayMatrixAt: bytes)
  }

  private func track(_ stream: UnsafeMutablePointer<AVStream>, isMain: Bool) -> Track {
    let parameters = stream.pointee.codecpar.pointee
    return Track(
      index: Int(stream.pointee.index), kind: Track.Kind(parameters.codec_type),
      codecName: string(avcodec_get_name(parameters.codec_id)),
      language: entries(stream.pointee.metadata)["language"].flatMap { $0 == "und" ? nil : $0 }, isMain: isMain)
  }

  /// Whether the container holds a single still picture.
  func isPicture(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    let codec = stream.pointee.codecpar.pointee.codec_id
    guard codec != AV_CODEC_ID_GIF, codec != AV_CODEC_ID_APNG else { return false }
    if formatName == "image2" || formatName == "ico" || formatName.hasSuffix("_pipe") { return true }
    // AVIF and HEIF stills are MP4 files by structure. An animated AVIF has the brand "avis".
    let stills = ["avif", "heic", "heix", "mif1"]
    let brand = entries(context.pointee.metadata)["major_brand"]?.trimmingBlanks ?? ""
    return stills.contains(brand) && stream.pointee.nb_frames <= 1
  }

  private func duration(of stream: UnsafeMutablePointer<AVStream>) -> Double? {
    if let own = known(stream.pointee.duration), own > 0 { return Double(own) * av_q2d(stream.pointee.time_base) }
    if let whole = known(context.pointee.duration), whole > 0 { return Double(whole) / Double(AV_TIME_BASE) }
    return nil
  }

  private func estimate(_ stream: UnsafeMutablePointer<AVStream>, _ duration: Double?, _ rate: Rational?) -> Int? {
    if stream.pointee.nb_frames > 0 { return Int(stream.pointee.nb_frames) }
    guard let duration, let rate else { return nil }
    return max(1, Int((duration * rate.value + 0.5)))
  }
}

extension Track.Kind {
  init(_ type: AVMediaType) {
    switch type {
    case AVMEDIA_TYPE_VIDEO: self = .video
    case AVMEDIA_TYPE_AUDIO: self = .audio
    case AVMEDIA_TYPE_SUBTITLE: self = .subtitle
    case AVMEDIA_TYPE_ATTACHMENT: self = .attachment
    default: self = .data
    }
  }
}
