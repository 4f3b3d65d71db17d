import CFFmpeg
public import Imaging

extension Frame: PixelSource {
  /// Lends the samples for reading. They must not be written: the decoder may still need them.
  ///
  /// It is a programmer error to ask where ``layout`` is nil.
  public func withPixels<R>(_ body: (PixelView) throws -> R) rethrows -> R {
    guard let view = makeView() else {
      preconditionFailure("the samples of \(pixelFormatName) cannot be looked at in place; convert the frame first")
    }
    return try withExtendedLifetime(self) { try body(view) }
  }

  /// Makes the samples this frame's alone, by a copy if anyone else holds them, and lends them for writing.
  ///
  /// - Throws: ``MediaError`` if the format cannot be edited in place or memory runs out; whatever `body` throws.
  public func withMutablePixels<R>(_ body: (PixelView) throws -> R) throws -> R {
    try detach()
    guard let view = makeView() else {
      throw MediaError(
        .unsupported, "pictures stored as \(pixelFormatName) cannot be edited in place; convert the frame first")
    }
    return try withExtendedLifetime(self) { try body(view) }
  }

  /// For a frame that was just made, whose samples nobody else can hold.
  func withOwnPixels<R>(_ body: (PixelView) throws -> R) rethrows -> R {
    precondition(av_frame_is_writable(av) != 0)
    return try withPixels(body)
  }

  private func makeView() -> PixelView? {
    guard let layout else { return nil }
    let count = (layout.components.map(\.plane).max() ?? 0) + 1
    return av.withStridesAndPlanes { strides, planes in
      PixelView(
        layout: layout, encoding: encoding, orientation: orientation, width: width, height: height,
        planes: planes.prefix(count).compactMap { $0.map { UnsafeMutableRawPointer($0) } },
        strides: strides.prefix(count).map { Int($0) })
    }
  }
}
