internal import Imaging

/// Follows the hands near faces from frame to frame.
///
/// Palms are looked for in every fourth frame, around each face, in a square that is turned another way each time: the
/// detector knows upright palms, and hands reach for a face from all sides. A hand that is found is then followed by
/// its own points for as long as the network sees it.
///
/// Following is a chain: each frame's points come from those of the frame before. So that no frame depends on one far
/// back, the chain begins anew with the first palm that confirms it in each stretch of ``stretch`` frames, numbered
/// from the clip's first. What is left: a hand whose palm is not seen again for longer depends on when it was first found.
/// It does not begin anew with *every* palm, because the points of two beginnings differ by about a hundredth of the
/// hand, which would show as trembling.
final class HandFollower {
  /// Frames between two looks for palms.
  static let interval = 4
  /// What the square is turned by from look to look, radians: of nine angles that were tried on hands before faces, two
  /// that together find most, and none at all for those that are upright.
  static let turns: [Float] = [0, .pi / 4, -.pi / 6]
  static let stretch = 24
  /// A palm's region is rough: the hand is looked at in the region of its own points until they settle. After six looks,
  /// all but one of 53 beginnings were where following from far back had come to.
  private static let firstLooks = 6
  /// Below this there is no hand.
  private static let smallestPresence: Float = 0.5

  private struct Track {
    var id: Int
    var hand: Hand
    /// Number of the stretch in which it last began.
    var stretch: Int
  }

  private let finder: any HandFinder
  private var tracks: [Track] = []
  private var nextTrack = 0

  init(finder: any HandFinder) {
    self.finder = finder
  }

  func startShot() { tracks.removeAll() }

  /// The hands of the next frame by their track's number, and which of them are new.
  ///
  /// - Parameter faces: the faces that are being followed.
  func follow(_ frame: PixelView, index: Int, faces: [FaceOutline]) throws -> (hands: [Int: Hand], new: [Int]) {
    var kept: [Track] = []
    for var track in tracks {
      guard let hand = try seen(HandRegion(track.hand), in: frame), faces.contains(where: { $0.isNear(hand) }),
        !kept.contains(where: { $0.hand.isSame(as: hand) })
      else { continue }
      track.hand = hand
      kept.append(track)
    }
    tracks = kept
    var new: [Int] = []
    if index % Self.interval == 0 {
      let turn = Self.turns[index / Self.interval % Self.turns.count]
      for face in faces {
        for region in try finder.regions(in: frame, square: HandRegion(around: face.region, turn: turn)) {
          if let id = try meet(region, in: frame, index: index, faces: faces) { new.append(id) }
        }
      }
    }
    return (Dictionary(uniqueKeysWithValues: tracks.map { ($0.id, $0.hand) }), new)
  }

  /// The hand of a track in a frame near to one where it is known; nil if it is not there.
  func neighbour(of hand: Hand, in frame: PixelView) throws -> Hand? { try seen(HandRegion(hand), in: frame) }

  /// The hands of a still picture.
  func hands(in frame: PixelView, faces: [FaceOutline]) throws -> [Hand] {
    for face in faces {
      for turn in Self.turns {
        for region in try finder.regions(in: frame, square: HandRegion(around: face.region, turn: turn)) {
          _ = try meet(region, in: frame, index: 0, faces: faces)
        }
      }
    }
    return tracks.map(\.hand)
  }

  /// Joins a palm to the track it confirms, or starts one.
  ///
  /// - Returns: the number of the new track.
  private func meet(_ region: HandRegion, in frame: PixelView, index: Int, faces: [FaceOutline]) throws -> Int? {
    let stretch = index / Self.stretch
    let isKnown = tracks.contains { track in
      let own = HandRegion(track.hand)
      return track.stretch == stretch && length(own.center - region.center) < 0.25 * own.side
    }
    if isKnown { return nil }
    guard let hand = try found(region, in: frame),
      faces.contains(where: { $0.isNear(hand) && $0.plausibility(of: hand) > 0.5 })
    else { return nil }
    if let i = tracks.firstIndex(where: { $0.hand.isSame(as: hand) }) {
      guard tracks[i].stretch != stretch else { return nil }
      tracks[i].hand = hand
      tracks[i].stretch = stretch
      return nil
    }
    tracks.append(Track(id: nextTrack, hand: hand, stretch: stretch))
    nextTrack += 1
    return nextTrack - 1
  }

  private func found(_ region: HandRegion, in frame: PixelView) throws -> Hand? {
    guard var hand = try seen(region, in: frame) else { return nil }
    for _ in 1..<Self.firstLooks {
      guard let again = try seen(HandRegion(hand), in: frame) else { return nil }
      hand = again
    }
    return hand
  }

  private func seen(_ region: HandRegion, in frame: PixelView) throws -> Hand? {
    let hand = try finder.hand(in: frame, region: region)
    return hand.presence > Self.smallestPresence ? hand : nil
  }
}
