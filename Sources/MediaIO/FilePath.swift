import Glibc

/// What the file system says of a path, before FFmpeg is asked.
enum FilePath {
  /// FFmpeg takes `name:` at the start for a protocol. With this in front a path is never anything but a path.
  static func url(_ path: String) -> String { "file:" + path }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// In lower case, without the dot; empty if there is none.
  static func fileExtension(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names of all that is in a folder, in no order; nil if it cannot be read, and `errno` tells why.
  static func names(in folder: String) -> [String]? {
    guard let listing = opendir(folder) else { return nil }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The path of a name in a folder.
  static func join(_ folder: String, _ name: String) -> String { (folder == "/" ? "" : folder) + "/" + name }

  /// Size in bytes, or nil if there is no such file.
  static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Throws unless `path` is a file with something in it that we may read.
  static func checkReadable(_ path: String) throws(MediaError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw MediaError(.missing, "cannot open '\(path)': \(reason(errno)); check the path")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw MediaError(.unreadable, "cannot open '\(path)': it is a folder; name a picture or video file in it")
    }
    // A pipe cannot be rewound, and opening one that nobody writes to would wait for ever.
    guard [S_IFREG, S_IFBLK].contains(status.st_mode & S_IFMT) else {
      throw MediaError(
        .unreadable, "cannot open '\(path)': it is a pipe or a device, not a file; save it to a file first")
    }
    guard access(path, R_OK) == 0 else {
      throw MediaError(.unreadable, "cannot open '\(path)': \(reason(errno)); check its permissions")
    }
    guard status.st_size > 0 || status.st_mode & S_IFMT != S_IFREG else {
      throw MediaError(.unreadable, "cannot open '\(path)': the file is empty; copy or download it again")
    }
  }

  /// Where a file that is opened at `path` really lies: the end of the chain, if `path` is a symbolic link.
  static func followingLinks(_ path: String) -> String {
    var path = path
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    // As many links as the system itself follows.
    for _ in 0..<40 {
      let count = readlink(path, &buffer, Int(PATH_MAX))
      guard count > 0 else { return path }
      let target = string(Array(buffer.prefix(count)))
      path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
    }
    return path
  }

  /// Throws unless a file can be created at `path`, or replaced there.
  static func checkWritable(_ path: String) throws(MediaError) {
    guard !path.isEmpty else { throw MediaError(.unwritable, "cannot write the output: its name is empty; give one") }
    let destination = followingLinks(path)
    guard !name(of: path).isEmpty, !isFolder(destination) else {
      throw MediaError(.unwritable, "cannot write '\(path)': it is a folder; name a file in it")
    }
    var status = stat()
    guard stat(destination, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.unwritable, "cannot write '\(path)': it is a pipe or a device, not a file; choose another name")
    }
    let folder = folder(of: destination)
    guard isFolder(folder) else {
      throw MediaError(.unwritable, "cannot write '\(path)': there is no folder '\(folder)'; create it first")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw MediaError(
        .unwritable,
        "cannot write '\(path)': the folder '\(folder)' may not be written to; choose another or change its permissions"
      )
    }
  }

  /// An errno in words, in lower case to stand inside a sentence.
  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file"
    case EACCES, EPERM: "permission denied"
    case ENOSPC: "the disk is full"
    case EFBIG: "no file may become so large there"
    case EROFS: "the file system is read-only"
    default: string(strerror(code), or: "error \(code)").lowercased()
    }
  }
}
