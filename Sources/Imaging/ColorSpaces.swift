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

/// CIE a* and b* (D65) of R′G′B′ colours on 0…255, taken as sRGB.
///
/// Matrix: IEC 61966-2-1.
public func labChroma(_ colors: ColorPlanes) -> (a: Plane, b: Plane) {
  let light = colors.map { linearLightTable($0) }
  func mix(_ r: Float, _ g: Float, _ b: Float) -> Plane {
    labCurve(
      light.red.made { red, out in
        light.green.samples.withUnsafeBufferPointer { green in
          light.blue.samples.withUnsafeBufferPointer { blue in
            for i in 0..<red.count { out[i] = r * red[i] + g * green[i] + b * blue[i] }
          }
        }
      })
  }
  let x = mix(0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456)
  let y = mix(0.212671, 0.715160, 0.072169)
  let z = mix(0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754)
  return (x.combined(with: y) { 500 * ($0 - $1) }, y.combined(with: z) { 200 * ($0 - $1) })
}
