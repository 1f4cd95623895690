import GRDB
import KBotKalshi
import KBotModel
import KBotTestSupport

@testable import KBotJournal

/// What the tables of a journal say of an account at its end.
struct JournalTables {
    /// Contracts filled and final state of each order, by its number.
    let orders: [Int64: (filled: Int64, state: String)]
    /// Contracts of the fills of each order.
    let fills: [Int64: Int64]
    /// Markets in which something is held.
    let positions: [String]
    /// Profit of all round trips after fees.
    let profit: Money

    /// Reads them.
    init(_ journal: Journal) throws {
        var orders: [Int64: (filled: Int64, state: String)] = [:]
        var fills: [Int64: Int64] = [:]
        (positions, profit) = try journal.read { db in
            for row in try Row.fetchAll(db, sql: "SELECT sequence, filled, state FROM orders") {
                orders[row["sequence"]] = (row["filled"], row["state"])
            }
            for row in try Row.fetchAll(db, sql: "SELECT sequence, sum(count) AS count FROM fills GROUP BY sequence") {
                fills[row["sequence"]] = row["count"]
            }
            let units = try Int64.fetchOne(db, sql: "SELECT coalesce(sum(net_pnl), 0) FROM trades") ?? 0
            return (try String.fetchAll(db, sql: "SELECT ticker FROM positions"), Money(units: units))
        }
        self.orders = orders
        self.fills = fills
    }

    /// Compares them with the exchange's books: contracts filled, by the orders' numbers.
    func compare(with filled: [Int64: Quantity], profit: Money) throws {
        for (sequence, count) in filled.sorted(by: { $0.key < $1.key }) {
            try hold(
                fills[sequence] ?? 0 == count.units,
                "order \(sequence): fills of \(fills[sequence] ?? 0), not \(count)"
            )
            guard count > .zero else { continue }
            let row = orders[sequence]
            try hold(
                row?.filled == count.units,
                "order \(sequence): \(String(describing: row)) in orders, \(count) filled"
            )
        }
        for (sequence, count) in fills {
            try hold(filled[sequence]?.units == count, "order \(sequence): fills of \(count) that the exchange has not")
        }
        let open: Set<String> = ["sent", "resting", "partly_filled", "cancelling", "unknown"]
        for (sequence, order) in orders {
            try hold(!open.contains(order.state), "order \(sequence) is still \(order.state)")
        }
        try hold(positions.isEmpty, "positions left: \(positions)")
        try hold(self.profit == profit, "the trades made \(self.profit), the exchange says \(profit)")
    }
}
