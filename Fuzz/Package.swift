// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that those who use the project never build it. `make fuzz` does.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "semblance", path: "..")],
  targets: [
    .executableTarget(
      name: "FuzzMedia", dependencies: [.product(name: "MediaIO", package: "semblance")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .unsafeFlags(["-parse-as-library"])])
  ]
)
