import GRDB
import KBotEngine
import KBotModel

/// Turns what the engine tells into rows.
struct RowMaker: Sendable {
    /// Which notes become rows.
    enum Share: Sendable {
        /// All.
        case all
        /// Those that books are made of: orders, fills, trades, settlements, blocks, reloads. They are saved with the state.
        case books
        /// The others.
        case rest
    }

    /// Rows made and not yet taken.
    var rows: [JournalRow] = []
    /// Leaves out what can be done without; see ``JournalLimits/keptBytes``.
    var isSparing = false
    /// Rows left out.
    private(set) var spared = 0

    private let share: Share
    private let run: Int64
    private let runs: [Int32: Int64]
    private var number: Int64 = 0
    private var names: [String] = []
    /// Strategies whose signals have been neither denied nor followed yet, by market, and whose the last entry was: notes of
    /// orders do not tell whose they are.
    private var signallers: [[StrategyName]] = []
    private var owners: [StrategyName?] = []

    init(_ share: Share, run: Int64, runs: [Int32: Int64], markets: [Market]) {
        self.share = share
        self.run = run
        self.runs = runs
        for market in markets { learn(market) }
    }

    /// Makes the rows of one note.
    mutating func append(_ note: Note) {
        switch note.kind {
        case .market(let market):
            learn(market)
            if share != .books { append(market) }
        case .order, .fill, .closed, .corrected, .settled, .blocked, .unblocked, .swapped:
            if share != .rest { appendBooks(note) }
        case .candle, .spotCandle, .equity, .trigger, .noSignal:
            if share != .books { appendFigures(note) }
        case .signal, .denied, .exit, .verdict, .script, .warning:
            if share != .books { appendWords(note) }
        }
    }

    // MARK: Books

    private mutating func appendBooks(_ note: Note) {
        switch note.kind {
        case .order(let update): append(update, note)
        case .fill(let fill, let role):
            let values: [(any DatabaseValueConvertible)?] = [
                run, next(), note.time.microseconds, home(of: fill.order), fill.order.sequence, fill.trade,
                name(of: fill.market), role.rawValue, fill.side.rawValue, Int64(fill.price.units), fill.count.units,
                fill.liquidity.rawValue, fill.fee.units,
            ]
            rows.append(JournalRow(.fill, values))
        case .closed(let trade): append(trade, .trade)
        case .corrected(_, let trade): append(trade, .correction)
        case .settled(let settlement):
            rows.append(
                JournalRow(
                    .settlement,
                    [
                        run, name(of: note.market), note.time.microseconds, settlement.result,
                        Int64(settlement.value.units), settlement.isInferred,
                    ]
                )
            )
        case .blocked(let code):
            rows.append(JournalRow(.block, [run, next(), note.time.microseconds, code.text, true]))
        case .unblocked(let code):
            rows.append(JournalRow(.block, [run, next(), note.time.microseconds, code.text, false]))
        case .swapped(let swap):
            rows.append(
                JournalRow(
                    .reload,
                    [
                        run, next(), note.time.microseconds, swap.afterEvents, swap.script, swap.generation,
                        swap.oldHash,
                        swap.newHash, swap.isAsked,
                    ]
                )
            )
        default: break
        }
    }

    private mutating func append(_ update: OrderUpdate, _ note: Note) {
        let order = update.request
        let home = home(of: order.id)
        let time = note.time.microseconds
        let life = order.timeInForce.columns
        let owner = owner(of: update)
        rows.append(
            JournalRow(
                .order,
                [
                    home, order.id.sequence, name(of: order.market), Int64(order.market.index), owner?.text,
                    update.role.rawValue, order.side.rawValue, Int64(order.price.units), order.count.units, life.name,
                    life.expires, order.reduceOnly, update.state.name, update.filled.units, update.remaining.units,
                    time,
                    time, update.why,
                ]
            )
        )
        rows.append(
            JournalRow(
                .orderEvent,
                [
                    run, next(), time, home, order.id.sequence, update.state.name, Int64(order.price.units),
                    order.count.units, update.filled.units, update.remaining.units, update.why,
                ]
            )
        )
    }

    private mutating func append(_ trade: ClosedTrade, _ kind: JournalRow.Kind) {
        rows.append(
            JournalRow(
                kind,
                [
                    run, next(), trade.strategy.text, trade.market.text, trade.direction.rawValue, trade.count.units,
                    trade.entryValue.units, trade.exitValue.units, trade.grossPnL.units, trade.fees.units,
                    trade.netPnL.units, trade.opened.microseconds, trade.closed.microseconds, trade.exit.rawValue,
                    Int64(trade.plan.entry.units), Int64(trade.plan.stop.units), Int64(trade.plan.target.units),
                    trade.settled.units,
                ]
            )
        )
    }

    // MARK: Figures and words

    private mutating func append(_ market: Market) {
        rows.append(
            JournalRow(
                .market,
                [
                    run, Int64(market.id.index), market.ticker.text, market.series.text, market.openTime.microseconds,
                    market.closeTime.microseconds, market.strike?.units, market.status.rawValue,
                ]
            )
        )
    }

    private mutating func appendFigures(_ note: Note) {
        switch note.kind {
        case .candle(let candle):
            guard let market = note.market, isWanted() else { return }
            rows.append(
                JournalRow(
                    .candle,
                    [
                        run, Int64(market.index), candle.interval.microseconds, candle.start.microseconds,
                        Int64(candle.open.units), Int64(candle.high.units), Int64(candle.low.units),
                        Int64(candle.close.units), candle.volume.units, Int64(candle.trades),
                    ]
                )
            )
        case .spotCandle(let symbol, let candle):
            guard isWanted() else { return }
            rows.append(
                JournalRow(
                    .spotCandle,
                    [
                        run, symbol.text, candle.interval.microseconds, candle.start.microseconds, candle.open.units,
                        candle.high.units, candle.low.units, candle.close.units, Int64(candle.ticks),
                    ]
                )
            )
        case .equity(let equity):
            guard isWanted() else { return }
            rows.append(JournalRow(.equity, [run, note.time.microseconds, equity.units]))
        default: break
        }
    }

    private mutating func appendWords(_ note: Note) {
        switch note.kind {
        case .signal(let strategy, let signal, let plan):
            if let market = note.market { see(market.index) { $0.signallers[$1].append(strategy) } }
            guard isWanted() else { return }
            rows.append(
                JournalRow(
                    .signal,
                    [
                        run, next(), note.time.microseconds, name(of: note.market), strategy.text, "signal",
                        signal.direction.rawValue, Int64(plan.entry.units), Int64(plan.stop.units),
                        Int64(plan.target.units), nil, signal.reason,
                    ]
                )
            )
        case .denied(let strategy, let code, let text):
            forget(strategy, in: note.market)
            decide(note, strategy, "denied", code.text, text)
        case .exit(let strategy, let exit): decide(note, strategy, "exit", exit.rawValue, nil)
        case .verdict(let rule, let verdict, _):
            if let text = verdict.words { say(note, "verdict", rule, text) }
        case .script(let strategy, let text): say(note, "script", strategy.text, text)
        case .warning(let code, let text): say(note, "warning", code.text, text)
        default: break
        }
    }

    private mutating func decide(
        _ note: Note,
        _ strategy: StrategyName,
        _ kind: String,
        _ code: String,
        _ text: String?
    ) {
        guard isWanted() else { return }
        rows.append(
            JournalRow(
                .signal,
                [
                    run, next(), note.time.microseconds, name(of: note.market), strategy.text, kind, nil, nil, nil, nil,
                    code, text,
                ]
            )
        )
    }

    private mutating func say(_ note: Note, _ kind: String, _ source: String, _ text: String) {
        guard isWanted() else { return }
        let ticker = note.market.map { name(of: $0) }
        rows.append(JournalRow(.message, [run, next(), note.time.microseconds, ticker, kind, source, text]))
    }

    private mutating func isWanted() -> Bool {
        if isSparing { spared += 1 }
        return !isSparing
    }

    // MARK: Names

    private mutating func next() -> Int64 {
        number += 1
        return number
    }

    private mutating func learn(_ market: Market) {
        see(market.id.index) { $0.names[$1] = market.ticker.text }
    }

    /// Gives a market its place in the lists.
    private mutating func see(_ index: Int32, _ change: (inout RowMaker, Int) -> Void) {
        let index = Int(index)
        guard index >= 0 else { return }
        while names.count <= index {
            names.append("#\(names.count)")
            signallers.append([])
            owners.append(nil)
        }
        change(&self, index)
    }

    private func name(of market: MarketID?) -> String {
        guard let market else { return "" }
        let index = Int(market.index)
        return names.indices.contains(index) ? names[index] : market.description
    }

    /// The run an order was made in: its number tells the account's epoch.
    private func home(of order: ClientOrderID) -> Int64 { runs[order.epoch] ?? run }

    private mutating func forget(_ strategy: StrategyName, in market: MarketID?) {
        guard let index = market.map({ Int($0.index) }), signallers.indices.contains(index),
            let last = signallers[index].lastIndex(of: strategy)
        else { return }
        signallers[index].remove(at: last)
    }

    private mutating func owner(of update: OrderUpdate) -> StrategyName? {
        let index = Int(update.request.market.index)
        guard share == .all, owners.indices.contains(index) else { return nil }  // with an account, intents tell
        if update.role == .entry, update.state == .inFlight, let strategy = signallers[index].popLast() {
            owners[index] = strategy
        }
        return owners[index]
    }
}
