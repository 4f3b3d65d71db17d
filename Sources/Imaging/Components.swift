/// The 8-connected groups of pixels that a condition picks.
public struct Components: Sendable {
  /// Number of the group at each pixel, −1 where there is none.
  public private(set) var labels: [Int32]
  /// How many pixels each group has.
  public private(set) var areas: [Int] = []

  public init(_ plane: Plane, where isMember: (Float) -> Bool) {
    let (width, height) = (plane.width, plane.height)
    var labels = plane.samples.map { isMember($0) ? Int32(-2) : -1 }
    var areas: [Int] = []
    var open: [Int32] = []
    labels.withUnsafeMutableBufferPointer { labels in
      for start in labels.indices where labels[start] == -2 {
        let number = Int32(truncatingIfNeeded: areas.count)
        var area = 0
        labels[start] = number
        open.append(Int32(truncatingIfNeeded: start))
        while let next = open.popLast() {
          area += 1
          let (y, x) = Int(next).quotientAndRemainder(dividingBy: width)
          for ny in Swift.max(0, y - 1)...Swift.min(height - 1, y + 1) {
            for nx in Swift.max(0, x - 1)...Swift.min(width - 1, x + 1) {
              let i = ny &* width &+ nx
              if labels[i] == -2 {
                labels[i] = number
                open.append(Int32(truncatingIfNeeded: i))
              }
            }
          }
        }
        areas.append(area)
      }
    }
    self.labels = labels
    self.areas = areas
  }
}
