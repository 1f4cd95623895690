/// Columns of numbers in as few bytes as they easily need: seven bits a byte, signed ones with the sign lowest.
///
/// A column is written as the differences between its numbers, or as the numbers themselves, in the largest unit that all
/// are multiples of. One whose numbers are all the same costs three bytes.
struct ColumnWriter {
    private(set) var bytes: [UInt8] = []

    /// Times are mostly whole seconds or milliseconds.
    static let units: [Int64] = [1, 1_000, 1_000_000]

    /// Appends a number.
    @inline(__always) mutating func append(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed number.
    @inline(__always) mutating func append(signed value: Int64) {
        append(unsigned: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// Appends bytes as they are.
    mutating func append(raw: some Collection<UInt8>) { bytes.append(contentsOf: raw) }

    /// Appends a column; how many numbers it has must be known to the reader.
    mutating func append(_ values: [Int64]) {
        guard let first = values.first else { return }
        if values.allSatisfy({ $0 == first }) {
            bytes.append(0)
            append(signed: first)
            return
        }
        let unit = Self.units.lastIndex { unit in values.allSatisfy { $0 % unit == 0 } } ?? 0
        bytes.append(UInt8(1 + unit))
        for value in values { append(signed: value / Self.units[unit]) }
    }

    /// Appends a column as differences, the first number counted from zero.
    mutating func append(differencesOf values: [Int64]) {
        guard let first = values.first else { return }
        append(signed: first)
        append(zip(values.dropFirst(), values).map { $0 &- $1 })
    }
}

/// Reads what ``ColumnWriter`` wrote. Bytes that nobody wrote are an error, never a trap.
struct ColumnReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes not yet read.
    var left: Int { bytes.count - index }

    private static let short = CatalogueError.damaged("a chunk ends too early")

    /// Reads a byte.
    @inline(__always) mutating func byte() throws(CatalogueError) -> UInt8 {
        guard index < bytes.count else { throw Self.short }
        defer { index &+= 1 }
        return bytes[index]
    }

    /// Reads a number.
    @inline(__always) mutating func unsigned() throws(CatalogueError) -> UInt64 {
        let first = try byte()
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let byte = try byte()
            guard shift < 63 || byte <= 1 else { throw .damaged("a number has more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
    }

    /// Reads a signed number.
    @inline(__always) mutating func signed() throws(CatalogueError) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Reads how many things follow, each of at least a byte.
    mutating func count() throws(CatalogueError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(left) else { throw Self.short }
        return Int(value)
    }

    /// Reads bytes as they are.
    mutating func raw(_ count: Int) throws(CatalogueError) -> [UInt8] {
        guard (0...left).contains(count) else { throw Self.short }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    /// Reads a column of numbers.
    mutating func column(_ count: Int) throws(CatalogueError) -> [Int64] {
        guard count > 0 else { return [] }
        let form = try byte()
        if form == 0 { return Array(repeating: try signed(), count: count) }
        guard Int(form) <= ColumnWriter.units.count, count <= left else {
            throw .damaged("a column of an unknown form")
        }
        let unit = ColumnWriter.units[Int(form) - 1]
        var values: [Int64] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try signed() &* unit) }
        return values
    }

    /// Reads a column of differences.
    mutating func differences(_ count: Int) throws(CatalogueError) -> [Int64] {
        guard count > 0 else { return [] }
        let first = try signed()
        var values: [Int64] = []
        values.reserveCapacity(count)
        values.append(first)
        var sum = first
        for step in try column(count - 1) {
            sum = sum &+ step
            values.append(sum)
        }
        return values
    }
}
