import Glibc
import Synchronization

/// A file that takes its final name only once it is whole.
///
/// It lies in the folder of the final one, so that renaming it is one step of the file system, and its name ends in
/// `.part`, so that nobody takes it for media. Where the final path is a symbolic link, the link stays and what it
/// points to is replaced.
struct TemporaryFile {
  let finalPath: String
  let path: String
  private let destination: String

  private static let counter = Atomic(0)

  /// A number that no other temporary file of this process has.
  static func nextNumber() -> Int { counter.add(1, ordering: .relaxed).newValue }

  init(for finalPath: String) {
    self.finalPath = finalPath
    destination = FilePath.followingLinks(finalPath)
    let suffix = ".\(getpid())-\(TemporaryFile.nextNumber()).part"
    // File names are at most 255 bytes long.
    var name = FilePath.name(of: destination)
    while name.utf8.count + suffix.utf8.count + 1 > 255 { name.removeLast() }
    let folder = FilePath.folder(of: destination)
    let path = (folder == "/" ? "" : folder) + "/." + name + suffix
    self.path = path
    UnfinishedFiles.state.withLock { _ = $0.paths.insert(path) }
  }

  /// Puts the file in place of whatever has the final name.
  func deliver() throws(MediaError) {
    try UnfinishedFiles.state.withLock { state throws(MediaError) in
      guard !state.areGivenUp else { throw MediaError(.cancelled, "writing '\(finalPath)' was cancelled") }
      guard rename(path, destination) == 0 else {
        if errno == ENOENT { throw MediaError.outputIsGone(finalPath) }
        throw MediaError(.unwritable, "cannot name the finished file '\(finalPath)': \(FilePath.reason(errno))")
      }
      state.paths.remove(path)
    }
  }

  func remove() {
    unlink(path)
    UnfinishedFiles.state.withLock { _ = $0.paths.remove(path) }
  }
}

/// The files of this process that are not whole yet.
public enum UnfinishedFiles {
  struct State {
    var paths: Set<String> = []
    var folders: Set<String> = []
    var areGivenUp = false
  }
  static let state = Mutex(State())

  /// Removes all of them, and lets none be finished from now on.
  ///
  /// For a program that has to end now, while a codec or a slow disk still holds the thread that writes.
  public static func removeAll() {
    state.withLock { state in
      state.areGivenUp = true
      for path in state.paths { unlink(path) }
      for path in state.folders { removeFolder(path) }
      state.paths = []
      state.folders = []
    }
  }
}

extension MediaError {
  /// Somebody removed the unfinished file, most often with its folder.
  static func outputIsGone(_ path: String) -> MediaError {
    MediaError(
      .unwritable,
      "cannot finish '\(path)': its folder, or the hidden file that is written there, was removed; choose another folder"
    )
  }
}
