import KBotModel

/// What REST answers, and what is due by the clock.
extension VenueFeed {
    /// Takes in an answer.
    func take(_ answer: VenueAnswer, to question: VenueQuestion, into outputs: inout [VenueFeedOutput]) {
        switch (answer, question) {
        case (.status(let status), _): adopt(status, into: &outputs)
        case (.schedule(let schedule), _): adopt(schedule, into: &outputs)
        case (.series(let row), .series(let ticker)):
            adopt(row, into: &outputs)
            know(ticker, into: &outputs)
            agenda.set(.series(ticker), at: uptime + .minutes(10))
        case (.feeChanges(let changes), .feeChanges(let ticker)): adopt(changes, of: ticker, into: &outputs)
        case (.event(let row), .event(let ticker)):
            let override = FeeOverride(type: row.feeTypeOverride, multiplier: row.feeMultiplierOverride)
            adopt(override, of: ticker, into: &outputs)
            for market in row.markets where markets[market.ticker] != nil { adopt(market, into: &outputs) }
        case (.markets(let rows, let unreadable), .markets(let ticker, _)):
            for row in rows { adopt(row, into: &outputs) }
            for text in unreadable.prefix(3) {
                note(.warning, "a market of \(ticker) cannot be read: \(text)", into: &outputs)
            }
        case (.markets(let rows, _), .anyOpen): suggest(rows, into: &outputs)
        case (.market(let row), _): adopt(row, into: &outputs)
        case (.book(let row), .book(let ticker)): adopt(row, of: ticker, into: &outputs)
        case (.trades(let rows, let isWhole), .trades(let ticker, _, _)):
            adopt(rows, isWhole: isWhole, of: ticker, into: &outputs)
        case (.candles(let rows), .candles(let ticker, _, _, _)): adopt(rows, of: ticker, into: &outputs)
        case (.failed(let error), _): fail(question, error, into: &outputs)
        default: break
        }
    }

    /// A series' fees are known, or will not be soon: its markets need not wait.
    private func know(_ ticker: SeriesTicker, into outputs: inout [VenueFeedOutput]) {
        series[ticker]?.hasRow = true
        for market in marketsInOrder where market.series == ticker && market.id == nil {
            advance(market.ticker, into: &outputs)
        }
    }

    /// There is no answer: what must be known is asked again, by and by.
    private func fail(_ question: VenueQuestion, _ error: VenueError, into outputs: inout [VenueFeedOutput]) {
        summary.failures += 1
        switch question {
        case .series(let ticker):
            if series[ticker]?.row == nil {
                note(
                    .warning,
                    "the fees of \(ticker) cannot be read, the dearest are assumed: \(error)",
                    into: &outputs
                )
            }
            know(ticker, into: &outputs)
        case .markets(let ticker, _):
            note(.warning, "the markets of \(ticker) cannot be read: \(error)", into: &outputs)
        case .market(let ticker) where held[ticker] != nil && markets[ticker] == nil:
            guard !finished.contains(ticker) else { break }
            if error.kind == .notFound { ask(.archivedMarket(ticker)) } else { miss(ticker, error, into: &outputs) }
        case .archivedMarket(let ticker): miss(ticker, error, into: &outputs)
        case .market(let ticker):
            // One just created is not found for a moment; one that was asked for by name may come yet.
            guard error.kind == .notFound || error.disposition == .retryable else {
                note(.warning, "market \(ticker) cannot be read: \(error)", into: &outputs)
                break
            }
            guard markets[ticker] == nil, !finished.contains(ticker) else { break }
            if configuration.markets.contains(ticker) {
                note(.warning, "market \(ticker) cannot be read yet: \(error)", into: &outputs)
            }
            let pause = wait(configuration.markets.contains(ticker) ? .seconds(15) : .seconds(2))
            agenda.set(.market(ticker), at: uptime + pause)
        case .trades(let ticker, let from, _):
            guard let market = markets[ticker], market.isFilling else { break }
            ask(.candles(ticker, market.series, from: from.floored(to: .minutes(1)), to: now))
        case .candles(let ticker, _, _, _):
            note(.warning, "neither trades nor candles of \(ticker) can be read: \(error)", into: &outputs)
            endFilling(ticker, into: &outputs)
        case .event(let event): overrides[event] = nil
        case .status:
            note(.warning, "the state of the exchange cannot be read: \(error)", into: &outputs)
        case .schedule, .feeChanges, .book, .anyOpen: break
        }
    }

    /// A market in which something is held cannot be read: asked again and again, at growing intervals.
    private func miss(_ ticker: Ticker, _ error: VenueError, into outputs: inout [VenueFeedOutput]) {
        guard markets[ticker] == nil, !finished.contains(ticker) else { return }
        let failures = heldFailures[ticker] ?? 0
        heldFailures[ticker] = failures + 1
        let pause = min(TimeSpan.seconds(5 << Int64(min(failures, 7))), .minutes(10))
        let what = error.kind == .notFound ? "is not known to the venue" : "cannot be read"
        note(
            .warning,
            "market \(ticker), in which the account holds something, \(what): \(error); asked again in \(pause)",
            into: &outputs
        )
        agenda.set(.market(ticker), at: uptime + pause)
    }

    /// Does what is due.
    func perform(_ task: FeedTask, into outputs: inout [VenueFeedOutput]) {
        switch task {
        case .status:
            ask(.status)
            agenda.set(.status, at: uptime + configuration.statusPoll)
        case .schedule:
            ask(.schedule)
            agenda.set(.schedule, at: uptime + .hours(1))
        case .markets(let ticker): readMarkets(of: ticker)
        case .series(let ticker): perform(series: ticker)
        case .fees(let ticker): applyFeeChanges(ticker, into: &outputs)
        case .market(let ticker):
            if markets[ticker] == nil { ask(.market(ticker)) } else { advance(ticker, into: &outputs) }
        case .fill: mayMissTrades = true
        case .books: readBooks(into: &outputs)
        case .idle: lookForIdleness(into: &outputs)
        case .silence:
            let due = lastHeard + configuration.silence
            agenda.set(.silence, at: due > uptime ? due : uptime + .seconds(1))
        }
    }
}
