import KBotModel

/// Whether the data can be trusted, and what helps when not.
extension VenueFeed {
    /// The connection is gone, or is given up.
    func disconnect(_ reason: String, into outputs: inout [VenueFeedOutput]) {
        guard loseBooks(into: &outputs) || wasConnected else { return }
        if wasConnected {
            wasConnected = false
            outputs.append(.lost(reason))
        }
    }

    /// Puts all books in doubt; trades may be missing from now on. Returns whether anything was known.
    @discardableResult
    func loseBooks(into outputs: inout [VenueFeedOutput]) -> Bool {
        var events: [MarketEvent] = []
        mapper.disconnect(at: now, into: &events)
        for event in events { emit(event, into: &outputs) }
        if wasConnected { missTrades() }
        return !events.isEmpty
    }

    /// Sees whether the connection came up, and fills up what was missed.
    func followConnection(into outputs: inout [VenueFeedOutput]) {
        if machine.isLive, !wasConnected {
            wasConnected = true
            toldTrouble = nil
            summary.connections += 1
            outputs.append(.connected)
            mayMissTrades = true
        }
        if mayMissTrades, machine.isOpen { fillUp() }
    }

    /// Tells when the data become stale or live.
    func judgeHealth(into outputs: inout [VenueFeedOutput]) {
        let judged = judgement
        guard judged != health else { return }
        health = judged
        outputs.append(.health(judged))
    }

    private var judgement: VenueFeedHealth {
        if hasTrouble, let status = exchangeStatus {
            if !status.isActive { return .stale("the exchange is closed", resumes: status.resumes) }
            if !status.isTrading { return .stale("the exchange has paused trading", resumes: status.resumes) }
            if isEveryShardPaused(status) {
                return .stale("the exchange has paused the wanted markets", resumes: status.resumes)
            }
        }
        guard wasConnected else { return .stale("no connection to the venue", resumes: nil) }
        guard uptime - lastHeard <= configuration.silence else {
            return .stale("the venue has said nothing for \(configuration.silence)", resumes: nil)
        }
        return .live
    }

    private func isEveryShardPaused(_ status: ExchangeStatus) -> Bool {
        let paused = Set(status.shards.filter { !($0.isActive && $0.isTrading) }.map(\.shard))
        guard !paused.isEmpty else { return false }
        let shards = markets.values.filter { $0.id != nil && $0.settlement == nil }.map(\.shard)
        return !shards.isEmpty && shards.allSatisfy(paused.contains)
    }

    /// Takes in the venue's state.
    func adopt(_ status: ExchangeStatus, into outputs: inout [VenueFeedOutput]) {
        let before = exchangeStatus
        exchangeStatus = status
        hasTrouble = status.trouble != nil
        guard status != before else { return }
        if let text = status.trouble {
            note(.warning, text, into: &outputs)
        } else if before?.trouble != nil {
            note(.info, "the exchange works again", into: &outputs)
        }
        for market in marketsInOrder { tellStatus(market.ticker, into: &outputs) }
    }

    /// Takes in the venue's plans, and announces pauses within a day.
    func adopt(_ schedule: ExchangeSchedule, into outputs: inout [VenueFeedOutput]) {
        for window in schedule.maintenance where window.ends > now && window.starts < now + .hours(24) {
            guard toldMaintenance.insert(window.starts).inserted else { continue }
            note(.warning, "the exchange is in maintenance from \(window.starts) to \(window.ends)", into: &outputs)
        }
    }

    /// Reads the books of watched markets that have been in doubt for long.
    func readBooks(into outputs: inout [VenueFeedOutput]) {
        agenda.set(.books, at: uptime + configuration.bookPoll)
        let isSilent = uptime - lastHeard > configuration.bookDoubt
        for id in watched.sorted() where Int(id.index) < tickers.count {
            let ticker = tickers[Int(id.index)]
            guard let market = markets[ticker], market.isOpen(at: now) else { continue }
            if isSilent, mapper.isTrusted(id) {
                // What is known may be old: it counts as lost, and the machine has to fetch it anew.
                var events: [MarketEvent] = []
                mapper.distrust(id, at: now, into: &events)
                for event in events { emit(event, into: &outputs) }
                markets[ticker]?.doubt = lastHeard
            }
            guard let doubt = markets[ticker]?.doubt, uptime - doubt >= configuration.bookDoubt else { continue }
            ask(.book(ticker))
        }
    }

    /// Tells of a book read by REST, unless the socket's own is known again.
    func adopt(_ row: BookRow, of ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let id = market.id, !mapper.isTrusted(id), market.isOpen(at: now) else {
            return
        }
        summary.books += 1
        emit(MarketEvent(time: now, .snapshot(id, row.snapshot)), into: &outputs)
    }

    /// Asks which series have open markets, when those wanted have had none for a while.
    func lookForIdleness(into outputs: inout [VenueFeedOutput]) {
        agenda.set(.idle, at: uptime + max(wait(.seconds(10)), .seconds(1)))
        guard !markets.values.contains(where: { $0.isOpen(at: now) }) else {
            idleSince = nil
            return
        }
        guard let since = idleSince else {
            idleSince = uptime
            return
        }
        guard uptime - since >= wait(configuration.idle) else { return }
        // Once, and again each half hour.
        idleSince = uptime + .minutes(30)
        ask(.anyOpen)
    }

    /// Names series that have open markets.
    func suggest(_ rows: [MarketRow], into outputs: inout [VenueFeedOutput]) {
        guard !markets.values.contains(where: { $0.isOpen(at: now) }) else { return }
        var counts: [SeriesTicker: Int] = [:]
        for row in rows where row.phase.known == .active { counts[row.series, default: 0] += 1 }
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8).map { "\($0.key) (\($0.value))" }
        let wanted = (configuration.series.map(\.text) + configuration.markets.map(\.text)).joined(separator: ", ")
        let others =
            most.isEmpty ? "no series has any here" : "series that have some here: " + most.joined(separator: ", ")
        note(
            .warning,
            "\(wanted): no open market for \(configuration.idle); \(others). "
                + "To trade on paper against the real market: --feed kalshi --mode paper",
            into: &outputs
        )
    }
}

extension ExchangeStatus {
    /// What does not work, in words; nil when all does.
    package var trouble: String? {
        let back = resumes.map { "; expected back at \($0)" } ?? ""
        if !isActive { return "the exchange is closed: nothing works, cancels neither\(back)" }
        if !isTrading { return "the exchange has paused trading: no orders are taken, cancels are\(back)" }
        let paused = shards.filter { !($0.isActive && $0.isTrading) }.map { $0.name ?? "\($0.shard)" }
        return paused.isEmpty ? nil : "the exchange has paused its part \(paused.joined(separator: ", "))\(back)"
    }
}
