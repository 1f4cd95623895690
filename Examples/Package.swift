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

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
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
        program("PaperExchangeTour", kbot("KBotModel", "KBotSimulation")),
        program("TrackerReport", kbot("KBotModel", "KBotReports")),
        program("OwnStrategy", ["PaperLoop"] + kbot("KBotModel", "KBotIndicators", "KBotEngine", "KBotReports")),
        program("BacktestSweep", ["PaperLoop"] + kbot("KBotModel", "KBotEngine", "KBotReports")),
    ],
    swiftLanguageModes: [.v6]
)
