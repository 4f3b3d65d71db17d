internal import Imaging

/// What is wrong with photos, and what would be better.
struct PhotoAdvice {
  private let photos: [(name: String, quality: PhotoQuality)]

  init(_ photos: [(name: String, quality: PhotoQuality)]) {
    self.photos = photos
  }

  /// What is to be said of one of the photos, a sentence each.
  ///
  /// Of several photos, none is blamed for what another one shows: that is what there are several for.
  func notes(_ index: Int) -> [String] {
    let (name, quality) = photos[index]
    return PhotoFlaw.allCases.compactMap { flaw in
      guard flaw.isIn(quality) else { return nil }
      if flaw.canBeMadeUpFor, photos.contains(where: { !flaw.isIn($0.quality) }) { return nil }
      return flaw.sentence(name, quality)
    }
  }
}

/// What can be wrong with a photo.
enum PhotoFlaw: CaseIterable {
  case small, blurred, turned, tilted, sideLit, cut, hidden, shutEyes, openMouth

  func isIn(_ photo: PhotoQuality) -> Bool {
    switch self {
    case .small: photo.faceWidth < 80
    case .blurred: photo.detail < 0.6 * photo.faceWidth && photo.detail < 150
    case .turned: photo.yaw > 25
    case .tilted: photo.pitch > 25
    case .sideLit: photo.sideLight > 0.85
    case .cut: photo.cutShare > 0.02
    case .hidden: photo.hiddenShare > 0.3
    case .shutEyes: photo.eyeOpening < 0.12
    case .openMouth: photo.mouthOpening > 0.3
    }
  }

  /// Whether another photo without the flaw makes up for it: parts of the face are then taken from that one.
  var canBeMadeUpFor: Bool { self != .small && self != .blurred }

  func sentence(_ name: String, _ photo: PhotoQuality) -> String {
    switch self {
    case .small:
      "the face in '\(name)' is only \(Int(photo.faceWidth)) pixels wide; a photo with 300 or more gives a sharper result"
    case .blurred:
      "the face in '\(name)' is blurred and shows no more than one \(Int(photo.detail)) pixels wide would; a photo in focus, "
        + "neither enlarged nor strongly compressed, gives a sharper result"
    case .turned:
      "the face in '\(name)' is turned \(Int(photo.yaw)) degrees to the side; add one that looks into the camera, or use "
        + "it instead"
    case .tilted:
      "the face in '\(name)' looks \(Int(photo.pitch)) degrees up or down; add one that looks into the camera, or use it "
        + "instead"
    case .sideLit:
      "the face in '\(name)' is lit from one side; even light, as from a window in front or a clouded sky, leaves no dark "
        + "cheek"
    case .cut:
      "the edge of '\(name)' cuts off a part of the face; a photo that shows all of it leaves nothing to be guessed"
    case .hidden:
      "hair or something else hides a good part of the face in '\(name)'; a photo with the face free leaves less to be "
        + "guessed"
    case .shutEyes:
      "the eyes in '\(name)' seem shut; a photo with open eyes shows them as they are"
    case .openMouth:
      "the mouth in '\(name)' is open; closed lips suit more expressions"
    }
  }
}
