import KBotModel

/// Leaves out bars of a market and time that another file told before.
struct BarOverlap {
    private var last: [Candle?] = []
    /// Bars left out of each file, and how many of them differ from those that count.
    private var repeated: [Int: (count: Int, contrary: Int)] = [:]

    /// Whether a bar counts: it is the first of its market and time. Bars come in the order of their starts.
    ///
    /// The last one of a file may not have been over: that another file tells more of it is no contradiction.
    mutating func isNews(_ bar: Candle, of market: MarketID, in file: Int, isLast: Bool) -> Bool {
        let index = Int(market.index)
        while last.count <= index { last.append(nil) }
        guard let other = last[index], other.start == bar.start else {
            last[index] = bar
            return true
        }
        repeated[file, default: (0, 0)].count += 1
        if other != bar, !isLast || !other.holds(bar) { repeated[file, default: (0, 0)].contrary += 1 }
        return false
    }

    /// What the reader of the report should know, a sentence for each file.
    func warnings(_ name: (Int) -> String) -> [String] {
        repeated.sorted { $0.key < $1.key }.map { file, what in
            let contrary = what.contrary > 0 ? "; \(what.contrary) of them DIFFER from those that count" : ""
            return
                "\(name(file)): \(counted(what.count, "bar")) of a market and time that an earlier file told, left out"
                + contrary
        }
    }
}

extension Candle {
    /// Whether it is the same candle some time later: it opened at the same price, and more has happened since.
    func holds(_ part: Candle) -> Bool {
        open == part.open && high >= part.high && low <= part.low && volume >= part.volume
            && (high, low, volume) != (part.high, part.low, part.volume)
    }
}
