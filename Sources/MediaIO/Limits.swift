import CFFmpeg

/// What a file may claim before it is refused.
///
/// A few bytes can announce a picture of any size: the memory must not be taken before that is known to be sensible.
enum Limits {
  /// Pixels of a still picture: 16384×16384, which is also about as far as FFmpeg goes.
  static let picturePixels = 1 << 28
  /// Pixels of a frame: 16K, and more than any camera has. A dozen frames are in memory at a time.
  static let videoPixels = 1 << 27
  /// Tracks of a file; each costs memory and time of probing.
  static let tracks = 1000

  /// Throws if a picture is too large to be read.
  static func check(width: Int, height: Int, isPicture: Bool, path: String) throws(MediaError) {
    let limit = isPicture ? picturePixels : videoPixels
    guard width > 0, height > 0, width.multipliedReportingOverflow(by: height).partialValue > limit else { return }
    throw tooLarge("\(width)x\(height)", isPicture: isPicture, path: path)
  }

  static func tooLarge(_ size: String, isPicture: Bool, path: String) -> MediaError {
    let millions = (isPicture ? picturePixels : videoPixels) / 1_000_000
    return MediaError(
      .unsupported,
      "cannot read '\(path)': its picture of \(size) pixels is too large, up to \(millions) million are read; "
        + "make it smaller first")
  }
}

extension LibavResult {
  /// The size of a picture that FFmpeg found too large to decode, such as `40000x30000`.
  var refusedSize: String? {
    for line in errors {
      let words = line.split(separator: " ")
      guard line.hasPrefix("Picture size "), words.count > 3, words[2].contains("x") else { continue }
      let numbers = words[2].split(separator: "x").compactMap { Int($0) }
      // Others are refused because they are empty.
      if numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) { return String(words[2]) }
    }
    return nil
  }
}
