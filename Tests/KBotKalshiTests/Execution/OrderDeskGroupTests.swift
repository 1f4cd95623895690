import KBotKalshi
import KBotModel
import Testing

@Suite("An order desk whose account has an order group of an earlier run")
struct OrderDeskGroupTests {
    private static let name = OrderGroupName(id: "old", shard: 2)
    private static let limit = Quantity(contracts: 100)
    private static let failing = VenueError(.unavailable, .retryable, status: 503, message: "out of order")
    private static let absent = VenueError(.notFound, .notRetryable, status: 404, code: "not_found")

    /// What a desk has kept, each time.
    private final class Kept {
        var states: [[KeptOrderGroup]] = []
    }

    /// A desk that begins with groups that were left; only the account is read.
    private func begin(
        _ left: [KeptOrderGroup],
        unlocks: Bool = false
    ) throws -> (bench: DeskBench, kept: Kept) {
        let bench = try DeskBench(isStarted: false) { $0.entryGroupLimit = Self.limit }
        let kept = Kept()
        bench.call { desk, time, _ in
            desk.takeOver(left, unlocks: unlocks)
            desk.keepGroups = { kept.states.append($0) }
            desk.start(shards: [2], at: time)
        }
        let reading = try #require(job(bench) { if case .account = $0 { true } else { false } })
        bench.answer(reading, .account(.success(try DeskBench.picture())))
        return (bench, kept)
    }

    private func job(_ bench: DeskBench, _ isIt: (DeskJob.Work) -> Bool) -> DeskJob? {
        bench.jobs.open.first { isIt($0.work) }
    }

    /// Answers the request that sets the limit of the group that was left.
    private func answerLimit(_ bench: DeskBench, _ result: Result<NoContent, VenueError>) throws {
        let job = try #require(
            job(bench) { if case .limitGroup(Self.name, Self.limit) = $0 { true } else { false } },
            "\(bench.jobs.open)"
        )
        bench.answer(job, .done(result))
    }

    private func answerReset(_ bench: DeskBench, _ result: Result<NoContent, VenueError>) throws {
        let job = try #require(job(bench) { if case .resetGroup(Self.name) = $0 { true } else { false } })
        bench.answer(job, .done(result))
    }

    private func isReady(_ bench: DeskBench) -> Bool {
        bench.news.contains { if case .ready = $0 { true } else { false } }
    }

    /// An answer without a body.
    private static func done() throws -> NoContent { try Call<NoContent>.resetGroup(name).decode(.null) }

    @Test("It goes on with that group under its own limit: old and new entries count together")
    func goesOn() throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name)])
        #expect(job(bench) { if case .createGroup = $0 { true } else { false } } == nil)
        bench.place(DeskBench.order(1))
        #expect(bench.creates.isEmpty && !isReady(bench))
        try answerLimit(bench, .success(try Self.done()))
        #expect(bench.creates.map(\.group) == ["old"])
        #expect(isReady(bench))
        #expect(kept.states.isEmpty)
    }

    @Test("A group that the venue knows no more is made anew")
    func makesAnew() throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name)])
        try answerLimit(bench, .failure(Self.absent))
        let making = try #require(job(bench) { if case .createGroup = $0 { true } else { false } })
        try bench.group(making, "new")
        bench.place(DeskBench.order(1))
        #expect(bench.creates.map(\.group) == ["new"])
        #expect(kept.states == [[], [KeptOrderGroup(OrderGroupName(id: "new", shard: 2))]])
    }

    @Test("A group whose limit the venue refuses to change is taken away, and another made")
    func takesAwayRefused() throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name)])
        try answerLimit(bench, .failure(VenueError(.badRequest, .notRetryable, status: 400, code: "bad_request")))
        let deleting = try #require(job(bench) { if case .deleteGroup(Self.name) = $0 { true } else { false } })
        let making = try #require(job(bench) { if case .createGroup = $0 { true } else { false } })
        try bench.group(making, "new")
        bench.place(DeskBench.order(1))
        #expect(bench.creates.map(\.group) == ["new"])
        bench.answer(deleting, .done(.success(try Self.done())))
        #expect(kept.states.last == [KeptOrderGroup(OrderGroupName(id: "new", shard: 2))])
    }

    @Test("Nothing is entered while the venue does not answer for the group, and it is asked again")
    func asksAgain() throws {
        let (bench, _) = try begin([KeptOrderGroup(Self.name)])
        try answerLimit(bench, .failure(Self.failing))
        #expect(!isReady(bench) && bench.texts.contains { $0.contains("no order group on shard 2") })
        bench.place(DeskBench.order(1))
        #expect(bench.creates.isEmpty)
        bench.wait(.milliseconds(300))
        try answerLimit(bench, .success(try Self.done()))
        #expect(bench.creates.map(\.group) == ["old"] && isReady(bench))
    }

    @Test("One that had reached its limit stays locked, and says so, until it is reset", arguments: [false, true])
    func staysLocked(isResetEarly: Bool) throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name, isTriggered: true)])
        if isResetEarly { bench.call { desk, time, _ in desk.resetGroups(at: time) } }
        try answerLimit(bench, .success(try Self.done()))
        #expect(bench.warnings.contains(.groupTriggered) != isResetEarly)
        bench.place(DeskBench.order(1))
        #expect(bench.creates.isEmpty && bench.warnings.contains(.entryDropped))
        if !isResetEarly { bench.call { desk, time, _ in desk.resetGroups(at: time) } }
        try answerReset(bench, .success(try Self.done()))
        bench.place(DeskBench.order(2))
        #expect(bench.creates.map(\.group) == ["old"])
        #expect(kept.states == [[KeptOrderGroup(Self.name)]])
    }

    @Test("An account that begins anew unlocks what was left to it")
    func unlocks() throws {
        let (bench, _) = try begin([KeptOrderGroup(Self.name, isTriggered: true)], unlocks: true)
        try answerLimit(bench, .success(try Self.done()))
        try answerReset(bench, .success(try Self.done()))
        bench.place(DeskBench.order(1))
        #expect(bench.creates.map(\.group) == ["old"] && !bench.warnings.contains(.groupTriggered))
    }

    @Test("A limit that was reached while nobody listened locks it, whether the venue tells before its answer or after")
    func hearsWhileTaking() throws {
        for isEarly in [true, false] {
            let (bench, kept) = try begin([KeptOrderGroup(Self.name)])
            if isEarly { bench.call { $0.hearGroup("old", event: "triggered", at: $1, into: &$2) } }
            try answerLimit(bench, .success(try Self.done()))
            if !isEarly { bench.call { $0.hearGroup("old", event: "triggered", at: $1, into: &$2) } }
            #expect(bench.warnings == [.groupTriggered])
            bench.place(DeskBench.order(1))
            #expect(bench.creates.isEmpty)
            #expect(kept.states == [[KeptOrderGroup(Self.name, isTriggered: true)]])
        }
    }

    @Test("A reset that fails is told, and leaves the group locked")
    func failsToReset() throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name, isTriggered: true)], unlocks: true)
        try answerLimit(bench, .success(try Self.done()))
        try answerReset(bench, .failure(Self.failing))
        #expect(bench.warnings == [.groupTriggered] && bench.desk.triggeredShards == [2])
        #expect(kept.states.isEmpty)
    }

    @Test("Of several groups of a shard one is gone on with, the others are taken away")
    func takesOthersAway() throws {
        let other = OrderGroupName(id: "older", shard: 2)
        let (bench, kept) = try begin([KeptOrderGroup(other), KeptOrderGroup(Self.name)])
        let deleting = try #require(job(bench) { if case .deleteGroup(other) = $0 { true } else { false } })
        bench.answer(deleting, .done(.success(try Self.done())))
        try answerLimit(bench, .success(try Self.done()))
        #expect(kept.states == [[KeptOrderGroup(Self.name)]])
    }

    @Test("A new group is kept before an order goes into it, and until the venue has taken it away")
    func keepsInTime() throws {
        let (bench, kept) = try begin([])
        bench.place(DeskBench.order(1))
        bench.call { desk, _, _ in
            let keep = desk.keepGroups
            desk.keepGroups = { groups in
                #expect(bench.creates.isEmpty, "an order went before the group was kept")
                keep(groups)
            }
        }
        let making = try #require(job(bench) { if case .createGroup = $0 { true } else { false } })
        try bench.group(making, "new")
        #expect(bench.creates.map(\.group) == ["new"])
        let name = OrderGroupName(id: "new", shard: 2)
        #expect(kept.states == [[KeptOrderGroup(name)]])
        bench.call { desk, _, _ in desk.keepGroups = { kept.states.append($0) } }

        bench.call { desk, time, _ in desk.stop(at: time) }
        #expect(kept.states.count == 1)
        let deleting = try #require(job(bench) { if case .deleteGroup(name) = $0 { true } else { false } })
        bench.answer(deleting, .done(.success(try Self.done())))
        #expect(kept.states.last == [])
    }

    @Test("What the venue does not confirm to have taken away is left to the next run")
    func leavesUnconfirmed() throws {
        let (bench, kept) = try begin([KeptOrderGroup(Self.name)])
        try answerLimit(bench, .success(try Self.done()))
        bench.call { desk, time, _ in desk.stop(at: time) }
        let deleting = try #require(job(bench) { if case .deleteGroup = $0 { true } else { false } })
        bench.answer(deleting, .done(.failure(Self.failing)))
        #expect(kept.states.isEmpty)
    }

    @Test("Without a limit for entries nothing is taken over, and nothing forgotten")
    func needsNone() throws {
        let bench = try DeskBench(isStarted: false)
        bench.call { desk, time, _ in
            desk.takeOver([KeptOrderGroup(Self.name)], unlocks: false)
            desk.start(shards: [2], at: time)
        }
        let reading = try #require(bench.jobs.open.first)
        #expect(bench.jobs.open.count == 1)
        bench.answer(reading, .account(.success(try DeskBench.picture())))
        #expect(isReady(bench))
    }
}
