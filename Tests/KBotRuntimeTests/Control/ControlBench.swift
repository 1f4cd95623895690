import Foundation
import KBotModel

@testable import KBotRuntime

/// A state directory with servers in it, and the time they are told.
final class ControlBench {
    let home: FeedFolder
    let state: String
    private(set) var now = ContinuousClock().now

    /// Makes the bench; `below` is where the state directory lies in a fresh folder.
    init(below: String = "state") throws {
        home = try FeedFolder()
        state = home.path + "/" + below
    }

    /// Starts a server under a process identifier.
    func server(_ process: Int32 = 4_711, user: uid_t = geteuid()) throws -> ControlServer {
        try ControlServer(stateDirectory: state, process: process, user: user)
    }

    /// Polls a server once, so much later than the last time.
    func poll(
        _ server: ControlServer,
        after wait: Duration = .milliseconds(50),
        handle: (ControlRequest) -> ControlResponse = { .failure("\($0)") }
    ) {
        now += wait
        server.poll(now: now, handle: handle)
    }

    /// What is in the folder of the sockets.
    var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: state + "/run")) ?? []).sorted() }

    /// Permissions of a file, as `chmod` counts them.
    func permissions(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
}

/// The other end of a socket, by the system's own calls and nothing of kbot's.
final class RawPeer {
    private let number: Int32

    /// Connects to a path; nil when that fails.
    init?(_ path: String) {
        number = Self.make()
        guard unsafe Self.withAddress(path, { unsafe connect(number, $0, $1) }) == 0 else {
            close(number)
            return nil
        }
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
    }

    deinit { close(number) }

    /// Leaves a socket behind that nobody listens on.
    static func leaveStale(_ path: String) throws {
        let number = make()
        defer { close(number) }
        guard unsafe withAddress(path, { unsafe bind(number, $0, $1) }) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    private static func make() -> Int32 {
        #if canImport(Glibc)
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Sends bytes; how many were taken.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        return unsafe bytes.withUnsafeBytes { unsafe Foundation.send(number, $0.baseAddress, $0.count, flags) }
    }

    /// Sends text.
    @discardableResult
    func send(_ text: String) -> Int { send(Array(text.utf8)) }

    /// Says that nothing more comes.
    func finish() { shutdown(number, Int32(SHUT_WR)) }

    /// What has arrived, and whether the other end has closed.
    func receive(atMost: Int = .max) -> (text: String, isClosed: Bool) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < atMost {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
            guard count > 0 else {
                return (String(decoding: bytes, as: UTF8.self), count == 0 || errno != EAGAIN)
            }
            bytes += chunk[..<count]
        }
        return (String(decoding: bytes, as: UTF8.self), false)
    }
}

extension RunStatus {
    /// A run that has little to tell.
    static let sample = RunStatus(
        pid: 4_711,
        run: "20261122-231500",
        version: "0.1.0",
        mode: "paper",
        feed: "sim",
        simulated: true,
        started: Timestamp(seconds: 1_795_389_300),
        marketTime: Timestamp(microseconds: 1_780_283_560_250_000),
        speed: "60",
        state: .active,
        reasons: [],
        equity: Money(units: 1_012_345_678),
        openPositions: 1,
        scripts: [
            ScriptStatus(
                name: "bollinger_scalper",
                kind: .strategy,
                path: "strategies/bollinger_scalper.lua",
                version: "1.0.0",
                hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                generation: 2,
                calls: 10_800,
                errors: 1,
                nanosecondsPerCall: 12_345,
                lastReload: ScriptStatus.Reload(
                    time: Timestamp(seconds: 1_795_389_402),
                    outcome: .refused,
                    message: ["bollinger_scalper.lua:4: unexpected symbol", "\u{1B}[2Jthe one before stays in force"]
                )
            ),
            ScriptStatus(
                name: "max_spread",
                kind: .riskRule,
                path: "risk-rules/max_spread.lua",
                version: "1.0",
                hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                quarantined: true
            ),
            ScriptStatus(name: "native_one", kind: .strategy, path: nil, version: "2", hash: nil),
        ]
    )
}
