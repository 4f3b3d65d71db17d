// swift-tools-version: 6.1
import PackageDescription

// SwiftPM refuses `unsafeFlags` in a package that another one depends on, so the strict flags are for our own builds.
let isRootPackage = !Context.packageDirectory.contains("/checkouts/")

let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (isRootPackage ? [.unsafeFlags(["-warnings-as-errors"])] : [])

/// Pixel loops are unusable without the optimiser, so these targets keep it in debug builds too.
let kernels = strict + (isRootPackage ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])

let package = Package(
  name: "semblance",
  products: [
    .library(name: "Semblance", targets: ["Engine"]),
    .library(name: "MediaIO", targets: ["MediaIO"]),
    .executable(name: "semblance", targets: ["semblance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
  ],
  targets: [
    // C libraries. Their types never leave the one module above each.
    .systemLibrary(
      name: "CFFmpeg",
      pkgConfig: "libavformat libavcodec libavutil libswresample libswscale",
      providers: [
        .apt(["libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswresample-dev", "libswscale-dev"])
      ]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CMemory"),
    .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "Imaging", dependencies: ["CKernels"], swiftSettings: kernels),
    .target(name: "MediaIO", dependencies: ["CFFmpeg", "CWebP", "Imaging"], swiftSettings: strict),
    .target(
      name: "Catalogue", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .target(name: "Inference", dependencies: ["COnnxRuntime", "Catalogue"], swiftSettings: strict),
    .target(
      name: "FaceAnalysis", dependencies: ["Imaging", "Inference", "Catalogue"], swiftSettings: kernels),
    .target(name: "Effects", dependencies: ["Imaging", "FaceAnalysis"], swiftSettings: kernels),
    .target(
      name: "Engine",
      dependencies: [
        "MediaIO", "Imaging", "Inference", "Catalogue", "FaceAnalysis", "Effects",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(name: "Benchmark", dependencies: ["Engine", "Catalogue"], swiftSettings: strict),
    .executableTarget(
      name: "semblance",
      dependencies: [
        "Engine", "Effects", "FaceAnalysis", "Benchmark", "CMemory",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // For developers: makes Sources/FaceAnalysis/MeshData.swift.
    .executableTarget(
      name: "MeshDataTool", dependencies: ["FaceAnalysis", "MediaIO", "Imaging", "Inference", "Catalogue"],
      swiftSettings: strict),

    .testTarget(name: "ImagingTests", dependencies: ["Imaging"], swiftSettings: strict),
    .testTarget(name: "MediaIOTests", dependencies: ["MediaIO", "Imaging"], swiftSettings: strict),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Catalogue"], swiftSettings: strict),
    .testTarget(
      name: "FaceAnalysisTests", dependencies: ["FaceAnalysis", "Imaging", "Inference", "Catalogue", "MediaIO"],
      swiftSettings: strict),
    .testTarget(name: "MeshDataTests", dependencies: ["MeshDataTool", "FaceAnalysis"], swiftSettings: strict),
    .testTarget(name: "EffectsTests", dependencies: ["Effects", "FaceAnalysis", "Imaging"], swiftSettings: strict),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", "MediaIO", "Imaging", "FaceAnalysis", "Effects", "Inference", "Catalogue"],
      swiftSettings: strict),
    .testTarget(name: "BenchmarkTests", dependencies: ["Benchmark", "Catalogue", "Engine"], swiftSettings: strict),
    .testTarget(name: "CommandTests", dependencies: ["semblance", "MediaIO"], swiftSettings: strict),
  ]
)
