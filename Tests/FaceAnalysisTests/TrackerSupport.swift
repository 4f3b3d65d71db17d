import FaceAnalysis
import Foundation
import Imaging

/// A clip of faces that nobody drew: where each is in each frame, and who sees it there.
///
/// Frames carry their number in two pixels; the detector and the mesher below read it and answer by the script.
final class Script {
  struct Face {
    /// The mean face's place, width and turn in a frame; nil where it is not there.
    var place: (Int) -> (center: SIMD2<Float>, width: Float, angle: Float)?
    /// Whether the detector finds it.
    var isDetected: (Int) -> Bool = { _ in true }
    /// Whether the mesh network finds it.
    var isMeshed: (Int) -> Bool = { _ in true }

    func mesh(_ frame: Int) -> FaceMesh? {
      place(frame).map { .mean(width: $0.width, at: $0.center, angle: $0.angle) }
    }
  }

  var faces: [Face] = []
  /// Frames that start a new shot.
  var cuts: Set<Int> = []
  /// How many of a frame's first looks of the mesh network fail.
  var blindLooks: [Int: Int] = [:]
  /// How far from the region's middle, in parts of its side, a face may be to be found.
  var reach: Float = 0.4
  /// The mesh network finds nothing in smaller squares.
  var smallestSide: Float = 0
  /// Boxes that hold no face, in every frame.
  var falseBoxes: [Detection] = []
  /// How often the detector reports each face.
  var repeats = 1
  /// Where the detector was asked.
  var detectedFrames: [Int] = []
  fileprivate(set) var looks: [Int: Int] = [:]
  /// What part of a region's error is left in the points that are found in it.
  var memory: Float = 0
  /// Where the mesh network looked in each frame.
  fileprivate(set) var regions: [Int: [FaceRegion]] = [:]

  func frame(_ index: Int) -> GreyPicture {
    let shot = cuts.filter { $0 <= index }.count
    return GreyPicture { x, y in
      switch (x, y) {
      case (0, 0): UInt8(index % 256)
      case (1, 0): UInt8(index / 256)
      default: (x < 32) == (shot % 2 == 0) ? 60 : 180
      }
    }
  }

  func tracker(_ effort: Effort = .full) -> FaceTracker {
    FaceTracker(detector: ScriptedDetector(self), mesher: ScriptedMesher(self), effort: effort)
  }

  /// The faces of all frames of a range, as a tracker gives them that sees no others.
  ///
  /// - Parameter isNumbered: whether it knows the number of the first.
  func track(_ range: Range<Int>, _ effort: Effort = .full, isNumbered: Bool = false) throws -> [[TrackedFace]] {
    let tracker = tracker(effort)
    if isNumbered { tracker.begin(at: range.lowerBound) }
    var results: [[TrackedFace]] = []
    for index in range { results += try tracker.add(frame(index)) }
    return results + (try tracker.finish())
  }
}

/// The number that a frame carries.
func number(of frame: PixelView) -> Int {
  Int(frame.planes[0].load(as: UInt8.self)) + 256 * Int(frame.planes[0].load(fromByteOffset: 1, as: UInt8.self))
}

final class ScriptedDetector: FaceDetector {
  private let script: Script

  init(_ script: Script) { self.script = script }

  func detect(in frame: PixelView) throws -> [Detection] {
    let index = number(of: frame)
    script.detectedFrames.append(index)
    let found = script.faces.filter { $0.isDetected(index) }.compactMap { face -> Detection? in
      guard let mesh = face.mesh(index) else { return nil }
      let box = FaceRegion(mesh).faceBox
      return Detection(score: 0.9, low: box.low, high: box.high, eyes: (mesh.xy(33), mesh.xy(263)))
    }
    return found.flatMap { repeatElement($0, count: script.repeats) } + script.falseBoxes
  }
}

final class ScriptedMesher: FaceMesher {
  private let script: Script

  init(_ script: Script) { self.script = script }

  func mesh(in frame: PixelView, region: FaceRegion) throws -> (mesh: FaceMesh, score: Float) {
    let index = number(of: frame)
    let look = script.looks[index, default: 0]
    script.looks[index] = look + 1
    script.regions[index, default: []].append(region)
    func offset(_ mesh: FaceMesh) -> Float {
      let d = FaceRegion(mesh).center - region.center
      return (d * d).sum().squareRoot()
    }
    let near = script.faces.filter { $0.isMeshed(index) }.compactMap { $0.mesh(index) }
      .filter { offset($0) < script.reach * region.side }
      .min { offset($0) < offset($1) }
    guard let near, look >= script.blindLooks[index, default: 0], region.side >= script.smallestSide else {
      return (.mean(width: region.side / 2, at: region.center), 0.1)
    }
    let error = script.memory * (region.center - FaceRegion(near).center)
    return (script.memory == 0 ? near : near.mapped { $0 + error }, 0.99)
  }
}

/// How many frames later a frame's faces are known, at full effort.
let lookAhead = 8
