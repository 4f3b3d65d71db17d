import ArgumentParser
import Engine
import Foundation
import Glibc
import MediaIO

struct IdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Save what is known of a source person, and show it.",
    discussion: """
      An identity is made once from photos of one person. It then serves as --source instead of them, with the same \
      result to the bit. It holds the face as a picture, so treat it like a photo.

      EXAMPLES
        semblance identity new front.jpg left.jpg right.jpg -o actor.identity
        semblance identity show actor.identity -o actor.png
        semblance run --source actor.identity --target clip.mp4
      """,
    subcommands: [NewIdentityCommand.self, ShowIdentityCommand.self])
}

struct NewIdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make an identity from photos of one person.",
    discussion: """
      Photos are merged: each place of the face is taken from the one that shows it most frontally, sharply and evenly \
      lit. What could be better about them is said on standard error. That they show one and the same person is not \
      checked. Of more than 8 photos, the best 8 are used.

      An output that already exists is replaced once the new one is whole, and not touched before.
      """)

  @Argument(help: ArgumentHelp("Photos of the person; of a clip, the first frame.", valueName: "photo"))
  var photos: [String]

  @Option(
    name: [.customLong("output"), .customLong("output-path"), .short],
    help: ArgumentHelp("Where it goes; the name ends in .identity.", valueName: "file"))
  var output: String

  @Option(
    name: .customLong("onnxruntime"),
    help: ArgumentHelp("ONNX Runtime's library, as for the command run.", valueName: "path"))
  var onnxRuntime: String?

  func run() throws {
    var request = IdentityRequest(photos: photos, output: output, tool: "semblance \(Semblance.version)")
    request.runtimePath = onnxRuntime
    let reporter = ProgressReporter(style: .lines)
    let cancellation = Cancellation()
    let interrupts = Interrupts(cancellation) { code in
      UnfinishedFiles.removeAll()
      ProgressReporter.lastWords(JobError(CancellationError()), code: code, style: .lines)
      _exit(code)
    }
    defer { withExtendedLifetime(interrupts) {} }
    do {
      let saved = try request.run(cancellation: cancellation) { reporter.report($0) }
      let amount = saved.photos.count == 1 ? "1 photo" : "\(saved.photos.count) photos"
      printOut("\(saved.path): \(amount), a face \(saved.faceWidth) pixels wide")
    } catch {
      let code = interrupts.exitCode ?? ExitStatus.code(for: error.kind)
      reporter.fail(error, code: code)
      throw ExitCode(code)
    }
  }
}

struct ShowIdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Tell what an identity was made of, and show it as a picture.",
    discussion: """
      The picture is the face as it will be put in, before it takes on a target's light and shape; what is grey is left \
      to the target.
      """)

  @Argument(help: ArgumentHelp("The identity.", valueName: "file"))
  var identity: String

  @Option(
    name: [.customLong("output"), .customLong("output-path"), .short],
    help: ArgumentHelp("Write the face as a picture; the ending chooses the format.", valueName: "picture"))
  var output: String?

  func run() throws {
    do {
      let saved = try SavedIdentity(path: identity)
      if let output { try saved.writePicture(to: output) }
      printOut("\(saved.path): a face \(saved.faceWidth) pixels wide, made \(saved.created) by \(saved.tool)")
      for photo in saved.photos {
        printOut("  \(photo.name): \(photo.faceWidth) pixels wide")
        for note in photo.notes { printOut("    \(note)") }
      }
      if let output { printOut(output) }
    } catch {
      let code = ExitStatus.code(for: error.kind)
      ProgressReporter(style: .lines).fail(error, code: code)
      throw ExitCode(code)
    }
  }
}

/// Names and notes come from a file that anyone may have made: control characters could rule a terminal.
private func printOut(_ line: String) {
  let safe = String(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
  try? FileHandle.standardOutput.write(contentsOf: Data((safe + "\n").utf8))
}
