import Imaging
import Testing

@Suite("Morphology and components") struct MorphologyTests {
  /// Something irregular.
  private var plane: Plane {
    var plane = Plane(width: 23, height: 17)
    for i in plane.samples.indices { plane.samples[i] = Float((i * 7919) % 101) }
    return plane
  }

  @Test(arguments: [(0, 0), (1, 0), (0, 2), (3, 1), (30, 40)])
  func extremesAreThoseOfTheRectangle(_ radii: (x: Int, y: Int)) {
    let plane = plane
    let large = plane.dilated(radiusX: radii.x, radiusY: radii.y)
    let small = plane.eroded(radiusX: radii.x, radiusY: radii.y)
    for y in 0..<plane.height {
      for x in 0..<plane.width {
        var values: [Float] = []
        for v in max(0, y - radii.y)...min(plane.height - 1, y + radii.y) {
          for u in max(0, x - radii.x)...min(plane.width - 1, x + radii.x) { values.append(plane[u, v]) }
        }
        #expect(large[x, y] == values.max() && small[x, y] == values.min())
      }
    }
  }

  @Test func ridgesAreThinLinesOfEitherSign() {
    var plane = Plane(width: 40, height: 40, value: 5)
    for x in 0..<40 {
      plane[x, 10] = 8
      plane[x, 20] = 3
      for y in 28..<40 { plane[x, y] = 9 }
    }
    let across = plane.ridges(radiusX: 0, radiusY: 3)
    for x in 0..<40 {
      for y in 0..<40 { #expect(across[x, y] == (y == 10 ? 3 : y == 20 ? 2 : 0)) }
    }
    // Lines do not stand out of what is as long as they are.
    #expect(plane.ridges(radiusX: 3, radiusY: 0).samples.allSatisfy { $0 == 0 })
  }

  @Test func componentsTouchAtCorners() {
    var plane = Plane(width: 9, height: 6)
    for (x, y) in [(0, 0), (1, 1), (2, 2), (5, 0), (5, 1), (8, 5)] { plane[x, y] = 1 }
    let groups = Components(plane) { $0 > 0.5 }
    #expect(groups.areas == [3, 2, 1])
    #expect(groups.labels[0] == 0 && groups.labels[2 * 9 + 2] == 0 && groups.labels[5] == 1)
    #expect(groups.labels.count { $0 >= 0 } == 6)
  }
}
