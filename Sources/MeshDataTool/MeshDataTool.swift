internal import FaceAnalysis
internal import Foundation

/// Makes `MeshData.swift` anew: `mesh-data FILE.swift`, or `make mesh-data`.
///
/// Everything comes from the face_landmark network's own answers on the pinned media, and from nothing else: the same
/// media, models and ONNX Runtime give the same file.
@main
enum MeshDataTool {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 1, let path = arguments.first, !path.hasPrefix("-") else {
      fail("Usage: MeshDataTool FILE.swift", code: 64)
    }
    do {
      try make(path)
    } catch {
      fail("making '\(path)' failed: \(error)", code: 1)
    }
  }

  private static func make(_ path: String) throws {
    let people = try PinnedFaces.people()
    let mean = MeanShape(people: people.map { $0.map(Shape.init) })
    let data = try MeshData(mean: mean)
    try data.source.write(toFile: path, atomically: true, encoding: .utf8)

    let before = Shape(FaceTopology.meanShape)
    let moved = zip(before.points, data.points).map { distance($0, $1) }
    print("\(people.count) people in \(people.reduce(0) { $0 + $1.count }) pictures; \(data.triangles.count) triangles")
    print("from a person to the mean: \(figures(mean.deviations)); from the mean before: \(figures(moved))")
  }

  private static func figures(_ distances: [Double]) -> String {
    String(
      format: "%.4f face widths on average, %.4f at most (vertex %d)",
      distances.reduce(0, +) / Double(distances.count), distances.max()!, distances.firstIndex(of: distances.max()!)!)
  }

  private static func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(code)
  }
}

/// Why no mesh data could be made.
package struct MeshDataError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
