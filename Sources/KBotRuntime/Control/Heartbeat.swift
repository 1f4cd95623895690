import Foundation
package import KBotModel
import KBotReports

/// A file that a run rewrites every five seconds as long as it goes on, for watchdogs: one that is older than half a minute
/// means that the run hangs or was killed. A run that ends takes its file away.
///
///     {"pid":4711,"run":"20261122-231500","account":"main","state":"ACTIVE","time":"2026-11-22T23:15:05.000000Z",
///      "market_time":"2026-11-22T23:15:04.250000Z","last_event":"2026-11-22T23:15:04.300000Z"}
package final class Heartbeat {
    /// How often the file is rewritten.
    package static let interval = Duration.seconds(5)

    /// What the file says of a run.
    package struct Beat: Hashable, Sendable {
        /// The run's name.
        package var run: String
        /// The account; nil for a run without one.
        package var account: String?
        /// Whether it trades.
        package var state: RunStatus.State
        /// Market time reached; nil before the first event.
        package var marketTime: Timestamp?
        /// When the last event came, by the clock on the wall; nil before the first.
        package var lastEvent: Timestamp?

        /// Makes a beat.
        package init(
            run: String,
            account: String?,
            state: RunStatus.State,
            marketTime: Timestamp?,
            lastEvent: Timestamp?
        ) {
            self.run = run
            self.account = account
            self.state = state
            self.marketTime = marketTime
            self.lastEvent = lastEvent
        }
    }

    /// The file.
    package let path: String
    private let clock: () -> Timestamp
    private var next: ContinuousClock.Instant?
    private var hasFailed = false

    /// Prepares the file: `path`, or `STATE_DIR/run/PID.heartbeat` without one; nothing is written yet.
    package convenience init(path: String?, stateDirectory: String) {
        self.init(path: path, stateDirectory: stateDirectory, process: getpid(), clock: { .wallClock })
    }

    /// Prepares a file with a process identifier and a clock of its own.
    init(path: String?, stateDirectory: String, process: Int32, clock: @escaping () -> Timestamp) {
        self.path = path ?? "\(stateDirectory)/run/\(process).heartbeat"
        self.clock = clock
        if path == nil { Self.clearAfterTheDead(in: "\(stateDirectory)/run") }
    }

    /// Rewrites the file when five seconds have passed.
    ///
    /// `now` never goes back. The result says why the file cannot be written, once until it can be; the run goes on.
    package func beat(now: ContinuousClock.Instant, _ beat: @autoclosure () -> Beat) -> String? {
        if let next, now < next { return nil }
        next = now + Self.interval
        do throws(ControlError) {
            try AtomicFile.write(Self.bytes(beat(), time: clock()), to: path, synchronously: false)
            hasFailed = false
            return nil
        } catch {
            defer { hasFailed = true }
            return hasFailed ? nil : "the heartbeat cannot be written: \(error)"
        }
    }

    /// Takes the file away: the run has ended by itself.
    package func close() { _ = unsafe unlink(path) }

    private static func bytes(_ beat: Beat, time: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("pid", getpid())
        writer.field("run", beat.run)
        writer.field("account", beat.account)
        writer.field("state", beat.state.rawValue)
        writer.field("time", time)
        writer.field("market_time", beat.marketTime)
        writer.field("last_event", beat.lastEvent)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// Takes away what runs left that were killed.
    private static func clearAfterTheDead(in folder: String) {
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard file.hasSuffix(".heartbeat"), let process = Int32(file.dropLast(".heartbeat".count)), process > 0,
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            _ = unsafe unlink("\(folder)/\(file)")
        }
    }
}
