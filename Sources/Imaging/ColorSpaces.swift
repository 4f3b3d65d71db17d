internal import Glibc

/// sRGB's transfer function undone: R′ on 0…255 to linear light on 0…1 (IEC 61966-2-1).
public func linearLight(_ value: Float) -> Float {
  let v = value / 255
  return v <= 0.04045 ? v / 12.92 : pow((Swift.max(v, 0) + 0.055) / 1.055, 2.4)
}

/// Linear light on 0…1 to R′ on 0…255, the inverse of ``linearLight(_:)``.
public func gammaCoded(_ light: Float) -> Float {
  let l = Swift.max(0, light)
  return 255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * pow(l, 1 / 2.4) - 0.055)
}

/// ``linearLight(_:)`` by table.
public let linearLightTable = FunctionTable(0...255, steps: 1020, linearLight)

/// The cube root of CIE L*a*b* (CIE 15:2004, 8.2.1), by table.
private let labCurve = FunctionTable(0...1.1, steps: 8192) { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16 / 116 }

/// CIE a* and b* (D65) of an R′G′B′ colour on 0…255, taken as sRGB.
///
/// Matrix: IEC 61966-2-1.
public func labChroma(red: Float, green: Float, blue: Float) -> SIMD2<Float> {
  let r = linearLightTable(red)
  let g = linearLightTable(green)
  let b = linearLightTable(blue)
  let x = labCurve((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.950456)
  let y = labCurve(0.212671 * r + 0.715160 * g + 0.072169 * b)
  let z = labCurve((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754)
  return SIMD2(500 * (x - y), 200 * (y - z))
}
