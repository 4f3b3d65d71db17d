import ArgumentParser
import Engine

/// What the command's exit codes mean. Numbers follow BSD's sysexits where it has one.
enum ExitStatus {
  static let interrupted: Int32 = 130
  static let terminated: Int32 = 143

  static func code(for kind: JobError.Kind) -> Int32 {
    switch kind {
    case .invalidRequest: 64
    case .unreadableInput: 65
    case .missingInput: 66
    case .noFace: 67
    case .unavailable: 69
    case .unwritableOutput: 73
    case .failed: 74
    case .truncatedInput: 75
    case .cancelled: interrupted
    }
  }

  /// For the help text and the documentation.
  static let table = """
    EXIT CODES
        0  done: the output is whole
       64  the command line contradicts itself or has an unknown option or value
       65  an input is no picture or video, or is damaged beyond use
       66  an input does not exist
       67  no face in a source, or in the target with --require-face
       69  ONNX Runtime or a model is missing or not the right one
       73  the output cannot be made: its folder, its name, its encoder
       74  reading, computing or writing failed on the way
       75  the target ends early; what was readable has been delivered
      130  stopped by Ctrl-C (143 by SIGTERM); nothing is left of the output
    """
}
