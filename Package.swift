// swift-tools-version: 6.2
import PackageDescription

// The architecture, top-down; arrows go one way (scripts/check-architecture holds them):
//
//   kbot → KBotRuntime → { KBotScripting, KBotKalshi, KBotJournal, KBotData, KBotSimulation, KBotReports }
//   kbot → KBotExchange → { KBotKalshi, KBotSimulation }
//   KBotScripting → KBotLua → CLuaBridge → CLua          KBotScripting, KBotJournal → KBotEngine
//   KBotEngine → KBotIndicators → KBotModel              KBotKalshi, KBotSimulation, KBotReports → KBotModel

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let sqlite = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// Sockets, HTTP and WebSocket frames, and TLS.
let network =
    ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
        Target.Dependency.product(name: $0, package: "swift-nio")
    }
    + [.product(name: "NIOSSL", package: "swift-nio-ssl")]

func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    linkerSettings: [LinkerSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linkerSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "KBotTestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: strict
    )
}

let package = Package(
    name: "kbot",
    products: [
        .executable(name: "kbot", targets: ["kbot"]),
        .library(name: "KBotModel", targets: ["KBotModel"]),
        .library(name: "KBotIndicators", targets: ["KBotIndicators"]),
        .library(name: "KBotEngine", targets: ["KBotEngine"]),
        .library(name: "KBotSimulation", targets: ["KBotSimulation"]),
        .library(name: "KBotReports", targets: ["KBotReports"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // The core: pure, synchronous, integers only.
        library("KBotModel"),
        library("KBotIndicators", ["KBotModel"]),
        library("KBotEngine", ["KBotModel", "KBotIndicators", deque]),
        // Rounding and square roots of doubles live in libm, which nothing else here would link.
        library(
            "KBotSimulation",
            ["KBotModel", deque, heap],
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]
        ),
        library("KBotReports", ["KBotModel"]),

        // Lua: a safe virtual machine, then strategies and risk rules behind the engine's ports.
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLuaBridge", dependencies: ["CLua"]),
        library("KBotLua", ["CLuaBridge"]),
        library("KBotScripting", ["KBotLua", "KBotEngine", "KBotIndicators", "KBotModel"]),

        // The venue: signing, REST, the socket, orders on their way. And a venue of our own that speaks the same.
        library("KBotKalshi", ["KBotModel", "CCrypto", httpClient] + network),
        library("KBotExchange", ["KBotKalshi", "KBotSimulation", "KBotModel", "CCrypto"] + network),

        // What a run did, in SQLite: to query, to come back from a crash, to replay.
        library("KBotJournal", ["KBotEngine", "KBotModel", "CZlib", "CCrypto", sqlite]),

        // Market data of the past, in SQLite: imported once, read fast.
        library("KBotData", ["KBotModel", "CZlib", "CCrypto", sqlite, heap]),

        // Runners, feeds, configuration, logging; then the command tree.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        library(
            "KBotRuntime",
            [
                "KBotScripting", "KBotKalshi", "KBotJournal", "KBotData", "KBotSimulation", "KBotReports",
                "KBotEngine", "KBotIndicators", "KBotModel", "CZlib", "CCrypto",
                logging, configuration,
            ]
        ),
        .executableTarget(
            name: "kbot",
            dependencies: [
                "KBotRuntime", "KBotExchange", "KBotKalshi", "KBotJournal", "KBotData", "KBotEngine", "KBotModel",
                "KBotReports",
                argumentParser, logging,
            ],
            swiftSettings: strict
        ),

        library("KBotTestSupport", ["KBotModel"]),
        tests("KBotModel"),
        tests("KBotIndicators", ["KBotModel"]),
        tests("KBotEngine", ["KBotModel", "KBotIndicators"]),
        tests("KBotSimulation", ["KBotModel"]),
        tests("KBotReports", ["KBotModel"], exclude: ["Golden"]),
        tests("KBotLua"),
        tests("KBotScripting", ["KBotLua", "KBotEngine", "KBotIndicators", "KBotModel"]),
        tests("KBotKalshi", ["KBotModel"] + network),
        tests("KBotExchange", ["KBotKalshi", "KBotSimulation", "KBotModel"]),
        tests("KBotJournal", ["KBotEngine", "KBotModel", sqlite], exclude: ["Fixtures"]),
        tests("KBotData", ["KBotModel", sqlite]),
        tests(
            "KBotRuntime",
            [
                "KBotScripting", "KBotKalshi", "KBotJournal", "KBotData", "KBotSimulation", "KBotReports", "KBotEngine",
                "KBotIndicators", "KBotExchange",
                "KBotModel",
                logging, sqlite,
            ]
        ),
        tests("kbot", ["KBotRuntime", "KBotExchange", "KBotKalshi", "KBotModel", sqlite], exclude: ["Golden"]),
    ],
    swiftLanguageModes: [.v6]
)

// The benchmarks measure parts that only this package sees, so they are a target of it; only scripts/bench builds them.
if Context.environment["KBOT_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "kbot-benchmarks",
            dependencies: [
                "KBotRuntime", "KBotScripting", "KBotKalshi", "KBotData", "KBotJournal", "KBotSimulation",
                "KBotReports", "KBotEngine",
                "KBotIndicators", "KBotModel", "KBotTestSupport", "CZlib", "CCrypto", logging,
            ],
            path: "Benchmarks",
            swiftSettings: strict
        )
    )
}

// Readers of foreign bytes under mutated input: the tests run a little of it, scripts/fuzz builds the program for more.
package.targets += [
    .target(
        name: "KBotFuzz",
        dependencies: [
            "KBotRuntime", "KBotScripting", "KBotLua", "KBotKalshi", "KBotJournal", "KBotEngine", "KBotModel",
            "KBotTestSupport",
        ],
        path: "Fuzz/Targets",
        swiftSettings: strict
    ),
    .testTarget(name: "KBotFuzzTests", dependencies: ["KBotFuzz", "KBotTestSupport"], swiftSettings: strict),
]
if let fuzz = Context.environment["KBOT_FUZZ"] {
    package.targets.append(
        .executableTarget(
            name: "kbot-fuzz",
            dependencies: ["KBotFuzz", "KBotTestSupport"],
            path: "Fuzz/Runner",
            swiftSettings: strict + (fuzz == "libfuzzer" ? [.define("KBOT_LIBFUZZER")] : []),
            // Gold, the usual linker, fails on what libFuzzer and the address sanitizer export.
            linkerSettings: fuzz == "libfuzzer" ? [.unsafeFlags(["-use-ld=lld"])] : []
        )
    )
}
