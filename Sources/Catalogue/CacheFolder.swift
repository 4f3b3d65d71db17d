public import FoundationEssentials

/// The folder that holds what set-up brought, models, ONNX Runtime and demo media, and what the benchmark makes of it.
///
/// ```
/// ~/.cache/semblance/
///   models/face_mesh.onnx
///   onnxruntime/libonnxruntime.so
///   media/astronaut.png
///   benchmark/4k-face-20s-v1.mp4
/// ```
public struct CacheFolder: Sendable, Equatable {
  /// The folder itself. It need not exist.
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// Finds the folder: `SEMBLANCE_CACHE`, else `semblance` in `XDG_CACHE_HOME`, else `.cache/semblance` in `HOME`.
  ///
  /// As its specification asks, an `XDG_CACHE_HOME` that is not an absolute path is ignored.
  ///
  /// - Throws: `noCacheFolder` if none of the three is set.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CatalogueError) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let named = value("SEMBLANCE_CACHE") {
      path = named
    } else if let caches = value("XDG_CACHE_HOME"), caches.hasPrefix("/") {
      path = caches + "/semblance"
    } else if let home = value("HOME") {
      path = home + "/.cache/semblance"
    } else {
      throw CatalogueError(
        .noCacheFolder,
        "no folder to look for models in: none of SEMBLANCE_CACHE, XDG_CACHE_HOME and HOME is set; "
          + "set SEMBLANCE_CACHE to the folder that `make setup` filled")
    }
  }

  /// Where models are kept.
  public var models: String { path + "/models" }

  /// Where set-up puts ONNX Runtime's library.
  public var onnxRuntimeLibrary: String { path + "/onnxruntime/libonnxruntime.so" }

  /// Where set-up puts the pictures and clips of the demo and the tests.
  public var media: String { path + "/media" }

  /// Where the benchmark keeps its clips.
  public var benchmark: String { path + "/benchmark" }
}
