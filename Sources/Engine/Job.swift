public import Effects
public import FaceAnalysis
public import MediaIO

/// Which of a frame's faces are replaced.
public enum FaceSelectorMode: String, Sendable, CaseIterable {
  /// Every face.
  case many
  /// The largest face.
  case one
}

/// One request: whose face goes where.
public struct JobRequest: Sendable {
  /// Photos of the source person, or one saved identity.
  public var sources: [String]
  /// The picture or clip whose faces are replaced: a file, a folder of pictures, or a pattern of numbered ones such as
  /// `frames/%06d.png`.
  public var target: String
  /// Where the result goes: a file; for clips also a folder, whose name ends in a slash, or a pattern.
  public var output: String
  public var selectorMode: FaceSelectorMode = .many
  /// What is done to each face, in this order: names of ``FaceProcessor/all``.
  public var processors = ["face_swapper"]
  /// What the built-in swapper is asked to do.
  public var swapper = BuiltinSwapper.Options()
  /// What the face debugger draws.
  public var debuggerItems = FaceDebugger.defaultItems
  /// Whether a target without a face is an error.
  public var requiresFace = false
  public var effort: Effort = .full
  public var encoding = VideoEncoding()
  /// What becomes of a video target's sound.
  public var sound = SoundEncoding()
  /// Whether a device decodes a video target.
  public var hardwareDecoding = HardwareDecoding.none
  /// The part of a video target that is delivered; nil is all of it.
  public var trim: Trim?
  /// The size and the frame rate of a video that is made; nil and 1 leave them.
  public var form = VideoForm()
  /// How many times as wide and as high as the target a picture becomes that is made of one.
  public var pictureScale = 1.0
  /// How many pictures of a target that is a series are shown in a second.
  public var sequenceFrameRate = Rational(25, 1)
  /// 0…100, for picture formats that lose something.
  public var pictureQuality = 95
  /// Path of ONNX Runtime's library; nil looks for it.
  public var runtimePath: String?
  /// Decoder and encoder threads; 0 lets the codecs choose.
  public var threads = 0

  public init(sources: [String], target: String, output: String) {
    self.sources = sources
    self.target = target
    self.output = output
  }
}

/// What a job tells while it runs. Events come from several threads, one at a time.
public enum JobEvent: Sendable, Equatable {
  /// Something worth knowing that is no trouble: which face was taken, that nothing was found.
  case notice(String)
  /// Something went less well than asked.
  case warning(String)
  /// A frame was written.
  case progress(JobProgress)
}

/// How far a job is.
public struct JobProgress: Sendable, Equatable {
  public var frames: Int
  /// Nil if the container does not say.
  public var totalFrames: Int?
  /// Faces in the last frame.
  public var faces: Int
  /// Frames with at least one face so far.
  public var framesWithFaces: Int
  /// Since the job began.
  public var seconds: Double

  public init(frames: Int, totalFrames: Int?, faces: Int, framesWithFaces: Int, seconds: Double) {
    self.frames = frames
    self.totalFrames = totalFrames
    self.faces = faces
    self.framesWithFaces = framesWithFaces
    self.seconds = seconds
  }

  public var framesPerSecond: Double { seconds > 0 ? Double(frames) / seconds : 0 }

  /// Nil while it can't be told.
  public var secondsLeft: Double? {
    guard let totalFrames, frames > 0, framesPerSecond > 0 else { return nil }
    return Double(max(0, totalFrames - frames)) / framesPerSecond
  }
}

/// What a job delivered.
public struct JobResult: Sendable {
  public var path: String
  /// Frames of the target.
  public var frames: Int
  public var framesWithFaces: Int
  /// Frames of the output: others than the target's if the frame rate was changed.
  public var writtenFrames: Int
  public var seconds: Double
  /// Name of the encoder that made the pictures.
  public var encoder: String
  /// Why the target could not be read to its end, if so: the output then holds what was readable.
  public var truncation: String?
  /// Processor time of each stage, while the job ran; of the whole process, so that of other jobs is in it too.
  public var processorTime: [StageTime] = []
}
