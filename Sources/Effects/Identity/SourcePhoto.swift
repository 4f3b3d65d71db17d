public import FaceAnalysis
public import Imaging

/// One photo of the source person: the part of it that shows the face, as sRGB.
public struct SourcePhoto: Sendable {
  /// Name of the file, for messages and records.
  public let name: String
  /// The face's points in ``colors``.
  let mesh: FaceMesh
  let colors: ColorPlanes
  /// How wide the face is in the photo, in the photo's pixels.
  public let faceWidth: Float
  /// The share of the face's points that lie outside the photo.
  let cutShare: Float

  /// Wider faces are used at this width: no frame shows more.
  private static let largestWidth: Float = 1024
  /// In pixels; a face that is not torn apart stays below it at ``largestWidth``.
  static let largestSide = 2048

  /// - Parameters:
  ///   - name: name of the file, without its folder.
  ///   - frame: the photo, upright.
  ///   - mesh: the face's points in it; at least a part must lie inside.
  public init(name: String, frame: PixelView, mesh: FaceMesh) {
    self.name = name
    let rect = mesh.crop(growth: 1.2, in: frame.bounds)
    var colors = frame.encoding.standard(from: frame.colors(in: rect)).map { $0.mapped { max(0, min(255, $0)) } }
    var local = mesh.mapped { $0 - SIMD2(Float(rect.x), Float(rect.y)) }
    let outside = mesh.points.filter { p in
      p.x < -0.5 || p.y < -0.5 || p.x > Float(frame.width) - 0.5 || p.y > Float(frame.height) - 0.5
    }
    cutShare = Float(outside.count) / Float(FaceMesh.count)
    faceWidth = mesh.width
    let shrink = min(
      Self.largestWidth / local.width, Float(Self.largestSide) / Float(max(colors.width, colors.height)))
    if shrink < 1 {
      let width = max(8, Int((Float(colors.width) * shrink).rounded()))
      let height = max(8, Int((Float(colors.height) * shrink).rounded()))
      local = local.scaled(x: Float(width) / Float(colors.width), y: Float(height) / Float(colors.height))
      colors = colors.shrunk(width: width, height: height)
    }
    self.mesh = local
    self.colors = colors
  }
}
