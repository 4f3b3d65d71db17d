import Catalogue
import Glibc

/// Where ONNX Runtime is looked for, in order.
///
/// A path that a person named is the only place looked at: falling back from it to another library would hide a typing
/// mistake.
package struct RuntimeSearch: Sendable {
  /// A file, or a bare name that the system's loader resolves.
  package enum Place: Sendable, Equatable {
    case file(String)
    case systemName(String)
  }

  package let places: [Place]
  /// Who named the path, if somebody did: "--onnxruntime" or "SEMBLANCE_ONNXRUNTIME".
  package let namedBy: String?

  package init(
    explicitPath: String?, environment: [String: String],
    systemNames: [String] = ["libonnxruntime.so", "libonnxruntime.so.1"]
  ) {
    if let explicitPath {
      places = [.file(explicitPath)]
      namedBy = "--onnxruntime"
    } else if let path = environment["SEMBLANCE_ONNXRUNTIME"], !path.isEmpty {
      places = [.file(path)]
      namedBy = "SEMBLANCE_ONNXRUNTIME"
    } else {
      let cached = (try? CacheFolder(environment: environment)).map { Place.file($0.onnxRuntimeLibrary) }
      places = [cached].compactMap(\.self) + systemNames.map(Place.systemName)
      namedBy = nil
    }
  }

  /// Opens the first library that is there.
  ///
  /// - Throws: `runtimeMissing` if no place has one; `runtimeUnusable` if the first one found cannot be used.
  package func open() throws(InferenceError) -> OpenedLibrary {
    for place in places {
      switch place {
      case .file(let path):
        guard access(path, F_OK) == 0 else { continue }
        // A path without a slash would make the loader search the system instead.
        return try OpenedLibrary(path: path.contains("/") ? path : "./" + path)
      case .systemName(let name):
        do {
          return try OpenedLibrary(path: name)
        } catch {
          if error.saysNotFound(name) { continue }
          throw error
        }
      }
    }
    throw missing
  }

  private var missing: InferenceError {
    if let namedBy, case .file(let path)? = places.first {
      return InferenceError(
        .runtimeMissing,
        "ONNX Runtime is not at '\(path)', the path that \(namedBy) names; "
          + "name a libonnxruntime.so that exists, or none to use the one that `make setup` gets")
    }
    let looked = places.map { place in
      switch place {
      case .file(let path): "'\(path)'"
      case .systemName(let name): "'\(name)' of the system"
      }
    }
    return InferenceError(
      .runtimeMissing,
      "ONNX Runtime was not found: looked at \(looked.joined(separator: ", ")); `make setup` gets it, "
        + "or name a libonnxruntime.so with --onnxruntime or SEMBLANCE_ONNXRUNTIME")
  }
}

extension InferenceError {
  /// Whether the loader could not find the library `name` itself, rather than something it needs.
  fileprivate func saysNotFound(_ name: String) -> Bool {
    message.contains("\(name): cannot open shared object file: No such file or directory")
  }
}
