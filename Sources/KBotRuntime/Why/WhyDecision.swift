import KBotEngine
package import KBotModel

/// One candle of one market: what was known, what each strategy and rule said, and what came of it.
package struct WhyDecision: Sendable {
    /// What a strategy answered.
    package struct Answer: Sendable {
        package let strategy: String
        /// What it saw: indicators and where the candle lay; empty when they are not known.
        package internal(set) var seen: [String]
        /// What it said, and what became of that, one sentence each.
        package internal(set) var words: [String]
    }

    package let market: String
    /// The market's close; nil while unknown.
    package let closes: Timestamp?
    package let candle: Candle
    /// Codes that blocked entries on the account, each with the time since when.
    package let blocks: [(code: String, since: Timestamp)]
    /// Equity told last; nil before the first.
    package let equity: Money?
    package internal(set) var answers: [Answer] = []
    /// Orders, fills and the end of the trade, one line each.
    package internal(set) var followed: [String] = []

    /// What follows is of interest until the trade of this signal has ended.
    var isFollowed = false
    var orders: Set<String> = []
    var signalled: Timestamp?
    var strategies: Set<String> = []

    /// Notes that a strategy answered something.
    mutating func say(_ strategy: String, _ words: String, seen: [String]) {
        if let index = answers.lastIndex(where: { $0.strategy == strategy }) {
            answers[index].words.append(words)
            if answers[index].seen.isEmpty { answers[index].seen = seen }
        } else {
            answers.append(Answer(strategy: strategy, seen: seen, words: [words]))
        }
    }

    /// Takes in a line of this market that came after the candle.
    mutating func follow(_ line: WhyLine) {
        guard isFollowed else { return }
        let time = line.time.map { String($0.description.dropFirst(11).prefix(12)) } ?? ""
        switch line.type {
        case "order":
            let id = line.text("id")
            if line.text("role") == "entry", line.text("state") == "sent" { orders.insert(id) }
            guard orders.contains(id) || line.text("role") != "entry" else { return }
            let why = line.optional("why").map { " (\($0))" } ?? ""
            followed.append(
                "\(time)  order \(id), \(line.text("role")): \(line.text("side")) \(line.text("count")) at "
                    + "\(price(line, "price")): \(line.text("state")), \(line.text("filled")) filled\(why)"
            )
            let isOver = ["expired", "cancelled", "rejected"].contains(line.text("state"))
            if orders.contains(id), isOver, line.decimal("filled") == Quantity.zero { isFollowed = false }
        case "fill":
            followed.append(
                "\(time)  fill of \(line.text("order")), \(line.text("role")): \(line.text("side")) \(line.text("count")) "
                    + "at \(price(line, "price")), \(line.text("liquidity")), fee $\(line.text("fee"))"
            )
        case "exit" where strategies.contains(line.text("strategy")):
            followed.append("\(time)  \(line.text("strategy")) leaves: \(line.text("reason"))")
        case "denied" where strategies.contains(line.text("strategy")) && orders.isEmpty:
            // What later signals hear while this one's stop entry waits is theirs.
            let isLater = signalled.map { $0 < line.time ?? $0 } ?? false
            let codes = [ReasonCode.entryPending.text, ReasonCode.positionOpen.text]
            if isLater, codes.contains(line.text("code")) { break }
            followed.append("\(time)  \(line.text("strategy")) denied \(line.text("code")): \(line.text("text"))")
            isFollowed = false
        case "closed" where strategies.contains(line.text("strategy")):
            followed.append(
                "\(time)  closed by \(line.text("exit")): \(line.text("count")) contracts, gross $\(line.text("gross_pnl")), "
                    + "fees $\(line.text("fees")), net $\(line.text("net_pnl"))"
            )
            isFollowed = false
        case "settlement": followed.append("\(time)  the market settled: \(line.text("result"))")
        default: break
        }
    }

    private func price(_ line: WhyLine, _ name: String) -> String {
        let price: Price? = line.decimal(name)
        return price.map(WhyNumbers.cents) ?? line.text(name)
    }
}

/// A moment that `--at` names.
package enum WhyMoment: Sendable {
    /// This one.
    case time(Timestamp)
    /// So many seconds into the run's first day, UTC.
    case clock(Int64)

    /// Reads RFC 3339, or `HH:MM` or `HH:MM:SS` of the run's day; nil for anything else.
    package init?(_ text: String) {
        if let time = Timestamp(rfc3339: text) {
            self = .time(time)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        let numbers = parts.compactMap { Int64($0) }
        guard numbers.count == parts.count, numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else {
            return nil
        }
        self = .clock(numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0))
    }

    /// The moment, in a run that begins at a time.
    func resolved(from begin: Timestamp) -> Timestamp {
        switch self {
        case .time(let time): time
        case .clock(let seconds): begin.utcDay.start + .seconds(seconds)
        }
    }
}
