import Foundation
package import KBotEngine
import KBotModel

/// All the ways in which people halt and resume a run: `kbot halt` and `kbot resume`, a file named `HALT` in the state
/// directory, SIGUSR1, and the latch of an account that was halted while nothing ran.
///
/// It looks at what there is, not at what changed: while the file lies there, or the latch says so, an engine that is not
/// halted is told to halt. And while the engine of an account is halted until further notice, for whatever reason, the latch
/// says so. The run calls ``poll(now:_:)`` in its pauses and gives the engine the commands it answers with.
package final class HaltControl {
    /// How often the file and the latch are looked for.
    static let interval = Duration.milliseconds(250)

    /// The account that is halted across runs; nil for a run that has none.
    package let account: String?
    /// Path of the file that halts every run of the state directory.
    package let haltFile: String

    private let folder: AccountFolder
    private let signals: () -> Int
    private let clock: () -> Timestamp
    private var signalsSeen: Int
    private var nextLook: ContinuousClock.Instant?
    /// Who halted last, until the engine is halted and the latch written.
    private var request: HaltRequest?
    private var problem: String?

    /// Prepares the control of one run; nothing is read yet.
    package convenience init(stateDirectory: String, account: String?) {
        self.init(
            stateDirectory: stateDirectory,
            account: account,
            signals: { SignalHalt.received },
            clock: { .wallClock }
        )
    }

    /// Prepares a control with a count of signals and a clock of its own.
    init(stateDirectory: String, account: String?, signals: @escaping () -> Int, clock: @escaping () -> Timestamp) {
        self.account = account
        haltFile = stateDirectory + "/HALT"
        folder = AccountFolder(stateDirectory: stateDirectory)
        self.signals = signals
        self.clock = clock
        signalsSeen = signals()
    }

    /// Looks for what halts or resumes the run, and brings the latch up to date; costs next to nothing most of the time.
    ///
    /// - Parameters:
    ///   - now: When; never goes back.
    ///   - halts: How the engine stands.
    /// - Returns: what the engine is to be told, in this order.
    package func poll(now: ContinuousClock.Instant, _ halts: EngineHalts) -> [Command] {
        let count = signals()
        if count != signalsSeen {
            signalsSeen = count
            return halt(HaltRequest(source: .signal, reason: "the process was told to"), halts)
        }
        if let nextLook, now < nextLook { return [] }
        nextLook = now + Self.interval
        if isHaltFilePresent, !halts.isHalted { return halt(HaltRequest(source: .file, reason: fileText), halts) }
        guard let account else { return [] }
        let latch = folder.latch(account)
        if let latch, latch.isHalted, !halts.isHalted {
            return [.halt(until: nil, code: ReasonCode(latch.code), reason: latch.reason)]
        }
        if let latch, !latch.isHalted {
            // Somebody resumed the account while nobody was there to hear it.
            folder.remove(account)
            return halts.isHalted ? [.resume] : []
        }
        if halts.isHalted, latch == nil { keep(self.latch(halts), account) }
        return []
    }

    /// Carries out `kbot halt` and `kbot resume`.
    ///
    /// - Parameters:
    ///   - request: What was asked over the control socket.
    ///   - halts: How the engine stands.
    ///   - commands: What the engine is to be told, added at the end.
    /// - Returns: the answer; nil when it is another request.
    package func answer(
        _ request: ControlRequest,
        _ halts: EngineHalts,
        _ commands: inout [Command]
    ) -> ControlResponse? {
        switch request {
        case .status, .reload: return nil
        case .halt(let order):
            let wish = HaltRequest(
                source: .command,
                reason: order.reason,
                cancels: order.cancel,
                flattens: order.flatten
            )
            commands += halt(wish, halts)
            return .halt(HaltAnswer(account: account, isLatched: account != nil && problem == nil, problem: problem))
        case .resume(let order):
            var answer = ResumeAnswer(account: account, state: halts.state, reasons: halts.reasons)
            if isHaltFilePresent {
                answer.refusal = "\(haltFile) is still there: remove it first"
            } else if order.confirmed, halts.isResumable {
                if let account { folder.remove(account) }
                self.request = nil
                commands.append(.resume)
                answer.isResumed = true
            }
            return .resume(answer)
        }
    }

    /// Why the latch could not be written; told once.
    package func takeProblem() -> String? {
        defer { problem = nil }
        return problem
    }

    /// Whether the file is there that halts every run of the state directory, whatever it is.
    private var isHaltFilePresent: Bool {
        var status = stat()
        return unsafe lstat(haltFile, &status) == 0
    }

    /// The text of that file; it may be anything, so only a little of a plain file is read.
    private var fileText: String? {
        let number = unsafe open(haltFile, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(number)
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file.number, $0.baseAddress, $0.count) }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    private func halt(_ wish: HaltRequest, _ halts: EngineHalts) -> [Command] {
        request = wish
        // On the disk before the engine hears it: a crash in between leaves the account halted.
        if let account { keep(latch(halts), account) }
        return wish.commands
    }

    private func latch(_ halts: EngineHalts) -> HaltLatch {
        let now = clock()
        if let request {
            return HaltLatch(code: HaltRequest.code.text, reason: request.reason, since: now, who: request.source)
        }
        let reason = halts.reasons.first { $0.code == ReasonCode.halted.text }
        return HaltLatch(code: reason?.code ?? "HALTED", reason: reason?.text ?? "", since: now, who: .run)
    }

    private func keep(_ latch: HaltLatch, _ account: String) {
        do throws(ControlError) {
            try folder.write(latch, for: account)
            problem = nil
        } catch {
            problem = "the halt of account \(account) cannot be kept for the next run: \(error)"
        }
    }
}

/// How an engine stands as to halts, copied off it.
package struct EngineHalts: Hashable, Sendable {
    /// Whether it trades.
    package var state: RunStatus.State
    /// What keeps it from trading, in the order in which it is asked.
    package var reasons: [RunStatus.Reason]

    /// Makes a picture.
    package init(state: RunStatus.State, reasons: [RunStatus.Reason]) {
        self.state = state
        self.reasons = reasons
    }

    /// Copies it off an engine.
    package init(_ engine: borrowing Engine) {
        state =
            switch engine.tradingState {
            case .active: .active
            case .reduceOnly: .reduceOnly
            case .halted: .halted
            }
        reasons = engine.haltReasons.map { RunStatus.Reason(code: $0.code.text, text: $0.text, until: $0.until) }
    }

    /// Whether it is halted until an operator resumes it.
    package var isHalted: Bool { state == .halted }

    /// Whether there is anything that an operator can end.
    package var isResumable: Bool { reasons.contains(where: \.isResumable) }
}
