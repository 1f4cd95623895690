import KBotKalshi
import KBotModel

/// Messages on the lives of markets.
extension Exchange {
    /// Tells something of a market's life.
    func tellLifecycle(_ market: ListedMarket, _ event: String, _ more: (inout TextWriter) -> Void) {
        guard audience.contains(.lifecycle) else { return }
        var writer = TextWriter()
        writer.add("market_ticker", market.facts.ticker.text)
        writer.add("event_type", event)
        more(&writer)
        send(market, writer.ended())
    }

    private func send(_ market: ListedMarket, _ bytes: [UInt8]) {
        messages.append(
            ExchangeMessage(
                channel: .lifecycle,
                type: "market_lifecycle_v2",
                market: market.facts.ticker,
                bytes: bytes
            )
        )
    }

    /// Tells a new market and its event.
    func tellCreated(_ market: ListedMarket) {
        let texts = MarketTexts(market)
        let event = JSON.members([
            "event_ticker": market.event.wire, "exchange_index": .integer(market.facts.shard),
            "title": .string(texts.title), "subtitle": .string(texts.eventSubtitle),
            "collateral_return_type": .string(""), "series_ticker": market.facts.series.wire,
        ])
        messages.append(ExchangeMessage(channel: .lifecycle, type: "event_lifecycle", market: nil, body: event))
        let body = JSON.members([
            "market_ticker": market.facts.ticker.wire, "event_type": .string("created"),
            "exchange_index": .integer(market.facts.shard), "open_ts": .seconds(market.facts.openTime),
            "close_ts": .seconds(market.facts.closeTime),
            "additional_metadata": .members([
                "name": .string("Target price: TBD"), "title": .string(texts.title),
                "yes_sub_title": .string("Target price: TBD"), "no_sub_title": .string("Target price: TBD"),
                "rules_primary": .string(texts.rules), "rules_secondary": .string(""),
                "can_close_early": .bool(true), "event_ticker": market.event.wire,
                "expected_expiration_ts": .seconds(market.facts.closeTime + .minutes(5)),
                "strike_type": .string("greater_or_equal"),
            ]),
            "price_level_structure": .string(market.priceStructure), "price_ranges": market.priceRanges,
        ])
        send(market, body.bytes)
    }

    /// Tells that a market's strike is known.
    func tellStrike(_ market: ListedMarket) {
        guard let strike = market.strikeText else { return }
        tellLifecycle(market, "metadata_updated") {
            $0.add("strike_type", "greater_or_equal")
            $0.add("floor_strike", raw: Array(strike.utf8))
            $0.add("yes_sub_title", MarketTexts(market).yesSubtitle)
        }
    }

    /// Tells a market's new grid.
    func tellGrid(_ market: ListedMarket) {
        guard audience.contains(.lifecycle) else { return }
        let body = JSON.members([
            "market_ticker": market.facts.ticker.wire, "event_type": .string("price_level_structure_updated"),
            "price_level_structure": .string(market.priceStructure), "price_ranges": market.priceRanges,
        ])
        send(market, body.bytes)
    }

    /// Tells a market's result.
    func tellResult(_ market: ListedMarket, _ settlement: Settlement) {
        tellLifecycle(market, "determined") {
            $0.add("result", settlement.result)
            $0.add("determination_ts", number: clock.epochSeconds)
            $0.add("settlement_value", settlement.value)
        }
    }
}

/// The words that go with a market.
struct MarketTexts {
    let title: String
    let eventSubtitle: String
    let yesSubtitle: String
    let rules: String

    /// The words of an up-or-down market.
    init(_ market: ListedMarket) {
        let facts = market.facts
        let asset = facts.series.underlying
        let close = EasternClock(facts.closeTime)
        let open = EasternClock(facts.openTime)
        let minutes = facts.life.wholeSeconds / 60
        title = "\(asset) price up in next \(minutes) mins?"
        eventSubtitle = "\(close.day) - \(close.time)"
        yesSubtitle = market.strikeText.map { "Target Price: $" + Self.grouped($0) } ?? "Target price: TBD"
        rules =
            "If the simple average of the sixty seconds of \(IndexTape(SpotSymbol(asset + "-USD")).name) before "
            + "\(close.time) is at least the same average before \(open.time), the market resolves to Yes."
    }

    /// `86120.37` as `86,120.37`.
    private static func grouped(_ text: String) -> String {
        let whole = Array(text.prefix { $0 != "." })
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0, whole[index - 1] != "-" { grouped.append(",") }
            grouped.append(digit)
        }
        return grouped + text.dropFirst(whole.count)
    }
}

/// A time on New York's clocks, in words.
struct EasternClock {
    /// `Nov 22`.
    let day: String
    /// `2:45PM EST`.
    let time: String

    /// Reads the clocks at a time.
    init(_ time: Timestamp) {
        let isSummer = Self.isSummer(time)
        let local = time - .hours(isSummer ? 4 : 5)
        let date = local.utcDay.civil
        let minute = (local - local.utcDay.start).wholeSeconds / 60
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        day = "\(names[date.month - 1]) \(date.day)"
        let hour = minute / 60 % 12 == 0 ? 12 : minute / 60 % 12
        let minutes = minute % 60 < 10 ? "0\(minute % 60)" : "\(minute % 60)"
        self.time = "\(hour):\(minutes)\(minute < 720 ? "AM" : "PM") \(isSummer ? "EDT" : "EST")"
    }

    /// Whether the time reads the same from summer's local time.
    private static func isSummer(_ time: Timestamp) -> Bool {
        let local = time - .hours(4)
        let date = local.utcDay.civil
        let minute = Int((local - local.utcDay.start).wholeSeconds / 60)
        let reading = EasternTime.reading(
            year: date.year,
            month: date.month,
            day: date.day,
            hour: minute / 60,
            minute: minute % 60
        )
        return reading.map { $0.time.floored(to: .minutes(1)) == time.floored(to: .minutes(1)) } ?? false
    }
}
