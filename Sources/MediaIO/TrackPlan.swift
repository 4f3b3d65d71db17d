import CFFmpeg

/// What becomes of each track of the input.
struct TrackPlan {
  enum Fate: Equatable {
    /// Decoded and encoded anew.
    case encode
    /// Taken over packet by packet.
    case copy
    /// A cover picture, which in Matroska is an attached file.
    case attach
    case leaveOut
  }

  private(set) var fates: [Fate] = []
  private(set) var warnings: [String] = []

  /// - Throws: ``MediaError`` if the container cannot hold a picture or sound track. Others are left out with a warning.
  init(_ template: MediaTemplate, in container: Container, path: String) throws(MediaError) {
    for (index, stream) in template.streams.enumerated() {
      guard let stream else { continue }
      let fate = index == template.main ? Fate.encode : TrackPlan.fate(of: stream, template, container)
      if fate == .leaveOut { try report(stream, template, container, path) }
      fates.append(fate)
    }
  }

  private static func fate(
    of stream: UnsafeMutablePointer<AVStream>, _ template: MediaTemplate, _ container: Container
  ) -> Fate {
    let parameters = stream.pointee.codecpar.pointee
    if stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 {
      guard container.holdsCovers else { return .leaveOut }
      if container.isMatroska { return template.covers[Int(stream.pointee.index)] == nil ? .leaveOut : .attach }
      return container.holds(parameters.codec_id) ? .copy : .leaveOut
    }
    switch parameters.codec_type {
    case AVMEDIA_TYPE_ATTACHMENT: return container.isMatroska ? .copy : .leaveOut
    case AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO: return container.holds(parameters.codec_id) ? .copy : .leaveOut
    default:
      return parameters.codec_id != AV_CODEC_ID_NONE && container.surelyHolds(parameters.codec_id)
        && !isChapterText(stream, template) ? .copy : .leaveOut
    }
  }

  /// QuickTime keeps chapter titles in a track of text. They travel as chapters, from which the muxer makes it again.
  private static func isChapterText(_ stream: UnsafeMutablePointer<AVStream>, _ template: MediaTemplate) -> Bool {
    template.context.pointee.nb_chapters > 0 && stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_DATA
      && stream.pointee.codecpar.pointee.codec_tag == cff_tag(116, 101, 120, 116)
  }

  /// QuickTime keeps timecode in a track. It travels as metadata, from which the muxer makes it again.
  private static func isTimecode(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    stream.pointee.codecpar.pointee.codec_tag == cff_tag(116, 109, 99, 100)
  }

  private mutating func report(
    _ stream: UnsafeMutablePointer<AVStream>, _ template: MediaTemplate, _ container: Container, _ path: String
  ) throws(MediaError) {
    let parameters = stream.pointee.codecpar.pointee
    let isCover = stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    let kind = isCover ? "cover picture" : Track.Kind(parameters.codec_type).rawValue
    let codec = string(avcodec_get_name(parameters.codec_id))
    let what = "\(kind) track \(stream.pointee.index) (\(codec))"
    if !isCover, parameters.codec_type == AVMEDIA_TYPE_AUDIO || parameters.codec_type == AVMEDIA_TYPE_VIDEO {
      throw MediaError(
        .unsupported,
        "cannot write '\(path)': a .\(container.fileExtension) file cannot hold the \(what); write an .mkv file instead"
      )
    }
    let isKeptOtherwise =
      TrackPlan.isChapterText(stream, template)
      || (TrackPlan.isTimecode(stream) && (container.isMP4 || container.isMatroska))
    if !isKeptOtherwise {
      warnings.append("the \(what) was left out: a .\(container.fileExtension) file cannot hold it")
    }
  }
}
