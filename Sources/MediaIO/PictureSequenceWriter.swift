/// Takes the frames of a clip and the packets of its other tracks, and makes files of them.
public protocol ClipWriter: AnyObject, Sendable {
  func encode(_ frame: Frame) throws(MediaError)
  func write(_ packet: Packet) throws(MediaError)
  /// Makes the output whole and gives it its name.
  func finish() throws(MediaError) -> Output
  /// Stops, and removes what was written. Does nothing after ``finish()``.
  func abandon()
  /// Makes the call under way, and all later ones, throw. Callable from any thread.
  func cancel()
}

extension MediaWriter: ClipWriter {}

/// How the pictures of an output are named.
public enum PictureNames: Sendable {
  /// By a pattern, with these numbers; those after them go on from the last.
  case numbered(PictureSequence, numbers: [Int])
  /// In a folder, by these names.
  case listed(folder: String, names: [String])

  /// For messages and results: the pattern, or the folder.
  public var path: String {
    switch self {
    case .numbered(let sequence, _): sequence.pattern
    case .listed(let folder, _): folder
    }
  }

  var folder: String {
    switch self {
    case .numbered(let sequence, _): sequence.folder
    case .listed(let folder, _): folder
    }
  }

  /// The file name of a frame; nil if there is none for it.
  func name(ofFrame index: Int) -> String? {
    switch self {
    case .listed(_, let names): return index < names.count ? names[index] : nil
    case .numbered(let sequence, let numbers):
      let number = index < numbers.count ? numbers[index] : (numbers.last ?? 0) + index - max(0, numbers.count - 1)
      return FilePath.name(of: sequence.path(of: number))
    }
  }

  /// Whether a file in the folder has a name that may be needed.
  func holds(_ name: String) -> Bool {
    switch self {
    case .listed(_, let names): names.contains(name)
    case .numbered(let sequence, _): sequence.number(in: name) != nil
    }
  }
}

/// Writes the frames of a clip as pictures, a file each.
///
/// None has its final name before ``finish()``: until then all lie in a hidden folder. A folder that does not exist yet
/// is made; in one that does, no picture may have such a name already. Use it from one thread at a time; only
/// ``cancel()`` may be called from any.
// @unchecked Sendable: so that it can be handed to the thread that writes.
public final class PictureSequenceWriter: ClipWriter, @unchecked Sendable {
  private let names: PictureNames
  private let quality: Int
  private var shaper: FrameShaper
  private let folder: TemporaryFolder
  private let cancelFlag = CancelFlag()
  private var isDone = false
  private var written: [String] = []
  private var bytes = 0
  private var encoder = ""
  private var warnings: [String] = []

  /// Prepares the pictures; none is written yet.
  ///
  /// - Parameters:
  ///   - names: what they are called. The endings name the type of picture, one of ``PictureFile/writableExtensions``.
  ///   - form: the size and the frame rate they get.
  ///   - quality: 0…100, for JPEG and WebP.
  /// - Throws: ``MediaError`` if the type of picture or the folder will not do, or such pictures are there already.
  public init(_ names: PictureNames, form: VideoForm = VideoForm(), quality: Int = 80) throws(MediaError) {
    self.names = names
    self.quality = quality
    shaper = FrameShaper(form, isForVideo: false)
    switch names {
    case .numbered(let sequence, let numbers):
      _ = try PictureFormat(for: sequence.pattern)
      guard numbers.allSatisfy({ $0 >= 0 }) else {
        throw MediaError(
          .unsupported,
          "cannot write the picture sequence '\(sequence.pattern)': numbers cannot be below 0; use 0 or more")
      }
    case .listed(_, let list):
      for name in list { _ = try PictureFormat(for: name) }
      var seen: Set<String> = []
      if let twice = list.first(where: { !seen.insert($0).inserted }) {
        throw MediaError(
          .unwritable,
          "cannot write the pictures '\(names.path)': two of them would be named '\(twice)'; use a pattern like out/%06d.png"
        )
      }
    }
    if let old = (FilePath.names(in: names.folder) ?? []).filter({ names.holds($0) }).min() {
      throw MediaError(
        .unwritable,
        "cannot write the pictures '\(names.path)': '\(old)' is there already; remove it, or choose another folder")
    }
    folder = try TemporaryFolder(for: names.folder)
  }

  deinit { abandon() }

  /// Writes a picture, or several or none if the frame rate changes.
  ///
  /// - Throws: ``MediaError`` if it cannot be written.
  public func encode(_ frame: Frame) throws(MediaError) { try shape(frame) }

  /// Pictures have no place for sound: the packet is left out.
  public func write(_ packet: Packet) throws(MediaError) {
    let warning = "the other tracks were left out: pictures have no place for them"
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  /// Gives all pictures their names.
  ///
  /// - Throws: ``MediaError`` if there was no frame, or they cannot be named; then nothing is left behind.
  public func finish() throws(MediaError) -> Output {
    do throws(MediaError) {
      try shape(nil)
      guard !written.isEmpty else {
        throw MediaError(.failed, "cannot finish the pictures '\(names.path)': there are no frames")
      }
      try folder.deliver(written)
    } catch {
      abandon()
      throw error
    }
    isDone = true
    return Output(path: names.path, frames: written.count, bytes: bytes, encoder: encoder, warnings: warnings)
  }

  public func abandon() {
    guard !isDone else { return }
    isDone = true
    folder.remove()
  }

  public func cancel() { cancelFlag.raise() }

  private func shape(_ frame: Frame?) throws(MediaError) {
    precondition(!isDone, "the pictures are finished or abandoned already")
    try shaper.shape(frame) { picture throws(MediaError) in
      if cancelFlag.isRaised { throw MediaError(.cancelled, "writing '\(names.path)' was cancelled") }
      guard let name = names.name(ofFrame: written.count) else {
        throw MediaError(
          .unsupported,
          "cannot write the pictures '\(names.path)': there are more frames than names; use a pattern like out/%06d.png"
        )
      }
      let output = try PictureFile.write(
        picture, to: FilePath.join(folder.path, name), calling: FilePath.join(names.folder, name), quality: quality)
      written.append(name)
      bytes += output.bytes
      encoder = output.encoder
      for warning in output.warnings where !warnings.contains(warning) { warnings.append(warning) }
    }
  }
}
