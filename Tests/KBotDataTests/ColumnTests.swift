import KBotModel
import KBotTestSupport
import Testing

@testable import KBotData

@Suite struct ColumnTests {
    @Test("numbers of any size come back from a column, as they are and as differences")
    func numbers() throws {
        try forSeeds(0..<200) { random in
            let unit: Int64 = [1, 1_000, 1_000_000].randomElement(using: &random) ?? 1
            let reach: Int64 = [0, 3, 100_000, .max / 4_000_000].randomElement(using: &random) ?? 0
            let values = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                Int64.random(in: -reach...reach, using: &random) * unit
            }
            var writer = ColumnWriter()
            writer.append(values)
            writer.append(differencesOf: values)
            var reader = ColumnReader(writer.bytes)
            try hold(try reader.column(values.count) == values, "the column differs")
            try hold(try reader.differences(values.count) == values, "the differences differ")
            try hold(reader.left == 0, "bytes are left")
        }
    }

    @Test("the ends of the numbers come back", arguments: [Int64.min, .max, 0, -1])
    func ends(value: Int64) throws {
        let values = [value, 0, .min, .max, value]
        var writer = ColumnWriter()
        writer.append(values)
        writer.append(differencesOf: values)
        var reader = ColumnReader(writer.bytes)
        #expect(try reader.column(5) == values)
        #expect(try reader.differences(5) == values)
    }

    /// Rows such as a recording has them, with every kind and flag.
    static func rows(_ random: inout SeededGenerator) -> RowColumns {
        var rows = RowColumns()
        var key = Int64.random(in: 0...2_000_000_000_000_000, using: &random)
        var number = Int64.random(in: 0...9, using: &random)
        func levels() -> [BookLevel] {
            (0..<Int.random(in: 0...9, using: &random)).map { _ in
                BookLevel(
                    price: Price(units: .random(in: 1...9_999, using: &random)),
                    count: Quantity(units: .random(in: 1...1_000_000, using: &random))
                )
            }
        }
        for _ in 0..<Int.random(in: 1...80, using: &random) {
            let kind = DataRow.Kind(rawValue: .random(in: 0...8, using: &random)) ?? .touch
            var row = DataRow(
                key: Timestamp(microseconds: key),
                time: Timestamp(microseconds: key - Int64.random(in: -9...9, using: &random) * 1_000),
                number: number,
                kind: kind,
                flags: DataRow.Flags(rawValue: UInt8.random(in: 0...7, using: &random) << 5)
            )
            if kind == .snapshot {
                row.snapshot = BookSnapshot(yes: levels(), no: levels())
            } else if kind == .frame {
                row.frame = (0..<Int.random(in: 0...30, using: &random)).map { _ in .random(in: 0...255, using: &random)
                }
            } else if kind != .gap, kind != .touch {
                row.price = Price(units: .random(in: -10...10_000, using: &random))
                row.count = Quantity(units: .random(in: -1_000_000...1_000_000, using: &random))
            }
            rows.append(row)
            key += Int64.random(in: 0...3, using: &random) * 1_000
            number += Int64.random(in: 1...4, using: &random)
        }
        return rows
    }

    @Test("rows of every kind come back from a chunk")
    func rowsOfEveryKind() throws {
        try forSeeds(0..<300) { random in
            let rows = Self.rows(&random)
            try hold(try RowColumns(rows.encoded()) == rows, "the rows differ")
        }
    }

    @Test("bytes that nobody wrote are an error or rows, never a trap")
    func hostile() throws {
        try forSeeds(0..<2_000) { random in
            var bytes = Self.rows(&random).encoded()
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            if let rows = try? RowColumns(bytes) {
                for index in 0..<rows.count { _ = rows[index] }
            }
            _ = try? BarColumns.decoded(bytes)
        }
    }

    @Test("candles and ticks come back from a chunk")
    func bars() throws {
        try forSeeds(0..<200) { random in
            var start: Int64 = 1_777_000_000_000_000
            let bars = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                start += 60_000_000 * Int64.random(in: 1...3, using: &random)
                func price() -> Int64 { .random(in: 0...900_000_000_000, using: &random) }
                return DataBar(
                    start: Timestamp(microseconds: start),
                    open: price(),
                    high: price(),
                    low: price(),
                    close: price(),
                    volume: price(),
                    count: .random(in: 0...9, using: &random)
                )
            }
            try hold(try BarColumns.decoded(BarColumns.encoded(bars)) == bars, "the bars differ")
        }
    }
}
