// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "orlop",
  products: [.executable(name: "orlop", targets: ["orlop"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "CLinuxStorage",
      cSettings: [.define("_GNU_SOURCE")],
      linkerSettings: [.linkedLibrary("mount"), .linkedLibrary("blkid")]),
    library("LinuxStorage", ["CLinuxStorage", system, subprocess]),
    library("Volumes", ["LinuxStorage", system, logging]),
    library("StorageAPI", [yams]),
    library("Controllers", ["StorageAPI"]),
    library("ObjectStore", ["StorageAPI", grdb, sqlite]),
    library("Engine", ["LinuxStorage", "Volumes", "StorageAPI", "Controllers", "ObjectStore", logging]),
    library("Presentation", ["StorageAPI", yams]),
    .executableTarget(
      name: "orlop",
      dependencies: [
        "LinuxStorage", "Volumes", "StorageAPI", "Controllers", "ObjectStore", "Engine", "Presentation", argumentParser,
        logging, system,
      ],
      swiftSettings: strict),
    // For hack/bench alone: what is measured, and what it is measured against.
    .executableTarget(
      name: "benchmark", dependencies: ["LinuxStorage", "Volumes"], path: "hack/benchmark/engine",
      swiftSettings: strict),
    .executableTarget(name: "bare", path: "hack/benchmark/bare"),
    // What the tests and hack/soak share: the invariants of the parsers, and the seeds of random tests.
    .target(
      name: "ParserTrials", dependencies: ["LinuxStorage", "Volumes", "StorageAPI", "Presentation"],
      path: "Tests/ParserTrials", exclude: ["Fuzz", "Seeds"], swiftSettings: strict),
    .target(name: "Seeds", path: "Tests/Seeds", swiftSettings: strict),
    tests("Parser", ["ParserTrials", "Seeds", "StorageAPI"]),
    tests("LinuxStorage", ["LinuxStorage", system]),
    tests("Volumes", ["Volumes", "LinuxStorage", system]),
    tests("StorageAPI", ["StorageAPI", "Seeds"]),
    tests("Controllers", ["Controllers", "StorageAPI", "Seeds"]),
    tests("ObjectStore", ["ObjectStore", "StorageAPI", grdb]),
    tests(
      "Engine", ["Engine", system, "Controllers", "StorageAPI", "ObjectStore", "Volumes", "LinuxStorage", "Seeds"]),
    tests("Presentation", ["Presentation", "StorageAPI", "Seeds"]),
    tests("Command", ["StorageAPI", "Engine"], resources: [.copy("Conformance")]),
    tests("Privileged", ["Engine", "Volumes", "LinuxStorage", "StorageAPI", "ObjectStore", system, "Seeds"]),
  ]
)

// For hack/soak alone: the parsers under libFuzzer, which brings its own main function.
if Context.environment["ORLOP_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["ParserTrials"], path: "Tests/ParserTrials/Fuzz",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
