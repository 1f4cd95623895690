public import KBotModel

/// How many markets, candles, triggers and orders a run began with, and what became of them.
///
/// Each stage feeds the next; what falls out between two of them is counted by reason. With several strategies, each has
/// a funnel of its own besides that of the run, in which every strategy's judgement of a candle counts.
public struct Funnel: Hashable, Sendable {
    /// How many candles the strategy needs before it can judge one, and what room a market gives it.
    public struct WarmUp: Hashable, Sendable {
        /// Candles needed.
        public let candles: Int
        /// Length of one.
        public let interval: TimeSpan
        /// Time from the open of a market to its close, when all have the same.
        public let marketLife: TimeSpan?

        /// Makes a description of the warm-up.
        public init(candles: Int, interval: TimeSpan, marketLife: TimeSpan? = nil) {
            self.candles = candles
            self.interval = interval
            self.marketLife = marketLife
        }

        /// Time the warm-up takes.
        public var span: TimeSpan { interval * Int64(candles) }
    }

    /// Markets that became known.
    public var marketsSeen = 0
    /// Markets that had enough candles at least once.
    public var marketsWarmedUp = 0
    /// Candles closed in all markets.
    public var candlesClosed = 0
    /// Candles that a strategy could judge: those with warm indicators.
    public var candlesJudged = 0
    /// Candles that met the entry rule, before any filter.
    public var triggers = 0
    /// Judged candles that met no entry rule, by the reason given: `INSIDE_BANDS`. No loss, but the rule's ordinary answer.
    public var quiet: [String: Int] = [:]
    /// Triggers a filter turned down before they became signals, by reason code.
    public var filtered: [String: Int] = [:]
    /// Signals.
    public var signals = 0
    /// Signals the risk gates turned down, by code.
    public var denied: [String: Int] = [:]
    /// Entry orders sent.
    public var orders = 0
    /// Entry orders that ended without a fill, by the reason they ended.
    public var unfilled: [String: Int] = [:]
    /// Entries with at least one fill.
    public var filled = 0
    /// Positions closed by an order.
    public var closed = 0
    /// Positions that ran into settlement.
    public var settled = 0
    /// Positions still there at the end, with those awaiting settlement.
    public var stillOpen = 0

    /// What the strategy needs before it can judge, when it is known.
    public var warmUp: WarmUp?
    /// How long before the close of a market entries end.
    public var entryCutoff = TimeSpan.minutes(8)

    /// Makes an empty funnel.
    public init() {}

    /// Counts a candle that met no entry rule.
    public mutating func pass(_ reason: String) { quiet[reason, default: 0] += 1 }

    /// Counts a trigger a filter turned down.
    public mutating func filter(_ reason: String) { filtered[reason, default: 0] += 1 }

    /// Counts a signal the risk gates turned down.
    public mutating func deny(_ code: String) { denied[code, default: 0] += 1 }

    /// Counts an entry order that ended without a fill.
    public mutating func endUnfilled(_ reason: String) { unfilled[reason, default: 0] += 1 }

    /// Counts by reason, the most frequent first, equals by name.
    public static func sorted(_ counts: [String: Int]) -> [(reason: String, count: Int)] {
        counts.map { (reason: $0.key, count: $0.value) }
            .sorted {
                $0.count != $1.count ? $0.count > $1.count : $0.reason.utf8.lexicographicallyPrecedes($1.reason.utf8)
            }
    }
}

extension Funnel {
    /// Writes the stages, in order, as a field that holds an object.
    public func write(to writer: inout JSONWriter, as name: String = "funnel") {
        writer.object(name) { writer in
            writer.field("markets_seen", marketsSeen)
            writer.field("markets_warmed_up", marketsWarmedUp)
            writer.field("candles_closed", candlesClosed)
            writer.field("candles_judged", candlesJudged)
            Self.write(quiet, to: &writer, as: "quiet")
            writer.field("triggers", triggers)
            Self.write(filtered, to: &writer, as: "filtered")
            writer.field("signals", signals)
            Self.write(denied, to: &writer, as: "denied")
            writer.field("orders", orders)
            Self.write(unfilled, to: &writer, as: "unfilled")
            writer.field("filled", filled)
            writer.field("closed", closed)
            writer.field("settled", settled)
            writer.field("still_open", stillOpen)
            writer.field("entry_cutoff_s", entryCutoff.seconds)
            if let warmUp {
                writer.object("warm_up", inline: true) { writer in
                    writer.field("candles", warmUp.candles)
                    writer.field("interval_s", warmUp.interval.seconds)
                    writer.field("market_life_s", warmUp.marketLife?.seconds)
                }
            } else {
                writer.field("warm_up", String?.none)
            }
            writer.field("sentence", sentence)
        }
    }

    /// Writes counts by reason, the most frequent first.
    static func write(_ counts: [String: Int], to writer: inout JSONWriter, as name: String) {
        writer.object(name) { writer in
            for (reason, count) in sorted(counts) { writer.field(reason, count) }
        }
    }
}
