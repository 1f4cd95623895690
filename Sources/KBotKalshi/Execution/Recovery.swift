import KBotModel

/// What an account that goes on was taken up with, and how far it has been compared with the venue.
struct Recovery {
    /// The orders of earlier runs of which the journal knows.
    let known: KnownOrders
    /// From when on the journal may lack fills and orders, in the venue's time.
    let fillsFrom: Timestamp
    /// Markets in which the account has something by its journal.
    var ours: Set<Ticker>

    /// Whether the next reading has to list orders that have ended too.
    var wantsOrders = true
    /// Until when each reading does, in uptime.
    var listsUntil = Timestamp.distantPast
    /// Whether orders were listed once.
    var hasListed = false
    /// Orders with ids of ours of which the journal knows nothing, by the venue's id.
    var unaccounted: [String: UnaccountedOrder] = [:]
    /// Orders that rest though they have ended by the journal, by the venue's id: when first seen, in uptime.
    var leftovers: [String: Timestamp] = [:]
    /// Fills told that the journal does not have.
    var fills: [Fill] = []

    /// Readings so far.
    var readings = 0
    /// What the last reading's positions differed by, and when it began, in uptime.
    var differences: (by: [Ticker: Quantity], at: Timestamp)?
    /// Whether payments were read since, where some are needed to explain what the venue lists no more.
    var hasPayments = false
    var isAskingPayments = false
    var hasToldTrouble = false
    /// Whether the comparison was told.
    var isDone = false

    /// Why no entry may be sent; nil when nothing of this speaks against it.
    var reasonAgainstEntries: String? {
        if !unaccounted.isEmpty { return "the account has orders that the journal does not know" }
        return isDone ? nil : "the account was not compared with its journal yet"
    }

    /// From when on the next reading lists orders that have ended too; nil when it need not.
    ///
    /// For a while each does: what a killed run had handed to the network may arrive late.
    mutating func takeOrdersFrom(_ overlap: TimeSpan, at uptime: Timestamp) -> Timestamp? {
        guard wantsOrders || uptime < listsUntil || unaccounted.values.contains(where: { $0.remaining > .zero }) else {
            return nil
        }
        wantsOrders = false
        return fillsFrom - overlap
    }

    /// What fills of orders that the journal does not know have made of a position.
    func unaccountedPosition(in ticker: Ticker) -> Quantity {
        unaccounted.values.reduce(.zero) { $1.ticker == ticker ? $0 + $1.position : $0 }
    }
}

/// Up to where the journal knows the orders of each epoch of an account.
struct KnownOrders {
    private var ends: [Int32: ClientOrderID] = [:]
    private let firstEpoch: Int32

    /// Takes the last order of each epoch, and any others that are known.
    init(_ orders: [ClientOrderID]) {
        firstEpoch = orders.map(\.epoch).min() ?? 0
        for order in orders { ends[order.epoch] = max(ends[order.epoch] ?? order, order) }
    }

    /// The sequence of the last order of all; 0 when there is none.
    var last: Int64 { ends.values.max()?.sequence ?? 0 }

    /// Whether it is known of an order what became of it: by the journal, or because it is too old to matter.
    func contains(_ order: ClientOrderID) -> Bool {
        guard order.epoch >= firstEpoch else { return true }
        return ends[order.epoch].map { order <= $0 } ?? false
    }
}
