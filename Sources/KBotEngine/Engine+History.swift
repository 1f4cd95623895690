import KBotIndicators
import KBotModel

/// Trades from before anybody listened: a market that is met in the middle of its life.
extension Engine {
    /// Makes the candles that the trades of the past would have made, oldest trade first.
    ///
    /// They warm indicators up and nothing more: no strategy is asked about a candle of the past, and no order follows from
    /// one. Candles that have begun with trades heard live are left as they are.
    mutating func hear(_ trades: [PastTrade], of market: MarketState) {
        guard market.settlement == nil else { return }
        let past = trades.filter { $0.time <= now }
        let fresh = market.series.indices.filter { market.series[$0].aggregator.nextEnd == nil }
        for index in fresh {
            for past in past {
                learn(asOf: past.time, series: index, in: market)
                market.series[index].aggregator.add(price: past.trade.price, count: past.trade.count, at: past.time)
            }
            learn(asOf: now, series: index, in: market)
        }
        if market.last.price == nil, let last = past.last {
            market.last.price = last.trade.price
            market.last.prints.record(last.trade, at: last.time)
        }
        if configuration.keepsTrades, market.kept.isEmpty {
            for past in past {
                market.keep(
                    KeptTrade(time: past.time, heard: past.time, price: past.trade.price, count: past.trade.count)
                )
            }
        }
        candleDue = earliestCandle
    }

    /// Closes the candles of a series that ended by a time of the past, and lets their strategies' indicators hear them.
    private mutating func learn(asOf time: Timestamp, series: Int, in market: MarketState) {
        while let candle = market.series[series].aggregator.closeNext(asOf: time) {
            note(market, .candle(candle))
            for (index, strategy) in strategies.enumerated() where market.slots[index].series == series {
                market.slots[index].indicators.add(candle)
                note(market, .noSignal(strategy.name, .warmingUp, filtered: false))
            }
        }
    }
}
