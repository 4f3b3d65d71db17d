import Foundation
import Glibc

/// Why a command did not do its work.
struct CommandFailure: Error, CustomStringConvertible {
  var description: String
}

/// Programs that the set-up installs.
enum Command {
  /// Runs a program to its end in a folder and returns what it printed.
  ///
  /// - Throws: ``CommandFailure`` if it is not on PATH or fails; with what it said.
  @discardableResult
  static func run(_ name: String, _ arguments: [String], in folder: String) throws -> [UInt8] {
    guard let program = path(of: name) else {
      throw CommandFailure(description: "the command \(name) is not on PATH; 'make setup' installs it")
    }
    let output = folder + "/.stdout-\(UUID().uuidString)"
    let errors = output + "-errors"
    defer {
      unlink(output)
      unlink(errors)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
    // Spawning in another folder is an extension of glibc that Swift does not see; env has it.
    let whole = ["env", "-C", folder, program] + arguments
    var list: [UnsafeMutablePointer<CChar>?] = whole.map { strdup($0) } + [nil]
    defer { for argument in list { free(argument) } }
    var process = pid_t()
    let code = posix_spawn(&process, "/usr/bin/env", &actions, nil, &list, environ)
    guard code == 0 else { throw CommandFailure(description: "\(name) does not start: error \(code).") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else {
      let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
      throw CommandFailure(
        description: "\(name) \(arguments.joined(separator: " ")) ended with status \(status): \(said)")
    }
    return Array(try Data(contentsOf: URL(fileURLWithPath: output)))
  }

  private static func path(of name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// The major version of the command `ffmpeg`; 0 if it does not tell.
  static func ffmpegVersion(in folder: String) throws -> Int {
    let text = String(decoding: try run("ffmpeg", ["-version"], in: folder).prefix(60), as: UTF8.self)
    let version = text.split(separator: " ").dropFirst(2).first ?? ""
    return Int(version.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
  }

  /// Makes a file with the command `ffmpeg`. Arguments are separated by blanks.
  static func ffmpeg(_ arguments: String, in scratch: Scratch) throws {
    let common = ["-nostdin", "-v", "error", "-y", "-threads", "1", "-filter_threads", "1"]
    try run("ffmpeg", common + arguments.split(separator: " ").map(String.init), in: scratch.folder)
  }
}
