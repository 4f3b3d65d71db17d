import CFFmpeg
public import Imaging

extension Frame {
  /// How the picture has to be turned to be seen upright: what the frame says, else its EXIF, else its track.
  public var orientation: Orientation {
    if let data = av_frame_get_side_data(av, AV_FRAME_DATA_DISPLAYMATRIX), data.pointee.size >= 36 {
      return Orientation(displayMatrixAt: data.pointee.data)
    }
    if let text = entries(av.pointee.metadata)["Orientation"],
      let number = Int(text.trimmingBlanks), let orientation = Orientation(rawValue: number)
    {
      return orientation
    }
    return trackOrientation ?? .upright
  }
}

extension Orientation {
  /// From nine 32-bit numbers in memory.
  init(displayMatrixAt bytes: UnsafePointer<UInt8>) {
    let raw = UnsafeRawPointer(bytes)
    self.init(displayMatrix: (0..<9).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) })
  }
}
