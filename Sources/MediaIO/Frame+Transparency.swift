import CFFmpeg
import Imaging

extension Frame {
  /// The picture as it looks on black: its own samples where it is opaque. Alpha is still there, and to be left out.
  ///
  /// A picture without alpha is handed back as it is.
  func overBlack() throws(MediaError) -> Frame {
    guard PixelFormat.hasAlpha(format) || format == AV_PIX_FMT_PAL8 else { return self }
    let picture = try editable()
    guard picture.layout?.hasAlpha == true, picture.withPixels({ !$0.isOpaque }) else { return picture }
    let copy = try picture.reference()
    try copy.detach()
    copy.withOwnPixels { $0.blendOverBlack() }
    return copy
  }
}

extension Frame {
  /// Whether it has a palette of which no transparent colour is used.
  var hasOpaquePalette: Bool {
    guard format == AV_PIX_FMT_PAL8, let palette = av.pointee.data.1, let indices = av.pointee.data.0 else {
      return false
    }
    // 256 colours, each a word with alpha in its highest byte.
    return UnsafeRawPointer(palette).withMemoryRebound(to: UInt32.self, capacity: 256) { colours in
      let isOpaque = (0..<256).map { colours[$0] >> 24 == 255 }
      return (0..<height).allSatisfy { y in
        let row = indices + y * Int(av.pointee.linesize.0)
        return (0..<width).allSatisfy { isOpaque[Int(row[$0])] }
      }
    }
  }
}

extension PixelView {
  /// Whether alpha is at its largest everywhere.
  fileprivate var isOpaque: Bool {
    guard let alpha = layout.components.last else { return true }
    let largest = Int(1) << alpha.depth - 1
    for y in 0..<height {
      for x in 0..<width where sample(alpha, x, y) != largest { return false }
    }
    return true
  }

  fileprivate func blendOverBlack() {
    guard let alpha = layout.components.last else { return }
    let largest = Int(1) << alpha.depth - 1
    for (index, component) in layout.components.dropLast().enumerated() {
      let isChroma = layout.model == .yuv && index > 0
      let (shiftX, shiftY) = isChroma ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0)
      let black =
        isChroma
        ? 1 << (component.depth - 1)
        : layout.model == .rgb || encoding.fullRange ? 0 : 16 << max(0, component.depth - 8)
      for y in 0..<((height + (1 << shiftY) - 1) >> shiftY) {
        for x in 0..<((width + (1 << shiftX) - 1) >> shiftX) {
          // Where several pixels share a colour, so they do its alpha.
          var sum = 0
          var count = 0
          for row in (y << shiftY)..<min(height, (y + 1) << shiftY) {
            for column in (x << shiftX)..<min(width, (x + 1) << shiftX) {
              sum += sample(alpha, column, row)
              count += 1
            }
          }
          let whole = largest * count
          guard sum < whole else { continue }
          let value = sample(component, x, y) - black
          let part = (abs(value) * sum + whole / 2) / whole
          store(value < 0 ? black - part : black + part, component, x, y)
        }
      }
    }
  }

  private func address(_ component: PixelLayout.Component, _ x: Int, _ y: Int) -> UnsafeMutableRawPointer {
    planes[component.plane] + y * strides[component.plane] + component.offset + x * component.step
  }

  private func sample(_ component: PixelLayout.Component, _ x: Int, _ y: Int) -> Int {
    let place = address(component, x, y)
    let word =
      component.depth + component.shift > 8
      ? Int(place.loadUnaligned(as: UInt16.self)) : Int(place.load(as: UInt8.self))
    return word >> component.shift & (1 << component.depth - 1)
  }

  private func store(_ value: Int, _ component: PixelLayout.Component, _ x: Int, _ y: Int) {
    let place = address(component, x, y)
    if component.depth + component.shift > 8 {
      place.storeBytes(of: UInt16(truncatingIfNeeded: value << component.shift), as: UInt16.self)
    } else {
      place.storeBytes(of: UInt8(truncatingIfNeeded: value << component.shift), as: UInt8.self)
    }
  }
}
