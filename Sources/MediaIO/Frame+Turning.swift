import CFFmpeg
import Imaging

extension Frame {
  /// The frame itself if it is stored upright; else a copy that is.
  ///
  /// - Throws: ``MediaError`` if memory runs out.
  public func upright() throws(MediaError) -> Frame {
    orientation == .upright ? self : try turned(by: orientation)
  }

  /// A copy whose rows and columns are rearranged so that it is upright, where `orientation` says how it is stored.
  ///
  /// Colour samples that are shared along rows only cannot be turned to columns: such pictures become R′G′B′ first.
  func turned(by orientation: Orientation) throws(MediaError) -> Frame {
    guard let layout, !orientation.swapsSides || layout.chromaShiftX == layout.chromaShiftY else {
      let rich = layout != nil && PixelFormat.depth(format) > 8 ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24
      return try (layout == nil ? editable() : converted(to: rich)).turned(by: orientation)
    }
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    let copy = try Frame.allocate(width: Int32(newWidth), height: Int32(newHeight), format: format)
    guard av_frame_copy_props(copy, av) >= 0 else {
      Frame.discard(copy)
      throw .outOfMemory
    }
    // It is upright now, and says so.
    av_frame_remove_side_data(copy, AV_FRAME_DATA_DISPLAYMATRIX)
    av_dict_set(&copy.pointee.metadata, "Orientation", nil, 0)
    let result = Frame(owning: copy, timeBase: timeBase)
    (result.number, result.isWanted) = (number, isWanted)
    withPixels { source in
      result.withOwnPixels { target in
        for (index, component) in layout.components.enumerated() {
          let isChroma = layout.model == .yuv && (index == 1 || index == 2)
          Turning(orientation, component, isChroma ? (layout.chromaShiftX, layout.chromaShiftY) : (0, 0))
            .copy(from: source, to: target)
        }
      }
    }
    return result
  }
}

/// Rearranges one component.
private struct Turning {
  let orientation: Orientation
  let component: PixelLayout.Component
  let shiftX: Int
  let shiftY: Int

  init(_ orientation: Orientation, _ component: PixelLayout.Component, _ shift: (x: Int, y: Int)) {
    self.orientation = orientation
    self.component = component
    (shiftX, shiftY) = shift
  }

  func copy(from source: PixelView, to target: PixelView) {
    let columns = (target.width + (1 << shiftX) - 1) >> shiftX
    let rows = (target.height + (1 << shiftY) - 1) >> shiftY
    let bytes = component.depth > 8 ? 2 : 1
    let (from, to) = (source.planes[component.plane], target.planes[component.plane])
    let (fromStride, toStride) = (source.strides[component.plane], target.strides[component.plane])
    for y in 0..<rows {
      for x in 0..<columns {
        let (sourceX, sourceY) = origin(ofColumn: x, row: y, columns, rows)
        let read = from + sourceY * fromStride + component.offset + sourceX * component.step
        let write = to + y * toStride + component.offset + x * component.step
        write.copyMemory(from: read, byteCount: bytes)
      }
    }
  }

  /// Where in the stored picture the upright one's sample is.
  private func origin(ofColumn x: Int, row y: Int, _ columns: Int, _ rows: Int) -> (x: Int, y: Int) {
    let (right, bottom) = (columns - 1 - x, rows - 1 - y)
    return switch orientation {
    case .upright: (x, y)
    case .mirrored: (right, y)
    case .upsideDown: (right, bottom)
    case .flipped: (x, bottom)
    case .transposed: (y, x)
    case .turnedClockwise: (y, right)
    case .transversed: (bottom, right)
    case .turnedCounterClockwise: (bottom, x)
    }
  }
}
