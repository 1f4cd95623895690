import KBotEngine
import KBotModel
import KBotReports

/// Reads a run's lines, in order and once, and counts how far its candles came.
///
/// Memory grows with the markets, not with the candles. Counts are those of the run's report: a strategy's judgement of a
/// candle counts where the candle ended.
struct WhyReader {
    /// Which markets, and which decision, are asked about.
    struct Question {
        /// Only this market; nil for all.
        var market: String?
        /// The decision at or before this moment; nil for none.
        var moment: WhyMoment?
        /// How long before a close entries end: what was near after that is not told. Nil when it is not known.
        var entryCutoff: TimeSpan?
    }

    let needs: [String: StrategyNeeds]
    let question: Question
    var report = WhyReport()
    private var rest: [UInt8] = []
    var markets: [String: WhyMarket] = [:]
    private var order: [String] = []
    var totals: [String: Funnel] = [:]
    var names: [String] = []
    var openEntries: [String: String?] = [:]
    var objections: [String: WhyReport.Objection] = [:]
    var bandMisses: [WhyReport.Miss] = []
    var timeMisses: [WhyReport.Miss] = []
    private(set) var inForce: [(code: String, since: Timestamp)] = []
    private(set) var equity: Money?
    private(set) var moment: Timestamp?
    private var lost = 0
    private var unread = 0

    /// Begins; `needs` are those of the strategies whose indicators are to be made again.
    init(needs: [String: StrategyNeeds], question: Question) {
        self.needs = needs
        self.question = question
    }

    // MARK: Lines

    /// Takes in the next bytes, which may end within a line.
    mutating func take(_ bytes: [UInt8]) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if rest.isEmpty {
                read(Array(bytes[start..<end]))
            } else {
                rest += bytes[start..<end]
                read(rest)
                rest.removeAll(keepingCapacity: true)
            }
            start = end + 1
        }
        rest += bytes[start...]
    }

    /// Notes that so many lines were not kept.
    mutating func skip(_ count: Int) { lost += count }

    private mutating func read(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        report.lines += 1
        guard let line = WhyLine(bytes) else {
            unread += 1
            return
        }
        if let time = line.time {
            if report.from == nil {
                report.from = time
                moment = question.moment?.resolved(from: time)
            }
            report.to = max(report.to ?? time, time)
        }
        guard let market = line.market else { return takeAccount(line) }
        if markets[market] == nil {
            markets[market] = WhyMarket()
            order.append(market)
        }
        take(line, of: market)
        for interval in markets[market, default: WhyMarket()].decisions.keys {
            markets[market, default: WhyMarket()].decisions[interval]?.follow(line)
        }
    }

    mutating func takeAccount(_ line: WhyLine) {
        switch line.type {
        case "blocked":
            let code = line.text("code")
            report.blocks[code, default: 0] += 1
            inForce.removeAll { $0.code == code }
            if let time = line.time { inForce.append((code, time)) }
        case "unblocked": inForce.removeAll { $0.code == line.text("code") }
        case "equity": equity = line.decimal("equity")
        default: break
        }
    }

    // MARK: The end

    /// The report; lines that were cut off within are not read.
    mutating func finish() -> WhyReport {
        report.seen = order
        for market in order {
            guard question.market == nil || question.market == market else { continue }
            report.markets += markets[market, default: WhyMarket()].parts.map { part in
                var funnel = part.funnel
                (funnel.marketsSeen, funnel.marketsWarmedUp) = (1, part.isWarm ? 1 : 0)
                if let cutoff = question.entryCutoff { funnel.entryCutoff = cutoff }
                return WhyReport.MarketPart(market: market, strategy: part.strategy, funnel: funnel)
            }
            report.decisions += markets[market, default: WhyMarket()].decisions.values
        }
        // Of markets that had closed long before, nobody asked.
        if question.market == nil, let moment {
            report.decisions.removeAll { ($0.closes ?? .distantFuture) <= moment - .minutes(1) }
        }
        report.decisions.sort {
            ($0.candle.end, $0.market, $0.candle.interval) < ($1.candle.end, $1.market, $1.candle.interval)
        }
        if let market = question.market {
            report.strategies = markets[market]?.parts.map { ($0.strategy, $0.funnel) } ?? []
        } else {
            report.strategies = names.map { ($0, totals[$0] ?? Funnel()) }
        }
        for index in report.strategies.indices {
            report.strategies[index].funnel.marketsSeen = question.market == nil ? order.count : 1
            if let cutoff = question.entryCutoff { report.strategies[index].funnel.entryCutoff = cutoff }
        }
        report.misses = bandMisses + timeMisses
        report.objections = objections.values.sorted { ($1.signals, $0.code) < ($0.signals, $1.code) }
        if lost > 0 { report.notes.append("\(WhyNumbers.grouped(lost)) effects are missing from the journal") }
        if unread > 0 { report.notes.append("\(counted(unread, "line")) could not be read") }
        return report
    }
}
