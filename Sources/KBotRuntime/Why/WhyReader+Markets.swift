import KBotEngine
import KBotModel
import KBotReports

/// What the lines of a market say.
extension WhyReader {
    /// How many bodies inside the bands, and how many triggers that came late, are kept.
    private static let mostInside = 10
    private static let mostLate = 5

    /// Takes in a line of a market.
    mutating func take(_ line: WhyLine, of market: String) {
        let strategy = line.text("strategy")
        switch line.type {
        case "market":
            markets[market, default: WhyMarket()].opens = line.time("open")
            markets[market, default: WhyMarket()].closes = line.time("close")
        case "candle": takeCandle(line, of: market)
        case "trigger":
            markets[market, default: WhyMarket()].triggers[strategy] = line.text("side")
            count(for: strategy, in: market) { $0.triggers += 1 }
        case "no_signal": takeNoSignal(line, strategy, of: market)
        case "signal": takeSignal(line, strategy, of: market)
        case "denied": takeDenial(line, strategy, of: market)
        case "verdict": takeVerdict(line, of: market)
        case "order": takeOrder(line, of: market)
        case "fill":
            guard line.text("role") == "entry", let owner = openEntries.removeValue(forKey: line.text("order")) else {
                break
            }
            count(for: owner, in: market) { $0.filled += 1 }
        case "closed":
            count(for: strategy, in: market) {
                if line.text("exit") == ClosedTrade.Exit.settlement.rawValue { $0.settled += 1 } else { $0.closed += 1 }
            }
        default: takeAccount(line)
        }
    }

    private mutating func takeCandle(_ line: WhyLine, of market: String) {
        guard let candle = line.candle else { return }
        for (strategy, needs) in needs {
            if markets[market, default: WhyMarket()].indicators[strategy] == nil,
                let opens = markets[market, default: WhyMarket()].opens,
                let closes = markets[market, default: WhyMarket()].closes
            {
                markets[market, default: WhyMarket()].indicators[strategy] = SeenIndicators(needs, life: closes - opens)
            }
            if markets[market, default: WhyMarket()].indicators[strategy]?.add(candle) == true {
                markets[market, default: WhyMarket()].candles[strategy] = candle
            }
        }
        markets[market, default: WhyMarket()].last = candle
        markets[market, default: WhyMarket()].judged = nil
        guard let moment, question.market == nil || question.market == market, candle.end <= moment else { return }
        markets[market, default: WhyMarket()].judged = candle.interval
        markets[market, default: WhyMarket()].decisions[candle.interval] = WhyDecision(
            market: market,
            closes: markets[market, default: WhyMarket()].closes,
            candle: candle,
            blocks: inForce,
            equity: equity
        )
    }

    private mutating func takeNoSignal(_ line: WhyLine, _ strategy: String, of market: String) {
        let code = line.text("reason")
        let side = markets[market, default: WhyMarket()].triggers.removeValue(forKey: strategy)
        markets[market, default: WhyMarket()].count(for: strategy) { $0.candlesClosed += 1 }
        addTotal(strategy) { $0.candlesClosed += 1 }
        say(strategy, market, (side.map { "\($0) trigger, but no signal: " } ?? "no signal: ") + Self.explained(code))
        guard code != ReasonCode.warmingUp.text else { return }
        judge(strategy, in: market)
        count(for: strategy, in: market) { if side == nil { $0.pass(code) } else { $0.filter(code) } }
        guard question.market == nil || question.market == market else { return }
        guard
            let candle = markets[market, default: WhyMarket()].candles[strategy]
                ?? markets[market, default: WhyMarket()].last
        else { return }
        func miss(_ kind: WhyReport.Miss.Kind, _ side: String, _ amount: Int64) -> WhyReport.Miss {
            WhyReport.Miss(
                kind: kind,
                time: candle.end,
                market: market,
                strategy: strategy,
                code: code,
                side: side,
                amount: amount
            )
        }
        if let side, code == ReasonCode.tooCloseToExpiry.text, let closes = markets[market, default: WhyMarket()].closes
        {
            let left = (closes - candle.end).microseconds
            Self.keep(miss(.time, side, left), in: &timeMisses, most: Self.mostLate) { $0.amount > $1.amount }
        } else if side == nil, !isTooLate(candle, in: market),
            let near = markets[market, default: WhyMarket()].indicators[strategy]?.distance(of: candle),
            near.amount >= 0
        {
            Self.keep(miss(.band, near.side, near.amount), in: &bandMisses, most: Self.mostInside) {
                $0.amount < $1.amount
            }
        }
    }

    /// Whether an entry on this candle would have come too late whatever its body.
    private func isTooLate(_ candle: Candle, in market: String) -> Bool {
        guard let cutoff = question.entryCutoff, let closes = markets[market]?.closes else { return false }
        return closes - candle.end < cutoff
    }

    private mutating func takeSignal(_ line: WhyLine, _ strategy: String, of market: String) {
        markets[market, default: WhyMarket()].triggers[strategy] = nil
        markets[market, default: WhyMarket()].count(for: strategy) { $0.candlesClosed += 1 }
        addTotal(strategy) { $0.candlesClosed += 1 }
        judge(strategy, in: market)
        count(for: strategy, in: market) { $0.signals += 1 }
        markets[market, default: WhyMarket()].signallers.append(strategy)
        func price(_ name: String) -> String {
            let price: Price? = line.decimal(name)
            return price.map(WhyNumbers.cents) ?? "?"
        }
        let reason = line.optional("reason").map { " (\($0))" } ?? ""
        say(
            strategy,
            market,
            "signal \(line.text("side")), \(line.text("entry_type")) entry \(price("entry")), stop \(price("stop")), "
                + "target \(price("target"))\(reason)"
        )
        guard let judged = markets[market, default: WhyMarket()].judged else { return }
        markets[market, default: WhyMarket()].decisions[judged]?.isFollowed = true
        markets[market, default: WhyMarket()].decisions[judged]?.signalled = line.time
        markets[market, default: WhyMarket()].decisions[judged]?.strategies.insert(strategy)
    }

    private mutating func takeDenial(_ line: WhyLine, _ strategy: String, of market: String) {
        let code = line.text("code")
        count(for: strategy, in: market) { $0.deny(code) }
        if let last = markets[market, default: WhyMarket()].signallers.lastIndex(of: strategy) {
            markets[market, default: WhyMarket()].signallers.remove(at: last)
        }
        guard question.market == nil || question.market == market else { return }
        var objection =
            objections[code]
            ?? WhyReport.Objection(
                code: code,
                signals: 0,
                strategies: [:],
                text: "",
                limit: LimitName(objection: code)
            )
        objection.signals += 1
        objection.strategies[strategy, default: 0] += 1
        objection.text = line.text("text")
        objections[code] = objection
    }

    private mutating func takeVerdict(_ line: WhyLine, of market: String) {
        guard question.market == nil || question.market == market else { return }
        let name = line.text("rule")
        let code = line.text("code")
        let answer: RuleTally.Answer
        switch line.text("verdict") {
        case "reduce": answer = .reduce(code: code)
        case "deny": answer = .deny(code: code)
        case "halt": answer = .halt(code: code)
        default: answer = .allow
        }
        let index = report.rules.firstIndex { $0.name == name } ?? report.rules.count
        if index == report.rules.count { report.rules.append(RuleTally(name: name)) }
        report.rules[index].count(answer, reducing: line.isTrue("reducing"))
        guard !line.isTrue("reducing") else { return }
        let text = line.optional("text").map { ": \($0)" } ?? ""
        say("rule \(name)", market, "\(line.text("verdict"))\(code.isEmpty ? "" : " \(code)")\(text)")
    }

    private mutating func takeOrder(_ line: WhyLine, of market: String) {
        guard line.text("role") == "entry" else { return }
        let id = line.text("id")
        switch line.text("state") {
        case "sent" where openEntries[id] == nil:
            let strategy = markets[market, default: WhyMarket()].signallers.popLast()
            openEntries.updateValue(strategy, forKey: id)
            count(for: strategy, in: market) { $0.orders += 1 }
        case "expired", "cancelled", "rejected":
            guard let strategy = openEntries.removeValue(forKey: id) else { return }
            count(for: strategy, in: market) { $0.endUnfilled(line.optional("why") ?? line.text("state")) }
        default: break
        }
    }

    // MARK: Counting

    private mutating func judge(_ strategy: String, in market: String) {
        count(for: strategy, in: market) { $0.candlesJudged += 1 }
        guard let index = markets[market, default: WhyMarket()].parts.firstIndex(where: { $0.strategy == strategy }),
            !markets[market, default: WhyMarket()].parts[index].isWarm
        else { return }
        markets[market, default: WhyMarket()].parts[index].isWarm = true
        addTotal(strategy) { $0.marketsWarmedUp += 1 }
    }

    private mutating func count(for strategy: String?, in market: String, _ change: (inout Funnel) -> Void) {
        let strategy = strategy ?? "(no strategy)"
        markets[market, default: WhyMarket()].count(for: strategy, change)
        addTotal(strategy, change)
    }

    private mutating func addTotal(_ strategy: String, _ change: (inout Funnel) -> Void) {
        if totals[strategy] == nil { names.append(strategy) }
        change(&totals[strategy, default: Funnel()])
    }

    private mutating func say(_ strategy: String, _ market: String, _ words: String) {
        guard let judged = markets[market, default: WhyMarket()].judged,
            let candle = markets[market, default: WhyMarket()].decisions[judged]?.candle
        else {
            return
        }
        let seen =
            markets[market, default: WhyMarket()].candles[strategy] == candle
            ? markets[market, default: WhyMarket()].indicators[strategy]?.words(candle) : nil
        markets[market, default: WhyMarket()].decisions[judged]?.say(strategy, words, seen: seen ?? [])
    }

    /// A code with its meaning; a script's own code is its own explanation.
    private static func explained(_ code: String) -> String {
        let entries = ReasonCode(code).entries
        guard let entry = entries.first(where: { $0.places.contains(.noSignal) }) ?? entries.first else { return code }
        return "\(code). \(entry.meaning)"
    }

    private static func keep(
        _ miss: WhyReport.Miss,
        in misses: inout [WhyReport.Miss],
        most: Int,
        _ isNearer: (WhyReport.Miss, WhyReport.Miss) -> Bool
    ) {
        if misses.count == most, let last = misses.last, !isNearer(miss, last) { return }
        let index = misses.firstIndex { isNearer(miss, $0) } ?? misses.count
        misses.insert(miss, at: index)
        if misses.count > most { misses.removeLast() }
    }
}
