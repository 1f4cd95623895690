import Foundation
import KBotTestSupport
import Testing

/// Real recordings through the real program.
@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct RecordedDataTests {
    private let folder = TestFolder()

    private func seconds(_ text: Any?) throws -> Int {
        let formatter = ISO8601DateFormatter()
        let text = try #require(text as? String)
        let date = try #require(formatter.date(from: text.prefix(19) + "Z"))
        return Int(date.timeIntervalSince1970)
    }

    /// Triggers by side, with at least eight minutes left and later, as the event stream tells them.
    private func triggers() throws -> [String: Int] {
        var closes: [String: Int] = [:]
        var counts: [String: Int] = [:]
        for line in folder.read("e").split(separator: "\n") {
            guard line.hasPrefix(#"{"type":"market""#) || line.hasPrefix(#"{"type":"trigger""#) else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            let market = try #require(object["market"] as? String)
            if let close = object["close"] {
                closes[market] = try seconds(close)
            } else {
                let left = try #require(closes[market]) - seconds(object["ts"])
                counts["\(object["side"] as? String ?? "") \(left >= 480 ? "in time" : "late")", default: 0] += 1
            }
        }
        return counts
    }

    @Test(arguments: [
        ("KXBTC15M", "5s", ["long in time": 101, "short in time": 94, "long late": 133, "short late": 141]),
        ("KXBTC15M", "15s", ["short in time": 4]),
    ])
    func `a recorded day gives exactly the reference's triggers`(
        series: String,
        interval: String,
        expected: [String: Int]
    ) throws {
        let data = SharedData.data("trades/\(series)_2026-04-27_28_trades.csv.gz").path
        let result = try Kbot.run(
            "run",
            "--strategy",
            "bollinger_scalper.lua",
            "--feed",
            "replay:" + data,
            "--param",
            "interval=" + interval,
            "--events",
            "e",
            "--strict",
            in: folder.url
        )
        #expect(result.status == 0, "\(result.errors)")
        let counts = try triggers()
        #expect(expected.allSatisfy { counts[$0.key] == $0.value }, "\(counts)")
        #expect((counts["long in time"] ?? 0) == (expected["long in time"] ?? 0))
    }

    @Test func `a capture without trade frames says that volume steps stand for trades`() throws {
        let data = SharedData.data("ws/KXBTC15M-26MAY112115-15_ws.jsonl.gz").path
        let result = try Kbot.run(
            "run",
            "--strategy",
            "bollinger_scalper.lua",
            "--feed",
            "replay:" + data,
            "--json",
            in: folder.url
        )
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("trades stand for steps in the ticker's volume"))
    }
}
