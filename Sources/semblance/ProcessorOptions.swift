public import ArgumentParser
public import Effects
import Engine

extension RunCommand {
  struct Processing: ParsableArguments {
    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("What is done to each face, in this order.", valueName: "name"))
    var processors = [ProcessorName.standard]

    @Option(
      help: ArgumentHelp(
        "How much of the source's shape the face gets, 0 (none) to 1 (all); none with --effort fast.",
        valueName: "share"))
    var faceShape: Float = BuiltinSwapper.Options().faceShape

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "What face_debugger draws: mesh, box and track if left out. mask, light, texture and shape are the swap's and need --source.",
        valueName: "item"))
    var faceDebuggerItems: [FaceDebugger.Item] = []

    func validate() throws {
      guard faceShape >= 0, faceShape <= 1 else {
        throw ValidationError("--face-shape must be from 0 to 1.")
      }
      guard faceDebuggerItems.isEmpty || processors.contains(where: { $0.name == "face_debugger" }) else {
        throw ValidationError("--face-debugger-items is of use only with --processors face_debugger.")
      }
    }

    func apply(to request: inout JobRequest) {
      request.processors = processors.map(\.name)
      request.swapper.faceShape = faceShape
      if !faceDebuggerItems.isEmpty { request.debuggerItems = faceDebuggerItems }
    }
  }
}

/// The name of a processor that there is.
struct ProcessorName: ExpressibleByArgument {
  static let standard = ProcessorName(name: JobRequest(sources: [], target: "", output: "").processors[0])
  let name: String

  private init(name: String) { self.name = name }

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }

  static var allValueStrings: [String] { FaceProcessor.all.map(\.name) }
  var defaultValueDescription: String { name }
}

extension FaceDebugger.Item: ExpressibleByArgument {}
