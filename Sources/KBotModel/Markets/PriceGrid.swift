/// The prices a market accepts, from the venue's `price_ranges`.
///
/// A price is valid when it lies strictly between 0 and 1 dollar and on `start + k·step` of a range that holds it.
/// The structures the venue names are in ``named(_:)``; the ranges decide, the name only informs.
public struct PriceGrid: Hashable, Codable, Sendable {
    /// One stretch of the grid with a single step.
    public struct Range: Hashable, Codable, Sendable {
        /// Lowest price of the stretch.
        public let start: Price
        /// Highest price of the stretch.
        public let end: Price
        /// Distance between neighbouring prices.
        public let step: PriceDelta

        /// Makes a stretch; `PriceGrid.init(ranges:)` checks it.
        public init(start: Price, end: Price, step: PriceDelta) {
            self.start = start
            self.end = end
            self.step = step
        }
    }

    /// Why ranges form no grid.
    public enum Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// There are no ranges.
        case empty
        /// A range has no step between 0 and 1 dollar, or its length is not a whole number of steps.
        case badRange(Range)
        /// The ranges leave a hole, overlap, or do not run from 0 to 1 dollar.
        case notContiguous(at: Price)

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .empty: "a price grid needs at least one range"
            case .badRange(let range):
                "range \(range.start)…\(range.end) is no whole, positive number of steps of \(range.step)"
            case .notContiguous(let price): "price ranges must join from 0 to 1 dollar; they break at \(price)"
            }
        }
    }

    /// The stretches, ascending, joined end to start from 0 to 1 dollar.
    public let ranges: [Range]

    /// Makes a grid from the venue's ranges, in any order.
    ///
    /// - Throws: ``Malformed`` when they do not join from 0 to 1 dollar in whole steps.
    public init(ranges: [Range]) throws(Malformed) {
        let sorted = ranges.sorted { $0.start < $1.start }
        guard !sorted.isEmpty else { throw .empty }
        var reached = Price.zero
        for range in sorted {
            guard range.start == reached else { throw .notContiguous(at: reached) }
            guard range.step.units > 0, range.step.units < Price.one.units, range.end > range.start,
                (range.end.units - range.start.units) % range.step.units == 0
            else { throw .badRange(range) }
            reached = range.end
        }
        guard reached == .one else { throw .notContiguous(at: reached) }
        self.ranges = sorted
    }

    /// Makes a grid that is the same everywhere or changes once near each edge; for constants known to be sound.
    private init(edge: Int32, middle: Int32, upTo border: Int32) {
        func range(_ start: Int32, _ end: Int32, _ step: Int32) -> Range {
            Range(start: Price(units: start), end: Price(units: end), step: PriceDelta(units: step))
        }
        ranges =
            edge == middle
            ? [range(0, 10_000, edge)]
            : [
                range(0, border, edge), range(border, 10_000 - border, middle), range(10_000 - border, 10_000, edge),
            ]
    }

    /// One cent everywhere.
    public static let linearCent = PriceGrid(edge: 100, middle: 100, upTo: 1_000)
    /// A tenth of a cent everywhere.
    public static let deciCent = PriceGrid(edge: 10, middle: 10, upTo: 1_000)
    /// A tenth of a cent below 10¢ and above 90¢, one cent between: the grid of 15-minute crypto markets.
    public static let taperedDeciCent = PriceGrid(edge: 10, middle: 100, upTo: 1_000)

    /// The grid of a `price_level_structure` the venue documents; nil for an unknown name.
    public static func named(_ structure: String) -> PriceGrid? {
        switch structure {
        case "linear_cent": .linearCent
        case "deci_cent": .deciCent
        case "tapered_deci_cent": .taperedDeciCent
        case "center_whole_edge_half_cent": PriceGrid(edge: 50, middle: 100, upTo: 1_000)
        case "center_whole_edge_quint_cent": PriceGrid(edge: 20, middle: 100, upTo: 1_000)
        case "center_half_edge_half_cent": PriceGrid(edge: 50, middle: 50, upTo: 1_000)
        case "center_half_edge_quint_cent": PriceGrid(edge: 20, middle: 50, upTo: 1_000)
        case "center_half_edge_deci_cent": PriceGrid(edge: 10, middle: 50, upTo: 1_000)
        case "center_quint_edge_quint_cent": PriceGrid(edge: 20, middle: 20, upTo: 1_000)
        case "center_quint_edge_deci_cent": PriceGrid(edge: 10, middle: 20, upTo: 1_000)
        case "center_deci_edge_centi_cent": PriceGrid(edge: 1, middle: 10, upTo: 100)
        case "center_centi_edge_centi_cent": PriceGrid(edge: 1, middle: 1, upTo: 1_000)
        default: nil
        }
    }

    /// Lowest price an order may carry.
    @inlinable public var lowest: Price { Price(units: ranges[0].step.units) }

    /// Highest price an order may carry.
    @inlinable public var highest: Price { Price(units: 10_000 - ranges[ranges.count - 1].step.units) }

    /// Whether an order may carry this price.
    @inlinable public func contains(_ price: Price) -> Bool {
        guard price.isTradable else { return false }
        let range = range(holding: price)
        return (price.units - range.start.units) % range.step.units == 0
    }

    /// The highest valid price not above `price`; nil when that would be 0 or less.
    @inlinable public func roundedDown(_ price: Price) -> Price? {
        guard price < .one else { return highest }
        guard price > .zero else { return nil }
        let range = range(holding: price)
        let rounded = Price(units: price.units - (price.units - range.start.units) % range.step.units)
        return rounded.isTradable ? rounded : nil
    }

    /// The lowest valid price not below `price`; nil when that would be 1 dollar or more.
    @inlinable public func roundedUp(_ price: Price) -> Price? {
        guard price > .zero else { return lowest }
        guard price < .one else { return nil }
        let range = range(holding: price)
        let over = (price.units - range.start.units) % range.step.units
        let rounded = over == 0 ? price : Price(units: price.units - over + range.step.units)
        return rounded.isTradable ? rounded : nil
    }

    /// One grid step at a price: the larger of the steps on its two sides.
    @inlinable public func step(at price: Price) -> PriceDelta {
        var largest = PriceDelta.zero
        for range in ranges where range.start <= price && price <= range.end {
            largest = max(largest, range.step)
        }
        // Outside 0…1 dollar the nearest range counts.
        guard largest == .zero else { return largest }
        return price < .zero ? ranges[0].step : ranges[ranges.count - 1].step
    }

    /// The valid price next above; nil at the top.
    @inlinable public func next(above price: Price) -> Price? {
        roundedUp(Price(units: price.units + 1))
    }

    /// The valid price next below; nil at the bottom.
    @inlinable public func next(below price: Price) -> Price? {
        roundedDown(Price(units: price.units - 1))
    }

    /// The valid price `steps` grid steps above (below when negative), kept within the grid.
    public func moved(_ price: Price, steps: Int) -> Price {
        var moved = price
        for _ in 0..<abs(steps) {
            guard let next = steps > 0 ? next(above: moved) : next(below: moved) else { break }
            moved = next
        }
        return moved
    }

    /// The range that holds a price strictly between 0 and 1; at a border, the upper one (both agree there).
    @inlinable func range(holding price: Price) -> Range {
        var index = ranges.count - 1
        while index > 0, ranges[index].start > price { index -= 1 }
        return ranges[index]
    }
}
