import Foundation
import KBotTestSupport
import Testing

@testable import KBotRuntime

struct RoundedDecimalTests {
    private func parse(_ text: String, _ digits: Int = 4) -> Int64? {
        parseRounded(Array(text.utf8)[...], fractionDigits: digits)
    }

    @Test(
        arguments: [
            ("81131.28", 811_312_800), ("0.00005", 1), ("0.000049999", 0), ("1.99995", 20_000),
            ("9999.99995", 100_000_000),
            ("7", 70_000), ("7.", 70_000), (".5", 5_000), ("00.1", 1_000), ("1e-05", 0), ("5e-05", 1), ("5E-5", 1),
            ("1.2345e2", 1_234_500), ("12345e-8", 1), ("1e+3", 10_000_000), ("0e99", 0), ("0.0e-99", 0), ("4e-99", 0),
            ("922337203685477.5807", .max), ("922337203685477.58074", .max),
        ] as [(String, Int64)]
    )
    func `digits beyond the unit are rounded half up`(text: String, units: Int64) {
        #expect(parse(text) == units)
    }

    @Test(arguments: [
        "", ".", "e5", "1e", "1e+", "-1", "+1", "1.2.3", "1,2", " 1", "nan", "inf", "0x1", "1e5e5", "1e100", "1e20",
        "922337203685477.5808", "922337203685477.58075", "99999999999999999999", "1e.5",
    ])
    func `what is no such number, or does not fit, is none`(text: String) { #expect(parse(text) == nil) }

    @Test func `it agrees with Foundation's decimals`() throws {
        try forSeeds(0..<2_000) { random in
            let digits = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                Character("\(Int.random(in: 0...9, using: &random))")
            }
            var text = String(digits)
            if Bool.random(using: &random) {
                let point = Int.random(in: 0...digits.count, using: &random)
                text = String(digits[..<point]) + "." + String(digits[point...])
            }
            if Int.random(in: 0..<4, using: &random) == 0 { text += "e\(Int.random(in: -12...3, using: &random))" }
            let unit = Int.random(in: 0...6, using: &random)
            var exact = try #require(Decimal(string: text.hasPrefix(".") ? "0" + text : text))
            exact *= pow(Decimal(10), unit)
            var rounded = Decimal()
            unsafe NSDecimalRound(&rounded, &exact, 0, .plain)
            let expected = Int64("\(rounded)")
            let units = parse(text, unit)
            try hold(units == expected, "\(text) at \(unit) digits: \(units as Any), expected \(expected as Any)")
        }
    }
}
