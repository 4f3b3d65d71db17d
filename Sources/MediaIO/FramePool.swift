import CFFmpeg
import Synchronization

/// Memory for copies of frames, used again once a copy is let go.
///
/// A 4K frame is 12 MB: asking the system for it anew each time costs more than filling it.
// @unchecked Sendable: all state is behind the lock, and FFmpeg's buffer pools may be used from any thread.
final class FramePool: @unchecked Sendable {
  /// One size and format of pictures.
  private struct Shape: Equatable {
    var format: Int32
    var width: Int32
    var height: Int32
  }

  private struct Storage {
    var shape: Shape
    var strides: [Int32]
    var offsets: [Int]
    var pool: OpaquePointer
  }

  private let lock = Mutex(())
  private var storage: Storage?

  deinit { close() }

  /// Buffers still in use stay valid; FFmpeg frees them with their last frame.
  private func close() {
    guard let storage else { return }
    var pool: OpaquePointer? = storage.pool
    av_buffer_pool_uninit(&pool)
    self.storage = nil
  }

  /// Gives `frame`, which has a format and a size but no samples yet, memory of its own.
  func fill(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    let shape = Shape(format: frame.pointee.format, width: frame.pointee.width, height: frame.pointee.height)
    return lock.withLock { _ in
      if storage?.shape != shape {
        close()
        storage = FramePool.makeStorage(shape)
      }
      guard let storage, let buffer = av_buffer_pool_get(storage.pool) else { return false }
      frame.pointee.buf.0 = buffer
      let start: UnsafeMutablePointer<UInt8> = buffer.pointee.data
      frame.withStridesAndPlanes { strides, planes in
        for (plane, offset) in storage.offsets.enumerated() {
          strides[plane] = storage.strides[plane]
          planes[plane] = start + offset
        }
      }
      frame.pointee.extended_data = UnsafeMutableRawPointer(frame).advanced(
        by: MemoryLayout<AVFrame>.offset(of: \.data) ?? 0
      ).assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self)
      return true
    }
  }

  private static func makeStorage(_ shape: Shape) -> Storage? {
    let format = AVPixelFormat(rawValue: shape.format)
    var strides = [Int32](repeating: 0, count: 4)
    guard av_image_fill_linesizes(&strides, format, (shape.width + 31) & ~31) >= 0 else { return nil }
    strides = strides.map { ($0 + 63) & ~63 }
    // Encoders and scalers work on whole blocks and may read past the last row and sample.
    let rows = (shape.height + 31) & ~31
    var sizes = [Int](repeating: 0, count: 4)
    guard av_image_fill_plane_sizes(&sizes, format, rows, strides.map { Int($0) }) >= 0 else { return nil }
    var offsets: [Int] = []
    var total = 0
    for size in sizes where size > 0 {
      offsets.append(total)
      total += (size + 63 + 64) & ~63
    }
    guard let pool = av_buffer_pool_init(total + 64, nil) else { return nil }
    return Storage(shape: shape, strides: strides, offsets: offsets, pool: pool)
  }
}

extension UnsafeMutablePointer<AVFrame> {
  /// The fixed C arrays as buffers.
  func withStridesAndPlanes<R>(
    _ body: (
      _ strides: UnsafeMutableBufferPointer<Int32>, _ planes: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt8>?>
    ) throws -> R
  ) rethrows -> R {
    try withUnsafeMutableBytes(of: &pointee.linesize) { strides in
      try withUnsafeMutableBytes(of: &pointee.data) { planes in
        try body(
          strides.assumingMemoryBound(to: Int32.self),
          planes.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self))
      }
    }
  }
}
