import ArgumentParser

/// The command tree.
@main
struct Kbot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kbot",
        abstract: "A bot runner for Kalshi prediction markets: Swift core, Lua strategies.",
        discussion: """
            Example:
              kbot run --strategy bollinger_scalper.lua
            """,
        version: Version.current,
        subcommands: [Run.self]
    )
}

/// The program's version.
enum Version {
    static let current = "0.1.0"
}
