import KBotModel
import Testing

@Suite struct Candles {
    @Test func `take in trades of their interval`() {
        var candle = Candle(flatAt: Price(cents: 50), start: Timestamp(seconds: 10), interval: .seconds(5))
        candle.add(price: Price(cents: 53), count: Quantity(units: 150))
        candle.add(price: Price(cents: 47), count: Quantity(units: 50))
        candle.add(price: Price(cents: 48), count: Quantity(contracts: 1))
        #expect(candle.open == Price(cents: 50))
        #expect(candle.high == Price(cents: 53))
        #expect(candle.low == Price(cents: 47))
        #expect(candle.close == Price(cents: 48))
        #expect(candle.volume == Quantity(contracts: 3))
        #expect(candle.trades == 3)
        #expect(candle.range == PriceDelta(cents: 6))
        #expect(candle.end == Timestamp(seconds: 15))
    }

    @Test(arguments: [(40, 45), (45, 40), (42, 42)] as [(Int32, Int32)])
    func `have a body between open and close, whichever is higher`(open: Int32, close: Int32) {
        var candle = Candle(flatAt: Price(cents: open), start: Timestamp(seconds: 0), interval: .seconds(5))
        candle.close = Price(cents: close)
        #expect(candle.bodyHigh == Price(cents: max(open, close)))
        #expect(candle.bodyLow == Price(cents: min(open, close)))
    }

    private static func candle(_ open: Int32, _ high: Int32, _ low: Int32, close: Int32, _ volume: Int64) -> Candle {
        Candle(
            start: Timestamp(seconds: 60),
            interval: .minutes(1),
            open: Price(cents: open),
            high: Price(cents: high),
            low: Price(cents: low),
            close: Price(cents: close),
            volume: Quantity(units: volume),
            trades: 0
        )
    }

    @Test(arguments: [
        (candle(50, 53, 46, close: 48, 300), true), (candle(50, 53, 47, close: 51, 200), true),
        (candle(50, 52, 46, close: 51, 200), true), (candle(50, 52, 47, close: 51, 201), true),
        (candle(50, 52, 47, close: 48, 200), false), (candle(49, 53, 46, close: 48, 300), false),
        (candle(50, 51, 46, close: 48, 300), false), (candle(50, 53, 48, close: 48, 300), false),
        (candle(50, 53, 46, close: 48, 199), false),
    ])
    func `are a later state of one that opened alike when more has happened since`(candle: Candle, isLater: Bool) {
        #expect(candle.isLaterState(of: Self.candle(50, 52, 47, close: 51, 200)) == isLater)
    }

    @Test func `without trades are flat and empty`() {
        let candle = Candle(flatAt: Price(cents: 37), start: Timestamp(seconds: 0), interval: .minutes(1))
        #expect(Set([candle.open, candle.high, candle.low, candle.close]) == [Price(cents: 37)])
        #expect(candle.range == .zero)
        #expect(candle.volume == .zero)
        #expect(candle.trades == 0)
    }
}

@Suite struct `A touch guessed from trades` {
    let start = Timestamp(seconds: 1_000)

    @Test func `knows nothing before a trade and learns nothing without a taker`() {
        var guess = PrintTouch()
        #expect(guess.touch(at: start) == Touch())
        guess.record(trade(50, nil), at: start)
        #expect(guess.touch(at: start) == Touch())
    }

    @Test func `takes the bid from sellers and the ask from buyers`() {
        var guess = PrintTouch()
        guess.record(trade(45, .ask), at: start)
        #expect(guess.touch(at: start) == Touch(bid: Price(cents: 45)))
        guess.record(trade(47, .bid), at: start)
        guess.record(trade(44, .ask), at: start)
        #expect(guess.touch(at: start) == Touch(bid: Price(cents: 44), ask: Price(cents: 47)))
    }

    @Test(arguments: [(0, true), (9_999_999, true), (10_000_000, true), (10_000_001, false)] as [(Int64, Bool)])
    func `trusts a print for ten seconds`(age: Int64, isTrusted: Bool) {
        var guess = PrintTouch()
        guess.record(trade(45, .ask), at: start)
        let touch = guess.touch(at: start + TimeSpan(microseconds: age))
        #expect(touch.bid == (isTrusted ? Price(cents: 45) : nil))
    }

    @Test func `lets each side grow old on its own`() {
        var guess = PrintTouch()
        guess.record(trade(45, .ask), at: start)
        guess.record(trade(47, .bid), at: start + .seconds(6))
        #expect(guess.touch(at: start + .seconds(12)) == Touch(ask: Price(cents: 47)))
    }

    private func trade(_ cents: Int32, _ taker: BookSide?) -> Trade {
        Trade(market: MarketID(0), price: Price(cents: cents), count: Quantity(contracts: 1), taker: taker)
    }
}
