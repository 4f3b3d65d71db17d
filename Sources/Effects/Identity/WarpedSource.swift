internal import FaceAnalysis
internal import Imaging

/// A prepared photo as it lies on the mesh of another one.
struct WarpedSource {
  let colors: ColorPlanes
  let mask: Plane
  let keep: Plane
  let weight: Plane
  /// How much better than nothing it is at a pixel.
  let merit: Plane
  /// 0…1: whether the photo shows the place at all: facing the camera, in front of the rest, within the photo.
  let seen: Plane

  init(_ source: SourcePreparation, onto mesh: FaceMesh, _ raster: MeshRaster) {
    // Averaged first where it is much larger, so that it is not aliased.
    let factor = max(1, source.width / mesh.width)
    let (fullWidth, fullHeight) = (source.coverage.width, source.coverage.height)
    let width = max(8, Int((Float(fullWidth) / factor).rounded()))
    let height = max(8, Int((Float(fullHeight) / factor).rounded()))
    let scaleX = Float(width) / Float(fullWidth)
    let scaleY = Float(height) / Float(fullHeight)
    let own = source.mesh.scaled(x: scaleX, y: scaleY)
    let x = raster.interpolate(own.points.map(\.x))
    let y = raster.interpolate(own.points.map(\.y))
    func small(_ plane: Plane) -> Plane { factor > 1.1 ? plane.shrunk(width: width, height: height) : plane }
    func placed(_ map: Plane, _ scale: Float) -> Plane { factor > 1.1 ? map : map.mapped { ($0 + 0.5) / scale - 0.5 } }
    let (mapX, mapY) = (placed(x, scaleX), placed(y, scaleY))
    colors = source.colors.map { plane in
      small(plane).sampled(x: mapX, y: mapY, .cubic).mapped { max(0, min(255, $0)) }
    }
    func read(_ plane: Plane) -> Plane { small(plane).sampled(x: mapX, y: mapY, .bilinear) }
    let facing = raster.interpolate(source.mesh.smoothFacing)
    mask = read(source.mask)
    keep = read(source.keep)
    weight = read(source.weight)
    merit = (facing.mapped { max(0, $0) * max(0, $0) } * read(source.trust)) * source.quality.skinMerit
    // What lies behind the nose is another place's picture.
    let depth = source.mesh.points.map(\.z)
    let front = read(source.raster.interpolate(depth, background: .greatestFiniteMagnitude / 4))
    let behind = raster.interpolate(depth) - front
    let limit = 0.03 * source.width
    let (right, bottom) = (Float(small(source.mask).width) - 1.5, Float(small(source.mask).height) - 1.5)
    var seen = Plane(width: raster.width, height: raster.height)
    for i in seen.samples.indices where raster.triangleAt[i] >= 0 {
      let (px, py) = (mapX.samples[i], mapY.samples[i])
      let isInside = px >= 0.5 && py >= 0.5 && px <= right && py <= bottom
      if isInside, behind.samples[i] < limit { seen.samples[i] = smoothstep(0.15, 0.4, facing.samples[i]) }
    }
    self.seen = seen
  }
}
