/// Why a model, or the folder that keeps models, could not be had.
public struct CatalogueError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// There is nowhere to look: the environment names no cache folder.
    case noCacheFolder
    /// The model's file is not in the cache folder.
    case missing
    /// The file is there but cannot be read.
    case unreadable
    /// The file is not the one the catalogue describes.
    case damaged
  }

  public let kind: Kind
  /// One sentence: what was being done, to what, why it failed, what to try.
  public let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
