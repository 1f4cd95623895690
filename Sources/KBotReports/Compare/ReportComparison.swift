import KBotModel

/// Two runs side by side: their figures, what differs in what they ran with, and the trades only one of them made.
public struct ReportComparison: Sendable {
    /// A figure of both runs.
    public struct Figure: Sendable {
        /// What it is.
        public let label: String
        /// Where both documents have it.
        public let pointer: String
        let style: NumberStyle
        /// The figure of the first run, as its document has it; nil without a value.
        public let first: String?
        /// That of the second.
        public let second: String?
        /// Second − first, with the digits of the figure; nil where one has no value.
        public let difference: String?

        /// Whether both are the same.
        public var isSame: Bool { first == second }
    }

    /// A setting that is not the same in both runs; nil where a run does not have it.
    public struct Setting: Hashable, Sendable {
        /// What it is.
        public let name: String
        /// In the first run.
        public let first: String?
        /// In the second.
        public let second: String?
    }

    /// The first run.
    public let first: ReportDocument
    /// The second run.
    public let second: ReportDocument
    /// The figures, in the order of a report.
    public let figures: [Figure]
    /// What differs in what they ran with.
    public let settings: [Setting]
    /// Places of trades that only the first run made, in its own order.
    public let onlyFirst: [Int]
    /// Places of trades that only the second made.
    public let onlySecond: [Int]
    /// Trades that both opened, at the same time in the same market and direction.
    public let shared: Int
    /// Those among them that came out with another net P&L.
    public let changed: Int

    /// Compares two runs.
    public init(_ first: ReportDocument, _ second: ReportDocument) {
        self.first = first
        self.second = second
        figures = Self.compared.map { label, pointer, style in
            Figure(label: label, pointer: pointer, style: style, first, second)
        }
        settings = Self.settings(first.report, second.report)

        var open: [TradeKey: [Int]] = [:]
        for (index, trade) in second.report.trades.enumerated() { open[TradeKey(trade), default: []].append(index) }
        var onlyFirst: [Int] = []
        var shared = 0
        var changed = 0
        for (index, trade) in first.report.trades.enumerated() {
            guard let twins = open[TradeKey(trade)], let twin = twins.first else {
                onlyFirst.append(index)
                continue
            }
            open[TradeKey(trade)] = Array(twins.dropFirst())
            shared += 1
            if second.report.trades[twin].netPnL != trade.netPnL { changed += 1 }
        }
        self.onlyFirst = onlyFirst
        onlySecond = open.values.flatMap { $0 }.sorted()
        self.shared = shared
        self.changed = changed
    }

    private static let compared: [(String, String, NumberStyle)] = [
        ("Net profit", "/metrics/net_profit", .profit), ("Equity at end", "/run/end_equity", .money),
        ("Trades", "/metrics/total_trades", .count), ("Winning trades", "/metrics/winning_trades", .count),
        ("Losing trades", "/metrics/losing_trades", .count), ("Win rate", "/metrics/win_rate", .share),
        ("Expectancy per trade", "/metrics/expectancy", .profit),
        ("Interval, low", "/analysis/verdict/interval_low", .profit),
        ("Interval, high", "/analysis/verdict/interval_high", .profit),
        ("Gross profit", "/metrics/gross_profit", .money), ("Gross loss", "/metrics/gross_loss", .loss),
        ("Average win", "/metrics/average_win", .money), ("Average loss", "/metrics/average_loss", .loss),
        ("Largest loss", "/metrics/largest_loss", .loss), ("Profit factor", "/metrics/profit_factor", .ratio),
        ("Sharpe per trade", "/metrics/per_trade_sharpe", .ratio),
        ("Average R multiple", "/metrics/average_r", .multiple),
        ("Max drawdown", "/metrics/max_drawdown", .loss),
        ("Most losses in a row", "/metrics/max_consecutive_losses", .count),
        ("Total fees", "/metrics/total_fees", .money), ("Peak exposure", "/metrics/peak_exposure", .money),
        ("Time in market", "/metrics/time_in_market", .share), ("Entries blocked", "/run/blocked/share", .share),
        ("Candles judged", "/funnel/candles_judged", .count), ("Triggers", "/funnel/triggers", .count),
        ("Signals", "/funnel/signals", .count), ("Entry orders", "/funnel/orders", .count),
        ("Entries filled", "/funnel/filled", .count),
    ]
}

extension ReportComparison.Figure {
    fileprivate init(
        label: String,
        pointer: String,
        style: NumberStyle,
        _ first: ReportDocument,
        _ second: ReportDocument
    ) {
        self.label = label
        self.pointer = pointer
        self.style = style
        self.first = first.json[pointer: pointer]?.text
        self.second = second.json[pointer: pointer]?.text
        guard let low = self.first, let high = self.second else {
            difference = nil
            return
        }
        if style == .count {
            difference = Int(low).flatMap { low in Int(high).map { String($0 - low) } }
        } else {
            // Money and ratios both have six digits.
            difference = Money(low).flatMap { low in Money(high).map { ($0 - low).description } }
        }
    }
}

/// What makes two trades of different runs the same trade.
private struct TradeKey: Hashable {
    let strategy: StrategyName
    let market: Ticker
    let direction: Direction
    let opened: Timestamp

    init(_ trade: ClosedTrade) {
        strategy = trade.strategy
        market = trade.market
        direction = trade.direction
        opened = trade.opened
    }
}
