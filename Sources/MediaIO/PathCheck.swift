/// What can be said of a path before any work is done.
public enum PathCheck {
  /// Throws ``MediaError`` unless `path` is a file with something in it that may be read.
  public static func readable(_ path: String) throws(MediaError) { try FilePath.checkReadable(path) }

  /// Throws ``MediaError`` unless a file can be created at `path`, or replaced there.
  public static func writable(_ path: String) throws(MediaError) { try FilePath.checkWritable(path) }
}
