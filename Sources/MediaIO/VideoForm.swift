/// What finished frames are turned into before they are encoded.
public struct VideoForm: Sendable, Hashable {
  /// Frames a second of a constant rate; nil keeps every frame at its own time.
  public var frameRate: Rational?
  /// How many times as wide and as high the pictures become.
  public var scale: Double

  public init(frameRate: Rational? = nil, scale: Double = 1) {
    self.frameRate = frameRate
    self.scale = scale
  }
}

/// Brings frames into a ``VideoForm``, one after the other.
///
/// Frames that no slot of the new rate shows are not resized, and those that several show are resized once.
struct FrameShaper {
  private let scaler: FrameScaler?
  private var rate: ConstantRate?

  init(_ form: VideoForm, isForVideo: Bool = true) {
    scaler = form.scale == 1 ? nil : FrameScaler(factor: form.scale, isForVideo: isForVideo)
    rate = form.frameRate.map { ConstantRate($0.av) }
  }

  /// A frame as the encoder will get it, but for its time.
  func resized(_ frame: Frame) throws(MediaError) -> Frame { try scaler?.scale(frame) ?? frame }

  /// - Parameters:
  ///   - frame: the next one; nil at the end.
  ///   - deliver: takes each frame that is finished.
  mutating func shape(_ frame: Frame?, deliver: (Frame) throws(MediaError) -> Void) throws(MediaError) {
    guard rate != nil else {
      if let frame { try deliver(resized(frame)) }
      return
    }
    let choice = if let frame { try rate?.add(frame) } else { try rate?.finish() }
    guard let choice, let unit = rate?.slot else { return }
    let picture = try resized(choice.frame)
    for slot in choice.slots {
      try deliver(picture.moved(to: slot, unit: unit, isRepetition: slot > choice.slots.lowerBound))
    }
  }
}
