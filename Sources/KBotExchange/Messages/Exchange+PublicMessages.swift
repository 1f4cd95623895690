import KBotKalshi
package import KBotModel

/// Messages that anybody may hear.
extension Exchange {
    /// Tells a change of the public book.
    func tellDelta(_ market: ListedMarket, _ outcome: Outcome, _ price: Price, _ change: Quantity) {
        send(.orderbook, "orderbook_delta", market, delta(market, outcome, price, change) { _ in })
    }

    /// A change of a book as both kinds of subscription read it.
    func delta(
        _ market: ListedMarket,
        _ outcome: Outcome,
        _ price: Price,
        _ change: Quantity,
        _ own: (inout TextWriter) -> Void
    ) -> (bytes: [UInt8], yes: [UInt8]?) {
        func text(_ price: Price) -> [UInt8] {
            var writer = TextWriter(market.head)
            writer.add("price_dollars", price)
            writer.add("delta_fp", change)
            writer.add("side", outcome.rawValue)
            own(&writer)
            writer.add("ts", clock)
            writer.add("ts_ms", number: clock.epochMilliseconds)
            return writer.ended()
        }
        return (text(price), outcome == .no ? text(price.complement) : nil)
    }

    /// Tells the whole public book, then to each customer its own orders in it.
    func tellBook(_ market: ListedMarket) {
        send(.orderbook, "orderbook_snapshot", market, book(market, own: []))
        for order in orders(restingIn: market) { tellOwnDelta(order, order.remaining) }
    }

    /// A whole book with some orders in it, as both kinds of subscription read it.
    func book(_ market: ListedMarket, own: [ExchangeOrder]) -> (bytes: [UInt8], yes: [UInt8]?) {
        let (yes, no) = levels(market, own: own)
        func text(usesYesPrice: Bool) -> [UInt8] {
            var writer = TextWriter(market.head)
            writer.add("yes_dollars_fp", yes)
            if usesYesPrice {
                writer.add("no_dollars_fp", no.reversed(), complement: true)
            } else {
                writer.add("no_dollars_fp", no)
            }
            return writer.ended()
        }
        return (text(usesYesPrice: false), text(usesYesPrice: true))
    }

    /// Both sides of a book with some orders in it, ascending.
    func levels(_ market: ListedMarket, own: [ExchangeOrder]) -> (yes: [BookLevel], no: [BookLevel]) {
        guard !own.isEmpty else { return (market.book.yes.levels, market.book.no.levels) }
        func side(_ outcome: Outcome) -> [BookLevel] {
            let mine = own.filter { $0.outcome == outcome }.map {
                BookLevel(price: $0.outcomePrice, count: $0.remaining)
            }
            return BookLadder(market.book.bids(of: outcome).levels + mine).levels
        }
        return (side(.yes), side(.no))
    }

    /// The book of a market as an account sees it, its own orders included; nil for an unknown market.
    package func bookMessage(of ticker: Ticker, for account: AccountKey) -> ExchangeMessage? {
        guard let market = market(ticker) else { return nil }
        let own = orders(restingIn: market).filter { $0.account == account.index }
        let text = book(market, own: own)
        return ExchangeMessage(
            channel: .orderbook,
            type: "orderbook_snapshot",
            market: ticker,
            account: account,
            bytes: text.bytes,
            yesPriceBytes: text.yes
        )
    }

    /// Tells a public trade.
    func tell(_ trade: TradeRecord, of market: ListedMarket) {
        var writer = TextWriter()
        writer.add("trade_id", uuids.id(.trade, trade.number))
        writer.add("market_ticker", market.facts.ticker.text)
        writer.add("yes_price_dollars", trade.price)
        writer.add("no_price_dollars", trade.price.complement)
        writer.add("count_fp", trade.count)
        writer.add("taker_side", trade.taker == .bid ? "yes" : "no")
        writer.add("taker_outcome_side", trade.taker == .bid ? "yes" : "no")
        writer.add("taker_book_side", trade.taker.rawValue)
        writer.add("is_block_trade", false)
        writer.add("ts", number: clock.epochSeconds)
        writer.add("ts_ms", number: clock.epochMilliseconds)
        send(.trade, "trade", market, (writer.ended(), nil))
    }

    /// The present state of a market; nil for an unknown one.
    package func tickerMessage(of ticker: Ticker) -> ExchangeMessage? {
        guard let market = market(ticker) else { return nil }
        var writer = TextWriter(market.head)
        writer.add("price_dollars", market.last ?? .zero)
        writer.add("yes_bid_dollars", market.bid)
        writer.add("yes_ask_dollars", market.ask)
        writer.add("yes_bid_size_fp", market.book.bestBid?.count ?? .zero)
        writer.add("yes_ask_size_fp", market.book.bestAsk?.count ?? .zero)
        writer.add("last_trade_size_fp", market.lastCount)
        writer.add("volume_fp", market.volume)
        writer.add("open_interest_fp", market.openInterest)
        // A contract is counted as half a dollar: both outcomes together pay one.
        writer.add("dollar_volume", number: market.volume.units / 200)
        writer.add("dollar_open_interest", number: market.openInterest.units / 200)
        writer.add("ts", number: clock.epochSeconds)
        writer.add("ts_ms", number: clock.epochMilliseconds)
        writer.add("time", clock)
        return ExchangeMessage(channel: .ticker, type: "ticker", market: ticker, bytes: writer.ended())
    }

    /// Tells the state of each market with news, no more often than the interval allows.
    func tellTickers() {
        for id in live {
            guard let market = market(id), market.hasNews, clock >= market.lastTicker + options.tickerInterval,
                let message = tickerMessage(of: market.facts.ticker)
            else { continue }
            market.hasNews = false
            market.lastTicker = clock
            messages.append(message)
        }
    }

    /// Tells a value of an index with its averages.
    func tellIndex(_ tape: IndexTape) {
        guard let (time, value) = tape.last else { return }
        func average(from start: Timestamp) -> [UInt8]? {
            let (sum, count) = tape.sum(after: start, upTo: time)
            guard count > 0 else { return nil }
            var writer = TextWriter()
            // 1/10,000 dollar to eight digits.
            let (mean, overflow) = sum.multipliedReportingOverflow(by: 10_000)
            writer.add("value", formatDecimal(overflow ? sum / count * 10_000 : mean / count, fractionDigits: 8))
            writer.add("window_size", number: count)
            writer.add("window_start_ts_ms", number: start.epochMilliseconds)
            writer.add("window_end_ts_exclusive", number: time.epochMilliseconds)
            return writer.ended()
        }
        var data = TextWriter()
        data.add("type", "value")
        data.add("id", tape.name)
        data.add("time", number: time.epochMilliseconds)
        data.add("value", dollarText(value))
        var writer = TextWriter()
        writer.add("index_id", tape.name)
        writer.add("received_at", number: clock.epochMilliseconds)
        let quoted = JSON.string(String(decoding: data.ended(), as: UTF8.self)).bytes
        writer.add("data", raw: quoted)
        if let text = average(from: time - .seconds(60)) { writer.add("avg_60s_data", raw: text) }
        let quarter = (time + .minutes(15) - TimeSpan(microseconds: 1)).floored(to: .minutes(15))
        if time > quarter - .seconds(60), let text = average(from: quarter - .seconds(60)) {
            writer.add("last_60s_windowed_average_15min", raw: text)
        }
        send(index: .index, tape.name, writer.ended())
    }

    /// Tells a value of an index on the fast channel.
    func tellFastIndex(_ tape: IndexTape) {
        guard let (time, value) = tape.last else { return }
        var data = TextWriter()
        data.add("id", tape.name)
        data.add("time", number: time.epochMilliseconds)
        data.add("value", dollarText(value))
        var writer = TextWriter()
        writer.add("index_id", tape.name)
        writer.add("value_usd", formatDecimal(value.units * 10_000, fractionDigits: 8))
        writer.add("source_ts_ms", number: time.epochMilliseconds)
        writer.add("received_at", number: clock.epochMilliseconds)
        writer.add("data", raw: JSON.string(String(decoding: data.ended(), as: UTF8.self)).bytes)
        send(index: .fastIndex, tape.name, writer.ended())
    }

    /// The latest value of every index, for a subscription that begins.
    package func indexMessages(on channel: ExchangeChannel) -> [ExchangeMessage] {
        let before = messages
        messages = []
        for symbol in symbols {
            guard let tape = indices[symbol] else { continue }
            if channel == .index { tellIndex(tape) } else { tellFastIndex(tape) }
        }
        defer { messages = before }
        return messages
    }

    private func send(index channel: ExchangeChannel, _ name: String, _ bytes: [UInt8]) {
        messages.append(
            ExchangeMessage(channel: channel, type: channel.rawValue, market: nil, index: name, bytes: bytes)
        )
    }

    private func send(
        _ channel: ExchangeChannel,
        _ type: String,
        _ market: ListedMarket,
        _ text: (bytes: [UInt8], yes: [UInt8]?)
    ) {
        messages.append(
            ExchangeMessage(
                channel: channel,
                type: type,
                market: market.facts.ticker,
                bytes: text.bytes,
                yesPriceBytes: text.yes
            )
        )
    }
}

extension Timestamp {
    /// Whole seconds since the epoch.
    var epochSeconds: Int64 { floorDivide(microseconds, by: 1_000_000) }
    /// Whole milliseconds since the epoch.
    var epochMilliseconds: Int64 { floorDivide(microseconds, by: 1_000) }
}
