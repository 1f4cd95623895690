import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Decimal text` {
    @Test(arguments: [
        ("0.4700", 4_700), ("0.47", 4_700), (".47", 4_700), ("1", 10_000), ("1.", 10_000), ("0", 0), ("-0", 0),
        ("-3.5", -35_000), ("+0.0001", 1), ("0.470000000", 4_700), ("00012.5", 125_000), ("-0.0001", -1),
    ])
    func `is read exactly`(text: String, units: Int64) {
        #expect(SpotPrice(text)?.units == units)
    }

    @Test(arguments: [
        "", ".", "-", "+", "-.", "--1", "+-1", "1-", "1..2", "1.2.3", "1,5", " 1", "1 ", "1e3", "0x10", "٣", "½", "NaN",
        "inf", "1_000", "$1",
    ])
    func `that is no number is refused`(junk: String) {
        #expect(SpotPrice(junk) == nil)
        #expect(Money(junk) == nil)
    }

    @Test(arguments: [("0.12340", true), ("0.123400000000", true), ("0.12341", false), ("0.12340000001", false)])
    func `finer than the unit is read only when the rest is zero`(text: String, isRead: Bool) {
        #expect((Price(text) != nil) == isRead)
    }

    @Test(arguments: [
        ("922337203685477.5807", Int64.max), ("-922337203685477.5808", Int64.min),
        ("922337203685477.5808", nil), ("-922337203685477.5809", nil), ("9223372036854775807", nil),
        ("99999999999999999999999", nil),
    ])
    func `reaches to the ends of 64 bits and no further`(text: String, units: Int64?) {
        #expect(SpotPrice(text)?.units == units)
    }

    @Test func `that does not fit the narrower type is refused`() {
        #expect(Price("214748.3647")?.units == Int32.max)
        #expect(Price("214748.3648") == nil)
        #expect(Price("-214748.3648")?.units == Int32.min)
    }

    @Test(arguments: [
        (0, 0, "0"), (7, 0, "7"), (-120, 0, "-120"), (1, 4, "0.0001"), (-1, 4, "-0.0001"), (10_000, 4, "1.0000"),
        (-35_000, 4, "-3.5000"), (Int64.min, 6, "-9223372036854.775808"), (Int64.max, 2, "92233720368547758.07"),
    ])
    func `is printed with every digit of the unit`(units: Int64, digits: Int, text: String) {
        #expect(formatDecimal(units, fractionDigits: digits) == text)
    }

    @Test func `is appended behind what is there`() {
        var bytes = Array("p=".utf8)
        appendDecimal(-4_705, fractionDigits: 4, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "p=-0.4705")
    }

    @Test func `comes back from print and parse unchanged`() throws {
        try forSeeds(0..<2_000) { random in
            let bits = Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0...63, using: &random)
            let digits = Int.random(in: 0...9, using: &random)
            let text = formatDecimal(bits, fractionDigits: digits)
            try hold(parseDecimal(text.utf8, fractionDigits: digits) == bits, "\(bits) with \(digits) digits: \(text)")
        }
    }

    @Test func `of random bytes never crashes the reader`() throws {
        let alphabet = Array("0123456789.-+ e".utf8)
        try forSeeds(0..<2_000) { random in
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            guard let value = parseDecimal(bytes, fractionDigits: 4) else { return }
            let again = parseDecimal(formatDecimal(value, fractionDigits: 4).utf8, fractionDigits: 4)
            try hold(again == value, String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: -25...25, [1, 3, 7])
    func `division rounds down and up around the exact quotient`(value: Int, divisor: Int) {
        let down = floorDivide(value, by: divisor)
        let up = ceilDivide(value, by: divisor)
        #expect(down * divisor <= value && (down + 1) * divisor > value)
        #expect(up * divisor >= value && (up - 1) * divisor < value)
    }
}
