package import KBotModel

/// What a market's ticker says of its times, for recordings that come without market facts.
///
/// `{SERIES}-{YY}{MMM}{DD}{HHMM}-{MM}` names the close of a 15-minute market, `{SERIES}-{YY}{MMM}{DD}{HH}-…` that of
/// an hourly or daily one, both in US Eastern time. The venue promises nothing of the kind: facts always win over this.
package struct TickerGrammar: Hashable, Sendable {
    /// The series.
    package let series: SeriesTicker
    /// Start of trading; nil when the ticker does not tell.
    package let openTime: Timestamp?
    /// End of trading; nil when the ticker does not tell.
    package let closeTime: Timestamp?
    /// Whether the close lies in the hour that the clocks repeat in November; it is then the first of the two.
    package let isAmbiguous: Bool

    /// Reads a ticker; any text gives at least a series.
    package init(_ ticker: Ticker) {
        let parts = ticker.text.split(separator: "-", omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        series = SeriesTicker(name)
        let reading = parts.count >= 2 ? Self.close(Array(parts[1].utf8), last: parts.count == 3 ? parts[2] : "") : nil
        closeTime = reading?.time
        isAmbiguous = reading?.isAmbiguous ?? false
        openTime = name.hasSuffix("15M") ? reading.map { $0.time - .minutes(15) } : nil
    }

    /// The close named by an event part such as `26APR271445` or `26AUG2513`.
    private static func close(_ event: [UInt8], last: Substring) -> EasternTime.Reading? {
        guard event.count == 11 || event.count == 9, let year = number(event[0..<2]),
            let month = months.firstIndex(of: String(decoding: event[2..<5], as: UTF8.self)),
            let day = number(event[5..<7]), let hour = number(event[7..<9])
        else { return nil }
        var minute = 0
        if event.count == 11 {
            // Other series follow the date with letters or a start time; only the repeated minute makes it a close.
            guard let named = number(event[9..<11]), number(Array(last.utf8)[...]) == named else {
                return nil
            }
            minute = named
        }
        return EasternTime.reading(year: 2_000 + year, month: month + 1, day: day, hour: hour, minute: minute)
    }

    private static let months = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]

    /// A number of exactly two digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count == 2 else { return nil }
        return digits.reduce(Int?(0)) { value, byte in
            guard let value, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            return value * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }
}
