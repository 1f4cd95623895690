import KBotModel

/// What comes over the socket.
extension VenueFeed {
    /// Takes in a frame of the current connection.
    func handle(frame bytes: Span<UInt8>, into outputs: inout [VenueFeedOutput]) {
        summary.frames += 1
        let frame: Frame
        do throws(FrameError) {
            frame = try decoder.decode(bytes)
        } catch {
            return skip("\(error)", into: &outputs)
        }
        switch frame.body {
        case .delta, .snapshot, .trade, .ticker: handle(data: frame, bytes, into: &outputs)
        case .lifecycle(let life):
            tell(frame, nil)
            guard admits(frame, into: &outputs), let ticker = ticker(of: frame, bytes) else { return }
            handle(life, of: ticker, into: &outputs)
        case .ownFill, .ownOrder, .ownPosition, .orderGroup:
            tell(frame, nil)
            if admits(frame, into: &outputs) { outputs.append(.own(frame.body)) }
        case .index(let value):
            tell(frame, nil)
            guard admits(frame, into: &outputs),
                let symbol = configuration.spot.first(where: { $0.indexName == value.index })
            else { return }
            emit(MarketEvent(time: min(value.time ?? now, now), .spot(symbol, value.value)), into: &outputs)
        case .other(let type):
            tell(frame, nil)
            if admits(frame, into: &outputs) { handle(type, bytes, into: &outputs) }
        case .error(let code, let message):
            tell(frame, nil)
            map(frame, bytes, into: &outputs)
            let number = code.map { " (code \($0))" } ?? ""
            note(.warning, "the venue refused a subscription: \(printable(message))\(number)", into: &outputs)
        case .subscribed(let channel, _):
            tell(frame, nil)
            map(frame, bytes, into: &outputs)
            // A subscription that ended and began anew has lost what came between, and its numbers do not show it.
            if channel == .trade, wasConnected { missTrades() }
        case .ok, .unsubscribed:
            tell(frame, nil)
            map(frame, bytes, into: &outputs)
        }
    }

    /// Takes in a book, a change, a trade or a ticker.
    @inline(__always)
    private func handle(data frame: Frame, _ bytes: Span<UInt8>, into outputs: inout [VenueFeedOutput]) {
        guard let range = frame.market, !range.isEscaped,
            let id = board.listed(bytes.extracting(range.start..<range.end)), Int(id.index) < tickers.count
        else {
            summary.unwanted += 1
            tell(frame, nil)
            _ = admits(frame, into: &outputs)
            return
        }
        if case .snapshot = frame.body { tell(frame, tickers[Int(id.index)]) } else { tell(frame, nil) }
        guard case .trade = frame.body else { return map(frame, bytes, into: &outputs) }
        map(frame, bytes, mark: TradeMemory.mark(frame: bytes), into: &outputs)
    }

    @inline(__always) private func tell(_ frame: Frame, _ ticker: Ticker?) {
        machine.handle(frame, ticker: ticker, at: uptime)
    }

    @inline(__always)
    private func map(
        _ frame: Frame,
        _ bytes: Span<UInt8>,
        mark: UInt64? = nil,
        into outputs: inout [VenueFeedOutput]
    ) {
        scratch.removeAll(keepingCapacity: true)
        let lost = mapper.counts.missingMessages
        if !mapper.map(frame, bytes: bytes, board: &board, into: &scratch) {
            skip("a frame's market is no ticker", into: &outputs)
        }
        // Trades that were lost come before what shows it: a trade, or a reply on their subscription.
        if mapper.counts.missingMessages != lost, !frame.isOfBook { missTrades() }
        for index in scratch.indices { emit(scratch[index], mark: mark, into: &outputs) }
    }

    /// Uses up a frame's number; false when it was seen before.
    private func admits(_ frame: Frame, into outputs: inout [VenueFeedOutput]) -> Bool {
        var events: [MarketEvent] = []
        let lost = mapper.counts.missingMessages
        let isNews = mapper.admits(frame, into: &events)
        for event in events { emit(event, into: &outputs) }
        if mapper.counts.missingMessages != lost, case .lifecycle = frame.body {
            // What was said of markets meanwhile is read instead.
            for ticker in series.keys.sorted() where series[ticker]?.isWanted == true { readMarkets(of: ticker) }
        }
        return isNews
    }

    private func ticker(of frame: Frame, _ bytes: Span<UInt8>) -> Ticker? {
        frame.market.flatMap { range in
            Ticker(validating: String(decoding: (range.start..<range.end).map { bytes[$0] }, as: UTF8.self))
        }
    }

    private func skip(_ reason: String, into outputs: inout [VenueFeedOutput]) {
        summary.unreadable += 1
        guard summary.unreadableSamples.count < 5 else { return }
        summary.unreadableSamples.append(reason)
        note(.warning, "a frame could not be read: \(printable(reason))", into: &outputs)
    }

    /// Takes in a message on a market's life. The channel speaks of every market of the venue.
    private func handle(_ life: Lifecycle, of ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        let name = SeriesTicker(String(ticker.text.prefix { $0 != "-" }))
        guard isWanted(ticker, name) else { return }
        guard markets[ticker] != nil else {
            guard life.event == .created, !finished.contains(ticker) else { return }
            if let market = FeedMarket(ticker, life), market.closes > now {
                markets[ticker] = market
                want(series: name, isWanted: false)
                advance(ticker, into: &outputs)
            }
            return ask(.market(ticker))
        }
        switch life.event {
        case .created, .metadataUpdated, .closeDateUpdated, .priceLevelStructureUpdated:
            update(ticker, life)
            relist(ticker, into: &outputs)
            if life.event != .closeDateUpdated, life.strike == nil || life.event != .metadataUpdated {
                ask(.market(ticker))
            }
        case .activated, .deactivated:
            markets[ticker]?.isPaused = life.event == .deactivated
            markets[ticker]?.pauseTold = now
        case .determined:
            if let settlement = life.settlement {
                decide(ticker, settlement, into: &outputs)
            } else {
                ask(.market(ticker))
            }
        case .settled, .unknown: ask(.market(ticker))
        }
        advance(ticker, into: &outputs)
    }

    /// Takes over the facts a message names; times that contradict one another are not believed.
    private func update(_ ticker: Ticker, _ life: Lifecycle) {
        guard var market = markets[ticker] else { return }
        market.strike = life.strike ?? market.strike
        market.grid = life.grid ?? market.grid
        market.shard = life.shard ?? market.shard
        let opens = life.openTime ?? market.opens
        let closes = life.closeTime ?? market.closes
        if opens <= closes { (market.opens, market.closes) = (opens, closes) }
        markets[ticker] = market
    }

    /// Takes in a message that says something of a whole event.
    private func handle(_ type: String, _ bytes: Span<UInt8>, into outputs: inout [VenueFeedOutput]) {
        guard type == "event_fee_update" || type == "event_lifecycle" else { return }
        let text = bytes.indices.map { bytes[$0] }
        guard let message = (try? JSON(parsing: text))?.object?["msg"],
            let row = try? RowReader(message), let event: EventTicker = try? row.required("event_ticker")
        else { return }
        let name = SeriesTicker(String(event.text.prefix { $0 != "-" }))
        guard series[name] != nil else { return }
        guard type == "event_fee_update" else {
            if series[name]?.isWanted == true { ask(.markets(name, .unopened)) }
            return
        }
        do throws(WireError) {
            let type: String? = try row.optional("fee_type_override")
            let multiplier: ExactNumber? = try row.optional("fee_multiplier_override")
            adopt(FeeOverride(type: type, multiplier: multiplier), of: event, into: &outputs)
        } catch {
            ask(.event(event))
        }
    }
}

extension Frame {
    /// Whether it belongs to the subscription of the books, for sure.
    fileprivate var isOfBook: Bool {
        switch body {
        case .delta, .snapshot: true
        default: false
        }
    }
}
