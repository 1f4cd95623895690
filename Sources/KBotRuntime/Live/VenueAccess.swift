import Foundation
package import KBotKalshi
import KBotModel
package import Logging

/// What it takes to talk to a venue: hosts, clocks, the key, REST, and signatures made ahead.
package final class VenueAccess: Sendable {
    /// Which venue, and which account there.
    package let settings: VenueSettings
    /// The clocks.
    package let time: VenueTime
    /// Reads; without credentials public things only.
    package let client: RESTClient
    /// Orders and what concerns them: a client of its own, so that no order waits until a long list is read.
    package let orders: RESTClient
    /// The signatures; nil without credentials.
    package let bank: SignatureBank?
    /// What the key file's owner should know.
    package let keyWarnings: [String]
    private let network: VenueNetwork
    private let renewer: SignatureRenewer?

    /// Makes the parts; nothing is sent yet.
    ///
    /// - Throws: ``RunFailure`` when the key or the file of roots cannot be used.
    package init(
        _ settings: VenueSettings,
        credentials: Credentials?,
        speed: Int64 = 1,
        logger: Logger
    ) throws(RunFailure) {
        self.settings = settings
        let time = VenueTime(speed: speed)
        self.time = time
        do {
            network = try VenueNetwork(settings.hosts, trust: settings.trust, uptime: { time.uptime })
        } catch {
            throw RunFailure(.usage, "KALSHI_CA_FILE: \(error)")
        }
        var sign: RESTClient.Sign?
        if let credentials {
            let (bank, warnings) = try Self.bank(credentials, time)
            self.bank = bank
            keyWarnings = warnings
            sign = { method, path, now in
                try bank.headers(for: RequestTarget(method: method, path: path), now: now).fields
            }
            renewer = SignatureRenewer(bank, clock: time.restClock)
        } else {
            bank = nil
            keyWarnings = []
            renewer = nil
        }
        var configuration = RESTConfiguration()
        configuration.root = settings.hosts.rest.path
        let transport = network.transport
        func makeClient() -> RESTClient {
            RESTClient(
                transport: transport,
                sign: sign,
                clock: time.restClock,
                configuration: configuration,
                report: { report in
                    if report.isRefusal { time.clock.reset() }
                    time.clock.record(date: report.date, age: report.age, sent: report.sent, received: report.received)
                },
                log: { line in
                    switch line.level {
                    case .debug: logger.debug("\(line)")
                    case .notice: logger.info("\(line)")
                    case .warning: logger.notice("\(line)")
                    }
                }
            )
        }
        client = makeClient()
        orders = makeClient()
    }

    /// Makes order calls on the thread that sends them; see ``RESTDeskClient``.
    package func deskClient(post: @escaping @Sendable (DeskReport) -> Void) -> RESTDeskClient {
        RESTDeskClient(rest: orders, executor: network.transport.executor, post: post)
    }

    private static func bank(
        _ credentials: Credentials,
        _ time: VenueTime
    ) throws(RunFailure) -> (SignatureBank, [String]) {
        let file: KeyFile
        do throws(KeyFileError) {
            file = try KeyFile(credentials.privateKeyPath, home: ProcessInfo.processInfo.environment["HOME"])
        } catch {
            throw RunFailure(.usage, "KALSHI_PRIVATE_KEY_PATH: \(error)")
        }
        do throws(SigningError) {
            let signer = try RequestSigner(keyID: credentials.keyID.reveal(), key: file.key, clock: time.clock)
            return (SignatureBank(timeScale: time.speed, signer: signer), file.warningLines)
        } catch {
            throw RunFailure(.usage, "KALSHI_API_KEY_ID: \(error)")
        }
    }

    /// Opens a connection of the WebSocket, signed now.
    package func connect(_ deliver: @escaping @Sendable (SocketEvent) -> Void) throws(RunFailure) -> SocketLink {
        var headers: [HTTPField] = []
        if let bank {
            do throws(SigningError) {
                let target = try RequestTarget(method: "GET", path: settings.hosts.socket.path)
                headers = try bank.headers(for: target, now: time.now).fields
            } catch {
                throw RunFailure(.venue, "the connection could not be signed: \(error)")
            }
        }
        return network.connect(headers: headers, deliver)
    }

    /// What to tell of a clock that is off; nil at an exchange on this machine, whose time is what it is told to be.
    package var clockWarning: String? {
        settings.override?.rest.isLoopback == true ? nil : time.clock.estimate?.warning
    }

    /// Makes signatures ahead from now on.
    package func startSigning() { renewer?.start() }

    /// Waits for an answer of the network on a thread that is not one of its own: for the beginning and the end of a
    /// command, where there is nothing else to do.
    package func wait<Value: Sendable>(_ work: @escaping @Sendable (RESTClient) async -> Value) -> Value {
        let box = Mailbox<Value>(limit: .max) { _ in }
        Task { [client] in box.post(await work(client)) }
        var taken: [Value] = []
        while taken.isEmpty { box.take(into: &taken, waiting: .seconds(60)) }
        return taken[0]
    }

    /// Ends the connections and the threads.
    package func shutDown() {
        renewer?.stop()
        let done = Mailbox<Bool>(limit: .max) { _ in }
        Task { [network] in
            await network.shutDown()
            done.post(true)
        }
        var taken: [Bool] = []
        done.take(into: &taken, waiting: .seconds(5))
    }
}
