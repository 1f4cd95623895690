import KBotModel

/// How the venue names a 15-minute market: series, then the close in US Eastern time, then the close's minute.
enum EasternTicker {
    /// `KXBTC15M-26NOV221445-45` for the market of this series that closes at this time.
    static func ticker(series: SeriesTicker, close: Timestamp) -> Ticker {
        let local = close - .hours(isDaylightTime(close) ? 4 : 5)
        let date = local.utcDay.civil
        let minute = (local - local.utcDay.start).wholeSeconds / 60
        let (hours, minutes) = (padded(minute / 60), padded(minute % 60))
        let day = padded(Int64(date.year % 100)) + months[date.month - 1] + padded(Int64(date.day))
        return Ticker("\(series)-\(day)\(hours)\(minutes)-\(minutes)")
    }

    /// Whether New York's clocks are an hour ahead: from 2:00 of March's second Sunday to 2:00 of November's first.
    static func isDaylightTime(_ time: Timestamp) -> Bool {
        let year = (time - .hours(5)).utcDay.civil.year
        // 2:00 standard time is 7:00 UTC, 2:00 daylight time is 6:00 UTC.
        let begin = sunday(onOrAfter: UTCDay(year: year, month: 3, day: 8)).start + .hours(7)
        let end = sunday(onOrAfter: UTCDay(year: year, month: 11, day: 1)).start + .hours(6)
        return begin <= time && time < end
    }

    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    private static func sunday(onOrAfter day: UTCDay) -> UTCDay {
        // Day 3 of the epoch, 1970-01-04, was a Sunday.
        let sinceSunday = (day.number - 3) - floorDivide(day.number - 3, by: 7) * 7
        return UTCDay(number: day.number + (7 - sinceSunday) % 7)
    }

    private static func padded(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
