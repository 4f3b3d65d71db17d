public import Imaging

/// Finds hands in a frame.
public protocol HandFinder: AnyObject {
  /// Regions of a frame that may hold a hand.
  ///
  /// - Parameter square: where palms are looked for.
  func regions(in frame: PixelView, square: HandRegion) throws -> [HandRegion]
  /// The hand in a region; its presence is low where there is none.
  func hand(in frame: PixelView, region: HandRegion) throws -> Hand
}

/// Palm detector and hand landmarks as one, each loaded when it is first needed.
public final class HandNetworks: HandFinder {
  private let makePalms: () throws -> PalmDetector
  private let makeLandmarks: () throws -> HandLandmarkNetwork
  private var palms: PalmDetector?
  private var landmarks: HandLandmarkNetwork?

  public init(
    palms: @escaping () throws -> PalmDetector, landmarks: @escaping () throws -> HandLandmarkNetwork
  ) {
    makePalms = palms
    makeLandmarks = landmarks
  }

  public func regions(in frame: PixelView, square: HandRegion) throws -> [HandRegion] {
    let network = try palms ?? makePalms()
    palms = network
    return try network.hands(in: frame, square: square)
  }

  public func hand(in frame: PixelView, region: HandRegion) throws -> Hand {
    let network = try landmarks ?? makeLandmarks()
    landmarks = network
    return try network.hand(in: frame, region: region)
  }
}
