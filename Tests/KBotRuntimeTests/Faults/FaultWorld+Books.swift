import KBotEngine
import KBotExchange
import KBotJournal
import KBotKalshi
import KBotModel
import KBotTestSupport

@testable import KBotRuntime

/// What must hold.
extension FaultWorld {
    func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, violation == nil { violation = what() }
    }

    /// The engine wants an order sent.
    func meant(_ order: NewOrder, _ role: OrderRole, by process: FaultProcess, isRefused: Bool) {
        let known = roles.updateValue((role, process.number), forKey: order.id)
        require(known == nil, "\(order.id) was made twice")
        tally.orders += 1
        say("\(role.rawValue) \(order.id): \(order.side) \(order.count) at \(order.price) in \(order.market)")
        if isRefused { tally.refusedByJournal += 1 }
    }

    /// An order has reached the venue that its sender had given up for good: should the sender be dead, nobody asks for it.
    func arrivedLate() { mayRefuse = true }

    /// The desk hands an order to the network.
    func sent(_ order: CreateOrder, by process: FaultProcess) {
        placements[order.clientID, default: 0] += 1
        say("sent \(order.clientID)")
        require(placements[order.clientID] == 1, "\(order.clientID) was placed twice")
        guard let id = terms.order(order.clientID), let (role, maker) = roles[id] else {
            return require(false, "\(order.clientID) is nobody's")
        }
        require(maker == process.number, "\(id) of process \(maker) was placed by process \(process.number)")
        guard role == .entry else { return }
        require(!process.isHalted, "\(id), an entry, left while entries were halted")
        require(!isHaltKept, "\(id), an entry, left while the account was halted")
        if let brokenSince {
            require(
                now <= brokenSince + .seconds(1),
                "\(id), an entry, left \(now - brokenSince) after the disk failed"
            )
        }
    }

    func foreign(_ ticker: Ticker, _ text: String, _ process: FaultProcess) throws {
        tally.foreign += 1
    }

    func warned(_ kind: DeskWarning, _ text: String, _ process: FaultProcess) throws {
        require(kind != .positionDrift || mayRefuse, text)
        require(kind != .settlementDifference || mayRefuse, text)
    }

    /// The engine's positions are the venue's.
    func comparePositions(_ process: FaultProcess) throws {
        let ours = process.positions
        let theirs = venue.positions
        for ticker in Set(ours.keys).union(theirs.keys).sorted() {
            // What is being paid is told and paid at two times.
            guard let market = venue.market(ticker), market.phase == .active || market.phase == .inactive else {
                continue
            }
            let (mine, other) = (ours[ticker] ?? .zero, theirs[ticker] ?? .zero)
            require(mine == other, "\(ticker): the engine holds \(mine), the venue \(other)")
            require(
                process.deskPosition(ticker) == other,
                "\(ticker): the desk has \(process.deskPosition(ticker)), not \(other)"
            )
        }
        let resting = Set(process.openOrders.map(\.clientID))
        for id in venue.resting { require(resting.contains(id), "\(id) rests at the venue and is nobody's") }
    }

    /// A stop that was passed is acted on: nothing is held long beyond it in a market that trades.
    func watchStops(_ process: FaultProcess) {
        guard process.isRecovered, process.isConnected, !process.isOnHold else { return passed = [:] }
        var beyond: Set<Ticker> = []
        for trade in process.trades where !trade.isAwaitingSettlement && trade.count > .zero {
            guard let market = venue.market(trade.market), market.phase == .active,
                let bid = market.book.bestBid?.price,
                let ask = market.book.bestAsk?.price
            else { continue }
            let isBeyond = trade.direction == .long ? ask < trade.plan.stop : bid > trade.plan.stop
            if isBeyond { beyond.insert(trade.market) }
        }
        passed = passed.filter { beyond.contains($0.key) }
        for ticker in beyond {
            let since = passed[ticker] ?? network.uptime
            passed[ticker] = since
            tally.longestBeyondStop = max(tally.longestBeyondStop, network.uptime - since)
            require(network.uptime - since < .seconds(isCalm ? 60 : 90), "\(ticker): held beyond its stop for too long")
        }
    }

    /// Contracts filled at the venue, by our orders' numbers.
    var filled: [Int64: Quantity] {
        var filled: [Int64: Quantity] = [:]
        for (clientID, count) in venue.filled {
            if let id = terms.order(clientID) { filled[id.sequence] = count }
        }
        return filled
    }

    func compareAtTheEnd() throws {
        guard let process else { throw FaultFailure("no process at the end") }
        tally.events += process.events
        try hold(process.isRecovered, "the last process never knew what it had")
        try hold(!process.hasOpenTrades, "open at the end: \(process.trades)")
        try hold(process.openOrders.isEmpty, "open orders at the end: \(process.openOrders)")
        try hold(venue.positions.isEmpty, "the venue still has \(venue.positions)")
        try hold(venue.resting.isEmpty, "resting at the end: \(venue.resting)")
        try hold(ledger.doubled.isEmpty, "booked twice: \(ledger.doubled)")
        for (clientID, filled) in venue.filled.sorted(by: { $0.key < $1.key }) {
            let id = terms.order(clientID)
            let booked = id.flatMap { ledger.filled[$0] } ?? .zero
            try hold(booked == filled, "\(clientID): \(filled) filled at the venue, \(booked) booked")
            if filled > .zero { tally.fills += 1 }
        }
        try process.finish(at: now)
        try hold(process.profit == venue.profit, "won \(process.profit) by our books, \(venue.profit) at the venue")
    }
}
