import Foundation
import KBotEngine
import KBotModel

/// What comes seldom: markets and their past, candles of underlyings, what the venue says, commands.
extension EventDecoder {
    mutating func listing(of id: MarketID) throws(EventCodingError) -> Market {
        let ticker = Ticker(try reader.text())
        let series = SeriesTicker(try reader.text())
        let open = try distantTime()
        let close = try distantTime()
        let grid = try grid()
        let fees = try fees()
        let strike = try flag() ? SpotPrice(units: try reader.signed()) : nil
        let shard = try reader.signed32()
        return Market(
            id: id,
            ticker: ticker,
            series: series,
            openTime: open,
            closeTime: close,
            grid: grid,
            fees: fees,
            strike: strike,
            shard: shard,
            status: try reader.word()
        )
    }

    /// Reads a time that is not an event's own.
    private mutating func distantTime() throws(EventCodingError) -> Timestamp {
        Timestamp(microseconds: memory.time &+ (try reader.signed()))
    }

    private mutating func grid() throws(EventCodingError) -> PriceGrid {
        let count = try reader.count(ofAtLeast: 3)
        var ranges: [PriceGrid.Range] = []
        ranges.reserveCapacity(count)
        for _ in 0..<count {
            let start = Price(units: try reader.signed32())
            let end = Price(units: try reader.signed32())
            ranges.append(PriceGrid.Range(start: start, end: end, step: PriceDelta(units: try reader.signed32())))
        }
        do throws(PriceGrid.Malformed) {
            return try PriceGrid(ranges: ranges)
        } catch {
            throw .malformed(error.description)
        }
    }

    private mutating func fees() throws(EventCodingError) -> FeeSchedule {
        let kind: FeeSchedule.Kind
        let first = try reader.byte()
        guard let tag = FeeTag(rawValue: first & ~FeeTag.otherStep) else {
            throw .malformed("\(first) begins no schedule of fees")
        }
        switch tag {
        case .quadratic: kind = .quadratic
        case .makerFees: kind = .quadraticWithMakerFees
        case .comboMakerFees: kind = .quadraticWithComboMakerFees
        case .unknown: kind = .unknown(try reader.text())
        }
        let multiplier = try reader.signed()
        guard multiplier >= 0 else { throw .malformed("a fee multiplier of \(multiplier)") }
        guard first & FeeTag.otherStep != 0 else { return FeeSchedule(kind: kind, multiplier: multiplier) }
        let step = Money(units: try reader.signed())
        guard step > .zero else { throw .malformed("fees rounded to \(step)") }
        return FeeSchedule(kind: kind, multiplier: multiplier, step: step)
    }

    mutating func history() throws(EventCodingError) -> [PastTrade] {
        let count = try reader.count(ofAtLeast: 4)
        var trades: [PastTrade] = []
        trades.reserveCapacity(count)
        var last = memory.time
        for _ in 0..<count {
            let first = try reader.byte()
            guard first < 7, first & 3 < 3 else { throw .malformed("\(first) begins no trade") }
            let market = first & 4 == 0 ? MarketID(memory.market) : try market()
            last &+= try reader.signed()
            let taker: BookSide? = first & 3 == 0 ? nil : first & 3 == 1 ? .bid : .ask
            trades.append(PastTrade(time: Timestamp(microseconds: last), trade: try trade(of: market, taker: taker)))
        }
        return trades
    }

    // MARK: Underlyings

    mutating func spot() throws(EventCodingError) -> MarketEvent.Kind {
        let place = try place()
        return .spot(memory.spots[place].symbol, try spotPrice(at: place))
    }

    mutating func spotCandle() throws(EventCodingError) -> MarketEvent.Kind {
        let place = try place()
        let start = try distantTime()
        let interval = TimeSpan(microseconds: try reader.signed())
        let open = try spotPrice(at: place)
        let high = try spotPrice(at: place)
        let low = try spotPrice(at: place)
        let close = try spotPrice(at: place)
        let volume = try reader.signed()
        let candle = SpotCandle(
            start: start,
            interval: interval,
            open: open,
            high: high,
            low: low,
            close: close,
            volume: volume,
            ticks: try reader.signed32()
        )
        return .spotCandle(memory.spots[place].symbol, candle)
    }

    /// Reads which underlying.
    private mutating func place() throws(EventCodingError) -> Int {
        let place = try reader.varint()
        guard place <= UInt64(memory.spots.count) else { throw .malformed("it names no underlying") }
        if place == UInt64(memory.spots.count) { memory.spots.append((SpotSymbol(try reader.text()), 0)) }
        return Int(place)
    }

    private mutating func spotPrice(at place: Int) throws(EventCodingError) -> SpotPrice {
        memory.spots[place].price &+= try reader.signed()
        return SpotPrice(units: memory.spots[place].price)
    }

    // MARK: The venue and the operator

    mutating func venueEvent() throws(EventCodingError) -> VenueEvent {
        let tag = try reader.tag(VenueTag.self)
        memory.order &+= try reader.signed()
        let id = ClientOrderID(memory.order)
        switch tag {
        case .accepted: return .accepted(id, resting: try quantity())
        case .rejected: return .rejected(id, try reader.word())
        case .filled: return .filled(try fill(of: id))
        case .cancelled:
            let unfilled = try quantity()
            return .cancelled(id, unfilled: unfilled, try reader.word())
        case .cancelRefused: return .cancelRefused(id)
        case .amended:
            let price = Price(units: try reader.signed32())
            return .amended(id, price: price, resting: try quantity())
        case .amendRefused: return .amendRefused(id, try reader.word())
        case .outcomeUnknown: return .outcomeUnknown(id)
        case .found:
            let status = try reader.word(OrderSnapshot.Status.self)
            return .found(id, OrderSnapshot(status: status, filled: try quantity()))
        }
    }

    private mutating func fill(of order: ClientOrderID) throws(EventCodingError) -> Fill {
        memory.fill &+= try reader.signed()
        let market = try market()
        let side = try reader.word(BookSide.self)
        let price = try price(.trade, market)
        let count = try quantity()
        let liquidity = try reader.word(FeeSchedule.Liquidity.self)
        return Fill(
            trade: memory.fill,
            order: order,
            market: market,
            side: side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: Money(units: try reader.signed())
        )
    }

    mutating func command() throws(EventCodingError) -> Command {
        let json = try reader.slice()
        guard let command = try? JSONDecoder().decode(Command.self, from: Data(json)) else {
            throw .malformed("it holds no command")
        }
        return command
    }
}
