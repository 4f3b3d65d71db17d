/// Reads one clip or picture from its beginning to its end, whatever it is made of.
///
/// Use it from one thread at a time; only ``cancel()`` may be called from any.
///
/// Each frame says its ``Frame/number`` in the clip. It is exact but for one case: where a reader jumped far into a file
/// whose index does not list each frame (Matroska, MP4 in fragments), it is told from the frame's time and the average
/// rate, which is exact for a constant frame rate and about right for others.
///
/// Around a ``Trim`` a reader hands out the frames of its ``TrimMargin``, each as soon as it is decoded and in the same
/// order as all others. Where the trim is in seconds, those before it are as many as fit in their time at the average
/// rate, which is their number for a constant rate.
public protocol ClipReader: AnyObject, Sendable {
  var info: MediaInfo { get }
  /// All a writer has to know to make a file like this one.
  var template: MediaTemplate { get }
  /// How many packets of the main track could not be decoded and were left out.
  var damagedPackets: Int { get }
  /// Of how many of the wanted frames that were handed out the decoder had to guess parts.
  var damagedFrames: Int { get }
  /// What of the container was damaged, once the end was reached; nil if nothing.
  var containerDamage: String? { get }
  /// Why the file ended before it should have, once the end was reached; nil if it is whole.
  var truncation: String? { get }
  /// What decodes differs from what was asked for, in sentences. More may come with the first frame.
  var notices: [String] { get }
  /// How many wanted frames were handed out.
  var frameCount: Int { get }

  /// The next frame or packet, or nil at the end.
  ///
  /// - Throws: ``MediaError`` if there is no picture at all, or reading was cancelled.
  func next() throws(MediaError) -> MediaReader.Item?

  /// Makes the read under way, and all later ones, throw. Callable from any thread.
  func cancel()
}

extension ClipReader {
  public var containerDamage: String? { nil }
  public var notices: [String] { [] }
}

extension MediaReader: ClipReader {}

/// Media of every kind that can be read.
public enum MediaFile {
  /// Opens a file: animated WebP with libwebp, all else with FFmpeg.
  ///
  /// - Parameters:
  ///   - path: a path in the file system.
  ///   - threads: threads for decoding; 0 for as many as there are cores.
  ///   - trim: the part to read; nil for all.
  ///   - margin: how many frames around `trim` are handed out too.
  ///   - hardware: whether a device decodes, where FFmpeg reads.
  /// - Throws: ``MediaError`` if there is no such file, it has no picture that can be decoded, `trim` is no part, or the
  ///   named device is not there.
  public static func open(
    _ path: String, threads: Int = 0, trim: Trim? = nil, margin: TrimMargin = .none, hardware: HardwareDecoding = .none
  ) throws(MediaError) -> any ClipReader {
    try FilePath.checkReadable(path)
    return FileHead(path).isAnimatedWebP
      ? try WebPReader(path: path, trim: trim, margin: margin)
      : try MediaReader(path: path, threads: threads, trim: trim, margin: margin, hardware: hardware)
  }
}
