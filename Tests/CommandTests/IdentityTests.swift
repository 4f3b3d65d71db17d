import Foundation
import MediaIO
import Testing

extension CommandTests {
  @Suite("The command identity") struct IdentityTests {
    @Test("Makes an identity, shows it, and uses it")
    func wholeWay() throws {
      let scratch = try Scratch()
      let made = try scratch.run(["identity", "new", Cache.photo, "-o", "actor.identity"])
      #expect(made.code == 0)
      #expect(made.errors == "")
      #expect(made.output == "actor.identity: 1 photo, a face 93 pixels wide\n")

      let shown = try scratch.run(["identity", "show", "actor.identity", "-o", "actor.png"])
      #expect(shown.code == 0)
      #expect(shown.errors == "")
      let lines = shown.output.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines[0].hasPrefix("actor.identity: a face 93 pixels wide, made 20"))
      #expect(lines[0].hasSuffix("Z by semblance 0.1.0"))
      #expect(lines[1...] == ["  astronaut.png: 93 pixels wide", "actor.png"])
      let picture = try PictureFile.read(scratch.path("actor.png"))
      #expect(picture.width > 100 && picture.width < 140)

      try scratch.cut(Cache.clip, frames: 2, to: "clip.mp4")
      for (source, output) in [("actor.identity", "a.mkv"), (Cache.photo, "b.mkv")] {
        let run = try scratch.run(["run", "-s", source, "-t", "clip.mp4", "-o", output])
        #expect(run.code == 0)
      }
      #expect(
        try Contents(of: scratch.path("a.mkv")).frames.map(samples)
          == (try Contents(of: scratch.path("b.mkv")).frames.map(samples)))
    }

    @Test("Names what is wrong with a photo, and keeps it for later")
    func notes() throws {
      let scratch = try Scratch()
      let made = try scratch.run(["identity", "new", Cache.group, "-o", "one.identity"])
      #expect(made.code == 0)
      let notes = made.errors.split(separator: "\n")
      #expect(notes.first == "note: 'multi_face.jpg' shows 5 faces; the largest is used")
      let kept = try scratch.run(["identity", "show", "one.identity"]).output.split(separator: "\n")
        .filter { $0.hasPrefix("    ") }.map { "warning: " + $0.dropFirst(4) }
      #expect(notes.dropFirst().map(String.init) == kept)
    }

    @Test("Says what cannot be done, and leaves everything as it was")
    func failures() throws {
      let scratch = try Scratch()
      try scratch.write("precious", to: "old.identity")
      try scratch.write(try Data(contentsOf: URL(fileURLWithPath: Cache.photo)), to: "photo.png")
      try scratch.link("same.identity", to: "photo.png")
      func expect(
        _ arguments: [String], _ code: Int32, _ message: String, _ location: SourceLocation = #_sourceLocation
      )
        throws
      { try scratch.expectFailure(arguments, code, "semblance: \(message)\n", location) }
      try expect(
        ["identity", "new", "photo.png", "-o", "a.png"], 73,
        "cannot write 'a.png': an identity's name ends in .identity; choose such a name")
      try expect(
        ["identity", "new", "photo.png", "-o", "no/a.identity"], 73,
        "cannot write 'no/a.identity': there is no folder 'no'; create it first")
      try expect(
        ["identity", "new", "photo.png", "-o", "same.identity"], 64,
        "cannot write 'same.identity': it is also an input; choose another name for the output")
      try expect(
        ["identity", "new", "gone.png", "-o", "old.identity"], 66,
        "cannot open 'gone.png': there is no such file; check the path")
      try expect(
        ["identity", "show", "gone.identity"], 66, "cannot open 'gone.identity': there is no such file; check the path")
      let wrong = "cannot use 'old.identity': it is no identity; make one from photos with `semblance identity new`"
      try expect(["identity", "show", "old.identity"], 65, wrong)
      try expect(["run", "-s", "old.identity", "-t", "photo.png", "-o", "out.png"], 65, wrong)
      try expect(
        ["run", "-s", "photo.png", "old.identity", "-t", "photo.png", "-o", "out.png"], 64,
        "cannot use 'old.identity' together with other sources: an identity is made of all its photos at once; use it "
          + "alone, or make a new one from all the photos")
      let usage = try scratch.run(["identity", "new", "photo.png"])
      #expect(usage.code == 64)
    }
  }
}
