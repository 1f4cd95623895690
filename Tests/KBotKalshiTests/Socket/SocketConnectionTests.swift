import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// Connections that fail, fall silent, or are refused.
struct SocketConnectionTests {
    private let start = Timestamp(seconds: 1_000)

    /// A machine whose every attempt ends with a closure, and the times of its attempts.
    private func attempts(_ count: Int, _ closure: SocketClosure, seed: UInt64 = 1) -> (SocketMachine, [Timestamp]) {
        var configuration = SocketConfiguration()
        configuration.seed = seed
        var machine = SocketMachine(configuration: configuration)
        var times: [Timestamp] = []
        var now = start
        machine.start(at: now)
        while times.count < count {
            for action in machine.takeActions() where action == .connect {
                times.append(now)
                machine.handle(.closed(closure), at: now)
            }
            now = max(now, machine.nextDeadline)
            machine.tick(at: now)
        }
        return (machine, times)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `waits double up to a cap, and no two seeds wait alike`(seed: UInt64) {
        let (machine, times) = attempts(30, .notReached("refused"), seed: seed)
        let waits = zip(times.dropFirst(), times).map { $0 - $1 }
        for (index, wait) in waits.enumerated() {
            #expect(wait <= min(.seconds(30), TimeSpan.milliseconds(250) * (1 << Int64(min(index, 20)))))
        }
        #expect(waits.suffix(15).contains { $0 > .seconds(10) })
        #expect(waits != attempts(31, .notReached("refused"), seed: seed + 10).1.map { $0 - start })
        #expect(machine.counts.losses == 30 && machine.counts.opened == 0)
        #expect(machine.lastTrouble == .closed(.notReached("refused")))
    }

    @Test(arguments: [401, 403])
    func `a key that is refused three times in a row slows attempts down`(status: Int) {
        let (machine, times) = attempts(8, .refused(status: status, body: Array("{}".utf8)))
        let waits = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(waits.prefix(2).allSatisfy { $0 < .seconds(1) })
        #expect(waits.dropFirst(2).allSatisfy { $0 >= .seconds(30) })
        #expect(machine.isKeyRefused && machine.refusalsInRow == 8)
        #expect(machine.lastTrouble == .closed(.refused(status: status, body: Array("{}".utf8))))
    }

    @Test func `other refusals do not count as ones of the key`() {
        let (machine, _) = attempts(5, .refused(status: 503, body: []))
        #expect(!machine.isKeyRefused)
    }

    @Test func `a connection that opens has its key accepted`() {
        var (machine, _) = attempts(4, .refused(status: 401, body: []))
        #expect(machine.isKeyRefused && machine.state == .connecting)
        machine.handle(.opened, at: start + .minutes(60))
        #expect(!machine.isKeyRefused && machine.isLive)
    }

    @Test func `short connections wait ever longer, a good one begins anew`() throws {
        var stage = SocketStage()
        stage.machine.start(at: stage.now)
        for _ in 0..<12 {
            try stage.run(.seconds(1))
            stage.venue.end(.lost("reset"), at: stage.now)
            try stage.run(.seconds(35))
        }
        let before = stage.machine.counts.losses
        try stage.run(.seconds(65))
        stage.venue.end(.lost("reset"), at: stage.now)
        try stage.run(.milliseconds(400))
        #expect(stage.machine.counts.losses == before + 1)
        #expect(stage.machine.isLive)
    }

    @Test func `silence ends a connection, a ping keeps it`() throws {
        var stage = SocketStage()
        stage.machine.start(at: stage.now)
        try stage.run(.minutes(5))
        #expect(stage.machine.isLive && stage.venue.connects == 1)
        try stage.run(.seconds(29), beats: false)
        #expect(stage.venue.connects == 1)
        try stage.run(.seconds(12), beats: false)
        #expect(stage.machine.counts.silences == 1 && stage.venue.connects == 2)
        #expect(stage.machine.lastTrouble == .silence)
    }

    @Test func `a connection that does not open in time is given up`() {
        var machine = SocketMachine()
        machine.start(at: start)
        #expect(machine.takeActions() == [.connect])
        #expect(machine.nextDeadline == start + .seconds(15))
        machine.tick(at: start + .seconds(15))
        #expect(machine.takeActions() == [.close])
        #expect(machine.state == .backingOff && machine.lastTrouble == .slowConnect)
    }

    @Test func `the next connection begins only when the old one is gone`() {
        var machine = SocketMachine()
        machine.start(at: start)
        machine.handle(.opened, at: start)
        machine.overflowed(at: start)
        #expect(machine.takeActions() == [.close] && machine.counts.overflows == 1)
        machine.tick(at: start + .seconds(2))
        #expect(machine.takeActions().isEmpty)
        machine.handle(.closed(.closedByUs), at: start + .seconds(3))
        #expect(machine.takeActions() == [.connect])
        #expect(machine.state == .connecting && machine.lastTrouble == .overflow)
    }

    @Test func `an old connection that never says it is gone is not waited for for ever`() {
        var machine = SocketMachine()
        machine.start(at: start)
        machine.handle(.opened, at: start)
        machine.overflowed(at: start)
        _ = machine.takeActions()
        machine.tick(at: start + .seconds(5))
        #expect(machine.takeActions() == [.connect])
    }

    @Test func `a command without reply costs the connection, and everything is subscribed again`() throws {
        var stage = SocketStage()
        stage.venue.accidents.lostCommand = 100
        stage.machine.want(.fill, at: stage.now)
        stage.machine.want(.orderbook, markets: ["A"], at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(9))
        stage.venue.accidents = .none
        try stage.run(.seconds(3))
        #expect(stage.machine.lastTrouble == .noReply("subscribe fill"))
        #expect(stage.machine.isLive && stage.venue.connects == 2)
        #expect(stage.held(.fill)?.isAll == true && stage.held(.orderbook)?.members == ["A"])
    }

    @Test func `a stop says good-bye once and a start begins again`() throws {
        var stage = SocketStage()
        stage.machine.want(.fill, at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(1))
        stage.machine.stop()
        #expect(stage.machine.takeActions() == [.close])
        stage.machine.stop()
        #expect(stage.machine.takeActions().isEmpty && stage.machine.state == .stopped)
        stage.machine.start(at: stage.now)
        #expect(stage.machine.takeActions().isEmpty)
        stage.machine.handle(.closed(.closedByUs), at: stage.now)
        #expect(stage.machine.takeActions() == [.connect])
    }

    @Test func `what happens on the socket reads as a sentence without anything that was sent`() {
        let closures: [(SocketClosure, String)] = [
            (.refused(status: 401, body: Array("secret".utf8)), "the venue refused the connection (HTTP 401)"),
            (
                .closedByVenue(code: 1001, reason: "bye\u{1B}[2J"),
                "the venue closed the connection (code 1001): bye?[2J"
            ),
            (.closedByVenue(code: nil, reason: ""), "the venue closed the connection"),
            (.tooLarge, "a message was larger than 16 MiB"),
        ]
        for (closure, text) in closures { #expect(closure.description == text) }
    }
}
