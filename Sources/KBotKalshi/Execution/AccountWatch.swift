import KBotModel

/// What a desk knows of the account beyond its own orders: positions by its own fills, and what others hold.
struct AccountWatch {
    /// A position the venue told of, to be compared once the fills it counts have had time to come.
    struct Hint {
        let position: Quantity
        let due: Timestamp
    }

    /// The newest picture of the account.
    var picture: AccountPicture?
    /// The sum of our fills by market, of markets that are not settled.
    var positions: [Ticker: Quantity] = [:]
    /// What we held in markets that are settled.
    var finals: [Ticker: Quantity] = [:]
    /// When our last fill in a market was told, in uptime.
    var lastFill: [Ticker: Timestamp] = [:]

    /// Orders on the account that are not this run's, by the venue's id, and the uptime at which they were heard of.
    var foreignOrders: [String: (ticker: Ticker, at: Timestamp)] = [:]
    /// What is held in a market beyond our fills.
    var foreignPositions: [Ticker: Quantity] = [:]
    /// The markets told as foreign.
    var toldForeign: Set<Ticker> = []
    /// Differences of positions seen once, and when the reading began.
    var suspicions: [Ticker: (difference: Quantity, at: Timestamp)] = [:]
    var hints: [Ticker: Hint] = [:]
    /// From when on the next reading lists orders that have ended too, for those of this run or an earlier one that were
    /// given up; nil when it need not.
    var ordersFrom: Timestamp?
    /// The differences, and the orders of fills, for which orders were listed.
    var listedFor: (differences: [Ticker: Quantity], orders: Set<String>) = ([:], [])

    var isReading = false
    /// When the account is to be read next; a reading under way does not count.
    var readDue: Timestamp?
    var readBegan = Timestamp.distantPast
    var failures = 0
    var fillsFrom = Timestamp(microseconds: 0)
    var isConnected = true

    /// When something is to be done, in uptime.
    var nextDue: Timestamp {
        let read = isReading ? nil : readDue
        return hints.values.reduce(read ?? .distantFuture) { min($0, $1.due) }
    }

    mutating func book(_ fill: Fill, in ticker: Ticker, at time: DeskTime) {
        let signed = fill.side == .bid ? fill.count : -fill.count
        if let final = finals[ticker], positions[ticker] == nil {
            finals[ticker] = final + signed  // traded before the result, told after it was paid
        } else {
            positions[ticker, default: .zero] += signed
        }
        lastFill[ticker] = time.uptime
    }

    mutating func hint(
        _ position: Quantity,
        in ticker: Ticker,
        at time: DeskTime,
        _ configuration: DeskConfiguration
    ) {
        hints[ticker] = Hint(position: position, due: time.uptime + configuration.readLag)
    }

    /// What of a market is not ours, in words; nil when all is.
    func foreignReason(_ ticker: Ticker) -> String? {
        let orders = foreignOrders.values.count { $0.ticker == ticker }
        let position = foreignPositions[ticker] ?? .zero
        guard orders > 0 || position != .zero else { return nil }
        var parts: [String] = []
        if position != .zero { parts.append("\(position) contracts") }
        if orders > 0 { parts.append(orders == 1 ? "1 order" : "\(orders) orders") }
        return "\(parts.joined(separator: " and ")) on the account not of this run"
    }
}
