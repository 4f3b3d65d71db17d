import Effects
import FaceAnalysis
import Imaging
import MediaIO
import Testing

/// The masks of what a job should draw into these frames, found without the job: by the same tracker and effect, but
/// frame by frame and on copies.
func drawnMasks(_ frames: [Frame], source: String) throws -> [Plane] {
  let detector = try Pinned.finder()
  let mesher = try Pinned.mesher()
  let photo = try PictureFile.read(source).editable().upright()
  let swapper = try photo.withPixels { pixels in
    let faces = try FaceTracker.faces(in: pixels, detector: detector, mesher: mesher)
    let mesh = try #require(faces.max { $0.mesh.width < $1.mesh.width }).mesh
    var builder = IdentityBuilder()
    builder.add(SourcePhoto(name: "photo", frame: pixels, mesh: mesh))
    return BuiltinSwapper(try #require(builder.identity()))
  }
  let tracker = FaceTracker(detector: detector, mesher: mesher)
  var tracked: [[TrackedFace]] = []
  for frame in frames { tracked += try tracker.add(frame) }
  tracked += try tracker.finish()
  return zip(frames, tracked).map { frame, faces in
    frame.withPixels { pixels in
      var mask = Plane(width: frame.width, height: frame.height)
      for face in faces {
        guard let surface = swapper.surface(of: face, in: pixels) else { continue }
        for y in 0..<frame.height {
          for x in 0..<frame.width {
            let place = surface.grid.local(SIMD2(Float(x), Float(y)))
            guard place.x > 0, place.y > 0, place.x < Float(surface.grid.columns - 1),
              place.y < Float(surface.grid.rows - 1)
            else { continue }
            mask[x, y] = max(mask[x, y], surface.alpha.value(at: place))
          }
        }
      }
      return mask
    }
  }
}
