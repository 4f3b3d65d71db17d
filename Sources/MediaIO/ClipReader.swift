/// Reads one clip or picture from its beginning to its end, whatever it is made of.
///
/// Use it from one thread at a time; only ``cancel()`` may be called from any.
public protocol ClipReader: AnyObject, Sendable {
  var info: MediaInfo { get }
  /// All a writer has to know to make a file like this one.
  var template: MediaTemplate { get }
  /// How many packets of the main track could not be decoded and were left out.
  var damagedPackets: Int { get }
  /// How many frames were handed out of which the decoder had to guess parts.
  var damagedFrames: Int { get }
  /// Why the file ended before it should have, once the end was reached; nil if it is whole.
  var truncation: String? { get }
  /// What is wrong with the container, if some of it had to be jumped over.
  var containerDamage: String? { get }
  /// How many frames were handed out.
  var frameCount: Int { get }

  /// The next frame or packet, or nil at the end.
  ///
  /// - Throws: ``MediaError`` if there is no picture at all, or reading was cancelled.
  func next() throws(MediaError) -> MediaReader.Item?

  /// Makes the read under way, and all later ones, throw. Callable from any thread.
  func cancel()
}

extension ClipReader {
  /// What has no container that could be jumped over in parts.
  public var containerDamage: String? { nil }
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
  /// - Throws: ``MediaError`` if there is no such file, it has no picture that can be decoded, or `trim` is no part.
  public static func open(_ path: String, threads: Int = 0, trim: Trim? = nil) throws(MediaError) -> any ClipReader {
    try FilePath.checkReadable(path)
    return FileHead(path).isAnimatedWebP
      ? try WebPReader(path: path, trim: trim) : try MediaReader(path: path, threads: threads, trim: trim)
  }
}
