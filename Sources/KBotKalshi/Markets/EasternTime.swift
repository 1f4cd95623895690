package import KBotModel

/// US Eastern local time: UTC−5 in winter, UTC−4 in summer.
///
/// Summer lasts from the second Sunday of March, 02:00, to the first Sunday of November, 02:00. These rules hold since
/// 2007; the venue opened later.
package enum EasternTime {
    /// A local time seen from UTC.
    package struct Reading: Hashable, Sendable {
        /// The instant.
        package let time: Timestamp
        /// Whether the local time occurs twice, as the clocks are set back; ``time`` is then the first of the two.
        package let isAmbiguous: Bool
    }

    /// The instant of a local time; nil when the date or time does not exist.
    ///
    /// The hour skipped in March (02:00 to 02:59) is no local time.
    package static func reading(year: Int, month: Int, day: Int, hour: Int, minute: Int) -> Reading? {
        guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        let date = UTCDay(year: year, month: month, day: day)
        guard date.civil == (year, month, day) else { return nil }
        let local = date.number * 1_440 + Int64(hour * 60 + minute)
        // Local minutes at which the clocks change, both read on the clock before the change.
        let spring = sunday(2, of: 3, year: year).number * 1_440 + 120
        let autumn = sunday(1, of: 11, year: year).number * 1_440 + 120
        guard local < spring || local >= spring + 60 else { return nil }
        let isSummer = local >= spring && local < autumn
        return Reading(
            time: Timestamp(seconds: (local + (isSummer ? 240 : 300)) * 60),
            isAmbiguous: local >= autumn - 60 && local < autumn
        )
    }

    /// The `count`th Sunday of a month.
    private static func sunday(_ count: Int, of month: Int, year: Int) -> UTCDay {
        let first = UTCDay(year: year, month: month, day: 1)
        // 1970-01-01, day 0, was a Thursday: Sundays are the days with number ≡ 3 (mod 7).
        let ahead = floorModulo(3 - first.number, 7)
        return UTCDay(number: first.number + ahead + Int64(count - 1) * 7)
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        value - floorDivide(value, by: divisor) * divisor
    }
}
