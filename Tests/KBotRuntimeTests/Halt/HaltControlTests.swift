import Foundation
import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

/// Halts and resumes of a run that the tests play: the engine is what it was told last.
@Suite final class HaltControlTests {
    private static let start = Timestamp(seconds: 1_795_389_402)

    private let home: FeedFolder
    private var signals = 0
    private var now = ContinuousClock().now
    private var isHalted = false

    init() throws { home = try FeedFolder() }

    private var accounts: AccountFolder { AccountFolder(stateDirectory: home.path) }
    private var haltFile: String { home.path + "/HALT" }

    private func control(account: String? = "main") -> HaltControl {
        HaltControl(
            stateDirectory: home.path,
            account: account,
            signals: { [unowned self] in signals },
            clock: { Self.start }
        )
    }

    private var halts: EngineHalts {
        guard isHalted else { return EngineHalts(state: .active, reasons: []) }
        return EngineHalts(
            state: .halted,
            reasons: [
                RunStatus.Reason(code: "FEED_STALE", text: "", until: nil),
                RunStatus.Reason(code: "HALTED", text: "OPERATOR_HALT: why", until: nil),
            ]
        )
    }

    /// Carries commands out as the engine would.
    private func carryOut(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .halt: isHalted = true
            case .resume: isHalted = false
            default: break
            }
        }
    }

    /// One pause, 50 ms after the last; the commands are carried out.
    @discardableResult
    private func pause(_ control: HaltControl, after wait: Duration = .milliseconds(50)) -> [Command] {
        now += wait
        let commands = control.poll(now: now, halts)
        carryOut(commands)
        return commands
    }

    private func ask(_ control: HaltControl, _ request: ControlRequest) -> ControlResponse? {
        var commands: [Command] = []
        let answer = control.answer(request, halts, &commands)
        carryOut(commands)
        return answer
    }

    private func halt(_ reason: String) -> [Command] { [.halt(until: nil, code: "OPERATOR_HALT", reason: reason)] }

    @Test func `nothing there, nothing done, and nothing is written`() throws {
        let control = control()
        for _ in 0..<20 { #expect(pause(control).isEmpty) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).isEmpty)
    }

    @Test func `a HALT file halts with its text, within 300 ms`() throws {
        let control = control()
        #expect(pause(control).isEmpty)
        try home.write("HALT", "the exchange is down\n")
        var told: [Command] = []
        for _ in 0..<6 { told += pause(control) }
        #expect(told == halt("the exchange is down (HALT file)") && isHalted)
        #expect(accounts.latch("main")?.who == .file && accounts.latch("main")?.reason == "the exchange is down")
    }

    @Test func `a HALT file that is there already halts before anything else`() throws {
        try home.write("HALT", "")
        #expect(pause(control(account: nil)) == halt("no reason was given (HALT file)"))
    }

    @Test(arguments: [0, 1, 2])
    func `whatever is named HALT halts`(kind: Int) throws {
        switch kind {
        case 0: try FileManager.default.createDirectory(atPath: haltFile, withIntermediateDirectories: false)
        case 1: try FileManager.default.createSymbolicLink(atPath: haltFile, withDestinationPath: "/nowhere")
        default: #expect(unsafe mkfifo(haltFile, 0o600) == 0)
        }
        #expect(pause(control()) == halt("no reason was given (HALT file)"))
    }

    @Test func `taking the HALT file away does not resume, and while it is there nobody can`() throws {
        let control = control()
        try home.write("HALT", "stop")
        pause(control)
        guard case .resume(let refused)? = ask(control, .resume(ResumeOrder(confirmed: true))) else {
            Issue.record("no answer")
            return
        }
        #expect(refused.refusal == "\(haltFile) is still there: remove it first" && !refused.isResumed && isHalted)
        try FileManager.default.removeItem(atPath: haltFile)
        pause(control, after: .seconds(1))
        #expect(isHalted)
        guard case .resume(let answer)? = ask(control, .resume(ResumeOrder(confirmed: true))) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.isResumed && answer.refusal == nil && !isHalted && accounts.latch("main") == nil)
        #expect(pause(control, after: .seconds(1)).isEmpty)
    }

    @Test func `a signal halts at once, each time`() {
        let control = control()
        pause(control)
        signals += 1
        #expect(pause(control) == halt("the process was told to (SIGUSR1)"))
        _ = ask(control, .resume(ResumeOrder(confirmed: true)))
        #expect(pause(control).isEmpty && !isHalted)
        signals += 2
        pause(control)
        #expect(isHalted)
    }

    @Test func `a signal from before the run halts nothing`() {
        signals = 3
        #expect(pause(control()).isEmpty)
    }

    @Test func `kbot halt is latched before the engine hears of it`() {
        let control = control()
        var commands: [Command] = []
        let order = ControlRequest.halt(HaltOrder(reason: "news", flatten: true))
        let answer = control.answer(order, halts, &commands)
        #expect(answer == .halt(HaltAnswer(account: "main", isLatched: true)))
        #expect(commands == halt("news (kbot halt)") + [.flatten])
        #expect(
            accounts.latch("main")
                == HaltLatch(code: "OPERATOR_HALT", reason: "news", since: Self.start, who: .command)
        )
    }

    @Test func `a run without an account halts without a latch`() throws {
        let control = control(account: nil)
        #expect(ask(control, .halt(HaltOrder())) == .halt(HaltAnswer(account: nil, isLatched: false)))
        pause(control, after: .seconds(1))
        #expect(isHalted && accounts.names.isEmpty)
    }

    @Test func `a latch that cannot be written is told, and the run halts all the same`() throws {
        try home.write("accounts", "in the way")
        let control = control()
        guard case .halt(let answer)? = ask(control, .halt(HaltOrder())) else {
            Issue.record("no answer")
            return
        }
        #expect(!answer.isLatched && answer.problem?.contains("cannot be kept for the next run") == true && isHalted)
        #expect(control.takeProblem() != nil && control.takeProblem() == nil)
    }

    @Test func `an unconfirmed resume tells why and does nothing`() {
        let control = control()
        _ = ask(control, .halt(HaltOrder(reason: "news")))
        let answer = ask(control, .resume(ResumeOrder(confirmed: false)))
        #expect(answer == .resume(ResumeAnswer(account: "main", state: .halted, reasons: halts.reasons)))
        #expect(isHalted && accounts.latch("main")?.isHalted == true)
    }

    @Test func `what ends by itself is not resumed`() {
        let control = control()
        let reasons = [RunStatus.Reason(code: "FEED_STALE", text: "", until: nil)]
        var commands: [Command] = []
        let answer = control.answer(
            .resume(ResumeOrder(confirmed: true)),
            EngineHalts(state: .reduceOnly, reasons: reasons),
            &commands
        )
        #expect(answer == .resume(ResumeAnswer(account: "main", state: .reduceOnly, reasons: reasons)))
        #expect(commands.isEmpty)
    }

    @Test func `the next run of a halted account halts before it trades`() {
        _ = ask(control(), .halt(HaltOrder(reason: "news")))
        isHalted = false
        #expect(pause(control()) == halt("news"))
        #expect(accounts.latch("main")?.who == .command)
    }

    @Test func `the next run of an account that was resumed meanwhile trades`() throws {
        try accounts.write(
            HaltLatch(code: "X", reason: "", since: Self.start, who: .run, resumed: Self.start),
            for: "main"
        )
        isHalted = true
        #expect(pause(control()) == [.resume])
        #expect(accounts.latch("main") == nil && !isHalted)
    }

    @Test func `a halt by a rule is latched too, and taking the file away does not end it`() {
        let control = control()
        isHalted = true
        pause(control)
        #expect(
            accounts.latch("main")
                == HaltLatch(code: "HALTED", reason: "OPERATOR_HALT: why", since: Self.start, who: .run)
        )
        accounts.remove("main")
        pause(control, after: .seconds(1))
        #expect(isHalted && accounts.latch("main")?.isHalted == true)
    }

    @Test func `a latch that appears while the run goes on halts it`() throws {
        let control = control()
        pause(control)
        try accounts.write(
            HaltLatch(code: "OPERATOR_HALT", reason: "deaf", since: Self.start, who: .command),
            for: "main"
        )
        pause(control, after: .milliseconds(250))
        #expect(isHalted)
    }

    @Test func `other requests are not answered`() {
        #expect(ask(control(), .status) == nil && ask(control(), .reload(script: nil)) == nil)
    }
}
