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
        let sent = "\(plural(orders, "entry order")) \(orders == 1 ? "was" : "were") sent and none filled"
        guard let top = Self.sorted(unfilled).first else { return sent }
        return sent + "; \(share(top.count, of: orders)) ended as \(top.reason)"
    }

    private var lossAtGates: String {
        let all = signals == 1 ? "the only signal was denied" : "all \(grouped(signals)) signals were denied"
        guard let top = Self.sorted(denied).first else { return "\(plural(signals, "signal")), but no order was sent" }
        return all + ", \(share(top.count, of: signals)) \(explained(denial: top.reason))"
    }

    private var lossInFilters: String {
        let start = plural(triggers, "trigger")
        guard let top = Self.sorted(filtered).first else { return start + ", but no signal followed" }
        let count = top.count < triggers ? grouped(top.count) : triggers == 1 ? "it" : "all of them"
        return start + ", but \(count) \(explained(filter: top.reason))"
            + (top.reason == "TOO_CLOSE_TO_EXPIRY" ? tightness : "")
    }

    private var lossBeforeTrigger: String {
        let judged = plural(candlesJudged, "candle")
        let start = "\(judged) \(candlesJudged == 1 ? "was" : "were") judged and none met the entry rule"
        guard let top = Self.sorted(filtered).first else { return start }
        return start + "; \(share(top.count, of: candlesJudged)) \(explained(filter: top.reason))"
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
            text += "; \(grouped(top.count)) \(explained(filter: top.reason))"
        }
        if stillOpen > 0 { text += "; \(positions(stillOpen)) still open" }
        return text + "."
    }

    private func positions(_ count: Int) -> String { plural(count, "position") + (count == 1 ? " is" : " are") }

    private func share(_ count: Int, of total: Int) -> String {
        count >= total ? (total == 1 ? "it" : "all of them") : "\(grouped(count)) of them"
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
            case "ENTRY_PENDING": "came while an entry was resting"
            case "POSITION_OPEN": "came while a position was open"
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
            case "TOO_CLOSE_TO_EXPIRY": "less than \(spoken(entryCutoff)) were left"
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
