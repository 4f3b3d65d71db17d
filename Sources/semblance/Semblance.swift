import ArgumentParser

@main
struct Semblance: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "semblance",
    abstract: "Replaces faces in pictures and video, with the consent of the people shown.",
    discussion: """
      Give a photo of a consenting person and a picture or clip; get it back with the face replaced. Sound, timing and \
      every pixel outside the face stay as they were.

      EXAMPLES
        semblance run --source actor.jpg --target clip.mp4 --output recast.mp4
        semblance run --source actor.jpg --target group.png --face-selector-mode one

      \(HelpSections.environment)

      \(HelpSections.exitCodes)
      """,
    version: version,
    subcommands: [RunCommand.self, IdentityCommand.self, BenchmarkCommand.self])
}
