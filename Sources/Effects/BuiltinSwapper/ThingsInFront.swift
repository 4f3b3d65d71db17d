package import Imaging

/// Everything that stays before the new face but the hair around it: things and glasses.
package struct ThingsInFront {
  /// 0…1 a cell: how far nothing hides the face.
  package let free: Plane
  /// What of the target is free of hair: the skin model's answer, with raised brows taken for skin.
  package let skin: Plane

  package init(_ grid: FaceGrid, skin: SkinModel, glasses: Glasses?) {
    let face = FaceCoordinates(grid)
    let things = Occluders(grid, at: face, skin: skin, wearsGlasses: glasses?.certainty ?? 0).mask
    let rims = glasses?.mask(on: grid)
    free = (rims.map { things.maximum($0) } ?? things).mapped { 1 - $0 }
    self.skin = grid.withoutRaisedBrows(skin.probability, at: face)
  }
}
