/// An iris: a circle in the picture.
public struct Iris: Sendable, Equatable {
  /// In pixels of the picture, pixel centres at integers.
  public var center: SIMD2<Float>
  /// In pixels.
  public var radius: Float

  public init(center: SIMD2<Float>, radius: Float) {
    self.center = center
    self.radius = radius
  }
}

/// Both irises of a face.
public struct Irises: Sendable, Equatable {
  /// That between vertices 33 and 133: of the smaller x in a picture of a frontal face, the subject's right.
  public var left: Iris
  /// That between vertices 362 and 263.
  public var right: Iris

  public init(left: Iris, right: Iris) {
    self.left = left
    self.right = right
  }

  func map(_ transform: (Iris) -> Iris) -> Irises { Irises(left: transform(left), right: transform(right)) }
}
