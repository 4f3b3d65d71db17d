import Glibc

/// A folder whose files take their final names only once all are whole.
///
/// Where the final folder does not exist yet, it is made under another name and renamed. Where it exists, the files are
/// made in a hidden folder inside and moved out at the end.
struct TemporaryFolder {
  /// Where the files are made.
  let path: String
  private let destination: String
  private let isNew: Bool

  /// - Throws: ``MediaError`` if it cannot be made.
  init(for folder: String) throws(MediaError) {
    var destination = folder
    while destination.count > 1, destination.hasSuffix("/") { destination.removeLast() }
    self.destination = destination
    isNew = !FilePath.isFolder(destination)
    if isNew {
      try FilePath.checkWritable(destination)
      guard FilePath.size(of: destination) == nil else {
        throw MediaError(.unwritable, "cannot write the folder '\(folder)': a file has that name; choose another")
      }
    } else {
      try FilePath.checkWritable(FilePath.join(destination, "picture"))
    }
    let suffix = ".\(getpid())-\(TemporaryFile.nextNumber()).part"
    path =
      isNew
      ? FilePath.join(FilePath.folder(of: destination), "." + FilePath.name(of: destination) + suffix)
      : FilePath.join(destination, ".pictures" + suffix)
    guard mkdir(path, 0o777) == 0 else {
      throw MediaError(
        .unwritable, "cannot write the folder '\(folder)': \(FilePath.reason(errno)); choose another place")
    }
    UnfinishedFiles.state.withLock { [path] in _ = $0.folders.insert(path) }
  }

  /// Gives the files, all of which lie in it now, their final names.
  ///
  /// - Throws: ``MediaError`` if that fails; then none of them is left under its final name.
  func deliver(_ names: [String]) throws(MediaError) {
    try UnfinishedFiles.state.withLock { state throws(MediaError) in
      guard !state.areGivenUp else { throw MediaError(.cancelled, "writing '\(destination)' was cancelled") }
      if isNew {
        guard rename(path, destination) == 0 else { throw failure(errno) }
      } else {
        var moved: [String] = []
        for name in names {
          let place = FilePath.join(destination, name)
          // Somebody else may have put it there meanwhile.
          guard FilePath.size(of: place) == nil, rename(FilePath.join(path, name), place) == 0 else {
            let reason = FilePath.size(of: place) == nil ? errno : EEXIST
            for other in moved { unlink(other) }
            throw failure(reason)
          }
          moved.append(place)
        }
        UnfinishedFiles.removeFolder(path)
      }
      state.folders.remove(path)
    }
  }

  func remove() {
    UnfinishedFiles.removeFolder(path)
    UnfinishedFiles.state.withLock { [path] in _ = $0.folders.remove(path) }
  }

  private func failure(_ code: Int32) -> MediaError {
    MediaError(
      .unwritable,
      "cannot name the finished pictures in '\(destination)': \(FilePath.reason(code)); choose another place")
  }
}

extension UnfinishedFiles {
  /// Removes a folder and the files in it.
  static func removeFolder(_ path: String) {
    for name in FilePath.names(in: path) ?? [] { unlink(FilePath.join(path, name)) }
    rmdir(path)
  }
}
