import KBotKalshi
import KBotModel
import Testing

@testable import KBotRuntime

struct MarketListingTests {
    private let now = Timestamp(seconds: 1_795_375_800)

    private func row(_ ticker: String, closing: String, _ more: String) throws -> MarketRow {
        let text = """
            {"ticker":"\(ticker)","event_ticker":"KXBTC15M-26NOV221445","open_time":"2026-11-22T19:30:00Z",\
            "close_time":"\(closing)","status":"active","price_ranges":[],"volume_fp":"15230.25"\(more)}
            """
        return try MarketRow(wire: try JSON(parsing: Array(text.utf8)))
    }

    @Test func `markets stand in the order of their closes, with what there is`() throws {
        let quoted =
            #","yes_bid_dollars":"0.5600","yes_ask_dollars":"0.5800","last_price_dollars":"0.5700","floor_strike":86120.37"#
        let empty = #","yes_bid_dollars":"0.0000","yes_ask_dollars":"1.0000","last_price_dollars":"0.0000""#
        let listing = MarketListing(
            [
                try row("KXBTC15M-26NOV221715-15", closing: "2026-11-22T22:15:00Z", empty),
                try row("KXBTC15M-26NOV221445-45", closing: "2026-11-22T19:45:00Z", quoted),
            ],
            at: now + .seconds(55)
        )
        #expect(
            listing.text == """
                MARKET                     STRIKE     LEFT     BID     ASK    LAST    VOLUME  STATUS
                KXBTC15M-26NOV221445-45  86120.37    14:05  0.5600  0.5800  0.5700  15230.25  active
                KXBTC15M-26NOV221715-15         -  2:44:05       -       -       -  15230.25  active

                """
        )
        #expect(listing.lines.map(\.secondsLeft) == [845, 9_845])
    }

    @Test func `without markets it says so`() {
        #expect(MarketListing([], at: now).text == "no markets\n")
    }
}
