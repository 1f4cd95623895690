import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

private let free = FeeSchedule(kind: .quadratic, multiplier: 0)

/// A bench on which only the named limits hold.
private func bench(_ configure: (inout EngineConfiguration) -> Void = { _ in }) -> Bench {
    Bench {
        $0.limits.maxExposure = nil
        $0.limits.dailyLoss = nil
        configure(&$0)
    }
}

@Test func `two percent of equity are at risk, slippage of two ticks included`() throws {
    let bench = bench().ready(fees: free)
    bench.signal(Bench.long(48, stop: 44, target: 58))
    // 4 cents to the stop and 2 of slippage: 20 dollars hold 333 contracts.
    #expect(try bench.last(.entry).count == Quantity(contracts: 333))
}

@Test func `a short risks what a long does`() throws {
    let bench = bench().ready(fees: free)
    bench.signal(Bench.short(50, stop: 54, target: 40))
    #expect(try bench.last(.entry).count == Quantity(contracts: 333))
    #expect(try bench.last(.entry).side == .ask)
}

@Test func `taker fees of entry and stop count as risk`() throws {
    let bench = bench().ready()
    bench.signal(Bench.long(48, stop: 44, target: 58))
    let count = try bench.last(.entry).count
    // 6 cents + 1.74720 + 1.72480 cents of fees: 20 / 0.0947… = 211.
    #expect(count == Quantity(contracts: 211))
}

@Test func `risk in dollars wins over a share`() throws {
    let bench = bench { $0.limits.riskPerTrade = .dollars(Money(dollars: 3)) }.ready(fees: free)
    bench.signal(Bench.long())
    #expect(try bench.last(.entry).count == Quantity(contracts: 50))
}

@Test func `a signal's count only lowers the size`() throws {
    for (wanted, expected) in [(Int64(10), Int64(10)), (100_000, 333)] {
        let bench = bench().ready(fees: free)
        bench.signal(Bench.long(count: wanted))
        #expect(try bench.last(.entry).count == Quantity(contracts: expected))
    }
}

@Test func `a signal's count is taken in whole contracts`() throws {
    let bench = bench().ready(fees: free)
    var signal = Bench.long()
    signal.count = Quantity(units: 1_250)
    bench.signal(signal)
    #expect(try bench.last(.entry).count == Quantity(contracts: 12))
}

@Test(arguments: [Int64(99), 0, -500])
func `a wish for less than one contract buys nothing`(_ units: Int64) {
    let bench = bench().ready(fees: free)
    var signal = Bench.long()
    signal.count = Quantity(units: units)
    bench.signal(signal)
    #expect(bench.all(.entry).isEmpty)
    #expect(bench.denials.count == 1)
}

@Test func `fixed sizing takes its count, or the signal's own`() throws {
    let bench = bench { $0.sizing = .fixed(Quantity(contracts: 7)) }.ready(fees: free)
    bench.signal(Bench.long())
    #expect(try bench.last(.entry).count == Quantity(contracts: 7))
    let own = Bench { $0.sizing = .fixed(Quantity(contracts: 7)) }.ready(fees: free)
    own.signal(Bench.long(count: 9))
    #expect(try own.last(.entry).count == Quantity(contracts: 9))
}

@Test func `exposure reduces the size`() throws {
    let bench = bench { $0.limits.maxExposure = .share(basisPoints: 2_000) }.ready(fees: free)
    bench.signal(Bench.long(48, stop: 44, target: 58))
    #expect(try bench.last(.entry).count == Quantity(contracts: 416).min(Quantity(contracts: 333)))
    let tight = Bench { $0.limits.maxExposure = .dollars(Money(dollars: 50)) }.ready(fees: free)
    tight.signal(Bench.long(48, stop: 44, target: 58))
    #expect(try tight.last(.entry).count == Quantity(contracts: 104))
}

@Test func `a short's exposure is what NO costs`() throws {
    let bench = bench { $0.limits.maxExposure = .dollars(Money(dollars: 50)) }.ready(bid: 78, ask: 80, fees: free)
    bench.signal(Bench.short(80, stop: 84, target: 70))
    #expect(try bench.last(.entry).count == Quantity(contracts: 250))
}

@Test func `cash reduces the size, the taker's fee included`() throws {
    let bench = bench {
        $0.limits.riskPerTrade = nil
        $0.initialCapital = Money(dollars: 100)
    }.ready()
    bench.signal(Bench.long(48, stop: 44, target: 58))
    // 48 + 1.7472 cents each.
    #expect(try bench.last(.entry).count == Quantity(contracts: 201))
}

@Test func `the room under the daily limit reduces the size`() throws {
    let bench = Bench {
        $0.limits.dailyLoss = .dollars(Money(dollars: 3))
        $0.limits.maxExposure = nil
    }.ready(fees: free)
    bench.signal(Bench.long(48, stop: 44, target: 58))
    #expect(try bench.last(.entry).count == Quantity(contracts: 50))
}

@Test(arguments: [ReasonCode.riskPerTrade, .maxExposure, .insufficientCash, .dailyLossLimit])
func `below one contract the limit that does not fit denies with its code`(_ code: ReasonCode) {
    let bench = bench {
        switch code {
        case .riskPerTrade: $0.limits.riskPerTrade = .dollars(Money(units: 59_999))
        case .maxExposure: $0.limits.maxExposure = .dollars(Money(units: 479_999))
        case .dailyLossLimit: $0.limits.dailyLoss = .dollars(Money(units: 59_999))
        default:
            $0.limits.riskPerTrade = nil
            $0.initialCapital = Money(units: 479_999)
        }
    }.ready(fees: free)
    bench.signal(Bench.long(48, stop: 44, target: 58))
    #expect(bench.denials == [code])
    #expect(bench.all(.entry).isEmpty)
}

@Test func `the size is the largest that every limit allows, by an independent count`() throws {
    var sizes: Set<Int64> = []
    try forSeeds(0..<400) { random in
        let capital = Money(
            dollars: Int64.random(in: Bool.random(using: &random) ? 1...10 : 50...2_000, using: &random)
        )
        let risk = Int64.random(in: 50...500, using: &random)
        let exposure = Int64.random(in: 500...4_000, using: &random)
        let daily = Int64.random(in: 100...2_000, using: &random)
        let bench = Bench {
            $0.initialCapital = capital
            $0.limits.riskPerTrade = .share(basisPoints: risk)
            $0.limits.maxExposure = .share(basisPoints: exposure)
            $0.limits.dailyLoss = .share(basisPoints: daily)
        }
        let long = Bool.random(using: &random)
        let middle = Int32.random(in: 20...80, using: &random)
        let distance = Int32.random(in: 1...8, using: &random)
        bench.ready(bid: middle - 1, ask: middle + 1)
        let entry = middle
        let stop = long ? entry - distance : entry + distance
        let target = long ? entry + 2 * distance : entry - 2 * distance
        bench.signal(
            long ? Bench.long(entry, stop: stop, target: target) : Bench.short(entry, stop: stop, target: target)
        )

        // In 1/10,000 dollar and whole contracts, fees rounded up to 1/10,000 dollar.
        func fee(_ contracts: Int64, _ cents: Int32) -> Int64 {
            let exact = contracts * 7 * Int64(cents) * Int64(100 - cents)
            return (exact + 99) / 100
        }
        let capitalUnits = capital.units / 100
        var best: Int64 = 0
        var count: Int64 = 1
        while true {
            let atRisk = count * Int64(distance + 2) * 100 + fee(count, entry) + fee(count, stop)
            let cost = count * Int64(long ? entry : 100 - entry) * 100
            guard atRisk * 10_000 <= capitalUnits * risk, atRisk * 10_000 <= capitalUnits * daily,
                cost * 10_000 <= capitalUnits * exposure, cost + fee(count, entry) <= capitalUnits
            else { break }
            best = count
            count += 1
        }
        let placed = bench.all(.entry).first.map { $0.count.units / 100 } ?? 0
        try hold(placed == best, "\(placed) contracts, not \(best): capital \(capital), \(entry)/\(stop)")
        sizes.insert(best)
    }
    #expect(sizes.count > 50)
    #expect(sizes.contains(0))
}

extension Quantity {
    fileprivate func min(_ other: Quantity) -> Quantity { Swift.min(self, other) }
}
