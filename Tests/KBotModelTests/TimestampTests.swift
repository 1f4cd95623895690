import KBotModel
import KBotTestSupport
import Testing

@Suite struct Timestamps {
    static let known: [(String, Int64)] = [
        ("1970-01-01T00:00:00.000000Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2000-02-29T12:34:56.789012Z", 951_827_696_789_012),
        ("2026-04-27T18:30:05.000000Z", 1_777_314_605_000_000),
        ("2026-11-22T19:32:00.000000Z", 1_795_375_920_000_000),
        ("1900-03-01T00:00:00.000000Z", -2_203_891_200_000_000),
        ("2100-02-28T23:59:59.000000Z", 4_107_542_399_000_000),
        ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ]

    @Test(arguments: known)
    func `of known moments are printed and read`(text: String, microseconds: Int64) {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        ("2026-11-22T19:32:00Z", 0), ("2026-11-22T19:32:00.5Z", 500_000), ("2026-11-22T19:32:00.000001Z", 1),
        ("2026-11-22T19:32:00.1234567Z", 123_456), ("2026-11-22T19:32:00.999999999999Z", 999_999),
    ])
    func `are read with a fraction of any length, cut at microseconds`(text: String, fraction: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == 1_795_375_920_000_000 + fraction)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T19:32Z", "2026-11-22T19:32:00", "2026-11-22T19:32:00+00:00",
        "2026-11-22 19:32:00Z",
        "2026-11-22T19:32:00.Z", "2026-11-22T24:00:00Z", "2026-11-22T19:60:00Z", "2026-11-22T19:32:60Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-22T19:32:00ZZ",
        "26-11-22T19:32:00Z", "2026-1a-22T19:32:00Z", "２026-11-22T19:32:00Z", "-026-11-22T19:32:00Z",
    ])
    func `that do not exist are refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `come back from print and parse unchanged`() throws {
        try forSeeds(0..<3_000) { random in
            let time = Timestamp(
                microseconds: .random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random)
            )
            try hold(Timestamp(rfc3339: time.description) == time, "\(time)")
        }
    }

    @Test func `sort as text in the same order as in time`() throws {
        try forSeeds(0..<1_000) { random in
            let range: ClosedRange<Int64> = 0...4_000_000_000_000_000
            let a = Timestamp(microseconds: .random(in: range, using: &random))
            let b = Timestamp(microseconds: .random(in: range, using: &random))
            try hold((a < b) == (a.description < b.description), "\(a) \(b)")
        }
    }

    @Test(arguments: [Timestamp.distantPast, .distantFuture, Timestamp(microseconds: -62_167_219_200_000_001)])
    func `outside of years 0 to 9999 can still be printed`(time: Timestamp) {
        #expect(time.description.hasSuffix("Z"))
        #expect(Timestamp(rfc3339: time.description) == nil)
        #expect(time.utcDay.description == String(time.description.split(separator: "T")[0]))
    }

    @Test(
        arguments: [
            (0, 0), (4_999_999, 0), (5_000_000, 5_000_000), (-1, -5_000_000), (-5_000_000, -5_000_000),
            (-5_000_001, -10_000_000),
        ] as [(Int64, Int64)]
    )
    func `are floored towards the past, before 1970 too`(time: Int64, floor: Int64) {
        #expect(Timestamp(microseconds: time).floored(to: .seconds(5)) == Timestamp(microseconds: floor))
    }

    @Test func `and spans add up`() {
        let time = Timestamp(milliseconds: 1_500)
        #expect(time + .milliseconds(500) == Timestamp(seconds: 2))
        #expect(time - .seconds(2) == Timestamp(milliseconds: -500))
        #expect(Timestamp(seconds: 2) - time == .milliseconds(500))
    }
}

@Suite struct `UTC days` {
    @Test(
        arguments: [
            (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 3, 1, 11_017), (2026, 11, 22, 20_779), (1600, 1, 1, -135_140),
            (0, 3, 1, -719_468), (-1, 12, 31, -719_529),
        ] as [(Int, Int, Int, Int64)]
    )
    func `have the number the calendar gives them`(year: Int, month: Int, day: Int, number: Int64) {
        let date = UTCDay(year: year, month: month, day: day)
        #expect(date.number == number)
        #expect(date.civil == (year, month, day))
    }

    @Test(arguments: [(1900, 28), (1996, 29), (2000, 29), (2023, 28), (2024, 29), (2026, 28), (2100, 28), (2400, 29)])
    func `give February its length`(year: Int, length: Int) {
        let last = UTCDay(year: year, month: 2, day: length)
        #expect(last.next == UTCDay(year: year, month: 3, day: 1))
        #expect(last.civil == (year, 2, length))
    }

    @Test func `follow each other without a hole for 800 years`() throws {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var number = UTCDay(year: 1700, month: 1, day: 1).number
        for year in 1700..<2500 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                for day in 1...(month == 2 && isLeap ? 29 : lengths[month - 1]) {
                    let date = UTCDay(number: number)
                    try hold(date.civil == (year, month, day), "\(date) is not \(year)-\(month)-\(day)")
                    try hold(UTCDay(year: year, month: month, day: day) == date, "\(date)")
                    number += 1
                }
            }
        }
    }

    @Test(arguments: [-86_400_000_001, -86_400_000_000, -1, 0, 86_399_999_999, 86_400_000_000] as [Int64])
    func `hold the times from their start to the next one's`(microseconds: Int64) {
        let time = Timestamp(microseconds: microseconds)
        #expect(time.utcDay.start <= time)
        #expect(time < time.utcDay.next.start)
    }
}

@Suite struct `Time spans` {
    @Test(arguments: [
        ("250ms", 250_000), ("5s", 5_000_000), ("90s", 90_000_000), ("15m", 900_000_000), ("24h", 86_400_000_000),
        ("7d", 604_800_000_000), ("0s", 0), ("007s", 7_000_000),
    ])
    func `are read with their unit`(text: String, microseconds: Int64) {
        #expect(TimeSpan(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "5", "s", "-5s", "+5s", "5 s", "1.5s", "5S", "5min", "5sm", "٥s", "½s", "106751992d",
        "9223372036854775808s",
    ])
    func `that make no sense are refused`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(arguments: [
        (TimeSpan.minutes(15), "15m"), (.seconds(90), "90s"), (.milliseconds(250), "250ms"), (.hours(24), "24h"),
        (.hours(48), "2d"), (.hours(1), "1h"), (.zero, "0s"), (TimeSpan(microseconds: 7), "7us"),
    ])
    func `are printed in the largest unit that holds them whole`(span: TimeSpan, text: String) {
        #expect(span.description == text)
    }

    @Test func `come back from print and parse unchanged`() throws {
        let units: [TimeSpan] = [.milliseconds(1), .seconds(1), .minutes(1), .hours(1), .hours(24)]
        try forSeeds(0..<1_000) { random in
            let unit = units.randomElement(using: &random) ?? .zero
            let span = unit * Int64.random(in: 0...5_000, using: &random)
            try hold(TimeSpan(span.description) == span, "\(span)")
        }
    }

    @Test func `count whole seconds towards zero`() {
        #expect(TimeSpan.milliseconds(1_999).wholeSeconds == 1)
        #expect(TimeSpan.milliseconds(-1_999).wholeSeconds == -1)
    }
}
