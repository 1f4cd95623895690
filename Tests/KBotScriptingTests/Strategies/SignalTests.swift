import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// A long signal with these fields changed, as Lua text; nil leaves one out.
private func table(_ changes: [String: String]) -> String {
    var fields: [String: String] = ["side": "'long'", "entry": "45", "stop": "40", "target": "60"]
    for (name, value) in changes { fields[name] = value }
    return "{ " + fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ") + " }"
}

private func signal(_ changes: [String: String]) throws -> Signal? {
    try Scene().run("return \(table(changes))").decision.signal
}

private func complaint(_ changes: [String: String]) throws -> String? {
    let (decision, messages) = try Scene().run("return \(table(changes))")
    #expect(decision == .none(.scriptFailed))
    return messages.first?.failure
}

@Test func `a signal carries every field across the border`() throws {
    let full = try #require(
        try signal([
            "side": "'short'", "entry": "45.5", "stop": "50.04", "target": "4.7", "entry_type": "'stop'",
            "count": "2.5", "ttl": "4", "confidence": "0.75", "reason": "'because'",
        ])
    )
    #expect(full.direction == .short)
    #expect(full.entry == Price(units: 4_550))
    #expect(full.stop == .price(Price(units: 5_004)))
    #expect(full.target == .price(Price(units: 470)))
    #expect(full.entryType == .stop)
    #expect(full.count == Quantity(units: 250))
    #expect(full.timeToLive == 4)
    #expect(full.confidence == 7_500)
    #expect(full.reason == "because")
}

@Test func `float noise in a price is snapped to a hundredth of a cent`() throws {
    #expect(try signal(["entry": "0.1 + 0.2 + 44.9"])?.entry == Price(units: 4_520))
    #expect(try signal(["stop": "40.1 * 3 / 3"])?.stop == .price(Price(units: 4_010)))
}

@Test func `offsets stand for stop and target, and a market entry needs no price`() throws {
    let offsets = try #require(
        try signal(["stop": "nil", "target": "nil", "stop_offset": "3", "target_offset": "6.5"])
    )
    #expect(offsets.stop == .offset(PriceDelta(cents: 3)))
    #expect(offsets.target == .offset(PriceDelta(units: 650)))
    #expect(try signal(["entry": "nil", "entry_type": "'market'"])?.entryType == .market)
}

@Test(arguments: [
    ("side", "'up'", "signal field 'side' must be \"long\" or \"short\", not \"up\""),
    ("side", "1", "signal field 'side' must be \"long\" or \"short\", not 1.0"),
    ("entry", "'45'", "signal field 'entry' must be a price in cents, not \"45\""),
    ("entry", "nil", "signal field 'entry' must be a price in cents, not nil"),
    ("entry", "0/0", "signal field 'entry' must be a price in cents, not nan"),
    ("entry", "-0/0", "signal field 'entry' must be a price in cents, not nan"),
    ("entry", "math.huge", "signal field 'entry' must be a price in cents, not inf"),
    ("entry", "1e300", "signal field 'entry' must be a price in cents, not 1e+300"),
    ("entry", "math.mininteger", "signal field 'entry' must be a price in cents, not -9.223372036854776e+18"),
    ("stop", "true", "signal field 'stop' must be a price in cents, not boolean"),
    ("stop", "-math.huge", "signal field 'stop' must be a price in cents, not -inf"),
    ("target", "{}", "signal field 'target' must be a price in cents, not table"),
    ("target", "0/0", "signal field 'target' must be a price in cents, not nan"),
    ("entry_type", "'ioc'", "signal field 'entry_type' must be \"limit\", \"stop\" or \"market\", not \"ioc\""),
    ("entry_type", "1", "signal field 'entry_type' must be \"limit\", \"stop\" or \"market\", not 1.0"),
    ("count", "0", "signal field 'count' must be contracts, at least 0.01, not 0.0"),
    ("count", "0.009", "signal field 'count' must be contracts, at least 0.01, not 0.009"),
    ("count", "-1", "signal field 'count' must be contracts, at least 0.01, not -1.0"),
    ("count", "0/0", "signal field 'count' must be contracts, at least 0.01, not nan"),
    ("count", "1e18", "signal field 'count' must be contracts, at least 0.01, not 1e+18"),
    ("count", "'2'", "signal field 'count' must be contracts, at least 0.01, not \"2\""),
    ("ttl", "0", "signal field 'ttl' must be a whole number of candles from 1 to 10000, not 0.0"),
    ("ttl", "1.5", "signal field 'ttl' must be a whole number of candles from 1 to 10000, not 1.5"),
    ("ttl", "math.maxinteger", "must be a whole number of candles from 1 to 10000"),
    ("confidence", "1.01", "signal field 'confidence' must be a number from 0 to 1, not 1.01"),
    ("confidence", "0/0", "signal field 'confidence' must be a number from 0 to 1, not nan"),
    ("confidence", "'high'", "signal field 'confidence' must be a number from 0 to 1, not \"high\""),
    ("reason", "7", "signal field 'reason' must be a text, not 7.0"),
    ("reason", "{}", "signal field 'reason' must be a text, not table"),
])
func `a field of a signal that makes no sense is named with what it must be`(
    _ field: String,
    _ value: String,
    _ message: String
) throws {
    let told = try #require(try complaint([field: value])).replacing("-nan", with: "nan")
    #expect(told.contains(message), "\(told)")
    #expect(told.hasPrefix("test.lua: "))
}

@Test(arguments: ["0", "-2", "0/0", "math.huge", "'3'"])
func `an offset is a distance above 0`(_ offset: String) throws {
    for field in ["stop", "target"] {
        let told = try complaint([field: "nil", field + "_offset": offset])
        #expect(told?.contains("signal field '\(field)_offset' must be a") == true)
    }
}

@Test func `stop and its offset together are refused, and so is neither`() throws {
    #expect(
        try complaint(["stop_offset": "3"])?.contains("signal has both 'stop' and 'stop_offset'; give one of them")
            == true
    )
    #expect(
        try complaint(["target_offset": "3"])?.contains("signal has both 'target' and 'target_offset'") == true
    )
    #expect(try complaint(["stop": "nil"])?.contains("signal field 'stop' must be a price in cents, not nil") == true)
}

@Test func `an unknown field of a signal is refused with a suggestion`() throws {
    #expect(
        try complaint(["targt": "60"])?.contains("a signal has no field 'targt'; did you mean 'target'?") == true
    )
    let (_, messages) = try Scene().run("return { 1, side = 'long' }")
    #expect(messages.first?.failure?.contains("a signal has no field '[1]'") == true)
}

@Test(arguments: [
    ("return 45", "return a signal table, or nil and a reason code; not integer"),
    ("return 'long'", "return a signal table, or nil and a reason code; not string"),
    ("return false", "return a signal table, or nil and a reason code; not boolean"),
    ("return nil, 7", "the second result must be a reason code such as \"NO_SIGNAL\", not integer"),
    ("return nil, {}", "the second result must be a reason code such as \"NO_SIGNAL\", not table"),
    ("return nil, ''", "a reason code has 1 to 64 characters"),
    ("return nil, ('x'):rep(65)", "a reason code has 1 to 64 characters"),
    ("return nil, 'A', 'up'", "the third result must be \"long\", \"short\" or nothing"),
    ("return nil, 'A', 1", "the third result must be \"long\", \"short\" or nothing"),
])
func `an answer of another shape is refused`(_ body: String, _ message: String) throws {
    let (decision, messages) = try Scene().run(body)
    #expect(decision == .none(.scriptFailed))
    #expect(messages.first?.failure?.contains(message) == true, "\(messages)")
}

@Test func `no signal carries its reason and the side of a filtered trigger`() throws {
    #expect(try Scene().run("").decision == .none(.noSignal))
    #expect(try Scene().run("return nil").decision == .none(.noSignal))
    #expect(try Scene().run("return nil, 'INSIDE_BANDS'").decision == .none(.insideBands))
    #expect(try Scene().run("return nil, 'MINE', 'long'").decision == .none("MINE", trigger: .long))
    #expect(try Scene().run("return nil, 'MINE', 'short'").decision == .none("MINE", trigger: .short))
    #expect(try Scene().run("return nil, ('x'):rep(64)").decision.code?.text.utf8.count == 64)
}
