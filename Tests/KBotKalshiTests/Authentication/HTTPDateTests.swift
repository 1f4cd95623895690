import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct HTTPDateTests {
    private let near = Timestamp(seconds: 1_795_375_920)  // 2026-11-22

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `the examples of RFC 9110 are one time`(text: String) {
        #expect(Timestamp(httpDate: text, near: near) == Timestamp(seconds: 784_111_777))
    }

    @Test func `what the C library writes in each form is read back`() throws {
        let formats = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        try forSeeds(0..<2_000) { random in
            // 1977 to 2076: the century in which two digits of a year are one year.
            let seconds = Int64.random(in: 220_924_800..<3_376_684_800, using: &random)
            for format in formats {
                let text = written(seconds, format)
                let time = Timestamp(httpDate: text, near: near)
                try hold(time == Timestamp(seconds: seconds), "\(text): \(String(describing: time))")
            }
        }
    }

    private func written(_ seconds: Int64, _ format: String) -> String {
        var time = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = unsafe strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test func `two digits of a year are at most 50 years ahead`() {
        #expect(Timestamp(httpDate: "Sunday, 22-Nov-76 00:00:00 GMT", near: near)?.utcDay.civil.year == 2_076)
        #expect(Timestamp(httpDate: "Tuesday, 22-Nov-77 00:00:00 GMT", near: near)?.utcDay.civil.year == 1_977)
    }

    @Test func `a leap second is the second after`() {
        #expect(
            Timestamp(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT", near: near)
                == Timestamp(rfc3339: "2017-01-01T00:00:00Z")
        )
    }

    @Test(arguments: [
        "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Thu, 31 Apr 2026 00:00:00 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Monday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 06 8:49:37 1994",
        "Mon Nov  6 08:49:37 1994", ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,", "Sunday,", "1994-11-06T08:49:37Z", "784111777",
    ])
    func `other texts are no date`(text: String) {
        #expect(Timestamp(httpDate: text, near: near) == nil)
    }

    @Test func `mutated dates give a time or nil, never a trap`() throws {
        let samples = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        try forSeeds(0..<3_000) { random in
            var bytes = Array(samples[Int.random(in: 0..<3, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(bytes[at], at: at)
                default: bytes.removeSubrange(at...)
                }
            }
            _ = Timestamp(httpDate: String(decoding: bytes, as: UTF8.self), near: near)
        }
    }
}
