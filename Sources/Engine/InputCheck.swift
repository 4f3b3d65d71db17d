internal import Glibc
internal import MediaIO

/// What is checked of paths before any work is done.
enum InputCheck {
  /// Throws unless all inputs can be read and none of them is the output, which would take its place.
  static func check(inputs: [String], output: String) throws {
    let existing = FileIdentity(output)
    for input in inputs {
      try PathCheck.readable(input)
      if let existing, existing == FileIdentity(input) {
        throw JobError(
          .invalidRequest, "cannot write '\(output)': it is also an input; choose another name for the output")
      }
    }
  }
}

/// Tells whether two paths lead to one file, by whatever names and links.
private struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// Nil if there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = status.st_dev
    number = status.st_ino
  }
}
