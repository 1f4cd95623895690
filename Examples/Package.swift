// swift-tools-version: 6.2
import PackageDescription

// Small programs on kbot's library products: swift run --package-path Examples OwnStrategy
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func kbot(_ products: String...) -> [Target.Dependency] {
    products.map { .product(name: $0, package: "kbot") }
}

let package = Package(
    name: "kbot-examples",
    dependencies: [.package(name: "kbot", path: "..")],
    targets: [
        .target(
            name: "PaperLoop",
            dependencies: kbot("KBotModel", "KBotEngine", "KBotSimulation", "KBotReports"),
            swiftSettings: strict
        ),
        .executableTarget(
            name: "PaperExchangeTour",
            dependencies: kbot("KBotModel", "KBotSimulation"),
            swiftSettings: strict
        ),
        .executableTarget(
            name: "TrackerReport",
            dependencies: kbot("KBotModel", "KBotReports"),
            swiftSettings: strict
        ),
        .executableTarget(
            name: "OwnStrategy",
            dependencies: ["PaperLoop"] + kbot("KBotModel", "KBotIndicators", "KBotEngine", "KBotReports"),
            swiftSettings: strict
        ),
        .executableTarget(
            name: "BacktestSweep",
            dependencies: ["PaperLoop"] + kbot("KBotModel", "KBotEngine", "KBotReports"),
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
