import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotExchange

@Suite struct MarketClockTests {
    @Test func timePassesAsManyTimesFaster() {
        let start = Timestamp(seconds: 1_000)
        var clock = MarketClock(start: start, speed: 60, uptime: Timestamp(seconds: 5))
        #expect(clock.now(at: Timestamp(seconds: 5)) == start)
        #expect(clock.now(at: Timestamp(seconds: 7)) == start + .seconds(120))
        #expect(
            clock.wait(until: start + .seconds(180), at: Timestamp(seconds: 7)) == TimeSpan(microseconds: 1_000_001)
        )
        #expect(clock.wait(until: start, at: Timestamp(seconds: 7)) == .zero)
        clock.slip(to: start + .seconds(10), at: Timestamp(seconds: 7))
        #expect(clock.now(at: Timestamp(seconds: 8)) == start + .seconds(70))
    }

    @Test func datesAreReadBackAsTheyWereMeant() throws {
        try forSeeds(0..<50) { random in
            let time = Timestamp(seconds: Int64.random(in: 0...4_000_000_000, using: &random))
            try hold(Timestamp(httpDate: time.httpDate, near: time) == time, time.httpDate)
        }
        #expect(Timestamp(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(arguments: [
        ("a%20b", "a b"), ("a+b", "a b"), ("%7", "%7"), ("%zz", "%zz"), ("100%", "100%"), ("%C3%A9", "é"),
    ])
    func partsOfAQueryAreDecoded(_ text: String, _ decoded: String) {
        #expect(percentDecoded(Substring(text)) == decoded)
    }
}
