package import KBotModel

/// Whether one shard works.
package struct ShardStatus: WireRow {
    /// Number of the shard.
    package var shard: Int32
    /// Its name.
    package var name: String?
    /// Whether anything works, cancels too.
    package var isActive: Bool
    /// Whether orders are taken.
    package var isTrading: Bool
    /// Whether cash can be moved.
    package var takesTransfers: Bool?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        shard = try row.required("exchange_index")
        name = try row.optional("description")
        isActive = try row.required("exchange_active")
        isTrading = try row.required("trading_active")
        takesTransfers = try row.optional("intra_exchange_transfers_active")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("exchange_index", shard)
        row.set("description", name)
        row.set("exchange_active", isActive)
        row.set("trading_active", isTrading)
        row.set("intra_exchange_transfers_active", takesTransfers)
    }
}

/// Whether the venue works.
package struct ExchangeStatus: WireRow {
    /// Whether anything works, cancels too.
    package var isActive: Bool
    /// Whether orders are taken; when not, cancels still are.
    package var isTrading: Bool
    /// Whether cash can be moved between shards.
    package var takesTransfers: Bool?
    /// When the venue means to come back.
    package var resumes: Timestamp?
    /// The shards one by one.
    package var shards: [ShardStatus]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        isActive = try row.required("exchange_active")
        isTrading = try row.required("trading_active")
        takesTransfers = try row.optional("intra_exchange_transfers_active")
        resumes = try row.time("exchange_estimated_resume_time")
        shards = try row.list("exchange_index_statuses")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("exchange_active", isActive)
        row.set("trading_active", isTrading)
        row.set("intra_exchange_transfers_active", takesTransfers)
        row.set("exchange_estimated_resume_time", resumes, as: .text)
        row.set("exchange_index_statuses", shards)
    }

    /// Whether a shard takes new orders; a shard that is not named stands as the whole.
    package func takesOrders(onShard shard: Int32) -> Bool {
        let own = shards.first { $0.shard == shard }
        return isActive && isTrading && own?.isActive ?? true && own?.isTrading ?? true
    }

    /// Whether a shard takes cancels; a shard that is not named stands as the whole.
    package func takesCancels(onShard shard: Int32) -> Bool {
        isActive && shards.first { $0.shard == shard }?.isActive ?? true
    }
}

/// Hours of one day, New York time.
package struct TradingHours: WireRow {
    /// `HH:MM`.
    package var opens: String
    /// `HH:MM`; `00:00` is the end of the day.
    package var closes: String

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        opens = try row.required("open_time")
        closes = try row.required("close_time")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("open_time", opens)
        row.set("close_time", closes)
    }
}

/// Trading hours of the days of a week, for a while.
package struct WeeklySchedule: WireRow {
    /// From when on they hold.
    package var starts: Timestamp?
    /// Until when they hold.
    package var ends: Timestamp?
    /// Mondays.
    package var monday: [TradingHours]
    /// Tuesdays.
    package var tuesday: [TradingHours]
    /// Wednesdays.
    package var wednesday: [TradingHours]
    /// Thursdays.
    package var thursday: [TradingHours]
    /// Fridays.
    package var friday: [TradingHours]
    /// Saturdays.
    package var saturday: [TradingHours]
    /// Sundays.
    package var sunday: [TradingHours]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        starts = try row.time("start_time")
        ends = try row.time("end_time")
        monday = try row.list("monday")
        tuesday = try row.list("tuesday")
        wednesday = try row.list("wednesday")
        thursday = try row.list("thursday")
        friday = try row.list("friday")
        saturday = try row.list("saturday")
        sunday = try row.list("sunday")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("start_time", starts, as: .text)
        row.set("end_time", ends, as: .text)
        row.set("monday", monday)
        row.set("tuesday", tuesday)
        row.set("wednesday", wednesday)
        row.set("thursday", thursday)
        row.set("friday", friday)
        row.set("saturday", saturday)
        row.set("sunday", sunday)
    }
}

/// A planned pause.
package struct MaintenanceWindow: WireRow {
    /// When it starts.
    package var starts: Timestamp
    /// When it ends.
    package var ends: Timestamp

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        starts = try row.requiredTime("start_datetime")
        ends = try row.requiredTime("end_datetime")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("start_datetime", starts, as: .text)
        row.set("end_datetime", ends, as: .text)
    }
}

/// Trading hours and planned pauses.
package struct ExchangeSchedule: WireRow {
    /// Trading hours.
    package var hours: [WeeklySchedule]
    /// Planned pauses.
    package var maintenance: [MaintenanceWindow]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        hours = try row.list("standard_hours")
        maintenance = try row.list("maintenance_windows")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("standard_hours", hours)
        row.set("maintenance_windows", maintenance)
    }
}

/// Where the live endpoints end: what is older stands in `/historical`.
package struct HistoricalCutoff: WireRow {
    /// Markets settled before this are archived.
    package var markets: Timestamp
    /// Trades and fills before this are archived.
    package var trades: Timestamp
    /// Orders finished before this are archived.
    package var orders: Timestamp
    /// Settled positions before this are archived.
    package var positions: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        markets = try row.requiredTime("market_settled_ts")
        trades = try row.requiredTime("trades_created_ts")
        orders = try row.requiredTime("orders_updated_ts")
        positions = try row.time("market_positions_last_updated_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("market_settled_ts", markets, as: .text)
        row.set("trades_created_ts", trades, as: .text)
        row.set("orders_updated_ts", orders, as: .text)
        row.set("market_positions_last_updated_ts", positions, as: .text)
    }
}
