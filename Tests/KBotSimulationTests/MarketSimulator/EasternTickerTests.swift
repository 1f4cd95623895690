import KBotModel
import Testing

@testable import KBotSimulation

struct EasternTickerTests {
    @Test(
        arguments: [
            ("KXBTC15M", "2026-11-22T19:45:00Z", "KXBTC15M-26NOV221445-45"),
            ("KXBTC15M", "2026-11-23T05:00:00Z", "KXBTC15M-26NOV230000-00"),
            ("KXETH15M", "2026-07-04T13:15:00Z", "KXETH15M-26JUL040915-15"),
            ("KXBTC15M", "2026-04-27T18:45:00Z", "KXBTC15M-26APR271445-45"),
            ("KXBTC15M", "2027-01-01T04:30:00Z", "KXBTC15M-26DEC312330-30"),
            ("KXBTC15M", "2028-02-29T12:00:00Z", "KXBTC15M-28FEB290700-00"),
        ]
    )
    func `A ticker carries the close in Eastern time`(series: String, close: String, expected: String) throws {
        let time = try #require(Timestamp(rfc3339: close))
        #expect(EasternTicker.ticker(series: SeriesTicker(series), close: time).text == expected)
    }

    @Test(
        arguments: [
            // Clocks jump from 2:00 to 3:00.
            ("2026-03-08T06:45:00Z", "26MAR080145-45"), ("2026-03-08T07:00:00Z", "26MAR080300-00"),
            // Clocks go back from 2:00 to 1:00, so that hour comes twice.
            ("2026-11-01T05:45:00Z", "26NOV010145-45"), ("2026-11-01T06:00:00Z", "26NOV010100-00"),
            ("2026-11-01T07:00:00Z", "26NOV010200-00"),
        ]
    )
    func `A ticker follows New York's clock through its changes`(close: String, expected: String) throws {
        let time = try #require(Timestamp(rfc3339: close))
        #expect(EasternTicker.ticker(series: "KXBTC15M", close: time).text == "KXBTC15M-" + expected)
    }

    @Test(
        arguments: [
            // Second Sunday of March, first Sunday of November.
            (2024, 10, 3), (2025, 9, 2), (2026, 8, 1), (2027, 14, 7), (2028, 12, 5), (2029, 11, 4), (2030, 10, 3),
        ]
    )
    func `Daylight time starts and ends on the right Sundays`(year: Int, march: Int, november: Int) {
        let begin = UTCDay(year: year, month: 3, day: march).start + .hours(7)
        let end = UTCDay(year: year, month: 11, day: november).start + .hours(6)
        let second = TimeSpan.seconds(1)
        #expect(!EasternTicker.isDaylightTime(begin - second))
        #expect(EasternTicker.isDaylightTime(begin))
        #expect(EasternTicker.isDaylightTime(end - second))
        #expect(!EasternTicker.isDaylightTime(end))
    }
}
