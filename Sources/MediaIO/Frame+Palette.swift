import CFFmpeg
import Imaging

extension Frame {
  /// The picture with a palette of its own: exactly, if it has no more than 256 colours.
  ///
  /// What is less than half opaque becomes transparent. Of more colours, 256 are chosen by ``ColorBox`` and the rest are
  /// made of them by ordered dithering, which, unlike the diffusion of errors, stays still where the picture does.
  ///
  /// - Returns: the picture as `pal8`, and whether all its colours are in the palette.
  func paletted() throws(MediaError) -> (frame: Frame, isExact: Bool) {
    let input = try converted(to: AV_PIX_FMT_BGRA)
    let copy = try Frame.allocate(width: av.pointee.width, height: av.pointee.height, format: AV_PIX_FMT_PAL8)
    guard av_frame_copy_props(copy, av) >= 0, let indices = copy.pointee.data.0, let entries = copy.pointee.data.1,
      let pixels = input.av.pointee.data.0
    else {
      Frame.discard(copy)
      throw .outOfMemory
    }
    let source = PixelWords(pixels, stride: Int(input.av.pointee.linesize.0), width: width, height: height)
    var palette = Palette(of: source)
    entries.withMemoryRebound(to: UInt32.self, capacity: 256) { entries in
      for (index, colour) in palette.colours.enumerated() { entries[index] = colour }
      // The rest is black, not transparent: encoders look for the first transparent entry.
      for index in palette.colours.count..<256 { entries[index] = 0xFF00_0000 }
    }
    for y in 0..<height {
      let row = indices + y * Int(copy.pointee.linesize.0)
      for x in 0..<width { row[x] = palette.index(of: source[x, y], x, y) }
    }
    withExtendedLifetime(input) {}
    let isExact = palette.isExact
    return (Frame(owning: copy, like: self), isExact)
  }
}

/// The pixels of a picture as words: alpha in the highest byte, then red, green, blue.
private struct PixelWords {
  let width: Int
  let height: Int
  private let start: UnsafeRawPointer
  private let stride: Int

  init(_ start: UnsafeMutablePointer<UInt8>, stride: Int, width: Int, height: Int) {
    self.start = UnsafeRawPointer(start)
    self.stride = stride
    self.width = width
    self.height = height
  }

  /// Every transparent pixel is the same.
  subscript(x: Int, y: Int) -> UInt32 {
    let word = start.load(fromByteOffset: y * stride + 4 * x, as: UInt32.self)
    return word >> 24 < 128 ? 0 : word | 0xFF00_0000
  }
}

/// At most 256 colours for one picture, and which of them each pixel gets.
private struct Palette {
  private(set) var colours: [UInt32] = []
  let isExact: Bool
  private var places: [UInt32: UInt8] = [:]
  /// The nearest entry of each colour of six bits a component, as far as it was asked for.
  private var nearest: [Int16] = []

  init(of picture: PixelWords) {
    var hasMore = false
    search: for y in 0..<picture.height {
      var last: UInt32?
      for x in 0..<picture.width {
        let word = picture[x, y]
        guard word != last else { continue }
        last = word
        guard places[word] == nil else { continue }
        guard colours.count < 256 else {
          hasMore = true
          break search
        }
        places[word] = UInt8(colours.count)
        colours.append(word)
      }
    }
    isExact = !hasMore
    guard hasMore else { return }
    colours = [0] + ColorBox.colours(of: picture, count: 255)
    nearest = Array(repeating: -1, count: 1 << 18)
  }

  mutating func index(of word: UInt32, _ x: Int, _ y: Int) -> UInt8 {
    if isExact { return places[word] ?? 0 }
    guard word != 0 else { return 0 }
    // The offsets of an 8×8 Bayer matrix, from −8 to 8.
    let offset = Palette.bayer[(y & 7) << 3 | x & 7] / 4 - 8
    func level(_ shift: UInt32) -> Int { min(255, max(0, Int(word >> shift & 255) + offset)) }
    let (red, green, blue) = (level(16), level(8), level(0))
    let cell = (red >> 2) << 12 | (green >> 2) << 6 | blue >> 2
    if nearest[cell] < 0 { nearest[cell] = search(red & ~3 | 2, green & ~3 | 2, blue & ~3 | 2) }
    return UInt8(nearest[cell])
  }

  private func search(_ red: Int, _ green: Int, _ blue: Int) -> Int16 {
    var best = 1
    var least = Int.max
    for index in 1..<colours.count {
      let colour = colours[index]
      let (r, g, b) = (
        Int(colour >> 16 & 255) - red, Int(colour >> 8 & 255) - green, Int(colour & 255) - blue
      )
      // About how much each adds to lightness.
      let distance = 3 * r * r + 6 * g * g + b * b
      if distance < least { (best, least) = (index, distance) }
    }
    return Int16(best)
  }

  /// 0…63, each once, such that near ones lie far apart (Bayer, 1973).
  private static let bayer: [Int] = (0..<64).map { place in
    let (x, y) = (place & 7, place >> 3)
    return (0..<3).reduce(0) { sum, bit in
      let (column, row) = (x >> bit & 1, y >> bit & 1)
      return sum | (column ^ row) << (5 - 2 * bit) | row << (4 - 2 * bit)
    }
  }
}

/// A box of colours, for Heckbert's median cut (Color Image Quantization for Frame Buffer Display, 1982), split at the
/// mean of the component that varies most.
private struct ColorBox {
  /// A colour of five bits a component, with what was counted of it.
  private struct Bin {
    var red = 0
    var green = 0
    var blue = 0
    var count = 0
  }

  private var bins: [Bin]
  private var count = 0
  private var means = (red: 0.0, green: 0.0, blue: 0.0)
  private var variances = (red: 0.0, green: 0.0, blue: 0.0)

  private init(_ bins: [Bin]) {
    self.bins = bins
    count = bins.reduce(0) { $0 + $1.count }
    func moments(_ component: KeyPath<Bin, Int>) -> (mean: Double, variance: Double) {
      let mean = Double(bins.reduce(0) { $0 + $1[keyPath: component] }) / Double(count)
      let squares = bins.reduce(0.0) { sum, bin in
        let distance = Double(bin[keyPath: component]) / Double(bin.count) - mean
        return sum + distance * distance * Double(bin.count)
      }
      return (mean, squares)
    }
    let (red, green, blue) = (moments(\.red), moments(\.green), moments(\.blue))
    means = (red.mean, green.mean, blue.mean)
    variances = (3 * red.variance, 6 * green.variance, blue.variance)
  }

  /// How much is gained by splitting it.
  private var spread: Double { bins.count < 2 ? 0 : max(variances.red, variances.green, variances.blue) }

  private func halves() -> (ColorBox, ColorBox) {
    func split(_ component: KeyPath<Bin, Int>, _ mean: Double) -> (ColorBox, ColorBox) {
      let isLow = { (bin: Bin) in Double(bin[keyPath: component]) / Double(bin.count) <= mean }
      return (ColorBox(bins.filter(isLow)), ColorBox(bins.filter { !isLow($0) }))
    }
    if variances.green >= max(variances.red, variances.blue) { return split(\.green, means.green) }
    return variances.red >= variances.blue ? split(\.red, means.red) : split(\.blue, means.blue)
  }

  private var colour: UInt32 {
    func level(_ mean: Double) -> UInt32 { UInt32(min(255, max(0, mean.rounded()))) }
    return 0xFF00_0000 | level(means.red) << 16 | level(means.green) << 8 | level(means.blue)
  }

  /// The colours that stand for those of a picture, at most `count`.
  static func colours(of picture: PixelWords, count: Int) -> [UInt32] {
    var bins = [Bin](repeating: Bin(), count: 1 << 15)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let word = picture[x, y]
        guard word != 0 else { continue }
        let (red, green, blue) = (Int(word >> 16 & 255), Int(word >> 8 & 255), Int(word & 255))
        let place = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3
        bins[place].red += red
        bins[place].green += green
        bins[place].blue += blue
        bins[place].count += 1
      }
    }
    var boxes = [ColorBox(bins.filter { $0.count > 0 })]
    while boxes.count < count, let widest = boxes.indices.max(by: { boxes[$0].spread < boxes[$1].spread }),
      boxes[widest].spread > 0
    {
      let (low, high) = boxes[widest].halves()
      guard !low.bins.isEmpty, !high.bins.isEmpty else { break }
      boxes[widest] = low
      boxes.append(high)
    }
    return boxes.map(\.colour)
  }
}
