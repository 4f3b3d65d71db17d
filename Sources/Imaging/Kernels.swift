internal import CKernels

/// The loops in C, for this machine's vector unit.
enum Kernels {
  static let best = ckernels_best().unsafelyUnwrapped.pointee

  /// The loops for one level of the vector unit, if this machine runs it: tests compare them.
  static func at(level: String) -> ckernels_table? { ckernels_at_level(level)?.pointee }

  /// Every level there is, the plainest first.
  static var levels: [String] {
    var names: [String] = []
    var next = ckernels_levels().unsafelyUnwrapped
    while let name = next.pointee {
      names.append(String(cString: name))
      next += 1
    }
    return names
  }
}

extension PixelLayout.Component {
  var kernel: ckernels_component {
    ckernels_component(
      step: Int32(truncatingIfNeeded: step), shift: Int32(truncatingIfNeeded: shift),
      depth: Int32(truncatingIfNeeded: depth))
  }
}
