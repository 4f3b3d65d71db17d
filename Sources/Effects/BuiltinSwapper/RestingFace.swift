internal import FaceAnalysis
internal import Imaging

/// What is noted of a face in each frame, for the frames after it.
struct FaceNote: Sendable {
  /// Nil in most frames.
  var glasses: GlassesObservation?
  var shape: FaceShape
  /// How far the eyes are open, see ``FaceMesh/eyeOpening``; nil where the network does not see lids.
  var eyeOpening: SIMD2<Float>?
  /// sRGB of the irises, where they are seen.
  var irisColors: [SIMD3<Float>]

  init(_ face: TrackedFace, in frame: PixelView) {
    let mesh = face.mesh
    shape = FaceShape(mesh)
    irisColors = []
    guard let irises = mesh.irises else { return }
    let opening = mesh.eyeOpening
    eyeOpening = SIMD2(opening.left, opening.right)
    for (iris, lids, opening) in [
      (irises.left, FaceTopology.leftEye, opening.left), (irises.right, FaceTopology.rightEye, opening.right),
    ] where opening > Self.seenFrom {
      // A dozen pixels across tell a colour.
      let reach = SIMD2(repeating: 1.2 * iris.radius)
      let rect = PixelRect(around: [iris.center - reach, iris.center + reach], margin: 1).intersection(frame.bounds)
      guard !rect.isEmpty else { continue }
      var cell = 1
      while 2 * iris.radius / Float(cell) > 16 { cell += min(cell, 4) }
      let grid = CellGrid(around: rect, cell: cell)
      let colors = frame.encoding.standard(from: frame.colors(on: grid))
      let local = mesh.mapped(scale: 1 / Float(cell)) { grid.local($0) }
      if let color = IrisTint.color(
        of: Iris(center: grid.local(iris.center), radius: iris.radius / Float(cell)),
        lids: lids.map { local.xy($0) }, in: colors)
      {
        irisColors.append(color)
      }
    }
  }

  /// In narrower eyes the iris is too much in the shade of the lids.
  static let seenFrom: Float = 0.22
}

/// A face at rest, as the last frames show it.
struct RestingFace {
  let shape: FaceShape
  /// How far the eyes are when they are open; nil where the network does not see lids.
  let openEyes: SIMD2<Float>?
  /// sRGB.
  let irisColor: SIMD3<Float>?

  init(_ notes: [FaceNote]) {
    shape = FaceShape(meanOf: notes.map(\.shape))
    let openings = notes.compactMap(\.eyeOpening)
    func level(_ eye: Int) -> Float { max(0.22, min(0.45, quantile(0.8, openings.map { $0[eye] }))) }
    openEyes = openings.isEmpty ? nil : SIMD2(level(0), level(1))
    let colors = notes.flatMap(\.irisColors)
    irisColor =
      colors.isEmpty
      ? nil : SIMD3(median(colors.map(\.x)), median(colors.map(\.y)), median(colors.map(\.z)))
  }
}

/// The value below which a part of the values lie.
func quantile(_ part: Float, _ values: [Float]) -> Float {
  let sorted = values.sorted()
  return sorted[Int((part * Float(sorted.count - 1)).rounded())]
}
