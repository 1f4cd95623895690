import KBotModel

/// The values of an index of the last quarter of an hour or so, one a second, for its averages.
struct IndexTape {
    /// The index as the venue names it: `BRTI`, `ETHUSD_RTI`.
    let name: String
    private var values: [(time: Timestamp, value: SpotPrice)] = []

    /// Starts the tape of an underlying.
    init(_ symbol: SpotSymbol) { name = symbol.asset == "BTC" ? "BRTI" : "\(symbol.asset)USD_RTI" }

    /// The last value.
    var last: (time: Timestamp, value: SpotPrice)? { values.last }

    /// Takes in a value.
    mutating func add(_ value: SpotPrice, at time: Timestamp) {
        values.append((time, value))
        if values.count > 1_200 { values.removeFirst(600) }
    }

    /// Sum and number of the values later than `start` and not later than `end`.
    func sum(after start: Timestamp, upTo end: Timestamp) -> (sum: Int64, count: Int64) {
        var sum: Int64 = 0
        var count: Int64 = 0
        for (time, value) in values.reversed() where time <= end {
            guard time > start else { break }
            sum += value.units
            count += 1
        }
        return (sum, count)
    }

    /// The average over the minute that ends at a time, in cents as 15-minute markets round it; nil without values.
    func settlementAverage(at end: Timestamp) -> SpotPrice? {
        let (sum, count) = sum(after: end - .seconds(60), upTo: end)
        guard count > 0 else { return nil }
        return SpotPrice(units: floorDivide(sum * 2 + count * 100, by: count * 200) * 100)
    }
}
