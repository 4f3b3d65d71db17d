import Effects
import FaceAnalysis
import Foundation
import Imaging

/// A drawn face whose every pixel is known: skin under a first-order light, with hair across the forehead if asked.
struct SyntheticFace {
  /// Linear reflectance of the skin.
  static let skin = SIMD3<Float>(0.62, 0.40, 0.31)
  /// R′G′B′ of what is not the face.
  static let background = SIMD3<Float>(70, 105, 165)
  /// Dark, and of another hue than skin, so that a trace of it can be told.
  static let hair = SIMD3<Float>(24, 44, 22)

  var mesh: FaceMesh
  var width = 260
  var height = 300
  /// Logarithm of the light on a surface: constant, and its slopes along the normal's x, y and −z.
  var light = SIMD4<Float>(-0.9, 0.55, -0.15, 0.5)
  var hasFringe = false
  /// Freckles: amplitude in parts of the reflectance.
  var freckles: Float = 0

  init(width: Float = 160, center: SIMD2<Float> = SIMD2(130, 125)) {
    mesh = FaceMesh(points: FaceTopology.meanShape.points.map { $0 * width + SIMD3(center.x, center.y, 0) })
  }

  /// Logarithm of the light at each vertex.
  var logLight: [Float] {
    mesh.normals.map { light[0] + light[1] * $0.x + light[2] * $0.y - light[3] * $0.z }
  }

  var raster: MeshRaster { mesh.raster(width: width, height: height) }

  /// 1 where hair lies over the mesh: above a line over the brows.
  var fringe: Plane {
    let height = raster.interpolate(FaceTopology.meanShape.points.map(\.y), background: 1)
    return height.mapped { hasFringe && $0 < -0.235 ? 1 : 0 }
  }

  /// The picture, R′G′B′ on 0…255.
  var colors: ColorPlanes {
    let raster = raster
    let coverage = raster.coverage()
    let light = raster.interpolate(logLight)
    let fringe = fringe
    var planes = (0..<3).map { _ in Plane(width: width, height: height) }
    for y in 0..<height {
      for x in 0..<width {
        for k in 0..<3 {
          var value = Self.background[k]
          if fringe[x, y] > 0 {
            value = Self.hair[k]
          } else if coverage[x, y] > 0 {
            let spot = 1 + freckles * Self.noise(x, y)
            value = gammaCoded(min(1, Self.skin[k] * spot * exp(light[x, y])))
          }
          planes[k][x, y] = value
        }
      }
    }
    return ColorPlanes(red: planes[0], green: planes[1], blue: planes[2])
  }

  /// The same number for a pixel every time, −1…1.
  static func noise(_ x: Int, _ y: Int) -> Float {
    var h = UInt32(truncatingIfNeeded: x &* 374_761_393 &+ y &* 668_265_263)
    h = (h ^ (h >> 13)) &* 1_274_126_177
    return Float((h ^ (h >> 16)) & 0xFFFF) / 32767.5 - 1
  }

  var picture: RGBPicture { RGBPicture(colors) }
}

/// A packed 8-bit R′G′B′ picture in memory of its own.
final class RGBPicture {
  let width: Int
  let height: Int
  private let memory: UnsafeMutableBufferPointer<UInt8>

  init(_ colors: ColorPlanes) {
    width = colors.width
    height = colors.height
    memory = .allocate(capacity: 3 * width * height)
    for i in 0..<(width * height) {
      for (k, plane) in [colors.red, colors.green, colors.blue].enumerated() {
        memory[3 * i + k] = UInt8(max(0, min(255, plane.samples[i].rounded())))
      }
    }
  }

  deinit { memory.deallocate() }

  var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  func withView<R>(_ body: (PixelView) throws -> R) rethrows -> R {
    try withExtendedLifetime(self) {
      try body(
        PixelView(
          layout: .rgb24, encoding: ColorEncoding(fullRange: true), width: width, height: height,
          planes: [UnsafeMutableRawPointer(memory.baseAddress!)], strides: [3 * width]))
    }
  }

  func photo(_ mesh: FaceMesh, name: String = "photo.png") -> SourcePhoto {
    withView { SourcePhoto(name: name, frame: $0, mesh: mesh) }
  }

  func identity(_ mesh: FaceMesh) -> Identity {
    var builder = IdentityBuilder()
    builder.add(photo(mesh))
    return builder.identity()!
  }

  func texture(_ mesh: FaceMesh) -> SourceTexture { SourceTexture(identity(mesh)) }

  /// The face keeps its shape unless `shape` says otherwise.
  func swapper(_ mesh: FaceMesh, shape: Float = 0, effort: Effort = .full) -> BuiltinSwapper {
    BuiltinSwapper(identity(mesh), effort: effort, options: .init(faceShape: shape))
  }

  var bytes: [UInt8] { Array(memory) }
}

/// Mean of a plane over the pixels that a condition picks.
func mean(_ plane: Plane, where condition: (Int) -> Bool) -> Float {
  let picked = plane.samples.indices.filter(condition)
  return picked.reduce(Float(0)) { $0 + plane.samples[$1] } / Float(max(1, picked.count))
}
