import Effects
import Engine
import FaceAnalysis
import Foundation
import Imaging
import MediaIO
import Testing

@Suite("Identity files") struct IdentityFileTests {
  /// A small identity whose numbers use all the precision that is stored.
  private let identity: Identity = {
    let (width, height) = (70, 90)
    func noise(_ seed: Int, top: Float) -> Plane {
      var state = UInt32(truncatingIfNeeded: seed &* 7919 + 1)
      return Plane(
        width: width, height: height,
        samples: (0..<width * height).map { _ in
          state = state &* 1_664_525 &+ 1_013_904_223
          return top * Float(state >> 8) / Float(1 << 24)
        })
    }
    let mesh = FaceMesh(
      points: FaceTopology.meanShape.points.map { $0 * 55.123 + SIMD3(35.01, 40.7, 0.3) },
      irises: Irises(
        left: Iris(center: SIMD2(25.1, 40.123), radius: 3.3), right: Iris(center: SIMD2(45.7, 1 / 3), radius: 0.1)))
    return Identity(
      mesh: mesh, shape: FaceShape(mesh),
      colors: ColorPlanes(red: noise(1, top: 255), green: noise(2, top: 255), blue: noise(3, top: 255)),
      mask: noise(4, top: 1), weight: noise(5, top: 1),
      photos: [
        Identity.Photo(name: "Zoë \"1\".jpg", faceWidth: 55.25, notes: ["it is small"]),
        Identity.Photo(name: "b.png", faceWidth: 44, notes: []),
      ])!
  }()

  private var file: IdentityFile { IdentityFile(identity: identity, created: "2026-01-02T03:04:05Z", tool: "test 1") }

  @Test("Every bit comes back") func roundTrip() throws {
    let read = try IdentityFile(try file.bytes(), calling: "a.identity")
    #expect(read.identity == identity)
    #expect(read.created == file.created && read.tool == file.tool)
    #expect(try read.bytes() == file.bytes())
  }

  @Test("It is much smaller than what it holds") func size() throws {
    // Noise cannot be packed: 5 bytes of each pixel, and a quarter more for each of three colours' two odd bits.
    #expect(try file.bytes().count < 70 * 90 * 8 + 20_000)
  }

  @Test("A file that was changed is told, whatever the place") func damage() throws {
    let bytes = try file.bytes()
    for place in [3, 9, 30, 300, 8000, bytes.count / 2, bytes.count - 1] {
      var changed = bytes
      changed[place] ^= 0x10
      #expect(throws: JobError.self) { try IdentityFile(changed, calling: "a.identity") }
    }
    for count in [0, 4, 8, 23, 24, 1000, bytes.count - 1] {
      let error = #expect(throws: JobError.self) { try IdentityFile(Array(bytes.prefix(count)), calling: "a.identity") }
      #expect(error?.kind == .unreadableInput)
    }
  }

  @Test("Files of another kind or of a later version are told apart") func kinds() throws {
    func message(_ bytes: [UInt8]) -> String? {
      #expect(throws: JobError.self) { try IdentityFile(bytes, calling: "a.identity") }?.message
    }
    #expect(
      message(Array("GIF89a".utf8))
        == "cannot use 'a.identity': it is no identity; make one from photos with `semblance identity new`")
    var later = try file.bytes()
    later[8] = 2
    #expect(
      message(later)
        == "cannot use 'a.identity': it has version 2 of the format, and this program knows version 1; use the program "
        + "that made it, or make a new one from the photos")
    #expect(
      message(try file.bytes().dropLast(3))
        == "cannot use 'a.identity': the identity is damaged or incomplete; copy it again or make a new one")
  }

  @Test("Files with a right checksum and wrong content only ever throw") func hostile() throws {
    let body = Array(try file.bytes().dropLast(32))
    var state: UInt64 = 42
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var survived = 0
    for round in 0..<400 {
      var changed = body
      for _ in 0..<(1 + random(4)) {
        // Half of the changes hit the numbers at the start, the record and the points.
        let place = round % 2 == 0 ? random(changed.count) : random(min(changed.count, 600))
        switch random(6) {
        case 0: changed[place] = UInt8(random(256))
        case 1: changed[place] ^= 1 << UInt8(random(8))
        case 2: changed.replaceSubrange(place..<min(changed.count, place + 4), with: [0xFF, 0xFF, 0xFF, 0x7F])
        case 3: changed.removeSubrange(place..<min(changed.count, place + random(300)))
        case 4: changed.insert(contentsOf: [UInt8](repeating: UInt8(random(256)), count: random(300)), at: place)
        default:
          // Not a number.
          changed.replaceSubrange(place..<min(changed.count, place + 4), with: [0, 0, 0xC0, 0x7F])
        }
        if changed.isEmpty { changed = [0] }
      }
      do {
        let read = try IdentityFile(IdentityFile.checksummed(changed), calling: "a.identity").identity
        survived += 1
        #expect(read.mesh.points.allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.z.isFinite })
        #expect(read.mask.samples.allSatisfy { $0 >= 0 && $0 <= 1 })
      } catch {
        #expect(error is JobError)
      }
    }
    // Some changes, as of a name or of a pixel, leave a file that is as good as another.
    #expect(survived < 300)
  }

  @Test(
    "Sizes are bounded before anything is unpacked",
    arguments: [(1 << 30, 8), (8, 1 << 30), (-1, 90), (0, 0), (71, 90)])
  func sizes(width: Int, height: Int) throws {
    let bytes = try file.bytes()
    let length = Int(bytes[12]) | Int(bytes[13]) << 8
    var json = String(decoding: bytes[24..<24 + length], as: UTF8.self)
    json = json.replacingOccurrences(of: "\"height\":90", with: "\"height\":\(height)")
      .replacingOccurrences(of: "\"width\":70", with: "\"width\":\(width)")
    var changed = Array(bytes[..<12])
    withUnsafeBytes(of: UInt32(json.utf8.count).littleEndian) { changed += $0 }
    changed += bytes[16..<24]
    changed += Array(json.utf8)
    changed += bytes[(24 + length)..<(bytes.count - 32)]
    #expect(throws: JobError.self) { try IdentityFile(IdentityFile.checksummed(changed), calling: "a.identity") }
  }
}

@Suite("Identities in jobs", .serialized) struct IdentityJobTests {
  @Test("A saved identity gives the same bits as its photos") func sameBits() throws {
    let scratch = try Scratch()
    try Clip.astronaut(format: "yuv420p", frames: 3).write(to: scratch.path("in.mkv"))
    let photos = try photos(scratch)
    let saved = try IdentityRequest(photos: photos, output: scratch.path("a.identity"), tool: "test").run()
    #expect(Set(saved.photos.map(\.name)) == ["astronaut.png", "part.png"])
    #expect(saved.tool == "test")
    #expect(saved.faceWidth == 93)
    var results: [[Samples]] = []
    for sources in [photos, [scratch.path("a.identity")], [photos[0]]] {
      let request = JobRequest(sources: sources, target: scratch.path("in.mkv"), output: scratch.path("out.mkv"))
      _ = try request.run()
      results.append(try Contents(of: scratch.path("out.mkv")).samples)
    }
    #expect(results[0] == results[1])
    #expect(results[0] != results[2])
  }

  @Test("It can be shown as a picture") func picture() throws {
    let scratch = try Scratch()
    let path = scratch.path("a.identity")
    _ = try IdentityRequest(photos: [try Pinned.path("astronaut.png")], output: path, tool: "test").run()
    try SavedIdentity(path: path).writePicture(to: scratch.path("a.png"))
    let picture = try PictureFile.read(scratch.path("a.png")).editable()
    let colors = picture.withPixels { $0.colors(in: $0.bounds) }
    // Grey in the corner, skin in the middle.
    #expect(colors.red[0, 0] == 128 && colors.blue[0, 0] == 128)
    let (x, y) = (picture.width / 2, picture.height / 2)
    #expect(colors.red[x, y] > colors.blue[x, y] + 20)
  }

  @Test("What cannot be is told in words") func mistakes() throws {
    let scratch = try Scratch()
    let photo = try Pinned.path("astronaut.png")
    func message(_ body: () throws -> Void) -> String? { #expect(throws: JobError.self) { try body() }?.message }
    let path = scratch.path("a.identity")
    _ = try IdentityRequest(photos: [photo], output: path, tool: "test").run()
    let mixed = JobRequest(sources: [photo, path], target: photo, output: scratch.path("out.png"))
    #expect(
      message { _ = try mixed.run() }
        == "cannot use '\(path)' together with other sources: an identity is made of all its photos at once; use it alone, "
        + "or make a new one from all the photos")
    #expect(
      message { _ = try IdentityRequest(photos: [path], output: path, tool: "test").run() }
        == "cannot make an identity of '\(path)': it is one already; name the photos of the person")
    #expect(
      message { _ = try IdentityRequest(photos: [photo], output: scratch.path("a.png"), tool: "test").run() }
        == "cannot write '\(scratch.path("a.png"))': an identity's name ends in .identity; choose such a name")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(
      message { try SavedIdentity(path: path).writePicture(to: path) }
        == "cannot write '\(path)': it is also an input; choose another name for the output")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(scratch.names == ["a.identity"])
  }

  @Test("Stops when asked to") func cancelled() throws {
    let scratch = try Scratch()
    let cancellation = Cancellation()
    cancellation.request()
    let request = IdentityRequest(
      photos: [try Pinned.path("astronaut.png")], output: scratch.path("a.identity"), tool: "test")
    let error = #expect(throws: JobError.self) { try request.run(cancellation: cancellation) }
    #expect(error?.kind == .cancelled)
    #expect(scratch.names == [])
  }

  /// The astronaut, and the same with her hair's place in the picture cut off.
  private func photos(_ scratch: Scratch) throws -> [String] {
    let photo = try Pinned.picture("astronaut.png").converted(toPixelFormat: "rgb24")
    _ = try PictureFile.write(try photo.part(x: 130, y: 30, width: 200, height: 200), to: scratch.path("part.png"))
    return [try Pinned.path("astronaut.png"), scratch.path("part.png")]
  }
}
