import CFFmpeg
import Imaging

/// Reads pictures, a file each, as one clip of evenly spaced frames.
///
/// All must have the size of the first. Those that EXIF says are stored turned are handed out upright; those that have
/// fewer colours or bits than the first (some programs store a black frame as grey) in the format of the first.
// @unchecked Sendable: so that it can be handed to the thread that reads. The cancel flag is atomic.
public final class PictureListReader: ClipReader, @unchecked Sendable {
  public let info: MediaInfo
  public let template: MediaTemplate
  /// The pictures that are wanted.
  public let pictures: PictureList
  public private(set) var damagedFrames = 0
  public private(set) var frameCount = 0
  /// Always 0: a picture that cannot be decoded is an error.
  public var damagedPackets: Int { 0 }
  /// Always nil.
  public var truncation: String? { nil }

  /// All pictures that are read, in the order of the clip.
  private let paths: ArraySlice<String>
  /// Which of them are wanted.
  private let wanted: Range<Int>
  /// Which is the next.
  private var number: Int
  private let unit: AVRational
  private let format: AVPixelFormat
  /// The first picture that is wanted, which had to be decoded to know its format.
  private var first: Frame?
  private let cancelFlag = CancelFlag()

  /// - Parameters:
  ///   - pictures: the pictures, in their order.
  ///   - frameRate: how many of them are shown in a second; more than 0.
  ///   - trim: the part to read; nil for all.
  ///   - margin: how many pictures around `trim` are handed out too.
  /// - Throws: ``MediaError`` if the first picture cannot be read, or nothing lies in `trim`.
  public init(
    _ pictures: PictureList, frameRate: Rational = Rational(25, 1), trim: Trim? = nil, margin: TrimMargin = .none
  ) throws(MediaError) {
    guard frameRate.value > 0 else {
      throw MediaError(
        .unsupported,
        "cannot read the pictures '\(pictures.path)' at \(frameRate) frames a second; use a rate above 0")
    }
    let all = pictures.paths
    var pictures = pictures
    if let trim {
      wanted = try pictures.cut(to: trim, frameRate: frameRate)
    } else {
      wanted = all.indices
    }
    self.pictures = pictures
    paths = all[max(0, wanted.lowerBound - margin.before)..<min(all.count, wanted.upperBound + margin.after)]
    number = paths.startIndex
    unit = av_inv_q(frameRate.av)
    let reader = try MediaReader(path: pictures.paths[0], threads: 1)
    let picture = try PictureListReader.only(of: reader)
    first = picture
    format = picture.format
    template = try MediaTemplate(
      video: VideoDescription(
        width: picture.width, height: picture.height, pixelFormatName: picture.pixelFormatName, frameRate: frameRate))
    info = MediaInfo(
      path: pictures.path, kind: .video, containerName: "image2",
      duration: Double(pictures.paths.count) / frameRate.value, frameRate: frameRate,
      estimatedFrames: pictures.paths.count, framesInFile: all.count, width: picture.width, height: picture.height,
      pixelFormatName: picture.pixelFormatName, videoCodecName: reader.info.videoCodecName, orientation: .upright,
      metadata: [:],
      tracks: [
        Track(index: 0, kind: .video, codecName: reader.info.videoCodecName, language: nil, isMain: true)
      ])
  }

  public func next() throws(MediaError) -> MediaReader.Item? {
    if cancelFlag.isRaised { throw .cancelled(info.path) }
    guard number < paths.endIndex else { return nil }
    let path = paths[number]
    var picture: Frame
    if number == wanted.lowerBound, let first {
      picture = first
      self.first = nil
    } else {
      picture = try PictureListReader.only(of: MediaReader(path: path, threads: 1))
    }
    guard picture.width == info.width, picture.height == info.height else {
      throw MediaError(
        .unsupported,
        "cannot use '\(path)' as a frame: it has \(picture.width)x\(picture.height) pixels and the pictures before it \(info.width)x\(info.height); make all the same size"
      )
    }
    if picture.format != format, picture.losesNothing(as: format) { picture = try picture.converted(to: format) }
    let isWanted = wanted.contains(number)
    let time = isWanted ? Int64(number - wanted.lowerBound) : cff_no_timestamp()
    let frame = try picture.moved(to: time, unit: unit, isRepetition: false)
    (frame.number, frame.isWanted) = (number, isWanted)
    number += 1
    if isWanted {
      frameCount += 1
      if frame.isDamaged { damagedFrames += 1 }
    }
    return .frame(frame)
  }

  public func cancel() { cancelFlag.raise() }

  private static func only(of reader: MediaReader) throws(MediaError) -> Frame {
    guard reader.info.kind == .picture else {
      throw MediaError(
        .unsupported,
        "cannot use '\(reader.info.path)' as a frame: it is a clip, not a picture; take it out of the pictures")
    }
    while let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      // FFmpeg hands out PNG's chromaticities as those of a mastering display, which a video would then claim.
      av_frame_remove_side_data(frame.av, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA)
      return try frame.upright()
    }
    throw MediaError(.unreadable, "cannot use '\(reader.info.path)': it holds no picture")
  }
}

extension Frame {
  /// Whether another format holds all that is in this picture.
  fileprivate func losesNothing(as target: AVPixelFormat) -> Bool {
    let isTransparent = PixelFormat.hasAlpha(format) && !hasOpaquePalette
    // Y′CbCr and R′G′B′ are never quite the same.
    guard PixelFormat.layout(target)?.model != .yuv, layout?.model != .yuv else { return false }
    return av_get_pix_fmt_loss(target, format, isTransparent ? 1 : 0) == 0
  }
}
