import KBotModel

/// Messages on what is ours, and on indices: rare beside books and trades, so they are read field by field.
extension FrameDecoder {
    /// Reads the body of a type that ``FrameType/isReadByName``.
    func ownBody(_ header: Header, _ scanner: JSONScanner) throws(FrameError) -> Frame.Body {
        let start = header.messageAt
        guard start > 0, header.messageEnd > start else { throw FrameError(.missing("msg"), at: start) }
        let text = (start..<header.messageEnd).map { scanner[$0] }
        do throws(WireError) {
            let row = try RowReader(try JSON(parsing: text))
            switch header.type {
            case .fill: return .ownFill(try OwnFill(row))
            case .userOrder: return .ownOrder(try OwnOrder(row))
            case .position: return .ownPosition(try OwnPosition(row))
            case .index, .fastIndex: return .index(try IndexValue(row))
            default: return .orderGroup(id: try row.required("order_group_id"), kind: try row.required("event_type"))
            }
        } catch {
            throw FrameError(error, at: start)
        }
    }
}

extension FrameError {
    /// What is wrong with a field, told like any other trouble of a frame.
    fileprivate init(_ error: WireError, at offset: Int) {
        let field = error.path.isEmpty ? "msg" : error.path.joined(separator: ".")
        switch error.reason {
        case .notJSON(let inner): self.init(inner.reason, at: offset + inner.offset)
        case .missing: self.init(.missing(field), at: offset)
        case .unreadable: self.init(.badValue(field), at: offset)
        }
    }
}

extension OwnFill {
    /// Reads a `fill` message.
    init(_ row: RowReader) throws(WireError) {
        self.init(
            tradeID: try row.required("trade_id"),
            orderID: try row.required("order_id"),
            clientID: try row.text("client_order_id"),
            ticker: try row.ticker(),
            side: try row.fillSide(),
            price: try row.required("yes_price_dollars"),
            count: try row.required("count_fp"),
            isTaker: try row.required("is_taker"),
            fee: try row.optional("fee_cost"),
            positionAfter: try row.optional("post_position_fp"),
            time: try row.firstTime("ts_ms", "ts"),
            subaccount: try row.optional("subaccount", or: "subaccount_number"),
            shard: try row.optional("exchange_index")
        )
    }
}

extension OwnOrder {
    /// Reads a `user_order` message.
    init(_ row: RowReader) throws(WireError) {
        self.init(
            orderID: try row.required("order_id"),
            clientID: try row.text("client_order_id"),
            ticker: try row.ticker(),
            side: try? row.orderSide(),
            status: try row.required("status"),
            price: try row.optional("yes_price_dollars"),
            initial: try row.optional("initial_count_fp"),
            filled: try row.required("fill_count_fp"),
            remaining: try row.required("remaining_count_fp"),
            updateReason: try row.text("last_update_reason"),
            time: try row.firstTime("last_updated_ts_ms", "created_ts_ms"),
            subaccount: try row.optional("subaccount_number", or: "subaccount"),
            shard: try row.optional("exchange_index"),
            group: try row.text("order_group_id")
        )
    }
}

extension OwnPosition {
    /// Reads a `market_position` message.
    init(_ row: RowReader) throws(WireError) {
        self.init(
            ticker: try row.ticker(),
            position: try row.required("position_fp"),
            subaccount: try row.optional("subaccount", or: "subaccount_number")
        )
    }
}

extension IndexValue {
    /// Reads a `cfbenchmarks_value` or `cfbenchmarks_value_5hz` message.
    ///
    /// The faster one has the value in a field of its own; the slower one has it only in `data`, a JSON text inside the
    /// JSON. The time at which the value was struck goes before the one at which the venue got it.
    init(_ row: RowReader) throws(WireError) {
        let index: String = try row.required("index_id")
        var value: ExactNumber? = try row.optional("value_usd")
        var time = try row.time("source_ts_ms")
        if value == nil || time == nil, let data = try row.text("data") {
            do throws(WireError) {
                let inner = try RowReader(try JSON(parsing: Array(data.utf8)))
                if value == nil { value = try inner.optional("value") }
                if time == nil { time = try inner.time("time") }
            } catch {
                // With the value in hand, the text beside it is not needed.
                if value == nil { throw error.under("data") }
            }
        }
        guard let value else { throw WireError(.missing).under("value") }
        guard let price = SpotPrice(nearest: value) else { throw .unreadable(value.wire, as: "a price").under("value") }
        if time == nil { time = try row.time("received_at") }
        self.init(index: index, value: price, time: time)
    }
}

extension SpotPrice {
    /// The price nearest to a decimal of any fineness, a half away from zero; nil when it does not fit.
    init?(nearest number: ExactNumber) {
        let parts = number.text.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return nil }
        let fraction = parts.count > 1 ? parts[1] : ""
        let kept = "\(whole).\(fraction.prefix(Self.fractionDigits))"
        guard let units = parseDecimal(kept.utf8, fractionDigits: Self.fractionDigits), units.magnitude <= 1 << 52
        else {
            return nil
        }
        let next = fraction.dropFirst(Self.fractionDigits).first ?? "0"
        let away: Int64 = next >= "5" ? 1 : 0
        self.init(units: number.text.hasPrefix("-") ? units - away : units + away)
    }
}

extension RowReader {
    /// The market's ticker, under either of the two names that messages use.
    fileprivate func ticker() throws(WireError) -> Ticker {
        if let ticker: Ticker = try optional("market_ticker") { return ticker }
        return try required("ticker")
    }

    /// A text that may be absent or empty.
    fileprivate func text(_ key: String) throws(WireError) -> String? {
        let text: String? = try optional(key)
        return text?.isEmpty == false ? text : nil
    }

    /// The first time that is there.
    fileprivate func firstTime(_ key: String, _ other: String) throws(WireError) -> Timestamp? {
        if let time = try time(key) { return time }
        return try time(other)
    }
}
