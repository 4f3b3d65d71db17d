internal import MediaIO

extension JobRequest {
  /// Whether an output's name is that of many pictures rather than one file: it ends in a slash, or is a picture's with a
  /// place for a number. (In the name of a video `%d` is just that.)
  func isSeries(_ path: String) -> Bool {
    path.hasSuffix("/") || (PictureFile.canWrite(path) && PictureSequence.isPattern(path))
  }

  /// What takes the frames of a clip: a video, or a series of pictures.
  func openOutput(_ reader: any ClipReader) throws -> any ClipWriter {
    if isSeries(output) {
      return try PictureSequenceWriter(try pictureNames(for: reader), form: form, quality: pictureQuality)
    }
    // A WebP file can be both.
    if PictureFile.canWrite(output), !output.lowercased().hasSuffix(".webp") {
      throw JobError(
        .unwritableOutput,
        "cannot write '\(output)': the target is a video, and this is the name of a picture; end it in .mp4, .mov or "
          + ".mkv, or write a series of pictures to a folder/ or to %06d.png")
    }
    return try MediaWriter(
      path: output, like: reader.template, encoding: encoding, sound: sound, form: form, threads: threads)
  }

  /// Pictures made of pictures keep their numbers and names; those of a video are numbered from 1.
  private func pictureNames(for reader: any ClipReader) throws -> PictureNames {
    let pictures = (reader as? PictureListReader)?.pictures
    guard output.hasSuffix("/") else {
      let numbers = pictures.map { form.frameRate == nil ? $0.numbers : [$0.numbers[0]] } ?? [1]
      return .numbered(try PictureSequence(pattern: output), numbers: numbers)
    }
    guard let pictures else {
      return .numbered(try PictureSequence(pattern: output.replacing("%", with: "%%") + "%06d.png"), numbers: [1])
    }
    guard form.frameRate == nil else {
      throw JobError(
        .invalidRequest,
        "cannot write '\(output)' at another frame rate: its pictures are to have the target's names, of which there is "
          + "one for each; give a pattern like \(output)%06d.png")
    }
    return .listed(
      folder: output,
      names: zip(pictures.paths, pictures.stems).map { path, stem in
        guard PictureFile.canWrite(path), let dot = path.lastIndex(of: ".") else { return stem + ".png" }
        return stem + path[dot...]
      })
  }
}
