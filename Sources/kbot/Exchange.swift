import ArgumentParser
import Foundation
import KBotExchange
import KBotRuntime

/// `kbot exchange`: a venue of one's own that speaks as Kalshi does.
struct ExchangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Serve a SIMULATED exchange that speaks Kalshi's REST and WebSocket.",
        discussion: """
            For testing bots, in any language: the simulated market (or a recording) behind Kalshi's API, with accounts, \
            signatures, rate limits and faults on demand. No money, and no connection to Kalshi. docs/exchange.md tells more; \
            kbot exchange serve --help lists the options.

            Examples:
              kbot exchange
              kbot exchange --tls --port 8443
              kbot exchange --speed 60 --seed 7 --fault gap --fault create-timeout=0.1
              kbot exchange keygen --account second
            """,
        subcommands: [ExchangeServe.self, ExchangeKeygen.self],
        defaultSubcommand: ExchangeServe.self
    )
}

/// `kbot exchange keygen`: an API key for the local exchange.
struct ExchangeKeygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make an API key for kbot exchange.",
        discussion: """
            Writes the private key (for the client) and the public key (for the exchange) into the key folder and prints what \
            a client needs. An exchange takes keys up when it starts.

            Examples:
              kbot exchange keygen
              kbot exchange keygen --type ed25519 --account second
            """
    )

    enum KeyType: String, ExpressibleByArgument, CaseIterable {
        case rsa
        case ed25519
    }

    @Option(help: "Kind of key: rsa (2048 bits) or ed25519.")
    var type: KeyType = .rsa

    @Flag(help: "Write the private key as PKCS#1, as Kalshi hands it out, instead of PKCS#8 (RSA only).")
    var pkcs1 = false

    @Option(
        help: ArgumentHelp("Folder for the keys; exchange/keys in the state directory otherwise.", valueName: "dir")
    )
    var out: String?

    @Option(help: "Account the key belongs to.")
    var account = "default"

    @OptionGroup var place: ExchangePlace

    func run() throws {
        try leave { () throws(RunFailure) in
            guard !pkcs1 || type == .rsa else { throw RunFailure(.usage, "--pkcs1: Ed25519 keys have no such form") }
            let folder: String
            if let out { folder = out } else { folder = try place.keys() }
            let entry = try makeKey(in: folder)
            try show(
                """
                KALSHI_API_KEY_ID=\(entry.id)
                KALSHI_PRIVATE_KEY_PATH=\(absolute(entry.privatePath))
                KALSHI_REST_URL=http://127.0.0.1:8080

                """
            )
            tell(
                "the exchange reads \(absolute(entry.publicPath)) when it starts; with --tls the address begins with https"
            )
            return nil
        }
    }

    private func makeKey(in folder: String) throws(RunFailure) -> KeyDirectory.Entry {
        do throws(KeyDirectory.Problem) {
            return try KeyDirectory(folder).make(
                type == .rsa ? .rsa : .ed25519,
                account: account,
                form: pkcs1 ? .pkcs1 : .pkcs8
            )
        } catch {
            throw RunFailure(.other, error.description)
        }
    }
}

/// Where the local exchange keeps its files.
struct ExchangePlace: ParsableArguments {
    @Option(help: ArgumentHelp("State directory, under which the exchange keeps its files.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("File with settings; .env is read when it is there.", valueName: "file"))
    var envFile: String?

    /// The folder of the exchange in the state directory.
    func folder() throws(RunFailure) -> String {
        do throws(ConfigurationErrors) {
            return try StateDirectory.read(
                option: stateDir,
                environment: ProcessInfo.processInfo.environment,
                envFile: envFile.map { .required($0) } ?? .ifPresent(".env")
            ) + "/exchange"
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    /// The folder of its keys.
    func keys() throws(RunFailure) -> String { try folder() + "/keys" }
}

/// A path that means the same from every folder.
func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
