import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport

extension FuzzTarget {
    /// Decimals, tickers and times.
    static func numbers() -> [FuzzTarget] { [decimals(), tickers(), times()] }

    /// The decimal parser against schoolbook arithmetic on the digits.
    private static func decimals() -> FuzzTarget {
        FuzzTarget(
            "decimals",
            seeds: inputs([
                "0.4700", "-3.5", "+12", "1.", ".5", "0", "922337203685477.5807", "-922337203685477.5808",
                "9223372036854775807", "-9223372036854775808", "0.010000000000000000000000", "000000000000000000000001",
            ]),
            words: ["0", "00000", ".", "-", "+", "9", "e5", " ", "922337203685477580"],
            longest: 64
        ) { input in
            for digits in [0, 2, 4, 6] {
                let value = parseDecimal(input, fractionDigits: digits)
                let expected = schoolbook(input, fractionDigits: digits)
                try hold(value == expected, "\(digits) digits: \(value as Any), by hand \(expected as Any)")
                guard let value else { continue }
                let text = formatDecimal(value, fractionDigits: digits)
                try hold(parseDecimal(text.utf8, fractionDigits: digits) == value, "\(text) reads as another value")
            }
            let text = String(decoding: input, as: UTF8.self)
            try holdCoding(Price(text))
            try holdCoding(Quantity(text))
            try holdCoding(Money(text))
        }
    }

    /// What is stored as JSON comes back as it was.
    private static func holdCoding<Value: Codable & Equatable>(_ value: Value?) throws {
        guard let value else { return }
        let data = try JSONEncoder().encode([value])
        let back = try JSONDecoder().decode([Value].self, from: data)
        try hold(back == [value], "\(value) comes back as \(back)")
    }

    /// `[+-]digits[.digits]`, with either side of the point empty but not both, read digit by digit.
    private static func schoolbook(_ input: [UInt8], fractionDigits: Int) -> Int64? {
        var text = input[...]
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { text.removeFirst() }
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }),
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        var fraction = parts.count == 2 ? Array(parts[1]) : []
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        guard fraction.count <= fractionDigits else { return nil }
        fraction += Array(repeating: UInt8(ascii: "0"), count: fractionDigits - fraction.count)
        let digits = (parts[0] + fraction).drop { $0 == UInt8(ascii: "0") }
        return Int64((isNegative ? "-" : "") + (digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)))
    }

    /// Tickers and what they say of times.
    private static func tickers() -> FuzzTarget {
        FuzzTarget(
            "tickers",
            seeds: inputs([
                "KXBTC15M-26APR271445-45", "KXBTC-26AUG2513-T86120.37", "KXBTC15M-26NOV010145-45", "KXETH15M",
                "A-B-C-D",
                "KXMLBGAME-26AUG071910NYYBOS-NYY", "KXBTC15M-26MAR080215-15",
            ]),
            words: ["-", "15M", "26", "JAN", "FEB29", "DEC31", "2400", "0000", "NOV01", "KX"],
            longest: 160
        ) { input in
            let text = String(decoding: input, as: UTF8.self)
            guard let ticker = Ticker(validating: text) else {
                let isTicker = (1...128).contains(input.count) && input.allSatisfy { (0x21...0x7E).contains($0) }
                return try hold(!isTicker, "a ticker was refused")
            }
            try hold(ticker.text == text, "another text")
            let grammar = TickerGrammar(ticker)
            try hold(text.hasPrefix(grammar.series.text), "the series does not begin the ticker")
            if let open = grammar.openTime, let close = grammar.closeTime {
                try hold(open < close, "closes before it opens")
            }
            if let close = grammar.closeTime {
                try hold((2000...2100).contains(close.utcDay.civil.year), "closes in \(close)")
            }
        }
    }

    /// Times of the venue, of files and of HTTP.
    private static func times() -> FuzzTarget {
        FuzzTarget(
            "times",
            seeds: inputs([
                "2026-04-27T18:30:05.000000Z", "2026-11-22T19:32:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.9Z",
                "2024-02-29T00:00:00.123456789Z", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
            ]),
            words: ["-", ":", "T", "Z", ".", "02-29", "24:00", "60", "GMT", "Mon, ", "Feb", "99"],
            longest: 64
        ) { input in
            let text = String(decoding: input, as: UTF8.self)
            if let time = Timestamp(rfc3339: text) {
                try hold(Timestamp(rfc3339: time.description) == time, "\(time) reads as another time")
                try hold(time.description.hasPrefix(text.prefix(19)), "\(text) became \(time)")
            }
            let near = UTCDay(year: 2026, month: 11, day: 23).start
            if let time = Timestamp(httpDate: text, near: near) {
                try hold(time.microseconds % 1_000_000 == 0, "\(time) is no whole second")
                let clock = time.description.dropFirst(11).prefix(8)
                try hold(text.contains(clock), "\(text) became \(time)")
            }
        }
    }
}
