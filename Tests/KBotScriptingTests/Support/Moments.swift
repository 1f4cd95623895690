import KBotEngine
import KBotModel
import KBotScripting

extension CandleTape.Moment {
    /// The moment at which the ten-second candle of this number closed flat at a price, in a market open for an hour.
    static func flat(at cents: Int32, _ number: Int64, market: Int32 = 0, book: OrderBook? = nil) -> Self {
        let start = Timestamp(seconds: number * 10)
        var candle = Candle(flatAt: Price(cents: cents), start: start, interval: .seconds(10))
        candle.trades = 1
        return moment(.market(candle), at: candle.end, market: market, book: book)
    }

    /// The moment at which a ten-second candle of the underlying closed flat at a price in dollars.
    static func spot(at dollars: Int64, _ number: Int64, market: Int32 = 0) -> Self {
        let price = SpotPrice(units: dollars * 10_000)
        let candle = SpotCandle(flatAt: price, start: Timestamp(seconds: number * 10), interval: .seconds(10))
        return moment(.spot(candle), at: candle.end, market: market, book: nil)
    }

    private static func moment(_ candle: Closed, at time: Timestamp, market: Int32, book: OrderBook?) -> Self {
        Self(
            candle: candle,
            now: time,
            view: MarketView(
                facts: Market(
                    id: MarketID(market),
                    ticker: Ticker("M\(market)"),
                    series: "KXBTC15M",
                    openTime: Timestamp(seconds: 0),
                    closeTime: Timestamp(seconds: 3_600)
                ),
                touch: Touch(bid: Price(cents: 48), ask: Price(cents: 50)),
                book: book,
                lastHeard: time
            ),
            position: nil,
            account: Scene().account
        )
    }
}
