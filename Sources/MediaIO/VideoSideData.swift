import CFFmpeg

/// What a container says of the picture beside its codec: how to turn it, how bright its master was, …
enum VideoSideData {
  /// What stays true of the picture when it is encoded anew.
  private static let kept = [
    AV_PKT_DATA_DISPLAYMATRIX, AV_PKT_DATA_STEREO3D, AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
    AV_PKT_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_ICC_PROFILE,
  ]
  /// What a codec's own bit stream may say instead of the container.
  private static let ofFrames = [
    (AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_MASTERING_DISPLAY_METADATA),
    (AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_CONTENT_LIGHT_LEVEL),
    (AV_FRAME_DATA_STEREO3D, AV_PKT_DATA_STEREO3D),
    (AV_FRAME_DATA_SPHERICAL, AV_PKT_DATA_SPHERICAL),
  ]

  static func copy(
    from source: UnsafeMutablePointer<AVStream>, first frame: Frame, to target: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) {
    var size = 0
    for type in kept {
      guard let bytes = cff_stream_side_data(source, type, &size) else { continue }
      guard cff_stream_add_side_data(target, type, bytes, size) >= 0 else { throw .outOfMemory }
    }
    for (ofFrame, type) in ofFrames where cff_stream_side_data(target, type, &size) == nil {
      guard let data = av_frame_get_side_data(frame.av, ofFrame)?.pointee else { continue }
      guard cff_stream_add_side_data(target, type, data.data, data.size) >= 0 else { throw .outOfMemory }
    }
  }
}
