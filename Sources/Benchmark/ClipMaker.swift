internal import Catalogue
internal import Engine
internal import Foundation

/// Makes clips with ffmpeg and keeps them in the cache folder.
struct ClipMaker {
  let cache: CacheFolder
  let ffmpeg: Program
  let seconds: Int
  let cancellation: Cancellation

  /// Path of the clip, which is made if it is not there yet.
  ///
  /// - Parameter willMake: called if it has to be made, which takes a minute or two.
  func path(of clip: Clip, willMake: () -> Void) throws -> String {
    let path = clip.file(seconds: seconds, in: cache)
    if FileManager.default.fileExists(atPath: path) { return path }
    for input in clip.inputs { try ClipMaker.requireMedia(input, in: cache) }
    willMake()
    do {
      try FileManager.default.createDirectory(atPath: cache.benchmark, withIntermediateDirectories: true)
    } catch {
      throw JobError(
        .unwritableOutput,
        "cannot make the folder '\(cache.benchmark)' for the benchmark's clips: \(error.localizedDescription); "
          + "name a cache folder that can be written to with SEMBLANCE_CACHE")
    }
    let unfinished = "\(path).\(getpid()).part"
    defer { unlink(unfinished) }
    let end = try ffmpeg.run(
      clip.recipe(seconds: seconds, media: cache.media, output: unfinished), cancellation: cancellation)
    try end.requireSuccess("making the clip '\(path)'")
    guard rename(unfinished, path) == 0 else {
      throw JobError(
        .unwritableOutput, "cannot name the finished clip '\(path)': \(String(cString: strerror(errno)).lowercased())")
    }
    return path
  }

  /// Path of one of the demo media.
  @discardableResult
  static func requireMedia(_ name: String, in cache: CacheFolder) throws(JobError) -> String {
    let path = "\(cache.media)/\(name)"
    guard access(path, R_OK) == 0 else {
      throw JobError(.unavailable, "'\(name)', which the benchmark needs, is not at '\(path)'; `make setup` gets it")
    }
    return path
  }
}
