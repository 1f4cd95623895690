import KBotKalshi
import KBotModel
import KBotTestSupport
import Synchronization
import Testing

struct SignatureBankTests {
    private let start = Timestamp(seconds: 1_795_375_920)
    private let create: RequestTarget
    private let cancel: RequestTarget

    init() throws {
        create = try RequestTarget(method: "POST", path: "/trade-api/v2/portfolio/events/orders")
        cancel = try RequestTarget(method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/1")
    }

    @Test func `a signature made ahead is handed out until it is five seconds old`() throws {
        let bench = BankBench()
        #expect(bench.bank.register(create))
        #expect(try bench.bank.renew(now: start) == 1)
        for age in [0, 1, 2_999_999, 5_000_000] as [Int64] {
            #expect(try bench.bank.headers(for: create, now: start + TimeSpan(microseconds: age)).time == start)
        }
        let late = start + TimeSpan(microseconds: 5_000_001)
        #expect(try bench.bank.headers(for: create, now: late).time == late.floored(to: .milliseconds(1)))
        #expect(bench.bank.statistics.handedOut == 4 && bench.bank.statistics.madeOnTheSpot == 1)
        #expect(bench.signed == 2)
    }

    @Test func `the age counts from the stamp, which has whole milliseconds`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        try bench.bank.renew(now: start + TimeSpan(microseconds: 999))
        let late = start + TimeSpan(microseconds: 5_000_001)
        #expect(try bench.bank.headers(for: create, now: late).time > start)
    }

    @Test func `each is renewed when it is three seconds old`() throws {
        let bench = BankBench()
        #expect(bench.bank.nextRenewal(now: start) == nil)
        bench.bank.register(create)
        #expect(bench.bank.nextRenewal(now: start) == start)
        #expect(try bench.bank.renew(now: start) == 1)
        #expect(bench.bank.nextRenewal(now: start) == start + .seconds(3))
        #expect(try bench.bank.renew(now: start + .milliseconds(2_999)) == 0)
        bench.bank.register(cancel)
        #expect(try bench.bank.renew(now: start + .milliseconds(2_999)) == 1)
        #expect(try bench.bank.renew(now: start + .seconds(3)) == 1)
        #expect(bench.bank.nextRenewal(now: start + .seconds(3)) == start + .milliseconds(5_999))
        #expect(bench.bank.statistics.renewed == 3 && bench.bank.statistics.registered == 2)
    }

    @Test func `one that is signed on the spot is kept, if its target is registered`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        _ = try bench.bank.headers(for: create, now: start)
        _ = try bench.bank.headers(for: create, now: start + .seconds(1))
        _ = try bench.bank.headers(for: cancel, now: start)
        _ = try bench.bank.headers(for: cancel, now: start)
        #expect(bench.bank.statistics.handedOut == 1 && bench.bank.statistics.madeOnTheSpot == 3)
        #expect(try bench.bank.renew(now: start + .seconds(1)) == 0)
    }

    @Test func `registering twice changes nothing, and unregistering ends it`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        try bench.bank.renew(now: start)
        #expect(bench.bank.register(create))
        #expect(try bench.bank.headers(for: create, now: start).time == start)
        bench.bank.unregister(create)
        bench.bank.unregister(create)
        #expect(bench.bank.statistics.registered == 0 && bench.bank.nextRenewal(now: start) == nil)
        #expect(try bench.bank.renew(now: start + .seconds(9)) == 0)
        _ = try bench.bank.headers(for: create, now: start)
        #expect(bench.bank.statistics.madeOnTheSpot == 1)
    }

    @Test func `a full bank turns targets away, and still signs for them`() throws {
        let bench = BankBench(capacity: 1)
        #expect(bench.bank.register(create) && !bench.bank.register(cancel) && bench.bank.register(create))
        #expect(bench.bank.statistics.turnedAway == 1 && bench.bank.statistics.registered == 1)
        #expect(try bench.bank.headers(for: cancel, now: start).time == start)
        bench.bank.unregister(create)
        #expect(bench.bank.register(cancel))
    }

    @Test func `a renewal may be cut into pieces, the longest waiting first`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        try bench.bank.renew(now: start)
        bench.bank.register(cancel)
        let later = start + .seconds(4)
        #expect(try bench.bank.renew(now: later, atMost: 0) == 0)
        #expect(try bench.bank.renew(now: later, atMost: 1) == 1)
        #expect(try bench.bank.headers(for: cancel, now: later).time == later)
        #expect(try bench.bank.headers(for: create, now: later).time == start)
        #expect(try bench.bank.renew(now: later, atMost: 1) == 1)
        #expect(try bench.bank.headers(for: create, now: later).time == later)
        #expect(try bench.bank.renew(now: later) == 0)
    }

    @Test func `when the clock is set back nothing from the future is handed out`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        try bench.bank.renew(now: start)
        let earlier = start - .seconds(20)
        #expect(bench.bank.nextRenewal(now: earlier) == earlier)
        #expect(try bench.bank.headers(for: create, now: earlier).time == earlier)
        #expect(try bench.bank.renew(now: earlier) == 0)
        #expect(bench.bank.statistics.madeOnTheSpot == 1)
    }

    @Test func `a refusal to sign is passed on, and later ones can succeed`() throws {
        let bench = BankBench()
        bench.bank.register(create)
        bench.refuse(true)
        #expect(throws: SigningError.refused) { try bench.bank.renew(now: start) }
        #expect(throws: SigningError.refused) { try bench.bank.headers(for: create, now: start) }
        bench.refuse(false)
        #expect(try bench.bank.renew(now: start) == 1)
        #expect(bench.bank.statistics.renewed == 1 && bench.bank.statistics.madeOnTheSpot == 0)
    }

    @Test func `whatever happens, nothing older than five seconds or from the future is handed out`() throws {
        try forSeeds(0..<300) { random in
            let capacity = Int.random(in: 1...6, using: &random)
            let bench = BankBench(capacity: capacity)
            var now = start
            var asked = 0
            for _ in 0..<200 {
                let target = try RequestTarget(method: "GET", path: "/\(Int.random(in: 0..<8, using: &random))")
                switch Int.random(in: 0..<10, using: &random) {
                case 0: bench.bank.register(target)
                case 1 where Int.random(in: 0..<3, using: &random) == 0: bench.bank.unregister(target)
                case 2, 3:
                    try bench.bank.renew(now: now)
                    let next = bench.bank.nextRenewal(now: now)
                    try hold(next.map { $0 > now } ?? true, "still due at \(now): \(String(describing: next))")
                case 4: now = now - TimeSpan(microseconds: .random(in: 0...9_000_000, using: &random))
                case 5...7: now = now + TimeSpan(microseconds: .random(in: 0...4_000_000, using: &random))
                default: break
                }
                let headers = try bench.bank.headers(for: target, now: now)
                asked += 1
                let age = now - headers.time
                try hold(age >= .zero && age <= .seconds(5), "\(age) old")
                try hold(headers.signature == target.path, "signed for \(headers.signature), sent to \(target)")
            }
            let did = bench.bank.statistics
            try hold(did.handedOut + did.madeOnTheSpot == asked, "\(did) for \(asked) requests")
            try hold(did.renewed + did.madeOnTheSpot == bench.signed, "\(did) for \(bench.signed) signatures")
            try hold(did.registered <= capacity, "\(did)")
        }
    }

    @Test func `threads may use it at once`() async throws {
        let bench = BankBench()
        let bank = bench.bank
        let start = start
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<6 {
                group.addTask {
                    for round in 0..<300 {
                        let target = try RequestTarget(method: "GET", path: "/\(round % 7)")
                        let now = start + .milliseconds(Int64(round) * 20)
                        if worker < 2 { bank.register(target) }
                        if worker == 2 { try bank.renew(now: now) }
                        if worker == 3, round % 10 == 0 { bank.unregister(target) }
                        if worker > 3 {
                            let age = now - (try bank.headers(for: target, now: now)).time
                            guard age >= .zero, age <= .seconds(5) else { return 1 }
                        }
                    }
                    return 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(counts == 0)
        #expect(bank.statistics.handedOut + bank.statistics.madeOnTheSpot == 600)
    }
}

/// A bank whose signatures are the path, and counted.
private struct BankBench {
    final class Signer: Sendable {
        let refuses = Mutex(false)
        let count = Mutex(0)
    }

    let bank: SignatureBank
    private let signer = Signer()

    init(capacity: Int = 256) {
        bank = SignatureBank(capacity: capacity) { [signer] (target, time) throws(SigningError) in
            guard !signer.refuses.withLock({ $0 }) else { throw .refused }
            signer.count.withLock { $0 += 1 }
            return AuthenticationHeaders(keyID: "id", time: time.floored(to: .milliseconds(1)), signature: target.path)
        }
    }

    /// Signatures made so far.
    var signed: Int { signer.count.withLock { $0 } }

    /// Makes every signature fail, or none.
    func refuse(_ refuses: Bool) { signer.refuses.withLock { $0 = refuses } }
}
