internal import Foundation
internal import MediaIO

extension JobRequest {
  /// Containers that a default output keeps from its target; others become .mp4.
  private static let keptContainers = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "ts"]

  /// A name for the output beside the target that no file has yet: `clip.mp4` gives `clip-swapped.mp4`.
  public static func defaultOutput(for target: String) -> String {
    let url = URL(fileURLWithPath: target)
    let ending = url.pathExtension.lowercased()
    let kept = keptContainers.contains(ending) || PictureFile.canWrite(target)
    let stem = url.deletingPathExtension().lastPathComponent + "-swapped"
    let folder = (target as NSString).deletingLastPathComponent
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    let suffix = kept ? url.pathExtension : "mp4"
    var candidate = path("\(stem).\(suffix)")
    var number = 2
    while FileManager.default.fileExists(atPath: candidate) {
      candidate = path("\(stem)-\(number).\(suffix)")
      number += 1
    }
    return candidate
  }
}
