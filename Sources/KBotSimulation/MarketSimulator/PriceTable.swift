import KBotModel

/// The prices of the tapered grid, counted: 0 is no price, 1…279 are 0.1¢…99.9¢, 280 stands for one dollar.
///
/// The grid is symmetric, so price `i` of one outcome and price `280 − i` of the other are the same contract.
struct PriceTable: Hashable, Sendable {
    /// The number that stands for one dollar.
    static let top = 280

    /// 1/10,000 dollars by number.
    let units: [Int32]
    /// The number of the highest price not above `k` tenths of a cent.
    private let floors: [Int16]

    init() {
        let grid = PriceGrid.taperedDeciCent
        var units: [Int32] = [0]
        var price = grid.lowest
        units.append(price.units)
        while let next = grid.next(above: price) {
            units.append(next.units)
            price = next
        }
        units.append(Price.one.units)
        var floors: [Int16] = []
        var index = 0
        for tenth in Int32(0)...1_000 {
            while index < Self.top, units[index + 1] <= tenth * 10 { index += 1 }
            floors.append(Int16(index))
        }
        self.units = units
        self.floors = floors
    }

    /// The number of the highest price not above so many 1/10,000 dollars.
    @inline(__always)
    func floor(_ units: Int) -> Int {
        Int(floors[min(max(units, 0), 10_000) / 10])
    }

    /// The price by number.
    @inline(__always)
    func price(_ index: Int) -> Price { Price(units: units[index]) }
}
