internal import Crypto
package import Effects
internal import FaceAnalysis
internal import Foundation
internal import Imaging
internal import MediaIO

/// An identity as a file: NAME.identity.
///
/// Little endian throughout: eight letters, then four numbers of 32 bits (version of the format, bytes of the record, of
/// the colours, of the mask), the record as JSON, the points of the mesh and the shape as 2 · 468 · 3 floats, the colours
/// as PNG of 16 bits, mask and statistics weight as grey and alpha of a PNG of 8 bits, and SHA-256 over all before.
package struct IdentityFile: Sendable {
  package var identity: Identity
  /// When it was made, as ISO 8601, to the second.
  package var created: String
  /// Which program made it.
  package var tool: String

  package static let fileExtension = "identity"
  private static let letters = Array("semident".utf8)
  private static let version = 1
  private static let headBytes = 24
  private static let pointBytes = 2 * FaceMesh.count * 3 * 4
  private static let checksumBytes = SHA256.byteCount
  private static let mostRecordBytes = 64 << 10
  /// No file of these limits is larger.
  private static let mostBytes =
    headBytes + mostRecordBytes + pointBytes + checksumBytes
    + [6, 2].reduce(0) {
      $0 + PictureBytes.mostBytes(width: Identity.largestSide, height: Identity.largestSide, bytesPerPixel: $1)
    }

  package init(identity: Identity, created: String, tool: String) {
    self.identity = identity
    self.created = created
    self.tool = tool
  }

  /// Whether the name of a file says that it holds an identity.
  package static func isNamed(_ path: String) -> Bool { path.lowercased().hasSuffix("." + fileExtension) }

  // MARK: Files

  /// - Throws: ``JobError`` if it is no such file, or damaged; ``MediaError`` if it cannot be read.
  package static func read(_ path: String) throws -> IdentityFile {
    let bytes: [UInt8]
    do {
      bytes = try WholeFile.read(path, limit: mostBytes)
    } catch  where error.kind == .unsupported {
      throw JobError(.unreadableInput, error.message)
    }
    return try IdentityFile(bytes, calling: path)
  }

  /// - Throws: ``MediaError``.
  package func write(to path: String) throws { try WholeFile.write(try bytes(), to: path) }

  // MARK: Bytes

  /// What the file says of itself beside numbers. Fields that are added later must be optional.
  private struct Record: Codable {
    struct Photo: Codable {
      var name: String
      var faceWidth: Float
      var notes: [String]
    }
    var created: String
    var tool: String
    var width: Int
    var height: Int
    var photos: [Photo]
    /// Centre and radius of the left and of the right iris; left out if they are not known.
    var irises: [Float]?
  }

  package func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let record = try encoder.encode(
      Record(
        created: created, tool: tool, width: identity.colors.width, height: identity.colors.height,
        photos: identity.photos.map { Record.Photo(name: $0.name, faceWidth: $0.faceWidth, notes: $0.notes) },
        irises: identity.mesh.irises.map { irises in
          [irises.left, irises.right].flatMap { [$0.center.x, $0.center.y, $0.radius] }
        }))
    guard record.count <= Self.mostRecordBytes else {
      throw JobError(.failed, "cannot save the identity: the names of its photos are too long; use shorter ones")
    }
    let colors = try PictureBytes.png(colorFrame())
    let mask = try PictureBytes.png(maskFrame())
    var bytes = Self.letters
    for number in [Self.version, record.count, colors.count, mask.count] {
      withUnsafeBytes(of: UInt32(number).littleEndian) { bytes += $0 }
    }
    bytes += record
    for point in identity.mesh.points + identity.shape.points {
      for k in 0..<3 { withUnsafeBytes(of: point[k].bitPattern.littleEndian) { bytes += $0 } }
    }
    bytes += colors
    bytes += mask
    return Self.checksummed(bytes)
  }

  /// All of a file's bytes from those before its checksum.
  package static func checksummed(_ body: [UInt8]) -> [UInt8] { body + SHA256.hash(data: body) }

  /// - Parameter name: what errors call the file.
  /// - Throws: ``JobError``, whatever the bytes are.
  package init(_ bytes: [UInt8], calling name: String) throws {
    func failure(_ reason: String) -> JobError { JobError(.unreadableInput, "cannot use '\(name)': \(reason)") }
    let damaged = failure("the identity is damaged or incomplete; copy it again or make a new one")
    guard bytes.starts(with: Self.letters) else {
      throw failure("it is no identity; make one from photos with `semblance identity new`")
    }
    guard bytes.count >= Self.headBytes else { throw damaged }
    let numbers = (0..<4).map { k in
      (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[8 + 4 * k + $1]) }
    }
    guard numbers[0] == Self.version else {
      throw failure(
        "it has version \(numbers[0]) of the format, and this program knows version \(Self.version); use the program "
          + "that made it, or make a new one from the photos")
    }
    let (recordBytes, colorBytes, maskBytes) = (numbers[1], numbers[2], numbers[3])
    guard recordBytes <= Self.mostRecordBytes,
      bytes.count == Self.headBytes + recordBytes + Self.pointBytes + colorBytes + maskBytes + Self.checksumBytes,
      Array(SHA256.hash(data: bytes.dropLast(Self.checksumBytes))) == bytes.suffix(Self.checksumBytes)
    else { throw damaged }
    var place = Self.headBytes
    func next(_ count: Int) -> ArraySlice<UInt8> {
      defer { place += count }
      return bytes[place..<place + count]
    }
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(next(recordBytes))) else { throw damaged }
    let points = Self.points(next(Self.pointBytes))
    guard record.irises == nil || record.irises?.count == 6 else { throw damaged }
    let irises = record.irises.map { n in
      Irises(
        left: Iris(center: SIMD2(n[0], n[1]), radius: n[2]), right: Iris(center: SIMD2(n[3], n[4]), radius: n[5]))
    }
    let (width, height) = (record.width, record.height)
    guard (8...Identity.largestSide).contains(width), (8...Identity.largestSide).contains(height),
      colorBytes <= PictureBytes.mostBytes(width: width, height: height, bytesPerPixel: 6),
      maskBytes <= PictureBytes.mostBytes(width: width, height: height, bytesPerPixel: 2),
      let colorFrame = try? PictureBytes.decoded(
        Array(next(colorBytes)), width: width, height: height, pixelFormatName: "rgb48le"),
      let maskFrame = try? PictureBytes.decoded(
        Array(next(maskBytes)), width: width, height: height, pixelFormatName: "ya8"),
      let identity = Identity(
        mesh: FaceMesh(points: Array(points.prefix(FaceMesh.count)), irises: irises),
        shape: FaceShape(points: Array(points.suffix(FaceMesh.count))),
        colors: Self.colors(colorFrame), mask: Self.component(0, of: maskFrame),
        weight: Self.component(1, of: maskFrame),
        photos: record.photos.map { Identity.Photo(name: $0.name, faceWidth: $0.faceWidth, notes: $0.notes) })
    else { throw damaged }
    self.identity = identity
    created = record.created
    tool = record.tool
  }

  private static func points(_ bytes: ArraySlice<UInt8>) -> [SIMD3<Float>] {
    bytes.withUnsafeBytes { raw in
      (0..<2 * FaceMesh.count).map { i in
        SIMD3(
          (0..<3).map { k in
            Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 12 * i + 4 * k, as: UInt32.self)))
          })
      }
    }
  }

  // MARK: Pictures

  /// Colours keep their quarter steps in 16 bits: eight for the whole levels, two for the quarters.
  private static let codesPerLevel: Float = 256

  private func colorFrame() throws -> Frame {
    let colors = identity.colors
    let frame = try Frame(
      width: colors.width, height: colors.height, pixelFormatName: "rgb48le", encoding: ColorEncoding(fullRange: true))
    try frame.withMutablePixels { view in
      for (k, plane) in [colors.red, colors.green, colors.blue].enumerated() {
        for y in 0..<view.height {
          let row = view.planes[0] + y * view.strides[0]
          for x in 0..<view.width {
            row.storeBytes(
              of: UInt16(plane[x, y] * Self.codesPerLevel).littleEndian, toByteOffset: 6 * x + 2 * k, as: UInt16.self)
          }
        }
      }
    }
    return frame
  }

  private static func colors(_ frame: Frame) -> ColorPlanes {
    frame.withPixels { view in
      let planes = (0..<3).map { k in
        var plane = Plane(width: view.width, height: view.height)
        for y in 0..<view.height {
          let row = view.planes[0] + y * view.strides[0]
          for x in 0..<view.width {
            let code = UInt16(littleEndian: row.loadUnaligned(fromByteOffset: 6 * x + 2 * k, as: UInt16.self))
            plane[x, y] = Float(code) / codesPerLevel
          }
        }
        return plane
      }
      return ColorPlanes(red: planes[0], green: planes[1], blue: planes[2])
    }
  }

  private func maskFrame() throws -> Frame {
    let frame = try Frame(width: identity.mask.width, height: identity.mask.height, pixelFormatName: "ya8")
    try frame.withMutablePixels { view in
      for (k, plane) in [identity.mask, identity.weight].enumerated() {
        for y in 0..<view.height {
          let row = view.planes[0] + y * view.strides[0]
          for x in 0..<view.width {
            row.storeBytes(of: UInt8((plane[x, y] * 255).rounded()), toByteOffset: 2 * x + k, as: UInt8.self)
          }
        }
      }
    }
    return frame
  }

  private static func component(_ index: Int, of frame: Frame) -> Plane {
    frame.withPixels { view in
      var plane = Plane(width: view.width, height: view.height)
      for y in 0..<view.height {
        let row = view.planes[0] + y * view.strides[0]
        for x in 0..<view.width {
          plane[x, y] = Float(row.load(fromByteOffset: 2 * x + index, as: UInt8.self)) / 255
        }
      }
      return plane
    }
  }
}
