internal import Effects
internal import FaceAnalysis
internal import Foundation
internal import Imaging
internal import MediaIO

/// Makes a swapper from the photos of the source person.
struct SourceReader {
  let models: FaceModels
  let notify: @Sendable (JobEvent) -> Void

  private struct Candidate {
    var path: String
    var photo: Frame
    var face: TrackedFace

    /// How much the photo shows of the face: its size, up to what helps, times how frontally it is seen.
    var merit: Float {
      let facing = face.mesh.facing
      let frontal = FaceTopology.skinSeeds.map { max(0, facing[$0]) }.reduce(0, +) / Float(FaceTopology.skinSeeds.count)
      return min(1, face.mesh.width / 300) * frontal
    }
  }

  /// - Throws: `noFace` if a photo shows no face; what reading throws otherwise.
  func swapper(from paths: [String], effort: Effort) throws -> BuiltinSwapper {
    let candidates = try paths.map(candidate)
    guard let best = candidates.max(by: { $0.merit < $1.merit }) else {
      throw JobError(.invalidRequest, "no source photo was given; name one with --source")
    }
    if candidates.count > 1 {
      notify(.notice("of \(candidates.count) source photos, '\(name(best.path))' shows the face best and is used"))
    }
    if best.face.mesh.width < 64 {
      notify(
        .warning(
          "the face in '\(name(best.path))' is only \(Int(best.face.mesh.width)) pixels wide; "
            + "a larger photo gives a sharper result"))
    }
    return best.photo.withPixels { BuiltinSwapper(photo: $0, mesh: best.face.mesh, effort: effort) }
  }

  /// A picture that is whole: of one that is cut off, the decoder would make up the rest.
  static func picture(_ path: String) throws -> Frame {
    let picture = try PictureFile.read(path)
    guard !picture.isDamaged, !isCutOffJPEG(path) else {
      throw JobError(
        .unreadableInput, "cannot use '\(path)': the picture is damaged or incomplete; copy or download it again")
    }
    return picture
  }

  /// Whether a JPEG lacks its end, which the decoder does not report.
  ///
  /// Within coded pictures FF is always followed by 00 or a restart mark. So after the last start of a scan (FF DA) an end
  /// of the picture (FF D9) must come; the one of a preview lies before it.
  private static func isCutOffJPEG(_ path: String) -> Bool {
    // Not mapped into memory: a file that shrinks meanwhile would end the process.
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)),
      bytes.starts(with: [0xFF, 0xD8, 0xFF]),
      let scan = bytes.range(of: Data([0xFF, 0xDA]), options: .backwards)
    else { return false }
    return bytes.range(of: Data([0xFF, 0xD9]), in: scan.upperBound..<bytes.endIndex) == nil
  }

  private func candidate(_ path: String) throws -> Candidate {
    let photo = try SourceReader.picture(path).editable().upright()
    // A damaged photo can make the network say anything, also that a face lies far outside.
    let faces = try photo.withPixels { try models.faces(in: $0, isHurried: true) }.filter { face in
      let (low, high) = face.mesh.bounds
      return face.mesh.width.isFinite && high.x > 0 && high.y > 0 && low.x < Float(photo.width)
        && low.y < Float(photo.height)
    }
    guard let face = faces.first else {
      throw JobError(
        .noFace, "no face was found in the source '\(path)'; use a sharp, well lit photo of the face from the front")
    }
    if faces.count > 1 {
      notify(.notice("'\(name(path))' shows \(faces.count) faces; the largest is used"))
    }
    return Candidate(path: path, photo: photo, face: face)
  }

  private func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}
