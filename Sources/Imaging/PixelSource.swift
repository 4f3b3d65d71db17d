/// Something whose pixels can be looked at, now and again later: a decoded frame that somebody keeps.
public protocol PixelSource: AnyObject {
  /// Hands out the pixels for the time of the call.
  func withPixels<R>(_ body: (PixelView) throws -> R) rethrows -> R
}
