internal import Effects
internal import FaceAnalysis
internal import Foundation
internal import Imaging
internal import MediaIO

/// Makes an identity from photos of the source person, or reads one.
struct SourceReader {
  let models: FaceModels
  let notify: @Sendable (JobEvent) -> Void
  var cancellation: Cancellation?

  /// - Throws: `noFace` if a photo shows no face; what reading throws otherwise.
  func identity(from paths: [String]) throws -> Identity {
    try Self.check(paths)
    if let path = paths.first, IdentityFile.isNamed(path) { return try IdentityFile.read(path).identity }
    var builder = IdentityBuilder()
    for path in paths {
      if let cancellation, cancellation.isRequested { throw CancellationError() }
      builder.add(try photo(path))
    }
    guard let identity = builder.identity() else {
      throw JobError(.invalidRequest, "no source photo was given; name one with --source")
    }
    if paths.count > IdentityBuilder.mostPhotos {
      notify(.notice("of \(paths.count) source photos, the best \(IdentityBuilder.mostPhotos) are merged"))
    } else if paths.count > 1 {
      notify(.notice("\(paths.count) source photos are merged; '\(identity.photos[0].name)' shows the face best"))
    }
    for (index, photo) in identity.photos.enumerated() {
      // What is wrong with the photo that most is taken from will be seen; with the others it may.
      for note in photo.notes { notify(index == 0 ? .warning(note) : .notice(note)) }
    }
    return identity
  }

  /// An identity is made of all its photos at once, so nothing can be added to one.
  static func check(_ paths: [String]) throws {
    guard paths.count > 1, let saved = paths.first(where: IdentityFile.isNamed) else { return }
    throw JobError(
      .invalidRequest,
      "cannot use '\(saved)' together with other sources: an identity is made of all its photos at once; use it alone, or "
        + "make a new one from all the photos")
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

  private func photo(_ path: String) throws -> SourcePhoto {
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
    let name = URL(fileURLWithPath: path).lastPathComponent
    if faces.count > 1 {
      notify(.notice("'\(name)' shows \(faces.count) faces; the largest is used"))
    }
    return photo.withPixels { SourcePhoto(name: name, frame: $0, mesh: face.mesh) }
  }
}
