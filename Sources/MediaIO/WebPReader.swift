import CFFmpeg
import CWebP
import Glibc
import Imaging

/// Reads animated WebP, which FFmpeg cannot decode, with libwebp.
///
/// Frames are whole canvases with alpha, at the file's own times in milliseconds. The file is held in memory, and two
/// canvases.
// @unchecked Sendable: so that it can be handed to the thread that reads. The cancel flag is atomic.
final class WebPReader: ClipReader, @unchecked Sendable {
  let info: MediaInfo
  let template: MediaTemplate
  private(set) var truncation: String?
  private(set) var frameCount = 0
  let damagedPackets = 0
  let damagedFrames = 0

  /// What libwebp reads; it stays where it is as long as the decoder lives.
  private let bytes: UnsafeMutableRawBufferPointer
  private let decoder: OpaquePointer
  private let size: (width: Int, height: Int)
  private let cutter: Cutter?
  private let pool = FramePool()
  private let cancelFlag = CancelFlag()
  /// When the next frame begins.
  private var time: Int32 = 0
  private var decodedFrames = 0
  private var isAtEnd = false

  /// More than any that is meant to be seen; a larger one would take more memory than a clip should.
  private static let largestFile = 512 << 20
  private static let largestCanvas = 64 << 20
  private static let unit = AVRational(num: 1, den: 1000)

  init(path: String, trim: Trim?, margin: TrimMargin = .none) throws(MediaError) {
    try trim?.check(path: path)
    bytes = try WebPReader.load(path)
    var data = WebPData(bytes: bytes.bindMemory(to: UInt8.self).baseAddress, size: bytes.count)
    var canvas: (width: Int, height: Int, frames: Int, plays: Int)?
    var length = 0
    // The header is looked at before a decoder takes memory for what it says.
    if let demuxer = WebPDemux(&data) {
      func value(_ feature: WebPFormatFeature) -> Int { Int(WebPDemuxGetI(demuxer, feature)) }
      canvas = (
        value(WEBP_FF_CANVAS_WIDTH), value(WEBP_FF_CANVAS_HEIGHT), value(WEBP_FF_FRAME_COUNT),
        value(WEBP_FF_LOOP_COUNT)
      )
      var frame = WebPIterator()
      if WebPDemuxGetFrame(demuxer, 1, &frame) != 0 {
        repeat { length += Int(frame.duration) } while WebPDemuxNextFrame(&frame) != 0
      }
      WebPDemuxReleaseIterator(&frame)
      WebPDemuxDelete(demuxer)
    }
    var options = WebPAnimDecoderOptions()
    guard let canvas, canvas.frames > 0, canvas.width * canvas.height <= WebPReader.largestCanvas,
      WebPAnimDecoderOptionsInit(&options) != 0
    else {
      bytes.deallocate()
      let why =
        canvas.map { "its \($0.frames) frames of \($0.width)x\($0.height) pixels are too large or too few" }
        ?? "the file is damaged or incomplete"
      throw MediaError(.unreadable, "cannot open '\(path)': \(why); copy or download it again, or convert it to MP4")
    }
    options.color_mode = MODE_BGRA
    guard let decoder = WebPAnimDecoderNew(&data, &options) else {
      bytes.deallocate()
      throw .outOfMemory
    }
    self.decoder = decoder
    size = (canvas.width, canvas.height)
    let rate =
      length > 0
      ? WebPReader.shortened(Rational(canvas.frames * 1000, length)) : Rational(25, 1)
    let isStill = canvas.frames == 1
    cutter = trim.map {
      Cutter($0, margin: margin, rate: rate, unit: WebPReader.unit, kinds: [.video], covers: [])
    }
    do throws(MediaError) {
      template = try MediaTemplate(
        video: VideoDescription(
          width: canvas.width, height: canvas.height, pixelFormatName: "bgra", frameRate: rate,
          timeBase: Rational(1, 1000)))
    } catch {
      WebPAnimDecoderDelete(decoder)
      bytes.deallocate()
      throw error
    }
    template.plays = canvas.plays
    let whole = (frames: canvas.frames, duration: Double(length) / 1000)
    let rest =
      trim?.estimate(frames: whole.frames, rate: rate, duration: whole.duration) ?? (whole.frames, whole.duration)
    info = MediaInfo(
      path: path, kind: isStill ? .picture : .video, containerName: "webp", duration: isStill ? nil : rest.1,
      frameRate: isStill ? nil : rate, estimatedFrames: rest.0, framesInFile: canvas.frames, width: canvas.width,
      height: canvas.height,
      pixelFormatName: "bgra", videoCodecName: "webp", orientation: .upright, metadata: [:],
      tracks: [Track(index: 0, kind: .video, codecName: "webp", language: nil, isMain: true)])
  }

  deinit {
    WebPAnimDecoderDelete(decoder)
    bytes.deallocate()
  }

  func cancel() { cancelFlag.raise() }

  func next() throws(MediaError) -> MediaReader.Item? {
    while true {
      if cancelFlag.isRaised { throw .cancelled(info.path) }
      if let item = cutter?.pop() {
        if case .frame(let frame) = item, frame.isWanted { frameCount += 1 }
        return item
      }
      guard !isAtEnd, cutter?.hasAllFrames != true, let frame = try decode() else {
        guard frameCount == 0 else { return nil }
        throw failure()
      }
      guard let cutter else {
        frame.number = frameCount
        frameCount += 1
        return .frame(frame)
      }
      cutter.add(frame)
    }
  }

  /// The next frame of the file; nil at its end.
  private func decode() throws(MediaError) -> Frame? {
    guard WebPAnimDecoderHasMoreFrames(decoder) != 0 else {
      isAtEnd = true
      return nil
    }
    var canvas: UnsafeMutablePointer<UInt8>?
    var end: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &canvas, &end) != 0, let canvas else {
      isAtEnd = true
      truncation = "frame \(decodedFrames) is damaged"
      return nil
    }
    guard let av = av_frame_alloc() else { throw .outOfMemory }
    av.pointee.format = AV_PIX_FMT_BGRA.rawValue
    av.pointee.width = Int32(size.width)
    av.pointee.height = Int32(size.height)
    guard pool.fill(av), let target = av.pointee.data.0 else {
      Frame.discard(av)
      throw .outOfMemory
    }
    av_image_copy_plane(
      target, av.pointee.linesize.0, canvas, Int32(size.width * 4), Int32(size.width * 4), Int32(size.height))
    av.pointee.color_range = AVCOL_RANGE_JPEG
    av.pointee.colorspace = AVCOL_SPC_RGB
    av.pointee.pts = Int64(time)
    cff_set_frame_duration(av, Int64(end - time))
    time = end
    decodedFrames += 1
    return Frame(owning: av, timeBase: WebPReader.unit, pool: pool)
  }

  private func failure() -> MediaError {
    if let cutter, cutter.origin != nil {
      return MediaError(
        .unsupported,
        "cannot cut '\(info.path)': it has only \(decodedFrames) frames, the last shown at \(cutter.length) seconds; choose an earlier start"
      )
    }
    return MediaError(
      .unreadable,
      "cannot use '\(info.path)': no picture could be decoded (\(truncation ?? "it is empty")); try another copy")
  }

  private static func load(_ path: String) throws(MediaError) -> UnsafeMutableRawBufferPointer {
    let length = FilePath.size(of: path) ?? 0
    guard length <= largestFile else {
      throw MediaError(
        .unreadable,
        "cannot open '\(path)': an animated WebP of more than \(largestFile >> 20) MB is not read; convert it to MP4")
    }
    guard let file = fopen(path, "rb") else {
      throw MediaError(.unreadable, "cannot open '\(path)': \(FilePath.reason(errno)); check its permissions")
    }
    defer { fclose(file) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, length), alignment: 16)
    guard fread(bytes.baseAddress, 1, length, file) == length else {
      bytes.deallocate()
      throw MediaError(.unreadable, "cannot open '\(path)': reading failed; copy or download it again")
    }
    return bytes
  }

  private static func shortened(_ rate: Rational) -> Rational {
    let divisor = Int(av_gcd(Int64(rate.numerator), Int64(rate.denominator)))
    return Rational(rate.numerator / divisor, rate.denominator / divisor)
  }
}
