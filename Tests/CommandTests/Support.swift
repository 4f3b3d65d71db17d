import Foundation
import Imaging
import MediaIO
import Testing

/// All tests of the command. Each runs it as a process of its own, so one after another is fastest.
@Suite(.serialized) enum CommandTests {}

/// The folder with models and media that `make test` fills.
enum Cache {
  static let folder: String = {
    let environment = ProcessInfo.processInfo.environment
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    return value("SEMBLANCE_CACHE")
      ?? (value("XDG_CACHE_HOME") ?? NSHomeDirectory() + "/.cache") + "/semblance"
  }()

  static func media(_ name: String) -> String { folder + "/media/" + name }
  /// One face, from the front.
  static let photo = media("astronaut.png")
  /// Five faces.
  static let group = media("multi_face.jpg")
  /// One face, with sound.
  static let clip = media("WolfgangLanger_Pexels.mp4")
  static let clipWithoutFace = media("no_face.mp4")
}

/// A folder of its own for one test, gone with it. The command runs in it, so that messages have short names.
final class Scratch {
  let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }
  func write(_ bytes: Data, to name: String) throws { try bytes.write(to: URL(fileURLWithPath: path(name))) }
  func bytes(of name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }
  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
  }

  /// Names of all that is in it, hidden files too.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

  /// What is in it: content and time of change of each file.
  var state: [String: FileState] {
    var result: [String: FileState] = [:]
    for name in names {
      var status = stat()
      guard lstat(path(name), &status) == 0 else { continue }
      let isFile = status.st_mode & S_IFMT == S_IFREG
      result[name] = FileState(
        bytes: isFile ? try? bytes(of: name) : nil, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
        number: UInt64(status.st_ino))
    }
    return result
  }

  struct FileState: Equatable {
    var bytes: Data?
    var seconds: Int
    var nanoseconds: Int
    var number: UInt64
  }

  /// Writes the first frames of a clip, with the sound that lies between them.
  func cut(_ path: String, frames: Int, to name: String) throws {
    let reader = try MediaReader(path: path, threads: 1)
    let writer = try MediaWriter(
      path: self.path(name), like: reader.template, encoding: VideoEncoding(preset: "ultrafast"), threads: 1)
    while reader.frameCount < frames, let item = try reader.next() {
      switch item {
      case .frame(let frame): try writer.encode(frame)
      case .packet(let packet): try writer.write(packet)
      }
    }
    _ = try writer.finish()
  }

  /// Runs the command here to its end.
  ///
  /// - Parameter fileBlocks: how large a file it may write, in the shell's units; nil for any size.
  func run(_ arguments: [String], environment: [String: String?] = [:], fileBlocks: Int? = nil) throws -> Outcome {
    let command = try Command(arguments, in: self, environment: environment, fileBlocks: fileBlocks)
    return try command.wait()
  }

  /// Expects that the command fails with these words, and leaves the folder exactly as it was.
  func expectFailure(
    _ arguments: [String], environment: [String: String?] = [:], _ code: Int32, _ message: String,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let before = state
    let outcome = try run(arguments, environment: environment)
    #expect(outcome.errors == message, "semblance \(arguments)", sourceLocation: location)
    #expect(outcome.code == code, "semblance \(arguments)", sourceLocation: location)
    #expect(outcome.output == "", sourceLocation: location)
    #expect(state == before, "nothing is changed, nothing left behind", sourceLocation: location)
  }
}

/// What the command said.
struct Outcome {
  var code: Int32
  var output: String
  var errors: String
}

/// The built command, running.
final class Command {
  private let process = Process()
  private let files: [FileHandle]
  private let logs: Scratch

  /// It lies beside the program that runs the tests.
  private static let executable: URL? = Bundle.main.executableURL?.resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("semblance")

  /// - Parameters:
  ///   - environment: variables to set, or with nil to remove.
  ///   - output: where standard output goes; nil keeps it for ``wait()``.
  ///   - fileBlocks: how large a file it may write, in the shell's units; nil for any size.
  init(
    _ arguments: [String], in scratch: Scratch, environment: [String: String?] = [:], output: Pipe? = nil,
    fileBlocks: Int? = nil
  ) throws {
    logs = try Scratch()
    try logs.write("", to: "output")
    try logs.write("", to: "errors")
    let logs = logs
    files = try ["output", "errors"].map { name in
      try #require(FileHandle(forWritingAtPath: logs.path(name)))
    }
    if let fileBlocks, let program = Command.executable?.path {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "ulimit -f \(fileBlocks); exec \"$0\" \"$@\"", program] + arguments
    } else {
      process.executableURL = Command.executable
      process.arguments = arguments
    }
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.folder)
    // The width of help texts must not depend on who runs the tests.
    var variables = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    process.standardError = files[1]
    if let output { process.standardOutput = output } else { process.standardOutput = files[0] }
    try process.run()
  }

  var errorsSoFar: String { ((try? logs.bytes(of: "errors")).map { String(decoding: $0, as: UTF8.self) }) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits until it has said something on standard error.
  func waitForFirstWords() throws {
    let end = Date() + 30
    while errorsSoFar.isEmpty, process.isRunning, Date() < end { usleep(10_000) }
    try #require(!errorsSoFar.isEmpty)
  }

  /// Ends it, without its having a say.
  func destroy() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func wait() throws -> Outcome {
    // One that hangs would hold up all tests.
    let end = Date() + 90
    while process.isRunning, Date() < end { usleep(5000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try #require(process.terminationReason == .exit, "it was ended by signal \(process.terminationStatus)")
    return Outcome(
      code: process.terminationStatus, output: String(decoding: try logs.bytes(of: "output"), as: UTF8.self),
      errors: errorsSoFar)
  }
}

/// The frames of a file and the packets of its other tracks.
struct Contents {
  var frames: [Frame] = []
  var sound = Data()
  var info: MediaInfo

  init(of path: String) throws {
    let reader = try MediaReader(path: path, threads: 1)
    info = reader.info
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): frames.append(frame)
      case .packet(let packet): packet.withBytes { sound.append(contentsOf: $0) }
      }
    }
  }
}

/// The bytes of a frame that are pictures, row by row.
func samples(of frame: Frame) -> [UInt8] {
  frame.withPixels { view in
    var bytes: [UInt8] = []
    let layout = view.layout
    for plane in view.planes.indices {
      let components = layout.components.indices.filter { layout.components[$0].plane == plane }
      guard let first = components.first else { continue }
      let isChroma = layout.model == .yuv && (first == 1 || first == 2)
      let (shiftX, shiftY) = isChroma ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
      let width = ((view.width + (1 << shiftX) - 1) >> shiftX) * layout.components[first].step
      for y in 0..<((view.height + (1 << shiftY) - 1) >> shiftY) {
        bytes += UnsafeRawBufferPointer(start: view.planes[plane] + y * view.strides[plane], count: width)
      }
    }
    return bytes
  }
}

/// How many bytes differ.
func difference(_ a: Frame, _ b: Frame) -> Int {
  zip(samples(of: a), samples(of: b)).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
}

extension MediaReader {
  /// The next frame, leaving out all other tracks.
  func nextFrame() throws -> Frame? {
    while let item = try next() {
      if case .frame(let frame) = item { return frame }
    }
    return nil
  }
}
