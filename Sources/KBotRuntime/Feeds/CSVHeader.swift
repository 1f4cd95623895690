/// The first line of a CSV file: which column stands where.
struct CSVHeader {
    /// Names, in order.
    let names: [String]

    /// Reads a header line; a byte order mark and blanks around names are no part of them.
    init(_ line: ArraySlice<UInt8>) {
        var text = Substring(String(decoding: line, as: UTF8.self))
        if text.first == "\u{FEFF}" { text = text.dropFirst() }
        names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            String(name.drop { $0 == " " || $0 == "\"" }.reversed().drop { $0 == " " || $0 == "\"" }.reversed())
        }
    }

    /// Where a column stands.
    func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// Splits lines at commas, into memory that is used again; a field in plain quotes loses them.
struct CSVFields {
    private(set) var ranges: [Range<Int>] = []

    /// Number of fields.
    var count: Int { ranges.count }

    /// Splits a line.
    mutating func split(_ buffer: [UInt8], _ line: Range<Int>) {
        ranges.removeAll(keepingCapacity: true)
        var start = line.lowerBound
        for index in line where buffer[index] == UInt8(ascii: ",") {
            append(start..<index, buffer)
            start = index &+ 1
        }
        append(start..<line.upperBound, buffer)
    }

    @inline(__always) private mutating func append(_ range: Range<Int>, _ buffer: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isQuoted = range.count >= 2 && buffer[range.lowerBound] == quote && buffer[range.upperBound &- 1] == quote
        ranges.append(isQuoted ? range.lowerBound &+ 1..<range.upperBound &- 1 : range)
    }

    /// The range of a field; nil when the file has no such column.
    @inline(__always) subscript(column: Int?) -> Range<Int>? { column.map { ranges[$0] } }
}
