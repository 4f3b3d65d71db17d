public import Imaging

/// Follows every face through the frames of a clip, with a bounded look-ahead.
///
/// Each frame passes three stages, each some frames behind the one before:
/// 1. *follow*: the region of each face. Every few frames a detector starts it afresh, in between the mesh of the frame
///    before does. A newcomer is also followed backwards to the frame after the last detection, so that it is not
///    missed in its first frames.
/// 2. *locate*: the regions, smoothed over ±3 frames, are looked at by the exact mesh network at two scales, whose mean
///    is steadier than either. Feeding the region of the last mesh straight back would make the points swing from frame
///    to frame.
/// 3. *settle*: the points, smoothed over ±4 frames: place and size by a parabola, the shape by a mean, lips and lids by
///    a shorter parabola that keeps blinks and speech.
///
/// Hands near a face are followed in the first stage and settled in the last (``HandFollower``, ``HandSettler``).
///
/// With ``Effort/fast`` a face is looked at once, on every second frame, by the mesh of the frame before; stage 3 fills in
/// the others. Hands are not looked for.
///
/// What looks only at some frames goes by their numbers in the clip, and what is fed back from frame to frame begins anew
/// with a detection. So no frame further back than ``faceRunUp`` matters to faces, nor than ``handRunUp`` to hands, none
/// further ahead than ``lookAhead``, and none across a cut. What is left are a face that the detector, and a hand that the
/// palm detector, has not seen for longer than that: they depend on when they were last seen.
public final class FaceTracker {
  /// How many frames later a frame's faces are known.
  public var lookAhead: Int { Self.locateLag(pace) + Self.settleReach }
  /// How many frames before a frame a tracker has to begin so that it finds the same faces there as in the whole clip.
  public static let faceRunUp = 20
  /// The same for hands: two of the stretches in which each is begun anew, and what their filters reach back.
  public static let handRunUp = 56
  /// A tracker that begins with a frame whose number is a multiple of this looks at it as closely as one that began before.
  public var startInterval: Int { pace.startInterval }
  public static func startInterval(_ effort: Effort) -> Int { TrackingPace(effort).startInterval }
  /// How many frames later a frame's faces are known.
  public static func lookAhead(_ effort: Effort) -> Int { locateLag(TrackingPace(effort)) + settleReach }

  private static let regionFilter = LocalPolynomial(reach: 3, degree: 2)
  /// As far as the longest gap after which a track goes on: of each of its frames both ends are in reach.
  private static let bridgeFilter = LocalPolynomial(reach: patience - 1, degree: 1)
  private static let settleReach = 4
  /// No later frame matters to a frame's regions: neither to the filters, nor as a detection from which a newcomer is
  /// followed back to it.
  private static func locateLag(_ pace: TrackingPace) -> Int {
    pace.looksAgain ? max(bridgeFilter.reach, pace.detectionInterval - 1) : pace.detectionInterval - 1
  }
  /// Below this the mesh network means that there is no face.
  private static let smallestScore: Float = 0.5
  /// A track that is not found again within this many frames has ended.
  private static let patience = 5
  /// The two scales of stage 2, in the logarithm of the region's side.
  private static let scales: [Float] = [-0.06, 0.06]

  private struct Located {
    var mesh: FaceMesh
    var score: Float
  }

  private final class Entry {
    var source: (any PixelSource)?
    var shot = 0
    var regions: [Int: FaceRegion] = [:]
    var located: [Int: Located] = [:]
    var hands: [Int: Hand] = [:]

    init(source: any PixelSource) { self.source = source }
  }

  /// A face as one look at a region finds it.
  private struct Sighting {
    var region: FaceRegion
    var located: Located
  }

  private struct Track {
    var id: Int
    /// The first frame it was seen in.
    let birth: Int
    var region: FaceRegion
    var outline: FaceOutline
    var lastSeen: Int
  }

  private let pace: TrackingPace
  private let detector: any FaceDetector
  /// Follows faces.
  private let mesher: any FaceMesher
  /// Has the last word on where the points are.
  private let locator: any FaceMesher
  private let hands: HandFollower?
  private let settler = MeshSettler()
  private var shots = ShotChangeDetector()
  private var tracks: [Track] = []
  private var nextTrack = 0
  /// Entries `firstIndex…`, the newest last.
  private var entries: [Entry] = []
  private var firstIndex = 0
  private var count = 0
  private var locatedCount = 0
  private var settledCount = 0

  /// - Parameters:
  ///   - mesher: the quick mesh network, which follows faces.
  ///   - locator: the exact one of stage 2 (full effort only); nil for the same.
  ///   - hands: finds the hands near faces (full effort only); nil if they need not be known.
  public init(
    detector: any FaceDetector, mesher: any FaceMesher, locator: (any FaceMesher)? = nil,
    hands: (any HandFinder)? = nil, effort: Effort = .full
  ) {
    pace = TrackingPace(effort)
    self.detector = detector
    self.mesher = mesher
    self.locator = locator ?? mesher
    self.hands = pace.looksForHands ? hands.map(HandFollower.init) : nil
  }

  /// Says which number its first frame has in its clip, if not 0. Call it before the first frame.
  public func begin(at number: Int) {
    precondition(entries.isEmpty && number >= 0, "a tracker begins once")
    (firstIndex, count, locatedCount, settledCount) = (number, number, number, number)
  }

  /// Takes the next frame.
  ///
  /// - Returns: the faces of the frames that are settled by it, oldest first: none or one frame's.
  public func add(_ source: any PixelSource) throws -> [[TrackedFace]] {
    entries.append(Entry(source: source))
    count += 1
    try follow(count - 1)
    return try advance(known: count - Self.locateLag(pace))
  }

  /// The faces of all frames that are still open.
  public func finish() throws -> [[TrackedFace]] {
    try advance(known: count)
  }

  private func entry(_ index: Int) -> Entry { entries[index - firstIndex] }

  private func advance(known: Int) throws -> [[TrackedFace]] {
    while locatedCount < known {
      if pace.looksAgain { try locate(locatedCount) } else { entry(locatedCount).source = nil }
      locatedCount += 1
    }
    var results: [[TrackedFace]] = []
    let settled = known == count ? count : locatedCount - Self.settleReach
    while settledCount < settled {
      results.append(settle(settledCount))
      settledCount += 1
    }
    // Both filters look back: the settled frame's neighbours stay, without their pixels.
    let oldest = max(0, settledCount - Self.settleReach)
    if oldest > firstIndex {
      entries.removeFirst(oldest - firstIndex)
      firstIndex = oldest
    }
    return results
  }

  // MARK: Stage 1

  private func follow(_ index: Int) throws {
    let current = entry(index)
    guard let source = current.source else { return }
    try source.withPixels { frame in
      let startsShot = shots.startsShot(frame)
      current.shot = entries.count == 1 ? 0 : entry(index - 1).shot + (startsShot ? 1 : 0)
      if startsShot {
        tracks.removeAll()
        hands?.startShot()
      }
      let interval = tracks.isEmpty ? pace.detectionInterval : pace.busyDetectionInterval
      var isDetecting = startsShot || index % interval == 0
      guard isDetecting || index % pace.meshInterval == 0 else { return }
      var open: [Int] = []
      let restarts = isDetecting && index % pace.restartInterval == 0
      // A detection starts a region afresh, so that it cannot drift, and no frame before it matters any more. Where the
      // points are not looked for again, they would jump a little each time: that is done less often there.
      if restarts {
        open = Array(tracks.indices)
      } else {
        for (i, track) in tracks.enumerated() {
          if let sighting = try refined(track.region, in: frame) {
            see(i, sighting, at: index)
          } else {
            open.append(i)
          }
        }
        isDetecting = isDetecting || !open.isEmpty
      }
      if isDetecting {
        let isThorough = startsShot || pace.thoroughInterval.map { index % $0 == 0 } ?? false
        let found = try isThorough ? detector.detectThoroughly(in: frame) : detector.detect(in: frame)
        try meet(found, open: open, goesOn: restarts, at: index, frame)
      }
      tracks.removeAll { index - $0.lastSeen >= Self.patience }
      tracks.sort { precedes($0, $1, at: index) }
      dropDoubles(at: index)
      try followHands(index, frame)
    }
  }

  private func followHands(_ index: Int, _ frame: PixelView) throws {
    guard let hands else { return }
    let found = try hands.follow(frame, index: index, faces: tracks.map(\.outline))
    entry(index).hands = found.hands
    // Those that a palm reveals are followed backwards through the frames whose pixels are still there.
    for id in found.new {
      var hand = found.hands[id]!
      for i in (max(firstIndex, locatedCount)..<index).reversed() {
        let before = entry(i)
        guard before.shot == entry(index).shot, let source = before.source,
          let there = try source.withPixels({ try hands.neighbour(of: hand, in: $0) }),
          !before.hands.values.contains(where: { $0.isSame(as: there) })
        else { break }
        hand = there
        before.hands[id] = hand
      }
    }
  }

  /// Joins detections to the tracks in `open`, and starts new ones with the rest.
  ///
  /// - Parameter goesOn: whether tracks without a detection are to be looked for where they were.
  private func meet(_ detections: [Detection], open: [Int], goesOn: Bool, at index: Int, _ frame: PixelView) throws {
    let matches = matched(detections, to: open)
    let free = detections.indices.filter { !matches.values.contains($0) }.map { detections[$0] }
    for i in open {
      var found = try matches[i].flatMap { try located(by: detections[$0], in: frame) }
      if found == nil && goesOn && tracks[i].lastSeen == index - pace.meshInterval {
        found = try refined(tracks[i].region, in: frame)
      }
      if let found { see(i, found, at: index) }
    }
    for detection in free {
      // A face that a track already has.
      if tracks.contains(where: {
        let box = $0.region.faceBox
        return $0.lastSeen == index && boxOverlap(box.low, box.high, detection.low, detection.high) > 0.3
      }) {
        continue
      }
      guard let sighting = try located(by: detection, in: frame) else { continue }
      let id = nextTrack
      nextTrack += 1
      tracks.append(
        Track(
          id: id, birth: index, region: sighting.region, outline: FaceOutline(sighting.located.mesh), lastSeen: index))
      note(id, sighting, at: index)
      try followBack(id, from: sighting.region, before: index)
    }
  }

  /// The detection of each track in `open` that has one: those that overlap most find each other first, whatever the
  /// order of the tracks.
  private func matched(_ detections: [Detection], to open: [Int]) -> [Int: Int] {
    var pairs: [(track: Int, detection: Int, overlap: Float)] = []
    for i in open {
      let box = tracks[i].region.faceBox
      for (k, detection) in detections.enumerated() {
        let overlap = boxOverlap(detection.low, detection.high, box.low, box.high)
        if overlap > 0.2 { pairs.append((i, k, overlap)) }
      }
    }
    var matches: [Int: Int] = [:]
    var taken: Set<Int> = []
    for pair in pairs.sorted(by: { $0.overlap != $1.overlap ? $0.overlap > $1.overlap : $0.detection < $1.detection })
    where matches[pair.track] == nil && !taken.contains(pair.detection) {
      matches[pair.track] = pair.detection
      taken.insert(pair.detection)
    }
    return matches
  }

  /// The order in which tracks are asked: the older goes first, but only the last frames count, so that it does not depend
  /// on where a clip begins.
  private func precedes(_ a: Track, _ b: Track, at index: Int) -> Bool {
    let (birthA, birthB) = (max(a.birth, index - Self.faceRunUp), max(b.birth, index - Self.faceRunUp))
    if birthA != birthB { return birthA < birthB }
    let (p, q) = (a.region, b.region)
    return (-p.logSide, p.center.x, p.center.y) < (-q.logSide, q.center.x, q.center.y)
  }

  private func see(_ i: Int, _ sighting: Sighting, at index: Int) {
    tracks[i].region = sighting.region
    tracks[i].outline = FaceOutline(sighting.located.mesh)
    tracks[i].lastSeen = index
    note(tracks[i].id, sighting, at: index)
  }

  private func note(_ id: Int, _ sighting: Sighting, at index: Int) {
    entry(index).regions[id] = sighting.region
    if !pace.looksAgain { entry(index).located[id] = sighting.located }
  }

  private func followBack(_ id: Int, from start: FaceRegion, before index: Int) throws {
    var region = start
    var i = index - 1
    while i > index - pace.detectionInterval, i >= max(firstIndex, locatedCount), entry(i).shot == entry(index).shot,
      let source = entry(i).source
    {
      defer { i -= 1 }
      guard i % pace.meshInterval == 0 else { continue }
      guard let found = try source.withPixels({ try refined(region, in: $0) }) else { return }
      let box = found.region.faceBox
      let isTaken = entry(i).regions.values.contains {
        boxOverlap($0.faceBox.low, $0.faceBox.high, box.low, box.high) > 0.3
      }
      if isTaken { return }
      region = found.region
      note(id, found, at: i)
    }
  }

  /// The face that the mesh network finds in `region`, or nil if it finds none.
  private func refined(_ region: FaceRegion, in frame: PixelView) throws -> Sighting? {
    guard let first = try looked(at: region, in: frame) else { return nil }
    return first.region.differsMuch(from: region) ? try looked(at: first.region, in: frame) : first
  }

  /// A detector's box is rough: its region is looked at twice.
  private func located(by detection: Detection, in frame: PixelView) throws -> Sighting? {
    guard let first = try looked(at: FaceRegion(detection), in: frame) else { return nil }
    return try looked(at: first.region, in: frame)
  }

  private func looked(at region: FaceRegion, in frame: PixelView) throws -> Sighting? {
    let found = try mesher.mesh(in: frame, region: region)
    guard found.score > Self.smallestScore else { return nil }
    return Sighting(region: FaceRegion(found.mesh), located: Located(mesh: found.mesh, score: found.score))
  }

  /// Two tracks that have come to lie on one face: the older stays.
  private func dropDoubles(at index: Int) {
    var kept: [Track] = []
    for track in tracks {
      let box = track.region.faceBox
      let isDouble = kept.contains {
        $0.lastSeen == index && track.lastSeen == index
          && boxOverlap($0.region.faceBox.low, $0.region.faceBox.high, box.low, box.high) > 0.6
      }
      if isDouble { entry(index).regions[track.id] = nil } else { kept.append(track) }
    }
    tracks = kept
  }

  // MARK: Stage 2

  private func locate(_ index: Int) throws {
    let current = entry(index)
    defer { current.source = nil }
    let around = frames(around: index, reach: Self.bridgeFilter.reach)
    let candidates = Set(around.flatMap { entry($0).regions.keys }).sorted()
    for id in candidates {
      let seen = around.filter { entry($0).regions[id] != nil }
      let isSeen = current.regions[id] != nil
      // A gap in a track is bridged, its ends are not stretched.
      guard isSeen || (seen.contains { $0 < index } && seen.contains { $0 > index }) else { continue }
      let weights = (isSeen ? Self.regionFilter : Self.bridgeFilter).coefficients(at: seen.map { $0 - index })
      var mean = FaceRegion(center: .zero, logSide: 0, angle: 0)
      let reference = entry(seen[0]).regions[id]!.angle
      for (k, w) in zip(seen, weights) {
        let region = entry(k).regions[id]!.unwrapped(near: reference)
        mean.center += region.center * w
        mean.logSide += region.logSide * w
        mean.angle += region.angle * w
      }
      guard let source = current.source else { continue }
      current.located[id] = try source.withPixels { try located(in: mean, of: $0) }
    }
  }

  private func located(in region: FaceRegion, of frame: PixelView, scales: [Float] = FaceTracker.scales) throws
    -> Located
  {
    let looks = try scales.map { try locator.mesh(in: frame, region: region.scaled(by: $0)) }
    return Located(mesh: FaceMesh(meanOf: looks.map(\.mesh)), score: looks.map(\.score).min()!)
  }

  /// The faces of a still picture, points and confidence as good as one picture allows.
  public static func faces(
    in frame: PixelView, detector: any FaceDetector, mesher: any FaceMesher, locator: (any FaceMesher)? = nil,
    hands: (any HandFinder)? = nil
  ) throws -> [TrackedFace] {
    let tracker = FaceTracker(detector: detector, mesher: mesher, locator: locator)
    var regions: [FaceRegion] = []
    for detection in try detector.detectThoroughly(in: frame) {
      guard let region = try tracker.located(by: detection, in: frame)?.region else { continue }
      let box = region.faceBox
      if regions.contains(where: { boxOverlap($0.faceBox.low, $0.faceBox.high, box.low, box.high) > 0.5 }) { continue }
      regions.append(region)
    }
    var faces = try regions.enumerated().compactMap { i, region -> TrackedFace? in
      let found = try tracker.located(in: region, of: frame, scales: [0])
      return found.score > smallestScore ? TrackedFace(track: i, mesh: found.mesh, confidence: 1) : nil
    }
    guard let hands else { return faces }
    let outlines = faces.map { FaceOutline($0.mesh) }
    let found = try HandFollower(finder: hands).hands(in: frame, faces: outlines).map { hand in
      Hand(points: hand.points, presence: 1)
    }
    for i in faces.indices { faces[i].hands = outlines[i].hands(near: found) }
    return faces
  }

  // MARK: Stage 3

  private func settle(_ index: Int) -> [TrackedFace] {
    let around = frames(around: index, reach: Self.settleReach).filter { $0 < locatedCount }
    let near = around.filter { abs($0 - index) <= 2 }
    func isSure(_ id: Int, _ k: Int) -> Bool { (entry(k).located[id]?.score ?? 0) > Self.smallestScore }
    /// Between two frames that were looked at, a face is where it is in both; at the end of a shot, in the last.
    func isThere(_ id: Int, _ k: Int) -> Bool {
      guard k % pace.meshInterval != 0, !isSure(id, k) else { return isSure(id, k) }
      let sides = [k - 1, k + 1].filter(around.contains)
      return !sides.isEmpty && sides.allSatisfy { isSure(id, $0) }
    }
    let ids = Set(near.flatMap { entry($0).located.keys }).sorted()
    let hands = settledHands(index, among: near)
    return ids.compactMap { id in
      guard isThere(id, index) else { return nil }
      let seen = around.filter { isSure(id, $0) }
      let mesh = settler.settled(seen.map { ($0 - index, entry($0).located[id]!.mesh) })
      let share = Float(near.filter { isThere(id, $0) }.count) / Float(near.count)
      return TrackedFace(
        track: id, mesh: mesh, confidence: share,
        hands: hands.isEmpty ? [] : FaceOutline(mesh).hands(near: hands))
    }
  }

  private func settledHands(_ index: Int, among frames: [Int]) -> [Hand] {
    let ids = Set(frames.flatMap { entry($0).hands.keys }).sorted()
    return ids.compactMap { id in
      let seen = frames.compactMap { k in entry(k).hands[id].map { (offset: k - index, hand: $0) } }
      return HandSettler.settled(seen, among: frames.map { $0 - index })
    }
  }

  /// Frames of the same shot within `reach`, oldest first.
  private func frames(around index: Int, reach: Int) -> [Int] {
    let shot = entry(index).shot
    return (max(firstIndex, index - reach)...min(count - 1, index + reach)).filter { entry($0).shot == shot }
  }
}
