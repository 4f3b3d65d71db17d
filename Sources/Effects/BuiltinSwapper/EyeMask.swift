package import FaceAnalysis
package import Imaging

/// Where the eyes stay the target's: its eyeballs, for the gaze, and its lids while they are shut.
///
/// A source's open eye cannot be shut by moving its points: there is no picture of its lids.
package enum EyeMask {
  /// Openings, as parts of the open eye's, between which the target's lids fade.
  private static let lidsShown: (all: Float, none: Float) = (0.30, 0.70)

  /// How much of each pixel of the grid is the target's, 0…1.
  ///
  /// - Parameters:
  ///   - mesh: with lids that an attention mesh has placed, in pixels of the grid.
  ///   - open: how far each eye is when it is open, as ``FaceMesh/eyeOpening``.
  package static func kept(_ mesh: FaceMesh, open: SIMD2<Float>, width: Int, height: Int) -> Plane {
    let opening = mesh.eyeOpening
    let apart = distance(mesh.xy(33), mesh.xy(263))
    var kept = Plane(width: width, height: height)
    for (lids, around, opening, open) in [
      (FaceTopology.leftEye, FaceTopology.leftLids, opening.left, open.x),
      (FaceTopology.rightEye, FaceTopology.rightLids, opening.right, open.y),
    ] {
      let across = distance(mesh.xy(lids[0]), mesh.xy(lids[8]))
      let isOpen = max(0, min(1, (opening - 0.06) / 0.10))
      let ball = mesh.polygon(lids, width: width, height: height).blurred(sigma: max(0.6, 0.035 * across))
      kept = kept.maximum(ball.mapped { max(0, min(1, 1.3 * $0 - 0.15)) * isOpen })
      let shut = 1 - smoothstep(lidsShown.all, lidsShown.none, opening / open)
      guard shut > 0 else { continue }
      let skin = mesh.polygon(around, width: width, height: height).blurred(sigma: max(0.6, 0.05 * apart))
      // The blurred edge lies inside.
      kept = kept.maximum(skin.mapped { max(0, 2 * $0 - 1) * shut })
    }
    return kept
  }
}

private func distance(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float { ((a - b) * (a - b)).sum().squareRoot() }
