internal import Foundation
internal import MediaIO

extension JobRequest {
  /// Containers that a default output keeps from its target; others become .mp4.
  private static let keptContainers = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "ts", "gif"]

  /// A name for the output beside the target that no file has yet: `clip.mp4` gives `clip-swapped.mp4`.
  public static func defaultOutput(for target: String) -> String {
    // Cut by hand: Foundation's own functions for this trap on some short names.
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { target[...$0] } ?? ""
    let name = slash.map { target[target.index(after: $0)...] } ?? target[...]
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    let ending = dot.map { String(name[name.index(after: $0)...]) } ?? ""
    let isKept = keptContainers.contains(ending.lowercased()) || PictureFile.canWrite(target)
    let stem = folder + (dot.map { name[..<$0] } ?? name) + "-swapped"
    let suffix = isKept ? ending : "mp4"
    var candidate = "\(stem).\(suffix)"
    var number = 2
    while FileManager.default.fileExists(atPath: candidate) {
      candidate = "\(stem)-\(number).\(suffix)"
      number += 1
    }
    return candidate
  }
}
