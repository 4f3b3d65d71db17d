import Glibc
import Synchronization

/// A file that takes its final name only once it is whole.
///
/// It lies in the folder of the final one, so that renaming it is one step of the file system, and its name ends in
/// `.part`, so that nobody takes it for media.
struct TemporaryFile {
  let finalPath: String
  let path: String

  private static let counter = Atomic(0)

  init(for finalPath: String) {
    self.finalPath = finalPath
    let number = TemporaryFile.counter.add(1, ordering: .relaxed).newValue
    let suffix = ".\(getpid())-\(number).part"
    // File names are at most 255 bytes long.
    var name = FilePath.name(of: finalPath)
    while name.utf8.count + suffix.utf8.count + 1 > 255 { name.removeLast() }
    let folder = FilePath.folder(of: finalPath)
    path = (folder == "/" ? "" : folder) + "/." + name + suffix
  }

  /// Puts the file in place of whatever has the final name.
  func deliver() throws(MediaError) {
    guard rename(path, finalPath) == 0 else {
      throw MediaError(.unwritable, "Cannot name the finished file “\(finalPath)”: \(FilePath.reason(errno)).")
    }
  }

  func remove() { unlink(path) }
}
