import Effects
import FaceAnalysis
import Imaging
import MediaIO
import Synchronization
import Testing

/// The masks of what a job should draw into these frames, found without the job: by the same tracker and effect, but
/// frame by frame and on copies.
func drawnMasks(_ frames: [Frame], source: String) throws -> [Plane] {
  let detector = try Pinned.finder()
  let mesher = try Pinned.mesher()
  let locator = try Pinned.locator()
  let photo = try PictureFile.read(source).editable().upright()
  let swapper = try photo.withPixels { pixels in
    // As for any source: its small faces are not looked for.
    let faces = try FaceTracker.faces(
      in: pixels, detector: try Pinned.detector(), mesher: mesher, locator: locator)
    let mesh = try #require(faces.max { $0.mesh.width < $1.mesh.width }).mesh
    var builder = IdentityBuilder()
    builder.add(SourcePhoto(name: "photo", frame: pixels, mesh: mesh))
    return BuiltinSwapper(try #require(builder.identity()))
  }
  let tracker = FaceTracker(detector: detector, mesher: mesher, locator: locator)
  var tracked: [[TrackedFace]] = []
  for frame in frames { tracked += try tracker.add(frame) }
  tracked += try tracker.finish()
  let observer = DrawingObserver(swapper)
  let chain = EffectChain([observer])
  return zip(frames, tracked).enumerated().map { number, pair in
    let (frame, faces) = pair
    return frame.withPixels { pixels in
      observer.mask.withLock { $0 = Plane(width: frame.width, height: frame.height) }
      chain.apply(to: faces, in: pixels, number: number)
      return observer.mask.withLock { $0 }
    }
  }
}

/// Looks where the swapper would draw, and draws nothing.
private final class DrawingObserver: FaceEffect {
  let mask = Mutex(Plane(width: 1, height: 1))
  private let swapper: BuiltinSwapper

  init(_ swapper: BuiltinSwapper) { self.swapper = swapper }

  func rect(for face: TrackedFace, in frame: PixelRect) -> PixelRect { swapper.rect(for: face, in: frame) }

  func observe(_ pixels: PixelView, face: TrackedFace, history: FaceHistory) -> (any Sendable)? {
    swapper.observe(pixels, face: face, history: history)
  }

  func apply(to pixels: PixelView, face: TrackedFace, history: FaceHistory) {
    guard let drawing = swapper.drawing(of: face, in: pixels, history: history) else { return }
    let surface = drawing.surface
    let moved = drawing.displacement.map { displacement in
      displacement.x.combined(with: displacement.y) {
        max(abs($0), abs($1)) > Displacement.shortest ? 1 : 0
      }
    }
    mask.withLock { mask in
      for y in 0..<mask.height {
        for x in 0..<mask.width {
          let place = surface.grid.local(SIMD2(Float(x), Float(y)))
          guard place.x > 0, place.y > 0, place.x < Float(surface.grid.columns - 1),
            place.y < Float(surface.grid.rows - 1)
          else { continue }
          let bent = moved.map { $0.value(at: place) > 0 ? Float(1) : 0 } ?? 0
          mask[x, y] = max(mask[x, y], surface.alpha.value(at: place), bent)
        }
      }
    }
  }
}
