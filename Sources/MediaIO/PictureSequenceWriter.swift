/// Writes numbered pictures, one a frame.
///
/// Each picture appears under its name only when it is whole, in place of an older one. Those that were written stay,
/// whatever happens later: a long render can be taken up again after the last. Use it from one thread at a time.
// @unchecked Sendable: so that it can be handed to the thread that writes.
public final class PictureSequenceWriter: @unchecked Sendable {
  /// How many pictures were written.
  public private(set) var frames = 0
  private let sequence: PictureSequence
  private let firstNumber: Int
  private let quality: Int
  private var bytes = 0
  private var encoder = ""
  private var warnings: [String] = []

  /// Prepares a sequence; nothing is written yet.
  ///
  /// - Parameters:
  ///   - pattern: where the pictures will be, such as `frames/%06d.png`; the folder must exist. The extension names the
  ///     type of picture, one of ``PictureFile/writableExtensions``.
  ///   - firstNumber: the number of the first picture, from 0.
  ///   - quality: 0…100, for JPEG and WebP.
  /// - Throws: ``MediaError`` if the pattern, the type of picture, the number or the folder will not do.
  public init(pattern: String, firstNumber: Int = 1, quality: Int = 80) throws(MediaError) {
    sequence = try PictureSequence(pattern: pattern)
    guard firstNumber >= 0 else {
      throw MediaError(
        .unsupported,
        "cannot write the picture sequence '\(pattern)': it cannot start at number \(firstNumber); use 0 or more")
    }
    _ = try PictureFormat(for: pattern)
    try FilePath.checkWritable(sequence.path(of: firstNumber))
    self.firstNumber = firstNumber
    self.quality = quality
  }

  /// Writes the next picture. Its time is not kept: pictures only have an order.
  ///
  /// - Returns: the path of the picture.
  /// - Throws: ``MediaError`` if it cannot be written; those before it stay.
  @discardableResult
  public func write(_ frame: Frame) throws(MediaError) -> String {
    let path = sequence.path(of: firstNumber + frames)
    let output = try PictureFile.write(frame, to: path, quality: quality)
    frames += 1
    bytes += output.bytes
    encoder = output.encoder
    for warning in output.warnings where !warnings.contains(warning) { warnings.append(warning) }
    return path
  }

  /// What was written, under the pattern as its path.
  ///
  /// - Throws: ``MediaError`` if there was no frame.
  public func finish() throws(MediaError) -> Output {
    guard frames > 0 else {
      throw MediaError(.failed, "cannot finish the picture sequence '\(sequence.pattern)': it has no frames")
    }
    return Output(path: sequence.pattern, frames: frames, bytes: bytes, encoder: encoder, warnings: warnings)
  }
}
