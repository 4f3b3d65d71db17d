internal import Foundation
internal import MediaIO

extension JobRequest {
  /// Containers that a default output keeps from its target; others become .mp4.
  private static let keptContainers = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "ts", "gif", "webp"]

  /// A name for the output beside the target that no file has yet: `clip.mp4` gives `clip-swapped.mp4`, a folder of
  /// pictures `frames` gives `frames-swapped/`, and `frames/%d.png` gives `frames-swapped/%d.png`.
  public static func defaultOutput(for target: String) -> String {
    if PictureList.isList(target) { return defaultFolder(for: target) }
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
  private static func defaultFolder(for target: String) -> String {
    var folder = target
    var name = ""
    if PictureSequence.isPattern(target) {
      let slash = target.lastIndex(of: "/")
      folder = slash.map { String(target[..<$0]) } ?? ""
      name = slash.map { String(target[target.index(after: $0)...]) } ?? target
    }
    while folder.hasSuffix("/") { folder.removeLast() }
    // Of "." and "..", and of the file system's root, there is no better name.
    let last = folder.split(separator: "/").last ?? "."
    let stem = last == "." || last == ".." ? "swapped" : folder + "-swapped"
    var candidate = stem
    var number = 2
    while FileManager.default.fileExists(atPath: candidate) {
      candidate = "\(stem)-\(number)"
      number += 1
    }
    return candidate + "/" + name
  }
}
