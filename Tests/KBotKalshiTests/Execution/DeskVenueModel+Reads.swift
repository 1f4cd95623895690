import KBotKalshi
import KBotModel

/// What reads of the venue show, as of a little while ago.
extension DeskVenueModel {
    func read<Value>(_ body: (DeskVenueModel) throws -> Value) -> Result<Value, VenueError> {
        if chance(faults.failingReads) { return .failure(Self.failing) }
        do {
            return .success(try body(self))
        } catch let error as VenueError {
            return .failure(error)
        } catch {
            return .failure(VenueError(.unreadableAnswer, .notRetryable, message: "\(error)"))
        }
    }

    private var asOf: Timestamp {
        let lag = faults.lag.microseconds
        return time.now - TimeSpan(microseconds: lag > 0 ? Int64.random(in: 0...lag, using: &random) : 0)
    }

    func row(_ id: String) throws -> OrderRow {
        guard let index = byID[id] else { throw Self.absent }
        return try row(entries[index])
    }

    func row(_ entry: Entry) throws -> OrderRow {
        let view = entry.view(at: max(asOf, entry.created))
        let reason = view.reason.map { #","last_update_reason":"\#($0)""# } ?? ""
        return try Self.parse(
            #"{"order_id":"\#(entry.id)","client_order_id":"\#(entry.wire.clientID)","ticker":"\#(entry.wire.ticker)","#
                + #""book_side":"\#(entry.wire.side.rawValue)","status":"\#(view.status)","#
                + #""yes_price_dollars":"\#(entry.price)","initial_count_fp":"\#(entry.total)","#
                + #""fill_count_fp":"\#(view.filled)","remaining_count_fp":"\#(view.remaining)"\#(reason)}"#
        )
    }

    func fills(where isWanted: (String) -> Bool) throws -> [FillRow] {
        let asOf = asOf
        var rows: [FillRow] = []
        for entry in entries.reversed() where isWanted(entry.id) {
            for trade in entry.trades.reversed() where trade.at <= asOf {
                rows.append(
                    try Self.parse(
                        #"{"trade_id":"\#(trade.id)","order_id":"\#(entry.id)","ticker":"\#(entry.wire.ticker)","#
                            + #""book_side":"\#(entry.wire.side.rawValue)","count_fp":"\#(trade.count)","#
                            + #""yes_price_dollars":"\#(trade.price)","is_taker":\#(trade.isTaker),"#
                            + #""fee_cost":"\#(trade.fee)","created_time":"\#(trade.at)"}"#
                    )
                )
            }
        }
        return rows
    }

    func picture(ordersFrom: Timestamp? = nil) throws -> AccountPicture {
        let asOf = asOf
        var positions: [PositionRow] = []
        for ticker in Set(entries.map(\.wire.ticker)).sorted() {
            let sum = entries.filter { $0.wire.ticker == ticker }.reduce(Quantity.zero) { sum, entry in
                let filled = entry.view(at: asOf).filled
                return entry.wire.side == .bid ? sum + filled : sum - filled
            }
            guard sum != .zero else { continue }
            positions.append(try Self.parse(#"{"ticker":"\#(ticker)","position_fp":"\#(sum)"}"#))
        }
        let resting = entries.filter { $0.created <= asOf && $0.view(at: asOf).status == "resting" }
        return AccountPicture(
            balance: try Self.parse(#"{"balance":100000,"balance_dollars":"1000.0000"}"#),
            positions: positions,
            resting: try resting.map(row),
            orders: try entries.filter { $0.created <= asOf && $0.created >= ordersFrom ?? .distantFuture }.map(row),
            fills: try fills { _ in true }
        )
    }

    static func parse<Row: WireValue>(_ text: String) throws -> Row { try Row(wire: JSON(parsing: Array(text.utf8))) }
}
