internal import FaceAnalysis
internal import Glibc
internal import Imaging

/// How good a photo is as a source, measured.
struct PhotoQuality: Sendable {
  /// How wide the face is in the photo, in its pixels.
  var faceWidth: Float
  /// How many pixels across the face the photo resolves: fewer than ``faceWidth`` if it is blurred or enlarged.
  var detail: Float
  /// Contrast of the photo's finest octave at eyes, brows and lips, as a part of the next two octaves' contrast.
  var focus: Float
  /// How far the face is turned to the side and up or down, in degrees, without sign.
  var yaw: Float
  var pitch: Float
  /// Logarithm of how much brighter a surface that looks sideways is than one that looks the other way.
  var sideLight: Float
  /// The share of the face's skin that is hidden by hair or something else, 0…1.
  var hiddenShare: Float
  /// The share of the face's points outside the photo, 0…1.
  var cutShare: Float
  /// How far the eyes are open, as ``FaceMesh/eyeOpening`` has it; the wider one.
  var eyeOpening: Float
  /// How far the lips are apart, in widths of the mouth.
  var mouthOpening: Float
  /// How unlike the two halves of the mouth are, in face widths: a root mean square over its points.
  var mouthSkew: Float

  init(_ photo: SourcePhoto, skin: SkinModel, keep: Plane, raster: MeshRaster) {
    let mesh = photo.mesh
    faceWidth = photo.faceWidth
    cutShare = photo.cutShare
    let pose = mesh.pose
    yaw = abs(pose.yaw)
    pitch = abs(pose.pitch)
    sideLight = 2 * abs(skin.light.y) * 0.7
    mouthOpening = distance(mesh[13], mesh[14]) / max(1e-6, distance(mesh[78], mesh[308]))
    eyeOpening = max(mesh.eyeOpening.left, mesh.eyeOpening.right)
    mouthSkew = Self.skew(of: FaceTopology.lipsOuter + FaceTopology.lipsInner, in: FaceShape(mesh).points)
    let face = raster.coverage()
    hiddenShare = 1 - keep.sum / max(1, face.distance { $0 > 0.5 }.mapped { $0 > 0.03 * mesh.width ? 1 : 0 }.sum)
    let luma = photo.colors.luma
    // A large face was made smaller, and is as sharp there as it can be.
    let sharpness = Self.sharpness(luma, features: raster.interpolate(FaceTopology.plainSkin), face)
    detail = mesh.width * sharpness.resolution
    focus = sharpness.focus
  }

  private static func skew(of vertices: [Int], in points: [SIMD3<Float>]) -> Float {
    let sum = vertices.reduce(Float(0)) { sum, v in
      let (a, b) = (points[v], points[FaceTopology.mirror[v]])
      return sum + (a.x + b.x) * (a.x + b.x) + (a.y - b.y) * (a.y - b.y)
    }
    return (sum / Float(vertices.count)).squareRoot()
  }

  /// The share of the pixels along a line that show anything of their own at eyes, brows and lips, and ``focus``.
  ///
  /// Pictures in focus have about the same contrast in every octave (Field, "Relations between the statistics of natural
  /// images and the response properties of cortical cells", 1987). Where the finest octaves have much less than the ones
  /// above, the photo is blurred or enlarged by as much.
  private static func sharpness(
    _ luma: Plane, features: Plane, _ coverage: Plane
  ) -> (resolution: Float, focus: Float) {
    func contrast(_ a: Plane, _ b: Plane) -> Float {
      var sum: Float = 1e-6
      for i in a.samples.indices where coverage.samples[i] > 0 && features.samples[i] < 0.7 {
        let d = a.samples[i] - b.samples[i]
        sum += d * d
      }
      return sum.squareRoot()
    }
    var before: Float = 0
    var focus: Float = 0
    var sigma = finestSigma
    while sigma < 16 {
      let fine = luma.blurred(sigma: sigma)
      let ratio = contrast(luma, fine) / contrast(fine, luma.blurred(sigma: 4 * sigma))
      if sigma == finestSigma { focus = ratio }
      if ratio >= inFocus {
        // Between this scale and the one before, on a logarithmic scale.
        let part = before > 0 ? (inFocus - before) / (ratio - before) - 1 : 0
        return (finestSigma / (sigma * pow(2, 0.5 * part)), focus)
      }
      before = ratio
      sigma *= Float(2).squareRoot()
    }
    return (finestSigma / 16, focus)
  }

  /// Standard deviation of a blur that takes away a photo's finest octave, in pixels.
  private static let finestSigma: Float = 0.55
  /// Contrast of the finest octave and beyond, as a part of the next two octaves' contrast, from which on a photo counts
  /// as in focus.
  private static let inFocus: Float = 0.22
}

private func distance(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { ((a - b) * (a - b)).sum().squareRoot() }

extension PhotoQuality {
  /// How good its skin is as a whole.
  var skinMerit: Float { detail * crispness * evenness }

  /// Of photos that resolve as much, one may still be a little moved or strongly compressed.
  private var crispness: Float { pow(max(0.1, min(1, focus / 0.6)), 0.4) }

  /// How evenly lit it is, 0…1.
  var evenness: Float { 1 / (1 + (sideLight / 0.8) * (sideLight / 0.8)) }

  /// How closed and straight the mouth is, 0…1.
  var mouthRest: Float {
    (1 - 0.7 * smoothstep(0.06, 0.3, mouthOpening)) * (1 - 0.6 * smoothstep(0.02, 0.06, mouthSkew))
  }

  /// How open the eyes are, 0…1.
  var eyeRest: Float { 0.2 + 0.8 * smoothstep(0.1, 0.22, eyeOpening) }

  /// How good it is all in all, to choose the photo whose pixels are kept.
  var merit: Float {
    let frontal = max(0.1, cos(min(80, yaw) * .pi / 180) * cos(min(80, pitch) * .pi / 180))
    let whole = max(0.1, 1 - hiddenShare) * max(0.1, 1 - 2 * cutShare)
    return frontal * frontal * frontal * pow(min(1, detail / 1024), 0.7) * crispness * evenness * whole
      * (0.6 + 0.4 * mouthRest) * (0.6 + 0.4 * eyeRest)
  }
}
