import CFFmpeg

/// Chooses, for every slot of a constant frame rate, the frame that is shown in it.
///
/// A frame's time is rounded to the nearest slot, counted from time zero; halves go away from zero. A slot shows the last
/// frame that was rounded to it or to one before it. This is the rule of FFmpeg's filter `fps` with `round=near`
/// (libavfilter/vf_fps.c, `read_frame` and `write_frame`), so no picture moves by more than half a slot, and the sound it
/// belongs to stays where it is. It holds one frame, however long the clip is.
struct ConstantRate {
  /// The length of a slot in seconds.
  let slot: AVRational
  private var held: Frame?
  /// The next slot to fill.
  private var next: Int64?
  private var isEmpty = true
  /// Where the last frame ends.
  private var end: Int64 = 0

  /// A frame and the slots that show it; none if it is left out.
  struct Choice {
    var frame: Frame
    var slots: Range<Int64>
  }

  /// More of one frame than this is a damaged time rather than a still: a day.
  private static let longest = 24 * 60 * 60.0

  init(_ rate: AVRational) { slot = av_inv_q(rate) }

  /// - Returns: the frame before, now that it is known how long it is shown.
  /// - Throws: ``MediaError`` if the frame before would be shown for more than a day.
  mutating func add(_ frame: Frame) throws(MediaError) -> Choice? {
    guard let time = known(frame.av.pointee.pts), frame.timeBase.num > 0 else {
      // A frame without a time follows the one before it.
      let first = max(next ?? 0, end)
      return try replace(with: frame, at: first, until: first + 1)
    }
    let place = av_rescale_q(time, frame.timeBase, slot)
    return try replace(
      with: frame, at: place, until: av_rescale_q(time + max(0, frame.duration), frame.timeBase, slot))
  }

  /// - Returns: the last frame, which is shown as long as it says, but at least once if it is the only one.
  mutating func finish() throws(MediaError) -> Choice? {
    guard let next else { return nil }
    return try take(until: isEmpty ? max(end, next + 1) : end)
  }

  private mutating func replace(with frame: Frame, at place: Int64, until end: Int64) throws(MediaError) -> Choice? {
    let choice = try take(until: place)
    if next == nil { next = place }
    held = frame
    self.end = end
    return choice
  }

  private mutating func take(until place: Int64) throws(MediaError) -> Choice? {
    guard let frame = held, let first = next else { return nil }
    held = nil
    guard place > first else { return nil }
    guard Double(place - first) * av_q2d(slot) <= ConstantRate.longest else {
      throw MediaError(
        .unsupported,
        "one frame would have to be repeated for more than a day to get a constant frame rate, so its time is surely wrong; leave the frame rate as it is, or cut the input before it"
      )
    }
    next = place
    isEmpty = false
    return Choice(frame: frame, slots: first..<place)
  }
}

extension Frame {
  /// The same samples at another time, shown for one unit.
  func moved(to time: Int64, unit: AVRational, isRepetition: Bool) throws(MediaError) -> Frame {
    guard let copy = av_frame_clone(av) else { throw .outOfMemory }
    copy.pointee.pts = time
    cff_set_frame_duration(copy, 1)
    // Captions are said once.
    if isRepetition { av_frame_remove_side_data(copy, AV_FRAME_DATA_A53_CC) }
    return Frame(owning: copy, timeBase: unit, trackOrientation: trackOrientation, pool: pool)
  }
}
