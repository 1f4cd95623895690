package import KBotModel

/// Rows of one market and source, by columns: what a chunk of the kinds `trades`, `book` and `lives` holds.
package struct RowColumns: Hashable, Sendable {
    /// Where rows belong, in microseconds; never falling.
    package private(set) var keys: [Int64] = []
    /// How far each row's own time is behind its key, in microseconds; negative when it is ahead.
    package private(set) var lags: [Int64] = []
    /// Numbers within the source, rising.
    package private(set) var numbers: [Int64] = []
    /// Kind and flags of each row.
    package private(set) var kinds: [UInt8] = []
    /// Prices in 1/10,000 dollar.
    package private(set) var prices: [Int32] = []
    /// Counts in 1/100 contract; for snapshots and frames the place in ``snapshots`` or ``frames``.
    package private(set) var counts: [Int64] = []
    /// Books of snapshots, in order.
    package private(set) var snapshots: [BookSnapshot] = []
    /// Bytes of frames, in order.
    package private(set) var frames: [[UInt8]] = []

    private static let kindBits: UInt8 = 0x1F

    /// No rows.
    package init() {}

    /// Number of rows.
    @inlinable package var count: Int { keys.count }

    /// Trades among the rows.
    package var trades: Int { kinds.count { DataRow.Kind(rawValue: $0 & Self.kindBits)?.isTrade == true } }

    /// The kind of a row.
    @inline(__always) package func kind(_ index: Int) -> DataRow.Kind {
        DataRow.Kind(rawValue: kinds[index] & Self.kindBits) ?? .touch
    }

    /// The flags of a row.
    @inline(__always) package func flags(_ index: Int) -> DataRow.Flags {
        DataRow.Flags(rawValue: kinds[index] & ~Self.kindBits)
    }

    /// A row.
    package subscript(index: Int) -> DataRow {
        var row = DataRow(
            key: Timestamp(microseconds: keys[index]),
            time: Timestamp(microseconds: keys[index] &- lags[index]),
            number: numbers[index],
            kind: kind(index),
            flags: flags(index),
            price: Price(units: prices[index])
        )
        switch row.kind {
        case .snapshot: row.snapshot = snapshots[Int(counts[index])]
        case .frame: row.frame = frames[Int(counts[index])]
        default: row.count = Quantity(units: counts[index])
        }
        return row
    }

    /// Adds a row; its key and number may not be below those of the row before.
    package mutating func append(_ row: DataRow) {
        keys.append(row.key.microseconds)
        lags.append(row.key.microseconds &- row.time.microseconds)
        numbers.append(row.number)
        kinds.append(row.kind.rawValue | row.flags.rawValue)
        prices.append(row.price.units)
        switch row.kind {
        case .snapshot:
            counts.append(Int64(snapshots.count))
            snapshots.append(row.snapshot ?? BookSnapshot(yes: [], no: []))
        case .frame:
            counts.append(Int64(frames.count))
            frames.append(row.frame)
        default: counts.append(row.count.units)
        }
    }

    // MARK: Bytes

    /// The rows as bytes.
    func encoded() -> [UInt8] {
        var writer = ColumnWriter()
        writer.append(unsigned: UInt64(count))
        writer.append(raw: kinds)
        writer.append(differencesOf: keys)
        writer.append(lags)
        writer.append(differencesOf: numbers)
        var last: [Int32] = [0, 0, 0, 0]
        var steps: [Int64] = []
        var amounts: [Int64] = []
        for index in keys.indices {
            let place = Self.place(kinds[index])
            guard place < 3 else {
                steps.append(0)
                amounts.append(0)
                continue
            }
            steps.append(Int64(prices[index]) - Int64(last[place]))
            last[place] = prices[index]
            amounts.append(counts[index])
        }
        writer.append(steps)
        writer.append(amounts)
        for snapshot in snapshots {
            writer.append(snapshot.yes)
            writer.append(snapshot.no)
        }
        for frame in frames {
            writer.append(unsigned: UInt64(frame.count))
            writer.append(raw: frame)
        }
        return writer.bytes
    }

    /// Reads rows.
    init(_ bytes: [UInt8]) throws(CatalogueError) {
        var reader = ColumnReader(bytes)
        let count = try reader.count()
        kinds = try reader.raw(count)
        keys = try reader.differences(count)
        lags = try reader.column(count)
        numbers = try reader.differences(count)
        let steps = try reader.column(count)
        counts = try reader.column(count)
        prices.reserveCapacity(count)
        var last: (yes: Int64, no: Int64, trade: Int64) = (0, 0, 0)
        for index in 0..<count {
            let step = steps[index]
            let price: Int64
            switch Self.place(kinds[index]) {
            case 0:
                last.yes &+= step
                price = last.yes
            case 1:
                last.no &+= step
                price = last.no
            case 2:
                last.trade &+= step
                price = last.trade
            default: price = 0
            }
            guard let units = Int32(exactly: price) else { throw .damaged("a price that is none") }
            prices.append(units)
            guard Self.hasPlace(kinds[index]) else { continue }
            if kinds[index] & Self.kindBits == DataRow.Kind.snapshot.rawValue {
                counts[index] = Int64(snapshots.count)
                snapshots.append(BookSnapshot(yes: [], no: []))
            } else {
                guard kinds[index] & Self.kindBits == DataRow.Kind.frame.rawValue else {
                    throw .damaged("a row of an unknown kind")
                }
                counts[index] = Int64(frames.count)
                frames.append([])
            }
        }
        for index in snapshots.indices {
            snapshots[index] = BookSnapshot(yes: try reader.levels(), no: try reader.levels())
        }
        for index in frames.indices {
            let size = try reader.count()
            frames[index] = try reader.raw(size)
        }
        guard reader.left == 0 else { throw .damaged("a chunk goes on after its end") }
    }

    /// Which of a market's prices a row speaks of, each counted from its own last one; 3 for none.
    @inline(__always) private static func place(_ kind: UInt8) -> Int {
        switch kind & kindBits {
        case DataRow.Kind.deltaYes.rawValue: 0
        case DataRow.Kind.deltaNo.rawValue: 1
        case DataRow.Kind.tradeBid.rawValue...DataRow.Kind.trade.rawValue: 2
        default: 3
        }
    }

    /// Whether the count of a row is a place among snapshots or frames (or it is of no known kind).
    @inline(__always) private static func hasPlace(_ kind: UInt8) -> Bool {
        let kind = kind & kindBits
        return kind == DataRow.Kind.snapshot.rawValue || kind >= DataRow.Kind.frame.rawValue
    }
}

extension ColumnWriter {
    /// Appends one side of a book.
    fileprivate mutating func append(_ levels: [BookLevel]) {
        append(unsigned: UInt64(levels.count))
        append(differencesOf: levels.map { Int64($0.price.units) })
        append(levels.map(\.count.units))
    }
}

extension ColumnReader {
    /// Reads one side of a book.
    fileprivate mutating func levels() throws(CatalogueError) -> [BookLevel] {
        let count = try count()
        let prices = try differences(count)
        let counts = try column(count)
        var levels: [BookLevel] = []
        levels.reserveCapacity(count)
        for (price, count) in zip(prices, counts) {
            guard let units = Int32(exactly: price) else { throw .damaged("a price that is none") }
            levels.append(BookLevel(price: Price(units: units), count: Quantity(units: count)))
        }
        return levels
    }
}
