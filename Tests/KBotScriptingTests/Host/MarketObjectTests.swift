import KBotModel
import Testing

@testable import KBotEngine

@Suite struct MarketObjectTests {
    @Test(arguments: [
        ("mid", "integer 46"), ("underlying", "string BTC"), ("feed_age", "integer 2"), ("exposure", "integer 11"),
        ("implied()", "float 0.46"), ("step(45)", "integer 1"), ("step(99.95)", "float 0.1"),
    ])
    func `every figure of the market is told in its unit`(_ field: String, _ value: String) throws {
        #expect(try Scene().read("ctx.market.\(field)") == value)
    }

    @Test func `half a tick of the mid and fractions of a second are kept`() throws {
        var scene = Scene(touch: Touch(bid: Price(units: 4_555), ask: Price(cents: 47)))
        #expect(try scene.read("ctx.market.mid") == "float 46.275")
        #expect(try scene.read("ctx.market.implied()") == "float 0.46275")
        scene.heardAgo = .milliseconds(1_500)
        #expect(try scene.read("ctx.market.feed_age") == "float 1.5")
        scene.heardAgo = .seconds(-5)
        #expect(try scene.read("ctx.market.feed_age") == "integer 0")
    }

    @Test(arguments: [Touch(), Touch(bid: Price(cents: 45)), Touch(ask: Price(cents: 47))])
    func `without both sides there is no mid and no probability`(touch: Touch) throws {
        let scene = Scene(touch: touch)
        for field in ["mid", "spread", "implied()"] { #expect(try scene.read("ctx.market.\(field)") == "nil nil") }
    }

    /// On a grid of whole cents, tenths of a cent near its edges.
    @Test(arguments: [
        ("45", "integer 45"), ("45.4", "integer 45"), ("45.5", "integer 45"), ("45.51", "integer 46"),
        ("45.9, 'down'", "integer 45"), ("45.1, 'up'", "integer 46"), ("45, 'up'", "integer 45"),
        ("5.55, 'down'", "float 5.5"), ("5.55, 'up'", "float 5.6"), ("5.55", "float 5.5"), ("5.56, nil", "float 5.6"),
        ("99.96", "float 99.9"), ("99.96, 'up'", "nil nil"), ("99.96, 'down'", "float 99.9"),
        ("0.04", "float 0.1"), ("0.04, 'down'", "nil nil"), ("-3, 'down'", "nil nil"), ("-3, 'up'", "float 0.1"),
        ("250, 'up'", "nil nil"), ("250, 'down'", "float 99.9"), ("44.9999999", "integer 45"),
    ])
    func `a price is rounded to the grid, down, up or to the nearest`(_ arguments: String, _ value: String) throws {
        #expect(try Scene().read("ctx.market.round(\(arguments))") == value)
    }

    /// 0.07 · contracts · price · (1 − price), rounded up to 0.0001 dollar, worked out by hand.
    @Test(arguments: [
        ("37, 10", "float 0.1632"), ("37, 10, 'taker'", "float 0.1632"), ("37, 10, nil", "float 0.1632"),
        ("63, 10", "float 0.1632"), ("50, 1", "float 0.0175"), ("37, 10, 'maker'", "integer 0"),
        ("0, 5", "integer 0"), ("100, 5", "integer 0"), ("45, 0", "integer 0"), ("250, 5", "integer 0"),
        ("50, 0.5", "float 0.0088"), ("50, 1000000000", "integer 17500000"),
    ])
    func `the fee is the venue's`(_ arguments: String, _ value: String) throws {
        #expect(try Scene().read("ctx.market.fee(\(arguments))") == value)
    }

    @Test func `a maker pays where the schedule says so`() throws {
        var scene = Scene()
        scene.market.fees = FeeSchedule(kind: .quadraticWithMakerFees)
        // A quarter of 0.16317, rounded up.
        #expect(try scene.read("ctx.market.fee(37, 10, 'maker')") == "float 0.0408")
    }

    @Test(arguments: [
        ("round()", "ctx.market.round takes a price in cents"),
        ("round('45')", "ctx.market.round takes a price in cents"),
        ("round(0/0)", "ctx.market.round takes a price in cents"),
        ("round(1e300)", "ctx.market.round takes a price in cents"),
        ("round(45, 'sideways')", "ctx.market.round rounds \"nearest\", \"down\" or \"up\""),
        ("round(45, 1)", "ctx.market.round rounds \"nearest\", \"down\" or \"up\""),
        ("fee()", "ctx.market.fee takes a price in cents"), ("fee({}, 1)", "ctx.market.fee takes a price in cents"),
        ("fee(45)", "ctx.market.fee takes a price in cents and a number of contracts"),
        ("fee(45, -1)", "ctx.market.fee takes a price in cents and a number of contracts"),
        ("fee(45, 0/0)", "ctx.market.fee takes a price in cents and a number of contracts"),
        ("fee(45, 1e10)", "ctx.market.fee takes a price in cents and a number of contracts"),
        ("fee(45, 1, 'both')", "ctx.market.fee counts as \"taker\" or \"maker\""),
        ("step('x')", "ctx.market.step takes a price in cents"), ("impleid()", "ctx.market has no field 'impleid'"),
    ])
    func `a wrong argument is refused with what is wanted`(_ call: String, _ message: String) throws {
        let told = try #require(try Scene().failure("return nil, ctx.market.\(call)"))
        #expect(told.hasPrefix("test.lua:3: \(message)"), "\(told)")
    }
}
