import KBotModel
import Testing

@testable import KBotEngine

private func contracts(_ count: Int64) -> Quantity { Quantity(contracts: count) }

@Test func `every rule is asked and every verdict told, and the strictest wins`() {
    let rules = [
        ScriptedRule("a", .reduce(to: contracts(3), "SMALLER", "a")), ScriptedRule("b", .deny("NO", "b")),
        ScriptedRule("c", .allow),
    ]
    let bench = Bench(rules: rules).ready()
    bench.signal(Bench.long())
    #expect(bench.verdicts.map(\.rule) == ["a", "b", "c"])
    #expect(bench.denials == ["NO"])
    #expect(rules.map(\.seen.count) == [1, 1, 1])
}

@Test func `of two reductions the smaller wins`() throws {
    let rules = [
        ScriptedRule("a", .reduce(to: contracts(5), "A", "")), ScriptedRule("b", .reduce(to: contracts(3), "B", "")),
        ScriptedRule("c", .reduce(to: contracts(9), "C", "")),
    ]
    let bench = Bench(rules: rules).ready()
    bench.signal(Bench.long())
    #expect(try bench.last(.entry).count == contracts(3))
}

@Test func `a rule cannot enlarge an order`() throws {
    let bench = Bench(rules: [ScriptedRule("a", .reduce(to: contracts(1_000_000), "A", ""))]).ready()
    bench.signal(Bench.long(count: 4))
    #expect(try bench.last(.entry).count == contracts(4))
}

@Test(arguments: [Int64(99), 0, -700])
func `a reduction below one contract denies with the rule's code`(_ units: Int64) {
    let bench = Bench(rules: [ScriptedRule("a", .reduce(to: Quantity(units: units), "TINY", ""))]).ready()
    bench.signal(Bench.long())
    #expect(bench.denials == ["TINY"])
    #expect(bench.all(.entry).isEmpty)
}

@Test func `a reduction to a fraction is taken in whole contracts`() throws {
    let bench = Bench(rules: [ScriptedRule("a", .reduce(to: Quantity(units: 275), "A", ""))]).ready()
    bench.signal(Bench.long())
    #expect(try bench.last(.entry).count == contracts(2))
}

@Test func `a halt by a rule stops all markets until its end`() throws {
    let rule = ScriptedRule("a", .allow)
    let bench = Bench(rules: [rule]).ready(0).ready(1)
    rule.verdict = .halt(until: bench.now + .minutes(2), "CALM", "wait")
    bench.signal(Bench.long(), in: 0)
    rule.verdict = .allow
    #expect(bench.blockedBy == [.halted])
    bench.signal(Bench.long(), in: 1)
    #expect(bench.denials == ["CALM", .halted])
    bench.wait(.minutes(2))
    bench.signal(Bench.long(), in: 1)
    #expect(bench.all(.entry).count == 1)
}

@Test func `a halt by a rule without an end waits for resume`() {
    let rule = ScriptedRule("a", .halt(until: nil, "CALM", "wait"))
    let bench = Bench(rules: [rule]).ready()
    bench.signal(Bench.long())
    rule.verdict = .allow
    bench.wait(.minutes(30))
    bench.signal(Bench.long())
    #expect(bench.denials == ["CALM", .halted])
    bench.command(.resume)
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 1)
}

@Test func `of two halts the longer is the stricter`() {
    let soon = Verdict.halt(until: Timestamp(seconds: 10), "A", "")
    let late = Verdict.halt(until: Timestamp(seconds: 20), "B", "")
    let never = Verdict.halt(until: nil, "C", "")
    #expect(soon.stricter(late) == late)
    #expect(late.stricter(soon) == late)
    #expect(soon.stricter(never) == never)
    #expect(never.stricter(soon) == never)
}

@Test func `verdicts are ordered allow, reduce, deny, halt`() {
    let ladder: [Verdict] = [
        .allow, .reduce(to: contracts(1), "A", ""), .deny("B", ""), .halt(until: Timestamp(seconds: 1), "C", ""),
    ]
    for (low, weaker) in ladder.enumerated() {
        for stronger in ladder[(low + 1)...] {
            #expect(weaker.stricter(stronger) == stronger)
            #expect(stronger.stricter(weaker) == stronger)
        }
    }
}

@Test func `rules see the order after sizing and the native limits`() throws {
    let rule = ScriptedRule()
    let bench = Bench(rules: [rule]).ready()
    bench.signal(Bench.long(count: 5))
    let seen = try #require(rule.seen.first)
    #expect(seen.count == contracts(5))
    #expect(seen.direction == .long)
    #expect(seen.price == Price(cents: 48))
    #expect(!seen.isReducing)
    bench.signal(Bench.long())
    #expect(rule.seen.count == 1, "an entry the native limits deny is not shown")
}

@Test func `reducing orders are shown to rules, and no rule can stop one`() throws {
    let rule = FunctionRule { $0.isReducing ? .halt(until: nil, "NEVER", "") : .allow }
    let bench = Bench(rules: [rule]).ready()
    try bench.enter()
    #expect(bench.all(.target).count == 1)
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.exit).count == 1)
    #expect(bench.verdicts.filter(\.reducing).count == 2)
    #expect(bench.blockedBy.isEmpty, "what a rule says of a reducing order is told, not followed")
}

@Test func `a stop entry passes the rules again when it fires`() {
    let rule = ScriptedRule()
    let bench = Bench(rules: [rule]).ready()
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop, count: 5))
    rule.verdict = .deny("LATER_NO", "")
    bench.quote(55, 57)
    bench.trade(56)
    #expect(bench.all(.entry).isEmpty)
    #expect(bench.denials == ["LATER_NO"])
}
