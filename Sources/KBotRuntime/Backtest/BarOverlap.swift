import KBotModel

/// A bar as a file tells it.
struct ToldBar {
    /// The place of its market.
    let market: Int
    /// The place of the file.
    let file: Int
    let bar: Candle
}

/// Chooses among bars of one market and start that several files tell.
struct BarOverlap {
    /// Bars left out of each file, and how many of them differ from those that count.
    private var repeated: [Int: (count: Int, contrary: Int)] = [:]

    /// The bar that counts: the one told first.
    ///
    /// The last start of a file may not have been over when the file was made: a bar of it gives way to a fuller one, and
    /// that another file tells more of it is no contradiction.
    ///
    /// - Parameters:
    ///   - told: at least one bar, in the order of the files.
    ///   - isLast: whether a file tells of no later start.
    /// - Returns: one of them.
    mutating func choice(of told: ArraySlice<ToldBar>, isLast: (Int) -> Bool) -> Candle {
        var best = told[told.startIndex]
        for other in told.dropFirst() {
            repeated[other.file, default: (0, 0)].count += 1
            if other.bar == best.bar || (isLast(other.file) && best.bar.isLaterState(of: other.bar)) { continue }
            if isLast(best.file), other.bar.isLaterState(of: best.bar) {
                best = other
            } else {
                repeated[other.file, default: (0, 0)].contrary += 1
            }
        }
        return best.bar
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
