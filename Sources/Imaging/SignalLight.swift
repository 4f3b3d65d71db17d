internal import Glibc

/// Between a frame's own R′G′B′ and R′G′B′ as sRGB has it, which is what networks, skin models and photos know.
///
/// Light is relative to reference white: 203 cd/m² in PQ, 75 % of the signal in HLG (ITU-R BT.2408-7, table 1).
extension ColorEncoding {
  /// Whether R′G′B′ is taken as sRGB as it is.
  public var isStandard: Bool { transfer == .sdr && primaries == .bt709 }

  /// The frame's R′G′B′ as sRGB of 0…255. Light above .8 of reference white is compressed so that nothing clips, and
  /// what BT.709 cannot show becomes the nearest it can.
  public func standard(from signal: ColorPlanes) -> ColorPlanes {
    guard !isStandard else { return signal }
    var result = signal
    result.withRows { toStandard($0, $1, $2, count: $3) }
    return result
  }

  /// sRGB of 0…255 as the frame's R′G′B′: the inverse of ``standard(from:)`` below its compression.
  public func signal(from standard: ColorPlanes) -> ColorPlanes {
    guard !isStandard else { return standard }
    let curve = SignalCurve(transfer)
    var result = standard
    result.withRows { red, green, blue, count in
      for i in 0..<count {
        var light = SIMD3(gammaLight(red[i]), gammaLight(green[i]), gammaLight(blue[i]))
        if primaries == .bt2020 { light = PrimaryMatrix.bt2020(fromBT709: light) }
        red[i] = curve.signal(light.x)
        green[i] = curve.signal(light.y)
        blue[i] = curve.signal(light.z)
      }
    }
    return result
  }

  /// The frame's R′G′B′ with sRGB's curve instead of its own, in its own primaries: a scale on which a factor means the
  /// same at every brightness. Reference white is 255, and what is brighter lies above.
  public func gammaCoded(from signal: ColorPlanes) -> ColorPlanes {
    guard transfer != .sdr else { return signal }
    let curve = SignalCurve(transfer)
    return signal.map { $0.mapped { curve.gammaCoded(curve.light($0)) } }
  }

  /// The inverse of ``gammaCoded(from:)``.
  public func signal(fromGammaCoded colors: ColorPlanes) -> ColorPlanes {
    guard transfer != .sdr else { return colors }
    let curve = SignalCurve(transfer)
    return colors.map { $0.mapped { curve.signal(gammaLight($0)) } }
  }

  /// How much the signal changes for a small change of ``gammaCoded(from:)``, as a mean over two levels to both sides:
  /// at black alone it would be endless.
  public func signalSlope(atGammaCoded colors: ColorPlanes) -> ColorPlanes {
    guard transfer != .sdr else { return ColorPlanes(width: colors.width, height: colors.height, value: 1) }
    let curve = SignalCurve(transfer)
    return colors.map { $0.mapped { curve.slope($0) } }
  }

  /// A row of the frame's R′G′B′ to sRGB, in place.
  func toStandard(
    _ red: UnsafeMutablePointer<Float>, _ green: UnsafeMutablePointer<Float>, _ blue: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    guard !isStandard else { return }
    let curve = SignalCurve(transfer)
    for i in 0..<count {
      var light = SIMD3(curve.light(red[i]), curve.light(green[i]), curve.light(blue[i]))
      if primaries == .bt2020 { light = PrimaryMatrix.bt709(fromBT2020: light) }
      red[i] = curve.standard(light.x)
      green[i] = curve.standard(light.y)
      blue[i] = curve.standard(light.z)
    }
  }
}

extension ColorPlanes {
  fileprivate mutating func withRows(
    _ body: (
      UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int
    ) -> Void
  ) {
    let count = red.samples.count
    red.samples.withUnsafeMutableBufferPointer { red in
      green.samples.withUnsafeMutableBufferPointer { green in
        blue.samples.withUnsafeMutableBufferPointer { blue in
          body(red.baseAddress!, green.baseAddress!, blue.baseAddress!, count)
        }
      }
    }
  }
}

/// Linear light from one set of primaries to the other (ITU-R BT.2087-0, M2, and its inverse).
private enum PrimaryMatrix {
  @inline(__always)
  static func bt2020(fromBT709 c: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(0.6274039, 0.0690973, 0.0163914) * c.x + SIMD3(0.3292830, 0.9195404, 0.0880133) * c.y
      + SIMD3(0.0433131, 0.0113623, 0.8955953) * c.z
  }

  @inline(__always)
  static func bt709(fromBT2020 c: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(1.6604910, -0.1245505, -0.0181508) * c.x + SIMD3(-0.5876411, 1.1328999, -0.1005789) * c.y
      + SIMD3(-0.0728499, -0.0083494, 1.1187297) * c.z
  }
}

/// sRGB's curve undone, up to more than the 1351 that stand for 10000 cd/m².
private let gammaLight = FunctionTable(0...1400, steps: 5600, linearLight)

/// The curves of one transfer function. Light is 1 at reference white.
///
/// What starts from light is tabulated over its eighth root: PQ is too steep at black for an even table, and over the
/// root it is nearly straight. For sRGB, straight at black itself, the square root does, which is quicker.
private struct SignalCurve {
  /// Of a signal of 0…255.
  let light: FunctionTable
  private let signalOfRoot: FunctionTable
  private let standardOfSquareRoot: FunctionTable
  private let gammaOfRoot: FunctionTable
  /// Of the signal over sRGB's curve.
  let slope: FunctionTable

  func signal(_ light: Float) -> Float { signalOfRoot(root(light)) }
  func standard(_ light: Float) -> Float { standardOfSquareRoot(max(0, light).squareRoot()) }
  func gammaCoded(_ light: Float) -> Float { gammaOfRoot(root(light)) }

  init(_ transfer: ColorEncoding.Transfer) {
    self =
      switch transfer {
      case .sdr: Self.sdr
      case .pq: Self.pq
      case .hlg: Self.hlg
      }
  }

  /// - Parameters:
  ///   - largest: light of the largest signal.
  ///   - light, signal: the curve and its inverse, for signals of 0…1.
  ///   - shoulder: what is left of light on the way to sRGB.
  private init(
    largest: Float, light: (Double) -> Double, signal: (Double) -> Double, shoulder: (Float) -> Float
  ) {
    func overRoot(_ function: (Float) -> Float) -> FunctionTable {
      FunctionTable(0...pow(largest, 1 / 8), steps: 8192) { function(pow($0, 8)) }
    }
    func level(_ light: Float) -> Float { Float(255 * signal(Double(max(0, light)))) }
    self.light = FunctionTable(0...255, steps: 4080) { Float(light(Double($0) / 255)) }
    signalOfRoot = overRoot(level)
    standardOfSquareRoot = FunctionTable(0...largest.squareRoot(), steps: 8192) { gammaCodedLight(shoulder($0 * $0)) }
    gammaOfRoot = overRoot(gammaCodedLight)
    slope = FunctionTable(0...1400, steps: 5600) { x in
      let low = max(0, x - 2)
      return (level(linearLight(x + 2)) - level(linearLight(low))) / (x + 2 - low)
    }
  }

  private static let sdr = SignalCurve(
    largest: 1, light: { Double(linearLight(Float($0 * 255))) },
    signal: { Double(gammaCodedLight(Float($0))) / 255 }, shoulder: { $0 })

  private static let pq = SignalCurve(
    largest: Float(PerceptualQuantizer.peak), light: PerceptualQuantizer.light, signal: PerceptualQuantizer.signal,
    shoulder: compressed)

  private static let hlg = SignalCurve(
    largest: Float(HybridLogGamma.peak), light: HybridLogGamma.light, signal: HybridLogGamma.signal,
    shoulder: compressed)

  /// Light as it is up to .8, then ever flatter towards 1.
  private static func compressed(_ light: Float) -> Float {
    let over = (light - 0.8) / 0.2
    return over > 0 ? 0.8 + 0.2 * over / (1 + over) : light
  }
}

/// ``gammaCoded(_:)``, whose name is a method's here.
private func gammaCodedLight(_ light: Float) -> Float { gammaCoded(light) }

@inline(__always)
private func root(_ light: Float) -> Float {
  max(0, light).squareRoot().squareRoot().squareRoot()
}

/// SMPTE ST 2084 (ITU-R BT.2100-2, table 4), with light relative to 203 cd/m².
private enum PerceptualQuantizer {
  static let peak = 10000.0 / 203
  private static let m1 = 2610.0 / 16384
  private static let m2 = 2523.0 / 4096 * 128
  private static let c1 = 3424.0 / 4096
  private static let c2 = 2413.0 / 4096 * 32
  private static let c3 = 2392.0 / 4096 * 32

  static func light(_ signal: Double) -> Double {
    let power = pow(signal, 1 / m2)
    return peak * pow(max(0, power - c1) / (c2 - c3 * power), 1 / m1)
  }

  static func signal(_ light: Double) -> Double {
    let power = pow(min(1, light / peak), m1)
    return pow((c1 + c2 * power) / (1 + c3 * power), m2)
  }
}

/// The OETF of HLG (ITU-R BT.2100-2, table 5), with the scene's light relative to that of 75 %.
private enum HybridLogGamma {
  static let peak = 1 / scene(0.75)
  private static let a = 0.17883277
  private static let b = 1 - 4 * a
  private static let c = 0.5 - a * log(4 * a)

  private static func scene(_ signal: Double) -> Double {
    signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12
  }

  static func light(_ signal: Double) -> Double { scene(signal) * peak }

  static func signal(_ light: Double) -> Double {
    let scene = min(1, light / peak)
    return scene <= 1.0 / 12 ? (3 * scene).squareRoot() : a * log(12 * scene - b) + c
  }
}
