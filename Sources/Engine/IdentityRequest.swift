internal import Effects
internal import Foundation
internal import Imaging
internal import MediaIO

/// A request to make an identity from photos and save it.
public struct IdentityRequest: Sendable {
  /// Photos of one person.
  public var photos: [String]
  /// Where it goes; the name ends in `.identity`.
  public var output: String
  /// Which program makes it, for the record.
  public var tool: String
  /// Path of ONNX Runtime's library; nil looks for it.
  public var runtimePath: String?

  public init(photos: [String], output: String, tool: String) {
    self.photos = photos
    self.output = output
    self.tool = tool
  }

  /// Makes it and returns when the file is whole and in place.
  ///
  /// It blocks for as long as it takes: call it from a thread of your own.
  ///
  /// - Throws: ``JobError``. The output path is then as it was before.
  public func run(
    cancellation: Cancellation = Cancellation(), onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }
  ) throws(JobError) -> SavedIdentity {
    do {
      guard IdentityFile.isNamed(output) else {
        throw JobError(
          .unwritableOutput, "cannot write '\(output)': an identity's name ends in .identity; choose such a name")
      }
      if let saved = photos.first(where: IdentityFile.isNamed) {
        throw JobError(
          .invalidRequest, "cannot make an identity of '\(saved)': it is one already; name the photos of the person")
      }
      try InputCheck.check(inputs: photos, output: output)
      try PathCheck.writable(output)
      let reader = SourceReader(
        models: try FaceModels(runtimePath: runtimePath), notify: onEvent, cancellation: cancellation)
      let file = IdentityFile(
        identity: try reader.identity(from: photos), created: Date().formatted(.iso8601), tool: tool)
      if cancellation.isRequested { throw CancellationError() }
      try file.write(to: output)
      return SavedIdentity(path: output, file: file)
    } catch {
      throw cancellation.isRequested ? JobError(CancellationError()) : JobError(error)
    }
  }
}

/// An identity in a file.
public struct SavedIdentity: Sendable {
  /// A photo that it was made of.
  public struct Photo: Sendable {
    public let name: String
    /// How wide the face is in it, in pixels.
    public let faceWidth: Int
    /// What is wrong with it and what would be better.
    public let notes: [String]
  }

  public let path: String
  private let file: IdentityFile

  init(path: String, file: IdentityFile) {
    self.path = path
    self.file = file
  }

  /// Reads an identity.
  ///
  /// - Throws: ``JobError`` if there is none, or it is damaged.
  public init(path: String) throws(JobError) {
    do {
      self.init(path: path, file: try IdentityFile.read(path))
    } catch {
      throw JobError(error)
    }
  }

  /// When it was made, as ISO 8601.
  public var created: String { file.created }
  /// Which program made it.
  public var tool: String { file.tool }
  /// How wide the face is in its picture, in pixels.
  public var faceWidth: Int { Int(min(1e6, file.identity.mesh.width).rounded()) }
  /// The photos, the best first.
  public var photos: [Photo] {
    file.identity.photos.map { photo in
      Photo(
        name: photo.name, faceWidth: photo.faceWidth.isFinite ? Int(max(0, min(1e6, photo.faceWidth)).rounded()) : 0,
        notes: photo.notes)
    }
  }

  /// Writes the face as a picture, on grey where it is not shown.
  ///
  /// - Parameter output: its ending chooses the format.
  /// - Throws: ``JobError``. The output path is then as it was before.
  public func writePicture(to output: String) throws(JobError) {
    do {
      try InputCheck.check(inputs: [path], output: output)
      try PictureFile.write(try pictureFrame(), to: output, quality: 95)
    } catch let error as MediaError where error.kind == .unsupported {
      throw JobError(.unwritableOutput, error.message)
    } catch {
      throw JobError(error)
    }
  }

  private func pictureFrame() throws -> Frame {
    let colors = file.identity.picture
    let planes = [colors.red, colors.green, colors.blue]
    let frame = try Frame(
      width: colors.width, height: colors.height, pixelFormatName: "rgb24", encoding: ColorEncoding(fullRange: true))
    try frame.withMutablePixels { view in
      for y in 0..<view.height {
        let row = view.planes[0] + y * view.strides[0]
        for x in 0..<view.width {
          for k in 0..<3 {
            let value = UInt8(max(0, min(255, planes[k][x, y].rounded())))
            row.storeBytes(of: value, toByteOffset: 3 * x + k, as: UInt8.self)
          }
        }
      }
    }
    return frame
  }
}
