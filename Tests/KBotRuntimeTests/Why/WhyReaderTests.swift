import Foundation
import KBotEngine
import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

/// `kbot why` on the lines of whole runs: counts against the run's own report, distances against a calculation of another
/// kind, and single decisions.
@Suite struct WhyReaderTests {
    /// A run on the simulator with limits that stop signals.
    private func outcome(_ change: (inout RunBench) -> Void = { _ in }) throws -> RunBench.Outcome {
        var bench = RunBench()
        bench.plan.duration = .hours(2)
        bench.plan.seed = 7
        bench.plan.parameters = ["stddev=1.2"]
        change(&bench)
        return try bench.run()
    }

    private let needs: [String: StrategyNeeds] = [
        "bollinger_scalper": StrategyNeeds(
            interval: .auto,
            indicators: [("bands", .bollinger(period: 25, deviations: 12_000))]
        )
    ]

    private func why(
        _ events: String,
        needs: [String: StrategyNeeds] = [:],
        market: String? = nil,
        at moment: String? = nil,
        piece: Int = 1_000
    ) -> WhyReport {
        var reader = WhyReader(
            needs: needs,
            question: WhyReader.Question(market: market, moment: moment.flatMap(WhyMoment.init))
        )
        let bytes = Array(events.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            reader.take(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        return reader.finish()
    }

    @Test(arguments: [false, true])
    func `the stages are those of the run's own report`(isRuled: Bool) throws {
        let outcome = try outcome { bench in
            if isRuled { bench.options["max-positions"] = "1" } else { bench.options["min-reward-risk"] = "1.9" }
        }
        let report = why(outcome.events)
        let mine = try #require(report.strategies.first).funnel
        let told = outcome.report.funnel
        #expect(mine.candlesClosed == told.candlesClosed && told.candlesClosed > 1_000)
        #expect(mine.candlesJudged == told.candlesJudged)
        #expect(mine.quiet == told.quiet)
        #expect(mine.triggers == told.triggers && told.triggers > 10)
        #expect(mine.filtered == told.filtered)
        #expect(mine.signals == told.signals && told.signals > 0)
        #expect(mine.denied == told.denied)
        #expect(mine.orders == told.orders)
        #expect(mine.filled == told.filled && told.filled > 0)
        #expect(mine.unfilled.values.reduce(0, +) == told.unfilled.values.reduce(0, +))
        #expect((mine.closed, mine.settled) == (told.closed, told.settled))
        // The markets' parts come to the whole.
        #expect(report.markets.reduce(0) { $0 + $1.funnel.triggers } == told.triggers)
        #expect(report.markets.reduce(0) { $0 + $1.funnel.filled } == told.filled)
        #expect(Set(report.markets.map(\.market)).count == told.marketsSeen)
    }

    @Test func `pieces of any length give the same report`() throws {
        let events = try outcome { $0.plan.duration = .minutes(30) }.events
        let whole = why(events, needs: needs, piece: .max / 2).json
        for piece in [1, 7, 113] { #expect(why(events, needs: needs, piece: piece).json == whole) }
    }

    @Test func `the nearest misses are those of bands calculated in another way`() throws {
        let outcome = try outcome()
        let report = why(outcome.events, needs: needs)
        // In binary fractions, from the closes of each market's candles.
        var closes: [String: [Double]] = [:]
        var candles: [String: (body: (Double, Double), time: String)] = [:]
        var distances: [(Double, String, String)] = []
        for text in outcome.events.split(separator: "\n") {
            let line = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
            let market = line["market"] as? String ?? ""
            func number(_ name: String) -> Double { Double(line[name] as? String ?? "") ?? .nan }
            switch line["type"] as? String {
            case "candle":
                closes[market, default: []].append(number("close"))
                let body = (min(number("open"), number("close")), max(number("open"), number("close")))
                candles[market] = (body, line["ts"] as? String ?? "")
            case "no_signal" where line["reason"] as? String == "INSIDE_BANDS":
                let window = (closes[market] ?? []).suffix(25)
                let mean = window.reduce(0, +) / 25
                let deviation = (window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 25).squareRoot()
                let candle = try #require(candles[market])
                let below = candle.body.1 - (mean - 1.2 * deviation)
                let above = mean + 1.2 * deviation - candle.body.0
                distances.append((min(below, above), market, candle.time))
            default: break
            }
        }
        distances.sort { $0.0 < $1.0 }
        let misses = report.misses.filter { $0.kind == .band }
        #expect(misses.count == 10)
        for (mine, theirs) in zip(misses, distances) {
            #expect(abs(Double(mine.amount) / 1_000_000 - theirs.0) < 0.000_002)
        }
        #expect(misses.first?.market == distances.first?.1)
        #expect(misses.first?.time.description == distances.first?.2)
        #expect(misses.allSatisfy { $0.words.hasPrefix("body ") && $0.words.hasSuffix(" band") })
    }

    @Test func `what stopped signals is counted by the first that objected, with its limit`() throws {
        let outcome = try outcome { $0.options["max-exposure"] = "0.03%" }
        let report = why(outcome.events)
        #expect(report.objections.reduce(0) { $0 + $1.signals } == outcome.report.funnel.denied.values.reduce(0, +))
        let exposure = try #require(report.objections.first { $0.code == "MAX_EXPOSURE" })
        #expect(exposure.limit == .maxExposure && exposure.text.contains("exposure limit"))
        #expect(report.text(width: 100).contains("first limit that objects"))
    }

    @Test func `a decision is told with what was seen, said and done`() throws {
        let outcome = try outcome { $0.options["limits"] = "off=reward_risk" }
        let filled = try #require(try outcome.lines("fill").first { $0["role"] as? String == "entry" })
        let market = try #require(filled["market"] as? String)
        let signal = try #require(
            try outcome.lines("signal").last {
                $0["market"] as? String == market && ($0["ts"] as? String ?? "") <= (filled["ts"] as? String ?? "")
            }
        )
        let time = try #require(signal["ts"] as? String)
        let report = why(outcome.events, needs: needs, market: market, at: time)
        let decision = try #require(report.decisions.first)
        #expect(report.decisions.count == 1 && decision.market == market)
        #expect(try #require(Timestamp(rfc3339: time)) - decision.candle.end < .seconds(5))
        let answer = try #require(decision.answers.first { $0.strategy == "bollinger_scalper" })
        #expect(answer.words.contains { $0.hasPrefix("signal ") })
        #expect(answer.seen.contains { $0.contains("outside the") })
        #expect(decision.followed.contains { $0.contains("order o") })
        #expect(decision.followed.contains { $0.contains("fill of o") })
        #expect(decision.followed.contains { $0.contains("closed by ") })
        let text = report.text(width: 100)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test func `what later signals hear is not told of a trade that is on its way`() throws {
        let outcome = try outcome()
        let denied = try #require(try outcome.lines("denied").first { $0["code"] as? String == "POSITION_OPEN" })
        let market = try #require(denied["market"] as? String)
        let held = try #require(
            try outcome.lines("order").last {
                $0["market"] as? String == market && $0["role"] as? String == "entry"
                    && $0["state"] as? String == "sent"
                    && ($0["ts"] as? String ?? "") < (denied["ts"] as? String ?? "")
            }
        )
        let whole = why(outcome.events, market: market, at: held["ts"] as? String).decisions.first
        #expect(whole?.followed.contains { $0.contains("POSITION_OPEN") } == false)
        #expect(whole?.followed.contains { $0.contains("closed by ") } == true)
        let later = why(outcome.events, market: market, at: denied["ts"] as? String).decisions.first
        #expect(later?.followed.count == 1)
        #expect(later?.followed.first?.hasSuffix("is open in this market") == true)
    }

    @Test func `without a market the open ones are told at the moment asked for`() throws {
        let events = try outcome { $0.plan.duration = .hours(1) }.events
        let report = why(events, needs: needs, at: "00:20:07")
        #expect(report.decisions.count == 1)
        #expect(report.decisions.first?.candle.end == Timestamp(rfc3339: "2026-06-01T00:20:05Z"))
        let answer = report.decisions.first?.answers.first
        #expect(answer?.seen.contains { $0.hasPrefix("bands: lower ") } == true)
        #expect(answer?.words.count == 1)
        #expect(why(events, at: "2026-05-31T00:00:00Z").decisions.isEmpty)
    }

    @Test(arguments: [
        ("00:12", Timestamp(rfc3339: "2026-06-01T00:12:00Z")), ("23:59:59", Timestamp(rfc3339: "2026-06-01T23:59:59Z")),
        ("2026-06-02T01:02:03Z", Timestamp(rfc3339: "2026-06-02T01:02:03Z")), ("24:00", nil), ("1:00", nil),
        ("00:60", nil),
        ("noon", nil), ("00:00:00:00", nil), ("", nil),
    ])
    func `a moment is a time of the run's first day, or a whole one`(text: String, wanted: Timestamp?) {
        #expect(WhyMoment(text)?.resolved(from: SimulatedFeed.usualStart + .hours(5)) == wanted)
    }

    @Test func `lines that are none are counted, and a run of nothing is told`() {
        let report = why(
            "nonsense\n{\"type\":\"candle\"}\n{\"type\":\"candle\",\"ts\":\"2026-06-01T00:00:05Z\",\"market\":\"M\"}\n\u{7}"
        )
        #expect(report.notes == ["1 line could not be read"])
        #expect(report.strategies.isEmpty)
        #expect(!why("").text(width: 80).isEmpty)
        #expect(why("").json.contains("\"strategies\""))
    }
}
