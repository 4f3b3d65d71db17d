import CFFmpeg

/// What becomes of each track of the input.
struct TrackPlan {
  enum Fate: Equatable {
    /// The picture, decoded and encoded anew.
    case encode
    /// Sound that is decoded and encoded anew.
    case transcode(SoundChoice.Target)
    /// Taken over packet by packet.
    case copy
    /// A cover picture, which in Matroska is an attached file.
    case attach
    case leaveOut

    /// Whether the track's codec is another than the input's.
    var isEncoding: Bool {
      switch self {
      case .encode, .transcode: true
      case .copy, .attach, .leaveOut: false
      }
    }
  }

  private(set) var fates: [Fate] = []
  private(set) var warnings: [String] = []

  /// - Throws: ``MediaError`` if the container cannot hold a picture track, or a sound track as it is asked for. Others
  ///   are left out with a warning.
  init(_ template: MediaTemplate, _ sound: SoundEncoding, in container: Container, path: String) throws(MediaError) {
    // A name is checked even where there is no sound to encode.
    if sound.needsEncoder, !container.isSilent {
      _ = try SoundChoice.target(sound, container: container, path: path)
    }
    for (index, stream) in template.streams.enumerated() {
      guard let stream else { continue }
      var fate = index == template.main ? Fate.encode : TrackPlan.fate(of: stream, template, container)
      if fate != .encode, stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO {
        fate = try soundFate(of: stream, sound, template, container, path)
      }
      if fate == .leaveOut { try report(stream, template, container, path) }
      fates.append(fate)
    }
  }

  /// A track's name in messages.
  static func description(of stream: UnsafeMutablePointer<AVStream>) -> String {
    let parameters = stream.pointee.codecpar.pointee
    let isCover = stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    let kind = isCover ? "cover picture" : Track.Kind(parameters.codec_type).rawValue
    return "\(kind) track \(stream.pointee.index) (\(string(avcodec_get_name(parameters.codec_id))))"
  }

  private mutating func soundFate(
    of stream: UnsafeMutablePointer<AVStream>, _ sound: SoundEncoding, _ template: MediaTemplate,
    _ container: Container, _ path: String
  ) throws(MediaError) -> Fate {
    let codec = stream.pointee.codecpar.pointee.codec_id
    let what = TrackPlan.description(of: stream)
    if container.isSilent { return .leaveOut }
    if sound.needsEncoder {
      guard sound.encoder != "copy" else {
        throw MediaError(
          .unsupported,
          "the \(what) cannot be copied and changed at once; name an audio encoder, or leave its quality and volume out"
        )
      }
      return .transcode(try SoundChoice.target(sound, container: container, path: path))
    }
    if sound.encoder == "copy" { return container.holds(codec) ? .copy : .leaveOut }
    // What was in such a container already can stay there.
    let isAtHome = container.holds(codec) && template.containerNames.contains(container.name)
    if isAtHome || container.playsSound(codec) { return .copy }
    let target = try SoundChoice.target(sound, container: container, path: path)
    let why = container.holds(codec) ? "few players find it in" : "it cannot be in"
    warnings.append(
      "the \(what) was encoded anew with \(target.name), because \(why) a .\(container.fileExtension) file; an .mkv file holds it as it is"
    )
    return .transcode(target)
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
    case AVMEDIA_TYPE_VIDEO: return container.holds(parameters.codec_id) ? .copy : .leaveOut
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
    let what = TrackPlan.description(of: stream)
    let isSound = parameters.codec_type == AVMEDIA_TYPE_AUDIO && !container.isSilent
    if !isCover, isSound || parameters.codec_type == AVMEDIA_TYPE_VIDEO {
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
