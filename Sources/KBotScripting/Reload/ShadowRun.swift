import KBotEngine
import KBotModel

/// Tries a new version of a script beside the old one on what was seen lately, before it may trade.
///
/// Both versions are fresh instances: the one that trades notices nothing.
package struct ShadowRun {
    /// What came of it.
    package struct Result {
        /// What to tell: `last 500 candles: 7 signals before, 9 after; first difference …`.
        package let text: String
        /// The new version's first failure; nil when it had none.
        package let failure: String?

        /// Makes a result.
        package init(text: String, failure: String?) {
            self.text = text
            self.failure = failure
        }
    }

    // MARK: Strategies

    /// Runs both versions of a strategy over the candles of a tape.
    package static func compare(_ old: LuaStrategy, _ new: LuaStrategy, on tape: CandleTape) -> Result {
        let moments = tape.moments
        guard !moments.isEmpty else { return Result(text: "no candle yet to compare on", failure: nil) }
        guard old.needs.source == new.needs.source, let coarser = merge(moments, for: new.needs.interval) else {
            return Result(
                text:
                    "other candles than before (\(old.needs.interval) → \(new.needs.interval)): nothing to compare on",
                failure: nil
            )
        }
        let before = Self.signals(of: old, on: moments)
        let after = Self.signals(of: new, on: coarser)
        let text =
            "last \(moments.count) candles: \(before.count) signals before, \(after.count) after"
            + (difference(before, after).map { "; first difference \($0)" } ?? "")
        return Result(text: text, failure: failure(in: new.takeMessages()))
    }

    private struct Told: Equatable {
        let time: Timestamp
        let market: Ticker
        let signal: Signal
    }

    private static func signals(of strategy: LuaStrategy, on moments: [CandleTape.Moment]) -> [Told] {
        var told: [Told] = []
        var ofMarkets: [MarketID: IndicatorSet] = [:]
        let ofSpot = IndicatorSet(strategy.needs)
        var spotEnd: Timestamp?
        strategy.onStart(at: moments[0].now)
        for moment in moments {
            let id = moment.view.facts.id
            let indicators: IndicatorSet
            switch moment.candle {
            case .market(let candle):
                indicators = ofMarkets[id] ?? IndicatorSet(strategy.needs)
                ofMarkets[id] = indicators
                indicators.add(candle)
            case .spot(let candle):
                indicators = ofSpot
                // One candle of the underlying stands once for each market on it.
                if spotEnd != candle.end { indicators.add(candle) }
                spotEnd = candle.end
            }
            guard indicators.isReady else { continue }
            for decision in decisions(of: strategy, moment, indicators) {
                guard case .signal(let signal) = decision else { continue }
                told.append(Told(time: moment.end, market: moment.view.facts.ticker, signal: signal))
            }
        }
        return told
    }

    /// What every callback that can signal says at a moment, each asked only when an engine would ask it.
    private static func decisions(
        of strategy: LuaStrategy,
        _ moment: CandleTape.Moment,
        _ indicators: IndicatorSet
    ) -> [Decision] {
        let context = StrategyContext(
            now: moment.now,
            view: moment.view,
            indicators: indicators,
            position: moment.position,
            account: moment.account
        )
        var decisions: [Decision] = []
        switch moment.candle {
        case .market(let candle): decisions.append(strategy.onCandle(candle, context))
        case .spot(let candle): decisions.append(strategy.onSpotCandle(candle, context))
        }
        let facts = moment.view.facts
        guard facts.status == .active, moment.now < facts.closeTime else { return decisions }
        if moment.view.book != nil, let decision = strategy.onBook(context) { decisions.append(decision) }
        if strategy.needs.timer != nil, let decision = strategy.onTimer(context) { decisions.append(decision) }
        return decisions
    }

    private static func difference(_ before: [Told], _ after: [Told]) -> String? {
        var index = 0
        while index < before.count, index < after.count, before[index] == after[index] { index += 1 }
        let old = index < before.count ? before[index] : nil
        let new = index < after.count ? after[index] : nil
        switch (old, new) {
        case (nil, nil): return nil
        case (let old?, let new?) where old.time == new.time && old.market == new.market:
            return "\(old.time) \(old.market): \(text(old.signal)) before, \(text(new.signal)) after"
        case (let old?, let new) where new.map({ old.time <= $0.time }) ?? true:
            return "\(old.time) \(old.market): \(text(old.signal)) before, none after"
        case (_, let new?): return "\(new.time) \(new.market): none before, \(text(new.signal)) after"
        default: return nil
        }
    }

    private static func text(_ signal: Signal) -> String {
        func cents(_ price: Price) -> String { "\(Double(price.units) / 100)" }
        func side(_ protection: Signal.Protection) -> String {
            switch protection {
            case .price(let price): cents(price)
            case .offset(let distance): "±\(Double(distance.units) / 100)"
            }
        }
        return
            "\(signal.direction.rawValue) \(cents(signal.entry)), stop \(side(signal.stop)), target \(side(signal.target))"
    }

    // MARK: Candles of another length

    /// The moments as a strategy with this interval would have had them; nil when these candles cannot make its own.
    private static func merge(_ moments: [CandleTape.Moment], for interval: CandleInterval) -> [CandleTape.Moment]? {
        var merged: [CandleTape.Moment] = []
        var open: [MarketID: Candle] = [:]
        for moment in moments {
            switch moment.candle {
            case .spot(let candle):
                guard case .fixed(candle.interval) = interval else { return nil }
                merged.append(moment)
            case .market(let candle):
                let wanted = interval.resolved(life: moment.view.facts.life)
                if wanted == candle.interval {
                    merged.append(moment)
                    continue
                }
                guard wanted.microseconds % candle.interval.microseconds == 0 else { return nil }
                let id = moment.view.facts.id
                let start = candle.start.floored(to: wanted)
                let whole = candle.joined(to: open[id], start: start, interval: wanted)
                open[id] = whole
                if candle.end == whole.end {
                    merged.append(moment.with(.market(whole)))
                    open[id] = nil
                }
            }
        }
        return merged
    }

    // MARK: Rules

    /// Asks both versions of a rule about the orders the old one saw last.
    package static func compare(_ old: LuaRiskRule, _ new: LuaRiskRule, on checks: [RuleCheck]) -> Result {
        let checks = checks.suffix(RuleCheck.kept)
        guard !checks.isEmpty else { return Result(text: "no order yet to compare on", failure: nil) }
        var different = 0
        var first: String?
        for check in checks {
            let before = check.ask(old)
            let after = check.ask(new)
            guard before != after else { continue }
            different += 1
            if first == nil {
                first = "\(check.now) \(check.view.facts.ticker): \(before.words) before, \(after.words) after"
            }
        }
        return Result(
            text: "last \(checks.count) orders: \(different) verdicts differ" + (first.map { "; first \($0)" } ?? ""),
            failure: failure(in: new.takeMessages())
        )
    }

    private static func failure(in messages: [StrategyMessage]) -> String? {
        for message in messages {
            if case .failure(let text) = message { return text }
        }
        return nil
    }
}

/// One question a rule was asked, kept so that a new version can be asked it too.
package struct RuleCheck {
    let order: ProposedOrder
    let now: Timestamp
    let view: MarketView
    let position: PositionView?
    let account: AccountView

    /// How many are kept.
    static let kept = 100

    func ask(_ rule: LuaRiskRule) -> Verdict {
        rule.check(order, RuleContext(now: now, view: view, position: position, account: account))
    }
}

extension Verdict {
    /// The verdict in a few words.
    fileprivate var words: String {
        switch self {
        case .allow: "allow"
        case .reduce(let count, let code, _): "reduce to \(count) (\(code))"
        case .deny(let code, _): "deny (\(code))"
        case .halt(_, let code, _): "halt (\(code))"
        }
    }
}

extension Candle {
    /// This candle as the continuation of a longer one that began before it.
    fileprivate func joined(to earlier: Candle?, start: Timestamp, interval: TimeSpan) -> Candle {
        guard let earlier, earlier.start == start else {
            return Candle(
                start: start,
                interval: interval,
                open: open,
                high: high,
                low: low,
                close: close,
                volume: volume,
                trades: trades
            )
        }
        // A flat piece carries the last price and adds nothing to the range.
        return Candle(
            start: start,
            interval: interval,
            open: earlier.trades == 0 && trades > 0 ? open : earlier.open,
            high: earlier.trades == 0 && trades > 0 ? high : max(earlier.high, high),
            low: earlier.trades == 0 && trades > 0 ? low : min(earlier.low, low),
            close: close,
            volume: earlier.volume + volume,
            trades: earlier.trades + trades
        )
    }
}
