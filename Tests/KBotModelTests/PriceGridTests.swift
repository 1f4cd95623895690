import KBotModel
import KBotTestSupport
import Testing

/// One row of the venue's table of price structures.
struct GridStructure: Sendable, CustomTestStringConvertible {
    let name: String
    let edge: Int32
    let middle: Int32
    let border: Int32
    let validPrices: Int

    var testDescription: String { name }

    /// The venue's definition, written a second time.
    func accepts(_ units: Int32) -> Bool {
        guard units > 0, units < 10_000 else { return false }
        let nearEdge = units <= border || units >= 10_000 - border
        return units % (nearEdge ? edge : middle) == 0
    }

    static let all = [
        GridStructure(name: "linear_cent", edge: 100, middle: 100, border: 1_000, validPrices: 99),
        GridStructure(name: "deci_cent", edge: 10, middle: 10, border: 1_000, validPrices: 999),
        GridStructure(name: "tapered_deci_cent", edge: 10, middle: 100, border: 1_000, validPrices: 279),
        GridStructure(name: "center_whole_edge_half_cent", edge: 50, middle: 100, border: 1_000, validPrices: 119),
        GridStructure(name: "center_whole_edge_quint_cent", edge: 20, middle: 100, border: 1_000, validPrices: 179),
        GridStructure(name: "center_half_edge_half_cent", edge: 50, middle: 50, border: 1_000, validPrices: 199),
        GridStructure(name: "center_half_edge_quint_cent", edge: 20, middle: 50, border: 1_000, validPrices: 259),
        GridStructure(name: "center_half_edge_deci_cent", edge: 10, middle: 50, border: 1_000, validPrices: 359),
        GridStructure(name: "center_quint_edge_quint_cent", edge: 20, middle: 20, border: 1_000, validPrices: 499),
        GridStructure(name: "center_quint_edge_deci_cent", edge: 10, middle: 20, border: 1_000, validPrices: 599),
        GridStructure(name: "center_deci_edge_centi_cent", edge: 1, middle: 10, border: 100, validPrices: 1_179),
        GridStructure(name: "center_centi_edge_centi_cent", edge: 1, middle: 1, border: 1_000, validPrices: 9_999),
    ]
}

@Suite struct `Price grids` {
    @Test(arguments: GridStructure.all)
    func `hold exactly the venue's prices`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        var count = 0
        for units in Int32(-5)...10_005 {
            let isValid = grid.contains(Price(units: units))
            try hold(isValid == structure.accepts(units), "at \(units)")
            if isValid { count += 1 }
        }
        #expect(count == structure.validPrices)
    }

    @Test(arguments: GridStructure.all)
    func `end one edge step from 0 and 1 dollar`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        #expect(grid.lowest == Price(units: structure.edge))
        #expect(grid.highest == Price(units: 10_000 - structure.edge))
        #expect(grid.next(below: grid.lowest) == nil)
        #expect(grid.next(above: grid.highest) == nil)
    }

    @Test(arguments: GridStructure.all)
    func `accept every whole cent`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        for cents in Int32(1)...99 { try hold(grid.contains(Price(cents: cents)), "\(cents)¢") }
    }

    @Test(arguments: GridStructure.all)
    func `round to the nearest valid price on either side`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        for units in Int32(-5)...10_005 {
            // The definition: walk until a price is valid.
            let down = stride(from: min(units, 9_999), to: 0, by: -1).first(where: structure.accepts)
            let up = (max(units, 1)..<max(10_000, units)).first(where: structure.accepts)
            let price = Price(units: units)
            try hold(grid.roundedDown(price)?.units == down, "at \(units)")
            try hold(grid.roundedUp(price)?.units == (units < 10_000 ? up : nil), "at \(units)")
        }
    }

    @Test(arguments: GridStructure.all)
    func `step up and down along the same prices`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        var price = grid.lowest
        var walked = 1
        while let next = grid.next(above: price) {
            try hold(grid.next(below: next) == price, "at \(next.units)")
            try hold(grid.contains(next) && next > price, "at \(next.units)")
            price = next
            walked += 1
        }
        #expect(price == grid.highest)
        #expect(walked == structure.validPrices)
    }

    @Test(arguments: GridStructure.all)
    func `are the same seen from NO`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        for units in Int32(0)...10_000 {
            let price = Price(units: units)
            try hold(grid.contains(price) == grid.contains(price.complement), "at \(units)")
            try hold(grid.step(at: price) == grid.step(at: price.complement), "at \(units)")
        }
    }

    @Test(arguments: GridStructure.all)
    func `have at a border the larger step of both sides`(structure: GridStructure) throws {
        let grid = try #require(PriceGrid.named(structure.name))
        let larger = PriceDelta(units: max(structure.edge, structure.middle))
        let border = Price(units: structure.border)
        #expect(grid.step(at: border) == larger)
        #expect(grid.step(at: border.complement) == larger)
        #expect(grid.step(at: Price(units: structure.border - 1)).units == structure.edge)
        #expect(grid.step(at: Price(units: structure.border + 1)).units == structure.middle)
        #expect(grid.step(at: Price(units: -40)).units == structure.edge)
        #expect(grid.step(at: Price(units: 10_040)).units == structure.edge)
    }

    @Test(
        arguments: [
            (950, -1, 940), (1_000, 1, 1_100), (1_000, -1, 990), (9_000, 1, 9_010), (9_000, -1, 8_900), (980, 4, 1_200),
            (5_000, 0, 5_000), (20, -50, 10), (9_980, 500, 9_990),
        ] as [(Int32, Int, Int32)]
    )
    func `move by steps across borders and stop at the ends`(from: Int32, steps: Int, to: Int32) {
        #expect(PriceGrid.taperedDeciCent.moved(Price(units: from), steps: steps) == Price(units: to))
    }

    @Test(arguments: ["", "banded_centi_cent", "LINEAR_CENT", "tapered"])
    func `of unknown names are not guessed`(name: String) {
        #expect(PriceGrid.named(name) == nil)
    }

    @Test func `from the venue's ranges equal the named ones, in any order`() throws {
        let ranges = [range(9_000, 10_000, 10), range(0, 1_000, 10), range(1_000, 9_000, 100)]
        #expect(try PriceGrid(ranges: ranges) == .taperedDeciCent)
    }

    @Test func `need at least one range`() {
        #expect(throws: PriceGrid.Malformed.empty) { try PriceGrid(ranges: []) }
    }

    @Test(arguments: [
        ([range(0, 10_000, 0)], PriceGrid.Malformed.badRange(range(0, 10_000, 0))),
        ([range(0, 10_000, -100)], .badRange(range(0, 10_000, -100))),
        ([range(0, 10_000, 300)], .badRange(range(0, 10_000, 300))),
        ([range(0, 10_000, 10_000)], .badRange(range(0, 10_000, 10_000))),
        ([range(0, 0, 10), range(0, 10_000, 10)], .badRange(range(0, 0, 10))),
        ([range(100, 10_000, 100)], .notContiguous(at: Price(units: 0))),
        ([range(0, 9_000, 100)], .notContiguous(at: Price(units: 9_000))),
        ([range(0, 1_000, 10), range(1_100, 10_000, 100)], .notContiguous(at: Price(units: 1_000))),
        ([range(0, 1_000, 10), range(900, 10_000, 100)], .notContiguous(at: Price(units: 1_000))),
        ([range(0, 11_000, 100)], .notContiguous(at: Price(units: 11_000))),
    ])
    func `of broken ranges are refused with the place`(ranges: [PriceGrid.Range], error: PriceGrid.Malformed) {
        #expect(throws: error) { try PriceGrid(ranges: ranges) }
        #expect(!error.description.isEmpty)
    }
}

private func range(_ start: Int32, _ end: Int32, _ step: Int32) -> PriceGrid.Range {
    PriceGrid.Range(start: Price(units: start), end: Price(units: end), step: PriceDelta(units: step))
}
