import CFFmpeg
import Glibc
import Imaging

/// Still pictures.
public enum PictureFile {
  /// Extensions of the files it writes, without the dot.
  public static let writableExtensions = PictureFormat.all.flatMap(\.extensions)

  /// Whether the path's extension is that of a picture that can be written.
  public static func canWrite(_ path: String) -> Bool {
    writableExtensions.contains { path.lowercased().hasSuffix("." + $0) }
  }

  /// Reads a picture, in the format its decoder gives. Of a video, its first frame.
  ///
  /// - Throws: ``MediaError`` if there is no such file, or it holds no picture.
  public static func read(_ path: String) throws(MediaError) -> Frame {
    let reader = try MediaFile.open(path, threads: 1)
    while let item = try reader.next() {
      if case .frame(let frame) = item { return frame }
    }
    // The reader throws at the end of a file without a frame, so this is not reached.
    throw MediaError(.unreadable, "cannot use '\(path)': it holds no picture")
  }

  /// Writes a picture, as the path's extension says. Depth and alpha stay where the file type has them.
  ///
  /// A picture that is stored turned stays so in JPEG, which can say it; in other files it is turned for good.
  ///
  /// - Parameters:
  ///   - frame: the picture.
  ///   - path: where the file will be; an older one is replaced when the new one is whole.
  ///   - quality: 0…100, for JPEG and WebP.
  /// - Throws: ``MediaError`` if the file type is unknown or the file cannot be written.
  @discardableResult
  public static func write(_ frame: Frame, to path: String, quality: Int = 80) throws(MediaError) -> Output {
    try write(frame, to: path, calling: path, quality: quality)
  }

  /// - Parameter name: what errors call the file.
  static func write(_ frame: Frame, to path: String, calling name: String, quality: Int) throws(MediaError) -> Output {
    let format = try PictureFormat(for: path)
    try FilePath.checkWritable(path)
    let orientation = frame.orientation
    let isTurned = orientation != .upright && !format.keepsOrientation
    let picture = try format.prepare(isTurned ? frame.editable().turned(by: orientation) : frame)
    let encoder = try PictureEncoder(picture, format: format, quality: quality, path: name)
    var bytes = try encoder.encode(picture)
    if format.keepsOrientation, orientation != .upright { bytes = ExifOrientation.insert(orientation, intoJPEG: bytes) }
    try WholeFile.write(bytes, to: path, calling: name)
    return Output(path: name, frames: 1, bytes: bytes.count, encoder: encoder.name, warnings: [])
  }
}
