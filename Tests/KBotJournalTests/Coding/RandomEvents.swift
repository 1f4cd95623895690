import KBotEngine
import KBotModel
import KBotTestSupport

/// Events of every kind, with ordinary numbers and with the strangest that fit.
struct RandomEvents {
    var random: SeededGenerator
    private var time: Int64 = 1_777_314_600_000_000

    init(_ random: SeededGenerator) { self.random = random }

    mutating func events(_ count: Int) -> [Event] { (0..<count).map { _ in event() } }

    mutating func event() -> Event {
        switch number(0...15) {
        case 0...8: .market(MarketEvent(time: nextTime(), marketKind()))
        case 9...11: .venue(nextTime(), venueEvent())
        case 12: .timer(nextTime())
        case 13: .feed(nextTime(), flag() ? .live : .stale)
        default: .command(nextTime(), command())
        }
    }

    private mutating func marketKind() -> MarketEvent.Kind {
        switch number(0...11) {
        case 0: .listed(listing())
        case 1: .snapshot(market(), BookSnapshot(yes: levels(), no: levels()))
        case 2...4: .delta(market(), flag() ? .yes : .no, price(), quantity())
        case 5: .trade(trade())
        case 6: .status(market(), pick([.initialized, .active, .inactive, .closed, .settled]))
        case 7: .settled(market(), Settlement(value: price(), isInferred: flag()))
        case 8: .gap(market())
        case 9: .history(market(), (0..<number(0...20)).map { _ in PastTrade(time: nextTime(), trade: trade()) })
        case 10: .spot(symbol(), SpotPrice(units: int64()))
        default: .spotCandle(symbol(), candle())
        }
    }

    private mutating func venueEvent() -> VenueEvent {
        let id = ClientOrderID(flag() ? Int64(number(1...100)) : int64())
        return switch number(0...8) {
        case 0: .accepted(id, resting: quantity())
        case 1: .rejected(id, pick(RejectReason.allCases))
        case 2:
            .filled(
                Fill(
                    trade: int64(),
                    order: id,
                    market: market(),
                    side: flag() ? .bid : .ask,
                    price: price(),
                    count: quantity(),
                    liquidity: flag() ? .maker : .taker,
                    fee: Money(units: int64())
                )
            )
        case 3: .cancelled(id, unfilled: quantity(), pick(CancelReason.allCases))
        case 4: .cancelRefused(id)
        case 5: .amended(id, price: price(), resting: quantity())
        case 6: .amendRefused(id, pick(RejectReason.allCases))
        case 7: .outcomeUnknown(id)
        default:
            .found(id, OrderSnapshot(status: pick([.resting, .cancelled, .executed, .unknown]), filled: quantity()))
        }
    }

    private mutating func command() -> Command {
        switch number(0...4) {
        case 0: .stopEntries
        case 1: .flatten
        case 2:
            .halt(
                until: flag() ? nil : Timestamp(seconds: Int64(number(0...2_000_000_000))),
                code: "HALTED",
                reason: text()
            )
        case 3: .resume
        default: .foreignPosition(market(), flag())
        }
    }

    private mutating func listing() -> Market {
        Market(
            id: market(),
            ticker: Ticker(text()),
            series: SeriesTicker(text()),
            openTime: nextTime(),
            closeTime: Timestamp(microseconds: int64()),
            grid: pick([.taperedDeciCent, .linearCent, .deciCent]),
            fees: FeeSchedule(
                kind: pick([
                    .quadratic, .quadraticWithMakerFees, .quadraticWithComboMakerFees, .unknown("quadratic"),
                    .unknown(text()),
                ]),
                multiplier: Int64(number(0...Int.max)),
                step: pick([FeeSchedule.currentStep, FeeSchedule.step(at: .distantPast), Money(units: 1)])
            ),
            strike: flag() ? nil : SpotPrice(units: int64()),
            shard: Int32(truncatingIfNeeded: int64()),
            status: pick([.initialized, .active, .settled])
        )
    }

    private mutating func candle() -> SpotCandle {
        SpotCandle(
            start: Timestamp(microseconds: int64()),
            interval: TimeSpan(microseconds: int64()),
            open: SpotPrice(units: int64()),
            high: SpotPrice(units: int64()),
            low: SpotPrice(units: int64()),
            close: SpotPrice(units: int64()),
            volume: int64(),
            ticks: Int32(truncatingIfNeeded: int64())
        )
    }

    private mutating func levels() -> [BookLevel] {
        (0..<number(0...30)).map { _ in BookLevel(price: price(), count: quantity()) }
    }

    private mutating func trade() -> Trade {
        Trade(market: market(), price: price(), count: quantity(), taker: pick([nil, .bid, .ask]))
    }

    // MARK: Values

    /// Often the time before, mostly a little later, seldom anything at all.
    private mutating func nextTime() -> Timestamp {
        switch number(0...9) {
        case 0...3: break
        case 4...8: time &+= Int64(number(0...10_000_000))
        default: time = int64()
        }
        return Timestamp(microseconds: time)
    }

    private mutating func market() -> MarketID {
        flag() ? MarketID(3) : MarketID(flag() ? Int32(number(0...200)) : Int32(number(0...Int(Int32.max))))
    }

    private mutating func price() -> Price {
        number(0...9) > 0 ? Price(units: Int32(number(0...10_000))) : Price(units: Int32(truncatingIfNeeded: int64()))
    }

    private mutating func quantity() -> Quantity {
        Quantity(units: number(0...9) > 0 ? Int64(number(-100_000...100_000)) : int64())
    }

    private mutating func symbol() -> SpotSymbol { pick(["BTC-USD", "ETH-USD", SpotSymbol(text())]) }

    private mutating func int64() -> Int64 {
        pick([
            0, 1, -1, .min, .max, Timestamp.distantPast.microseconds, Int64.random(in: .min ... .max, using: &random),
        ])
    }

    private mutating func text() -> String {
        pick(["", "KXBTC15M-26APR271445-45", "a\"\\\n\u{0}", "é🙂\u{301}", String(repeating: "x", count: 300)])
    }

    private mutating func flag() -> Bool { Bool.random(using: &random) }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }
}
