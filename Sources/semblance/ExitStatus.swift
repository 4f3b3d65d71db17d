import ArgumentParser
import Engine

/// What the command's exit codes mean. Numbers follow BSD's sysexits where it has one.
enum ExitStatus {
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
    case .cancelled: 130
    }
  }
}

/// Sections that the help of the program and of its commands have in common.
enum HelpSections {
  static let environment = """
    ENVIRONMENT
      SEMBLANCE_CACHE        The folder with the models and ONNX Runtime, which
                             `make setup` fills. Default: $XDG_CACHE_HOME/semblance
                             or, if that is not set, ~/.cache/semblance
      SEMBLANCE_ONNXRUNTIME  Path of ONNX Runtime's library, if --onnxruntime is
                             not given. Default: onnxruntime/libonnxruntime.so in
                             the cache folder, else the system's
    """

  static let exitCodes = """
    EXIT CODES
        0  done: the output is whole
       64  the command line contradicts itself or has an unknown option or value
       65  an input is no picture or video, or is damaged beyond use
       66  an input does not exist
       67  no face in a source, or in the target with --require-face
       69  ONNX Runtime, a model or a device is missing or not the right one
       73  the output cannot be made: its folder, its name, its encoder
       74  reading, computing or writing failed on the way
       75  the target ends early; what was readable has been delivered
      130  stopped by Ctrl-C (143 by SIGTERM, 129 as its terminal closed);
           nothing is left of the output
    Unless it is 0 or 75, a file that was at the output's place is as it was.
    """
}
