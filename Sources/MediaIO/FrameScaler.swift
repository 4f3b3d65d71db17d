import CFFmpeg
import Imaging

/// Resizes frames, each in its own pixel format, with lanczos of three lobes.
///
/// Y′CbCr keeps its matrix, range and the place of its chroma samples. R′G′B′ and grey are resized component by
/// component, because swscale would take R′G′B′ through Y′CbCr and back. The fields of interlaced frames are resized
/// apart. Time, colour tags, the shape of the pixels and the orientation stay. Use it from one thread at a time.
public final class FrameScaler {
  /// How many times as wide and as high the frames become.
  public let factor: Double
  private let isForVideo: Bool
  private let pool = FramePool()
  private var contexts: [Shape: UnsafeMutableRawPointer] = [:]

  /// What a context of swscale is made for.
  private struct Shape: Hashable {
    var format: Int32
    var width: Int
    var height: Int
    var newWidth: Int
    var newHeight: Int
    var chromaX: Int32 = -513
    var chromaY: Int32 = -513
    var isFullRange = true
  }

  /// - Parameters:
  ///   - factor: how many times as wide and as high; more than 0.
  ///   - isForVideo: whether the sizes must suit video encoders: even, and with interlaced frames of a height that is a
  ///     multiple of four.
  public init(factor: Double, isForVideo: Bool) {
    precondition(factor > 0, "a frame cannot be scaled by \(factor)")
    self.factor = factor
    self.isForVideo = isForVideo
  }

  deinit { close() }

  private func close() {
    for context in contexts.values { cff_scaler_close(context) }
    contexts = [:]
  }

  /// The frame in its new size: the nearest that is allowed.
  ///
  /// - Throws: ``MediaError`` if swscale does not do that format or size, or memory runs out.
  public func scale(_ frame: Frame) throws(MediaError) -> Frame {
    guard factor != 1 else { return frame }
    let isInterlaced = cff_frame_is_interlaced(frame.av) != 0
    let width = size(frame.width, multipleOf: isForVideo ? 2 : 1)
    let height = size(frame.height, multipleOf: isInterlaced ? 4 : isForVideo ? 2 : 1)
    let input = try frame.editable()
    guard let layout = input.layout else { throw failure(frame, width, height) }
    let result = try makeFrame(like: input, width, height)
    // Fields must be alike, in colour too.
    guard !isInterlaced || frame.height % (2 << layout.chromaShiftY) == 0 else {
      throw MediaError(
        .unsupported,
        "interlaced pictures of \(frame.height) rows stored as \(frame.pixelFormatName) cannot be resized field by field; leave the scale at 1, or deinterlace the input first"
      )
    }
    let fields = isInterlaced ? 2 : 1
    let isDone =
      layout.model == .yuv
      ? scaleWhole(input, to: result, layout, fields) : try scaleComponents(input, to: result, layout, fields)
    guard isDone else { throw failure(frame, width, height) }
    return result
  }

  private func size(_ size: Int, multipleOf unit: Int) -> Int {
    max(1, Int((Double(size) * factor / Double(unit)).rounded())) * unit
  }

  private func makeFrame(like frame: Frame, _ width: Int, _ height: Int) throws(MediaError) -> Frame {
    guard let av = av_frame_alloc() else { throw .outOfMemory }
    av.pointee.format = frame.av.pointee.format
    av.pointee.width = Int32(clamping: width)
    av.pointee.height = Int32(clamping: height)
    guard av_image_check_size(UInt32(clamping: width), UInt32(clamping: height), 0, nil) >= 0, pool.fill(av),
      av_frame_copy_props(av, frame.av) >= 0
    else {
      Frame.discard(av)
      throw failure(frame, width, height)
    }
    return Frame(
      owning: av, timeBase: frame.timeBase, trackOrientation: frame.trackOrientation, pool: frame.pool)
  }

  private func scaleWhole(_ frame: Frame, to result: Frame, _ layout: PixelLayout, _ fields: Int) -> Bool {
    let place = ChromaPlace(frame)
    for field in 0..<fields {
      let shape = Shape(
        format: frame.av.pointee.format, width: frame.width, height: frame.height / fields, newWidth: result.width,
        newHeight: result.height / fields, chromaX: layout.chromaShiftX > 0 ? place.x : -513,
        chromaY: layout.chromaShiftY > 0 ? (fields == 1 ? place.y : place.y(inField: field)) : -513,
        isFullRange: frame.encoding.fullRange)
      guard let context = context(for: shape),
        !libav({ cff_scaler_run(context, result.av, frame.av, Int32(field), Int32(fields)) }).failed
      else { return false }
    }
    return true
  }

  private func scaleComponents(
    _ frame: Frame, to result: Frame, _ layout: PixelLayout, _ fields: Int
  ) throws(MediaError) -> Bool {
    for component in layout.components {
      let format = FrameScaler.greyFormat(ofDepth: component.depth)
      let source = try Frame.allocate(
        width: frame.av.pointee.width, height: frame.av.pointee.height, format: format)
      defer { Frame.discard(source) }
      let target = try Frame.allocate(
        width: result.av.pointee.width, height: result.av.pointee.height, format: format)
      defer { Frame.discard(target) }
      frame.withPixels { ComponentCopy(component, grey: source).take(from: $0) }
      let shape = Shape(
        format: format.rawValue, width: frame.width, height: frame.height / fields, newWidth: result.width,
        newHeight: result.height / fields)
      for field in 0..<fields {
        guard let context = context(for: shape),
          !libav({ cff_scaler_run(context, target, source, Int32(field), Int32(fields)) }).failed
        else { return false }
      }
      result.withOwnPixels { ComponentCopy(component, grey: target).give(to: $0) }
    }
    return true
  }

  private func context(for shape: Shape) -> UnsafeMutableRawPointer? {
    if let known = contexts[shape] { return known }
    // A clip needs at most two; pictures of many sizes must not pile up.
    if contexts.count > 8 { close() }
    let made = cff_scaler_open(
      shape.format, Int32(clamping: shape.width), Int32(clamping: shape.height), Int32(clamping: shape.newWidth),
      Int32(clamping: shape.newHeight), shape.chromaX, shape.chromaY, shape.isFullRange ? 1 : 0)
    if let made { contexts[shape] = made }
    return made
  }

  private static func greyFormat(ofDepth depth: Int) -> AVPixelFormat {
    switch depth {
    case ...8: AV_PIX_FMT_GRAY8
    case 9: AV_PIX_FMT_GRAY9LE
    case 10: AV_PIX_FMT_GRAY10LE
    case 12: AV_PIX_FMT_GRAY12LE
    case 14: AV_PIX_FMT_GRAY14LE
    default: AV_PIX_FMT_GRAY16LE
    }
  }

  private func failure(_ frame: Frame, _ width: Int, _ height: Int) -> MediaError {
    MediaError(
      .unsupported,
      "\(frame.width)x\(frame.height) pictures stored as \(frame.pixelFormatName) cannot be resized to \(width)x\(height); use another scale, or convert the input first"
    )
  }
}

/// Where chroma samples lie, in 1/256 of the picture's samples right of and below its first one.
///
/// ITU-T H.273, table 2 (Chroma420SampleLocType). What is untagged lies as MPEG-2 has it, on the left; with full range as
/// JPEG has it, in the middle.
private struct ChromaPlace {
  var x: Int32
  var y: Int32

  init(_ frame: Frame) {
    switch frame.av.pointee.chroma_location {
    case AVCHROMA_LOC_CENTER: (x, y) = (-513, 128)
    case AVCHROMA_LOC_TOPLEFT: (x, y) = (0, 0)
    case AVCHROMA_LOC_TOP: (x, y) = (-513, 0)
    case AVCHROMA_LOC_BOTTOMLEFT: (x, y) = (0, 256)
    case AVCHROMA_LOC_BOTTOM: (x, y) = (-513, 256)
    case AVCHROMA_LOC_LEFT: (x, y) = (0, 128)
    default: (x, y) = (frame.encoding.fullRange ? -513 : 0, 128)
    }
  }

  /// In rows of one field: chroma of the first field lies a quarter of a row below its luma, of the second three.
  func y(inField field: Int) -> Int32 { y != 128 ? y : field == 0 ? 64 : 192 }
}

/// Copies one component of a picture into a grey one, or back.
private struct ComponentCopy {
  let component: PixelLayout.Component
  let grey: UnsafeMutablePointer<AVFrame>

  init(_ component: PixelLayout.Component, grey: UnsafeMutablePointer<AVFrame>) {
    self.component = component
    self.grey = grey
  }

  private var largest: UInt16 { UInt16(truncatingIfNeeded: 1 << component.depth - 1) }

  func take(from view: PixelView) {
    forEachRow(of: view) { packed, plain in
      let shift = UInt16(component.shift)
      for x in 0..<view.width {
        let word = read(packed + x * component.step, isWide: component.depth + component.shift > 8)
        write(word >> shift & largest, to: plain, x)
      }
    }
  }

  func give(to view: PixelView) {
    let (shift, largest) = (UInt16(component.shift), largest)
    forEachRow(of: view) { packed, plain in
      for x in 0..<view.width {
        let value =
          component.depth > 8
          ? (plain + 2 * x).load(as: UInt16.self) : UInt16((plain + x).load(as: UInt8.self))
        let word = min(value, largest) << shift
        if component.depth + component.shift > 8 {
          (packed + x * component.step).storeBytes(of: word, as: UInt16.self)
        } else {
          (packed + x * component.step).storeBytes(of: UInt8(truncatingIfNeeded: word), as: UInt8.self)
        }
      }
    }
  }

  private func forEachRow(
    of view: PixelView, _ body: (_ packed: UnsafeMutableRawPointer, _ plain: UnsafeMutableRawPointer) -> Void
  ) {
    guard let start = grey.pointee.data.0 else { return }
    for y in 0..<view.height {
      body(
        view.planes[component.plane] + y * view.strides[component.plane] + component.offset,
        UnsafeMutableRawPointer(start) + y * Int(grey.pointee.linesize.0))
    }
  }

  private func read(_ place: UnsafeMutableRawPointer, isWide: Bool) -> UInt16 {
    isWide ? place.loadUnaligned(as: UInt16.self) : UInt16(place.load(as: UInt8.self))
  }

  private func write(_ value: UInt16, to plain: UnsafeMutableRawPointer, _ x: Int) {
    if component.depth > 8 {
      (plain + 2 * x).storeBytes(of: value, as: UInt16.self)
    } else {
      (plain + x).storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    }
  }
}
