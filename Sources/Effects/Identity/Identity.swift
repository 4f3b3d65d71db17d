public import FaceAnalysis
public import Imaging

/// What a swapper knows of a source person: the skin as a picture, the shape of the face, and where they come from.
///
/// The picture stays in the pixels of one of the photos, so that a texel is resampled once only. Its values are rounded
/// so that they can be stored exactly: an identity read from a file gives the same bits as the photos it was made of.
public struct Identity: Sendable, Equatable {
  /// A photo that the identity was made of.
  public struct Photo: Sendable, Equatable {
    /// Name of the file, without its folder.
    public var name: String
    /// How wide the face is in it, in pixels.
    public var faceWidth: Float
    /// What is wrong with it and what would be better, a sentence each.
    public var notes: [String]

    public init(name: String, faceWidth: Float, notes: [String]) {
      self.name = name
      self.faceWidth = faceWidth
      self.notes = notes
    }
  }

  /// The face's points in the picture.
  public let mesh: FaceMesh
  /// The shape of the face, a mean over the photos.
  public let shape: FaceShape
  /// The skin, sRGB on 0…255 in steps of ¼.
  public let colors: ColorPlanes
  /// 0…1 in 255 steps: how much of a texel may be shown.
  public let mask: Plane
  /// 0…1 in 255 steps: how much a texel counts in statistics of skin.
  public let weight: Plane
  /// The photos, the one whose pixels it has first.
  public let photos: [Photo]

  /// Steps a level of 255 that colours are rounded to.
  public static let colorSteps: Float = 4
  /// The longest side of the picture, in pixels.
  public static let largestSide = SourcePhoto.largestSide

  /// Nil if the parts make no sense together: sizes that differ or are out of bounds, numbers that are not finite, points
  /// far outside the picture.
  public init?(
    mesh: FaceMesh, shape: FaceShape, colors: ColorPlanes, mask: Plane, weight: Plane, photos: [Photo]
  ) {
    let (width, height) = (colors.width, colors.height)
    guard min(width, height) >= 8, max(width, height) <= Self.largestSide,
      [mask, weight].allSatisfy({ $0.width == width && $0.height == height })
    else { return nil }
    func isWithin(_ p: SIMD3<Float>, _ limit: Float) -> Bool {
      (0..<3).allSatisfy { p[$0].magnitude <= limit }  // false for what is not a number
    }
    guard mesh.points.allSatisfy({ isWithin($0, 16 * Float(Self.largestSide)) }), mesh.width > 4,
      shape.points.allSatisfy({ isWithin($0, 16) }), mesh.eyeOpening.left.isFinite, mesh.eyeOpening.right.isFinite
    else { return nil }
    if let irises = mesh.irises {
      for iris in [irises.left, irises.right] {
        let numbers = SIMD3(iris.center.x, iris.center.y, iris.radius)
        guard isWithin(numbers, 16 * Float(Self.largestSide)), iris.radius > 0 else { return nil }
      }
    }
    self.init(
      rounding: colors, mask: mask, weight: weight, mesh: mesh, shape: shape, photos: photos)
  }

  init(
    rounding colors: ColorPlanes, mask: Plane, weight: Plane, mesh: FaceMesh, shape: FaceShape, photos: [Photo]
  ) {
    func rounded(_ plane: Plane, _ top: Float, _ steps: Float) -> Plane {
      // What is not a number becomes 0.
      plane.mapped { (max(0, min(top, $0)) * steps).rounded() / steps }
    }
    self.colors = colors.map { rounded($0, 255, Self.colorSteps) }
    self.mask = rounded(mask, 1, 255)
    self.weight = rounded(weight, 1, 255)
    self.mesh = mesh
    self.shape = shape
    self.photos = photos
  }

  /// The face over a neutral grey, as far as it may be shown, to be looked at.
  public var picture: ColorPlanes {
    colors.map { plane in plane.combined(with: mask) { 128 + ($0 - 128) * $1 } }
  }
}
