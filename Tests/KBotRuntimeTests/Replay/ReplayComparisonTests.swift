import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

private let open = Timestamp(seconds: 1_777_314_600)

private func effect(_ text: String) -> Effect { .note(Note(time: open, market: nil, .script("s", text))) }

private func lines(_ texts: [String]) -> [UInt8] {
    var maker = EffectLines()
    var bytes: [UInt8] = []
    for text in texts { maker.append(effect(text), to: &bytes) }
    return bytes
}

private func lineText(_ text: String) -> String { String(decoding: lines([text]).dropLast(), as: UTF8.self) }

/// Recorded lines beside those of a second run.
@Suite struct ReplayComparisonTests {
    private let texts = (0..<30).map { "line \($0)" }

    /// Compares recorded stretches with a second run that says `replayed`, one event before each effect.
    private func compare(
        _ recorded: [RecordedEffects],
        _ replayed: [String],
        endedRegularly: Bool = true
    ) throws -> ReplayReport {
        var rest = recorded[...]
        let comparison = ReplayComparison { rest.popFirst() }
        for text in replayed {
            comparison.hear(.timer(open))
            comparison.hear(effect(text))
        }
        return try comparison.finish(endedRegularly: endedRegularly)
    }

    private func difference(_ recorded: [String], _ replayed: [String]) throws -> ReplayReport.Difference {
        try #require(compare([.lines(lines(recorded))], replayed).difference)
    }

    @Test(arguments: [1, 2, 7, 64, 1_000, 100_000])
    func `the same lines are identical, wherever the stretches of the record end`(size: Int) throws {
        let bytes = lines(texts)
        let stretches = stride(from: 0, to: bytes.count, by: size).map {
            RecordedEffects.lines(Array(bytes[$0..<min($0 + size, bytes.count)]))
        }
        let report = try compare(stretches, texts)
        #expect(report.isIdentical && report.identical == 30 && report.events == 30)
        #expect(report.text == "identical: 30 effects of 30 events")
        #expect(
            report.json
                == #"{"identical":true,"events":30,"effects":30,"not_kept":0,"unrecorded":0,"unreplayed":0}"# + "\n"
        )
    }

    @Test(arguments: [0, 1, 9, 10, 11, 28, 29], [1, 50, 100_000])
    func `a changed line is found at its place, with the lines before it`(place: Int, size: Int) throws {
        var changed = texts
        changed[place] = "something else"
        let bytes = lines(texts)
        let stretches = stride(from: 0, to: bytes.count, by: size).map {
            RecordedEffects.lines(Array(bytes[$0..<min($0 + size, bytes.count)]))
        }
        let difference = try #require(compare(stretches, changed).difference)
        #expect(difference.kind == .changed && difference.effect == place + 1 && difference.event == place + 1)
        #expect(difference.recorded == lineText(texts[place]) && difference.replayed == lineText("something else"))
        #expect(difference.before == texts[..<place].suffix(10).map(lineText))
        #expect(difference.cause == "2026-04-27T18:30:00.000000Z timer")
    }

    @Test(arguments: [0, 5, 28])
    func `a line that the replay lacks is missing, one that it has too many is extra`(place: Int) throws {
        var fewer = texts
        fewer.remove(at: place)
        let missing = try difference(texts, fewer)
        #expect(missing.kind == .missing && missing.effect == place + 1 && missing.recorded == lineText(texts[place]))
        let extra = try difference(fewer, texts)
        #expect(extra.kind == .extra && extra.effect == place + 1 && extra.replayed == lineText(texts[place]))
    }

    @Test func `what one side has more at the end is a difference of a run that ended`() throws {
        let missing = try difference(texts, texts.dropLast())
        #expect(missing.kind == .missing && missing.effect == 30 && missing.replayed == nil)
        #expect(missing.recorded == lineText("line 29"))
        let extra = try difference(texts.dropLast(2), texts)
        #expect(extra.kind == .extra && extra.effect == 29 && extra.event == 29 && extra.recorded == nil)
        #expect(extra.replayed == lineText("line 28"))
    }

    @Test func `what one side has more at the end is none of a run that was killed`() throws {
        let recorded = RecordedEffects.lines(lines(texts))
        let unreplayed = try compare([recorded], texts.dropLast(2), endedRegularly: false)
        #expect(unreplayed.isIdentical && unreplayed.unreplayed == 2 && unreplayed.identical == 28)
        #expect(unreplayed.text.hasSuffix("the events of its last 2 effects are not recorded"))
        let short = RecordedEffects.lines(lines(texts.dropLast()))
        let unrecorded = try compare([short], texts, endedRegularly: false)
        #expect(unrecorded.isIdentical && unrecorded.unrecorded == 1 && unrecorded.identical == 29)
        #expect(unrecorded.text.hasSuffix("its last 1 effect had not been written down"))
        var changed = texts
        changed[3] = "else"
        #expect(try !compare([recorded], changed, endedRegularly: false).isIdentical)
    }

    @Test func `a stretch that the journal did not keep is passed over and counted`() throws {
        let recorded: [RecordedEffects] = [
            .lines(lines(Array(texts[..<4]))), RecordedEffects(count: 3, bytes: []),
            RecordedEffects(count: 23, bytes: lines(Array(texts[7...]))), .gap(2),
        ]
        let report = try compare(recorded, texts + ["a", "b"])
        #expect(report.isIdentical && report.notKept == 5 && report.identical == 27)
        #expect(report.text.hasSuffix("not compared: 5 effects that the journal could not keep"))
        var changed = texts
        changed[8] = "else"
        let difference = try #require(compare(recorded, changed).difference)
        #expect(difference.effect == 9 && difference.before == (texts[..<4] + texts[7...7]).map(lineText))
    }

    @Test func `a record cut off within a line is a difference`() throws {
        let report = try compare([.lines(lines(texts).dropLast(5))], texts)
        #expect(report.difference?.effect == 30 && report.difference?.recorded?.isEmpty == false)
        #expect(try compare([], []).text == "identical: 0 effects")
    }

    @Test func `only the first difference counts, and a dozen lines after it decide`() throws {
        var rest = [RecordedEffects.lines(lines(texts))][...]
        let comparison = ReplayComparison { rest.popFirst() }
        for index in 0..<30 {
            #expect(comparison.isDecided == (index > 10))
            comparison.hear(.timer(open))
            comparison.hear(effect("other \(index)"))
        }
        let report = try comparison.finish(endedRegularly: true)
        #expect(report.difference?.effect == 1 && report.difference?.event == 1 && report.difference?.kind == .changed)
    }

    @Test func `what cannot be read is thrown at the end`() throws {
        let comparison = ReplayComparison { throw RunFailure(.data, "a page is damaged") }
        comparison.hear(effect("one"))
        #expect(comparison.isDecided)
        #expect(throws: RunFailure.self) { try comparison.finish(endedRegularly: true) }
    }

    @Test func `the report shows the difference to people and to machines`() throws {
        var rest = [RecordedEffects.lines(lines(["a", "b"]))][...]
        let comparison = ReplayComparison { rest.popFirst() }
        let market = Market(
            id: MarketID(4),
            ticker: "KXBTC15M-26APR271445-45",
            series: "KXBTC15M",
            openTime: open,
            closeTime: open + .minutes(15)
        )
        comparison.hear(.market(MarketEvent(time: open, .listed(market))))
        comparison.hear(effect("a"))
        let trade = Trade(market: market.id, price: Price(cents: 44), count: Quantity(contracts: 12), taker: .bid)
        comparison.hear(.market(MarketEvent(time: open, .trade(trade))))
        comparison.hear(effect("c"))
        let report = try comparison.finish(endedRegularly: true)
        let cause = "2026-04-27T18:30:00.000000Z trade in KXBTC15M-26APR271445-45: 12.00 at 0.4400, taker bid"
        #expect(
            report.text == """
                different at effect 2: the replay does something else
                  cause     event 2, \(cause)
                  recorded  \(lineText("b"))
                  replayed  \(lineText("c"))
                  before it, the same in both:
                    \(lineText("a"))
                """
        )
        #expect(report.json.hasPrefix(#"{"identical":false,"events":2,"effects":1,"#))
        #expect(report.json.contains(#""difference":{"kind":"changed","effect":2,"event":2,"cause":"\#(cause)""#))
        #expect(report.json.contains(#""before":["{\"type\":\"script\","#))
    }

    @Test func `a reload is named as the cause of what it says`() throws {
        let comparison = ReplayComparison { nil }
        comparison.hear(.timer(open))
        let swap = ScriptSwap(script: "s", oldHash: "0", newHash: "0123456789abcdef", generation: 2, afterEvents: 1)
        comparison.hear(.note(Note(time: open, market: nil, .swapped(swap))))
        let difference = try #require(comparison.finish(endedRegularly: true).difference)
        #expect(difference.cause == "the reload of s to 0123456789ab after 1 events")
    }
}
