import KBotModel

extension Funnel {
    /// One plain sentence: why there was no trade, or how the trades came about.
    public var sentence: String {
        if closed + settled > 0 { return success }
        if filled > 0 { return "No closed trade: \(positions(stillOpen)) still open at the end." }
        return "No trade: " + loss + "."
    }

    /// The first stage that nothing passed, with its largest reason.
    private var loss: String {
        if orders > 0 { return lossAtVenue }
        if signals > 0 { return lossAtGates }
        if triggers > 0 { return lossInFilters }
        if candlesJudged > 0 { return lossBeforeTrigger }
        if marketsSeen == 0 { return "the data held no market" }
        return lossInWarmUp
    }

    private var lossAtVenue: String {
        let top = Self.sorted(unfilled).first
        if orders == 1 {
            return "the only entry order was not filled" + (top.map { "; it ended as \($0.reason)" } ?? "")
        }
        let sent = "\(grouped(orders)) entry orders were sent and none filled"
        return sent + (top.map { "; \(share($0.count, of: orders)) ended as \($0.reason)" } ?? "")
    }

    private var lossAtGates: String {
        guard let top = Self.sorted(denied).first else { return "\(plural(signals, "signal")), but no order was sent" }
        let why = explained(denial: top.reason)
        if signals == 1 { return "the only signal was denied \(why)" }
        return "all \(grouped(signals)) signals were denied, \(share(top.count, of: signals)) \(why)"
    }

    private var lossInFilters: String {
        let start = plural(triggers, "trigger")
        guard let top = Self.sorted(filtered).first else { return start + ", but no signal followed" }
        return start + ", but \(share(top.count, of: triggers, partly: "")) \(explained(filter: top.reason))"
            + (top.reason == "TOO_CLOSE_TO_EXPIRY" ? tightness : "")
    }

    private var lossBeforeTrigger: String {
        let judged = plural(candlesJudged, "candle")
        let start = "\(judged) \(candlesJudged == 1 ? "was" : "were") judged and none met the entry rule"
        guard let top = Self.sorted(quiet).first(where: { $0.reason != "NO_SIGNAL" }) else { return start }
        return start + "; \(share(top.count, of: candlesJudged)) \(explained(quiet: top.reason))"
    }

    private var lossInWarmUp: String {
        let markets = marketsSeen == 1 ? "the only market" : "none of \(grouped(marketsSeen)) markets"
        guard let warmUp else {
            return markets + (marketsSeen == 1 ? " did not warm up" : " warmed up")
        }
        let need = "\(warmUp.candles) candles of \(warmUp.interval)"
        if let life = warmUp.marketLife, life < warmUp.span {
            return "no market could warm up: \(need) take \(warmUp.span), and a market lives \(life)"
        }
        return markets + (marketsSeen == 1 ? " did not get" : " got") + " the \(need) a decision needs"
    }

    /// Says that the arithmetic leaves no room, when it does not.
    private var tightness: String {
        guard let warmUp, let life = warmUp.marketLife,
            warmUp.span.microseconds > life.microseconds - entryCutoff.microseconds
        else { return "" }
        return "; \(warmUp.candles) candles of \(warmUp.interval) and the last \(entryCutoff) do not fit into the "
            + "\(life) of a market"
    }

    private var success: String {
        let trades = closed + settled
        var text = plural(trades, "trade") + " from "
        text += triggers > 0 ? plural(triggers, "trigger") : plural(signals, "signal")
        var parts: [String] = []
        if triggers > 0 { parts.append(plural(signals, "signal")) }
        parts.append(plural(orders, "entry order"))
        parts.append("\(grouped(filled)) filled")
        text += ": " + parts.joined(separator: ", ")
        if triggers > 0, let top = Self.sorted(filtered).first {
            text += "; \(plural(top.count, "trigger")) \(explained(filter: top.reason))"
        }
        if stillOpen > 0 { text += "; \(positions(stillOpen)) still open" }
        return text + "."
    }

    private func positions(_ count: Int) -> String { plural(count, "position") + (count == 1 ? " is" : " are") }

    private func share(_ count: Int, of total: Int, partly suffix: String = " of them") -> String {
        count >= total ? (total == 1 ? "it" : "all of them") : grouped(count) + suffix
    }

    /// What a code of a candle without a trigger means, in words that follow a number, with the code itself.
    private func explained(quiet code: String) -> String {
        switch code {
        case "INSIDE_BANDS": "had a body that was not wholly outside the bands (INSIDE_BANDS)"
        case "SCRIPT_FAILED": "ended in an error of the script (SCRIPT_FAILED)"
        default: "ended in \(code)"
        }
    }

    /// What a filter's code means, in words that follow a number, with the code itself.
    private func explained(filter code: String) -> String {
        let words: String? =
            switch code {
            case "TOO_CLOSE_TO_EXPIRY": "came with less than \(spoken(entryCutoff)) left"
            case "NO_TRADES_IN_CANDLE": "had no trade in the candle"
            case "STOP_TOO_TIGHT": "had a stop too close to the entry"
            case "STOP_ALREADY_TOUCHED": "had a stop the market had touched already"
            case "TARGET_OUT_OF_RANGE": "had a target beyond the last price of the grid"
            case "REWARD_RISK_TOO_LOW": "promised too little for the risk"
            case "INVALID_GEOMETRY": "had entry, stop and target in an order that makes no sense"
            default: nil
            }
        return words.map { "\($0) (\(code))" } ?? "ended in \(code)"
    }

    /// What a denial's code means, in words that follow a number, with the code itself.
    private func explained(denial code: String) -> String {
        let words: String? =
            switch code {
            case "DAILY_LOSS_LIMIT": "the daily loss limit was reached"
            case "MAX_EXPOSURE": "the exposure limit left no room"
            case "MAX_POSITIONS": "the number of positions was at its limit"
            case "CIRCUIT_BREAKER": "entries were paused after losses in a row"
            case "TOO_CLOSE_TO_EXPIRY": "the market closed in less than \(spoken(entryCutoff))"
            case "ENTRY_PENDING": "an entry was waiting already"
            case "POSITION_OPEN": "a position was open already"
            case "RISK_PER_TRADE": "one contract would have risked more than a trade may"
            case "INSUFFICIENT_CASH": "there was no cash for one contract"
            case "REWARD_RISK_TOO_LOW": "the reward was too small for the risk"
            case "PRICE_COLLAR": "the price was too far from the market"
            case "NO_QUOTE": "no bid or ask was known"
            case "FEED_STALE": "market data was stale"
            case "BOOK_RESYNCING": "the book was waiting for a fresh snapshot"
            case "MARKET_INACTIVE": "the market did not trade"
            case "HALTED": "entries were halted"
            case "ENTRIES_STOPPED": "the run was ending"
            case "RULE_FAILED": "a risk rule failed"
            default: nil
            }
        return words.map { "because \($0) (\(code))" } ?? "by \(code)"
    }

    private func spoken(_ span: TimeSpan) -> String {
        let seconds = span.wholeSeconds
        guard seconds > 0, seconds % 60 == 0 else { return span.description }
        return plural(Int(seconds / 60), "minute")
    }
}
