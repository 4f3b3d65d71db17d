/// Why a file could not be read or written, in one sentence for the person who asked for it.
public struct MediaError: Error, CustomStringConvertible, Sendable, Hashable {
  /// What went wrong, for code that has to decide. More kinds may come.
  public struct Kind: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable {
      case missing, unreadable, unsupported, unwritable, unavailable, failed, cancelled
    }
    private let value: Value

    /// There is no such file.
    public static let missing = Kind(value: .missing)
    /// The file is not media, is empty, is damaged, or may not be read.
    public static let unreadable = Kind(value: .unreadable)
    /// The file or the request is sound, but this build or the container cannot serve it.
    public static let unsupported = Kind(value: .unsupported)
    /// The output cannot be created.
    public static let unwritable = Kind(value: .unwritable)
    /// A device that was asked for is not there.
    public static let unavailable = Kind(value: .unavailable)
    /// It went wrong midway.
    public static let failed = Kind(value: .failed)
    /// ``MediaReader/cancel()`` was called.
    public static let cancelled = Kind(value: .cancelled)

    public var description: String { value.rawValue }
  }

  public let kind: Kind
  /// What was being done, to which file, why it failed, and what to try.
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
