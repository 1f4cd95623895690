import KBotModel
import KBotReports

/// One line of a run's effects, as ``EffectLines`` wrote it.
struct WhyLine {
    private let tree: JSONTree
    /// What happened: `candle`, `no_signal`.
    let type: String
    /// When; nil for requests.
    let time: Timestamp?
    /// In which market.
    let market: String?

    /// Reads a line; nil when it is none.
    init?(_ bytes: [UInt8]) {
        guard let tree = try? JSONTree(parsing: bytes), let type = tree["type"]?.text else { return nil }
        self.tree = tree
        self.type = type
        time = tree["ts"]?.time
        market = tree["market"]?.text
    }

    /// A text field, or an empty text.
    func text(_ name: String) -> String { tree[name]?.text ?? "" }

    /// A text field; nil when it is missing.
    func optional(_ name: String) -> String? { tree[name]?.text }

    /// Whether a field is true.
    func isTrue(_ name: String) -> Bool { tree[name]?.bool == true }

    func time(_ name: String) -> Timestamp? { tree[name]?.time }

    func decimal<Value: FixedPoint>(_ name: String) -> Value? { tree[name]?.decimal() }

    func count(_ name: String) -> Int { tree[name]?.int ?? 0 }

    /// The candle that a candle's line tells.
    var candle: Candle? {
        guard let time, let open: Price = decimal("open"), let high: Price = decimal("high"),
            let low: Price = decimal("low"), let close: Price = decimal("close"),
            let volume: Quantity = decimal("volume"), let trades = tree["trades"]?.int
        else { return nil }
        let interval: TimeSpan
        if let seconds = tree["interval_s"]?.int {
            interval = .seconds(Int64(seconds))
        } else if let microseconds = tree["interval_us"]?.int {
            interval = TimeSpan(microseconds: Int64(microseconds))
        } else {
            return nil
        }
        guard interval > .zero else { return nil }
        return Candle(
            start: time - interval,
            interval: interval,
            open: open,
            high: high,
            low: low,
            close: close,
            volume: volume,
            trades: Int32(clamping: trades)
        )
    }
}
