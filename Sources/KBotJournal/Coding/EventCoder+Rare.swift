import Foundation
import KBotEngine
import KBotModel

/// What comes seldom: markets and their past, candles of underlyings, what the venue says, commands.
extension EventCoder {
    mutating func append(_ market: Market, at time: Timestamp) {
        begin(.listed, time, market.id)
        bytes.appendText(market.ticker.text)
        bytes.appendText(market.series.text)
        bytes.appendSigned(market.openTime.microseconds &- memory.time)
        bytes.appendSigned(market.closeTime.microseconds &- memory.time)
        bytes.appendVarint(UInt64(market.grid.ranges.count))
        for range in market.grid.ranges {
            bytes.appendSigned(Int64(range.start.units))
            bytes.appendSigned(Int64(range.end.units))
            bytes.appendSigned(Int64(range.step.units))
        }
        append(market.fees)
        bytes.append(market.strike == nil ? 0 : 1)
        if let strike = market.strike { bytes.appendSigned(strike.units) }
        bytes.appendSigned(Int64(market.shard))
        bytes.appendText(market.status.rawValue)
    }

    private mutating func append(_ fees: FeeSchedule) {
        let isOther = fees.step != FeeSchedule.currentStep
        let tag: FeeTag
        switch fees.kind {
        case .quadratic: tag = .quadratic
        case .quadraticWithMakerFees: tag = .makerFees
        case .quadraticWithComboMakerFees: tag = .comboMakerFees
        case .unknown: tag = .unknown
        }
        bytes.append(tag.rawValue | (isOther ? FeeTag.otherStep : 0))
        if case .unknown(let name) = fees.kind { bytes.appendText(name) }
        bytes.appendSigned(fees.multiplier)
        if isOther { bytes.appendSigned(fees.step.units) }
    }

    mutating func append(_ trades: [PastTrade], of market: MarketID, at time: Timestamp) {
        begin(.history, time, market)
        bytes.appendVarint(UInt64(trades.count))
        var last = memory.time
        for past in trades {
            let trade = past.trade
            let same = trade.market.index == memory.market
            switch trade.taker {
            case nil: bytes.append(same ? 0 : 4)
            case .bid: bytes.append(same ? 1 : 5)
            case .ask: bytes.append(same ? 2 : 6)
            }
            if !same { append(trade.market) }
            bytes.appendSigned(past.time.microseconds &- last)
            last = past.time.microseconds
            append(trade.price, .trade, trade.market)
            bytes.appendSigned(trade.count.units)
        }
    }

    // MARK: Underlyings

    /// Writes a price of an underlying, counted from its last.
    mutating func append(_ price: SpotPrice, of symbol: SpotSymbol) {
        let place = place(of: symbol)
        append(price, at: place)
    }

    private mutating func append(_ price: SpotPrice, at place: Int) {
        bytes.appendSigned(price.units &- memory.spots[place].price)
        memory.spots[place].price = price.units
    }

    /// Writes which underlying; its name only when it comes up for the first time.
    private mutating func place(of symbol: SpotSymbol) -> Int {
        if let place = memory.spots.firstIndex(where: { $0.symbol == symbol }) {
            bytes.appendVarint(UInt64(place))
            return place
        }
        bytes.appendVarint(UInt64(memory.spots.count))
        bytes.appendText(symbol.text)
        memory.spots.append((symbol, 0))
        return memory.spots.count - 1
    }

    mutating func append(_ candle: SpotCandle, of symbol: SpotSymbol, at time: Timestamp) {
        begin(.spotCandle, time)
        let place = place(of: symbol)
        bytes.appendSigned(candle.start.microseconds &- memory.time)
        bytes.appendSigned(candle.interval.microseconds)
        append(candle.open, at: place)
        append(candle.high, at: place)
        append(candle.low, at: place)
        append(candle.close, at: place)
        bytes.appendSigned(candle.volume)
        bytes.appendSigned(Int64(candle.ticks))
    }

    // MARK: The venue and the operator

    mutating func append(_ event: VenueEvent, at time: Timestamp) {
        begin(.venue, time)
        switch event {
        case .accepted(let id, let resting):
            begin(.accepted, id)
            bytes.appendSigned(resting.units)
        case .rejected(let id, let reason):
            begin(.rejected, id)
            bytes.appendText(reason.rawValue)
        case .filled(let fill): append(fill)
        case .cancelled(let id, let unfilled, let reason):
            begin(.cancelled, id)
            bytes.appendSigned(unfilled.units)
            bytes.appendText(reason.rawValue)
        case .cancelRefused(let id): begin(.cancelRefused, id)
        case .amended(let id, let price, let resting):
            begin(.amended, id)
            bytes.appendSigned(Int64(price.units))
            bytes.appendSigned(resting.units)
        case .amendRefused(let id, let reason):
            begin(.amendRefused, id)
            bytes.appendText(reason.rawValue)
        case .outcomeUnknown(let id): begin(.outcomeUnknown, id)
        case .found(let id, let snapshot):
            begin(.found, id)
            bytes.appendText(snapshot.status.rawValue)
            bytes.appendSigned(snapshot.filled.units)
        }
    }

    private mutating func begin(_ tag: VenueTag, _ id: ClientOrderID) {
        bytes.append(tag.rawValue)
        bytes.appendSigned(id.sequence &- memory.order)
        memory.order = id.sequence
    }

    private mutating func append(_ fill: Fill) {
        begin(.filled, fill.order)
        bytes.appendSigned(fill.trade &- memory.fill)
        memory.fill = fill.trade
        append(fill.market)
        bytes.appendText(fill.side.rawValue)
        append(fill.price, .trade, fill.market)
        bytes.appendSigned(fill.count.units)
        bytes.appendText(fill.liquidity.rawValue)
        bytes.appendSigned(fill.fee.units)
    }

    /// Commands are few and their words long: as JSON, which needs nothing said here.
    mutating func append(_ command: Command, at time: Timestamp) {
        begin(.command, time)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Nothing in a command can fail to be coded; nothing is what the decoder would refuse.
        let json = (try? encoder.encode(command)) ?? Data()
        bytes.appendVarint(UInt64(json.count))
        bytes.append(contentsOf: json)
    }
}
