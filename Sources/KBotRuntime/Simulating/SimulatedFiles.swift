import Foundation
import KBotModel

/// Sorts a simulator's events into the files of their days.
///
/// A day's files hold the markets that open on it, whole: from 30 seconds before the first opens to the result of the
/// last, some seconds into the next day. So each can be read alone.
struct SimulatedFiles {
    /// Files that are whole.
    private(set) var written: [SimulatedData.File] = []
    private(set) var markets = 0
    private(set) var trades = 0

    private let plan: SimulatedDataPlan
    private let folder: String
    /// Markets that are not settled yet, by number; the next ones come in order.
    private var listed: [MarketID: Market] = [:]
    private var days: [UTCDay: Day] = [:]
    private var ticks: DraftFile?
    private var candles: DraftFile?

    /// What is written of one day.
    private final class Day {
        let data: DraftFile
        let facts: DraftFile?
        var frames = SimulatedFrames()
        var open = 0

        init(_ data: DraftFile, _ facts: DraftFile?) {
            self.data = data
            self.facts = facts
        }
    }

    init(_ plan: SimulatedDataPlan, in folder: String) {
        self.plan = plan
        self.folder = folder
    }

    /// Whether a file of this name is one that simulated data of a series are written to.
    static func isMade(_ name: String, for series: SeriesTicker) -> Bool {
        name.contains("\(SimulationMark.word)_\(series)_") || name.contains("\(SimulationMark.word)_\(series).")
    }

    /// Takes in the next event.
    mutating func take(_ event: MarketEvent) throws(RunFailure) {
        switch event.kind {
        case .listed(let market):
            let day = try day(of: market)
            if listed.updateValue(market, forKey: market.id) == nil {
                markets += 1
                day.open += 1
            }
            try write(event, of: market, to: day)
        case .snapshot(let id, _), .delta(let id, _, _, _), .status(let id, _), .gap(let id), .history(let id, _):
            try write(event, of: id)
        case .trade(let trade):
            trades += 1
            try write(event, of: trade.market)
        case .settled(let id, let settlement): try settle(event, id, settlement)
        case .spot(let symbol, let price):
            if ticks == nil { ticks = try begin(symbol, "", "ts_ms,price_usd,origin") }
            try ticks?.write(line: "\(event.time.milliseconds),\(price),\(SimulationMark.word)")
        case .spotCandle(let symbol, let candle):
            if candles == nil { candles = try begin(symbol, "_before", "ts_ms,open,high,low,close,volume,origin") }
            let prices = "\(candle.open),\(candle.high),\(candle.low),\(candle.close)"
            try candles?.write(line: "\(candle.start.milliseconds),\(prices),0,\(SimulationMark.word)")
        }
    }

    /// Ends the files that are still open.
    mutating func finish() throws(RunFailure) {
        for day in days.keys.sorted() { try end(day) }
        for file in [ticks, candles] { if let file { try end(file) } }
    }

    private func begin(_ symbol: SpotSymbol, _ suffix: String, _ header: String) throws(RunFailure) -> DraftFile {
        let file = try DraftFile("\(symbol)_\(SimulationMark.word)_\(plan.series)\(suffix).csv.gz", in: folder)
        try file.write(line: header)
        return file
    }

    private mutating func day(of market: Market) throws(RunFailure) -> Day {
        let date = market.openTime.utcDay
        if let day = days[date] { return day }
        let stem = "\(SimulationMark.word)_\(plan.series)_\(date.description.filter { $0 != "-" })"
        let day: Day
        switch plan.kind {
        case .trades:
            day = Day(
                try DraftFile("\(stem)_trades.csv.gz", in: folder),
                try DraftFile("\(stem)_markets.csv", in: folder)
            )
            try day.data.write(line: "ts_ms,ticker,yes_price_dollars,count,taker_book_side,origin")
            try day.facts?.write(line: "ticker,open_time_ms,close_time_ms,floor_strike,result,origin")
        case .frames:
            // Results and strikes are in the frames, each at its time.
            day = Day(try DraftFile("\(stem)_ws.jsonl.gz", in: folder), nil)
            let begin = max(date.start - .seconds(30), plan.start.start)
            let origin = [
                ("origin", SimulationMark.word), ("by", "kbot simulate-data"), ("series", plan.series.text),
                ("seed", "\(plan.seed)"), ("start", plan.start.description), ("days", "\(plan.days)"),
            ]
            try day.data.write(day.frames.begin(at: begin, origin: origin))
        }
        days[date] = day
        return day
    }

    private func write(_ event: MarketEvent, of id: MarketID) throws(RunFailure) {
        guard let market = listed[id], let day = days[market.openTime.utcDay] else { return }
        try write(event, of: market, to: day)
    }

    private func write(_ event: MarketEvent, of market: Market, to day: Day) throws(RunFailure) {
        guard plan.kind == .trades else { return try day.data.write(day.frames.lines(event, of: market)) }
        guard case .trade(let trade) = event.kind else { return }
        let taker = trade.taker?.rawValue ?? ""
        try day.data.write(
            line: "\(event.time.milliseconds),\(market.ticker),\(trade.price),\(trade.count),\(taker),"
                + SimulationMark.word
        )
    }

    private mutating func settle(_ event: MarketEvent, _ id: MarketID, _ settlement: Settlement) throws(RunFailure) {
        guard let market = listed[id], let day = days[market.openTime.utcDay] else { return }
        try write(event, of: market, to: day)
        try day.facts?.write(
            line: "\(market.ticker),\(market.openTime.milliseconds),\(market.closeTime.milliseconds),"
                + "\(market.strike.map { "\($0)" } ?? ""),\(settlement.result),\(SimulationMark.word)"
        )
        listed[id] = nil
        day.open -= 1
        let date = market.openTime.utcDay
        if day.open == 0, market.closeTime >= date.next.start { try end(date) }
    }

    private mutating func end(_ date: UTCDay) throws(RunFailure) {
        guard let day = days.removeValue(forKey: date) else { return }
        try end(day.data)
        if let facts = day.facts { try end(facts) }
    }

    private mutating func end(_ file: DraftFile) throws(RunFailure) {
        try file.finish()
        written.append(SimulatedData.File(name: file.name, bytes: file.bytes))
    }
}

extension Timestamp {
    /// Whole milliseconds since the epoch.
    fileprivate var milliseconds: Int64 { floorDivide(microseconds, by: 1_000) }
}
