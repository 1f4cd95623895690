import KBotModel
import Testing

@testable import KBotReports

@Suite struct ChartTests {
    @Test(arguments: 0..<100)
    func `ticks are round, hold all values between them and are few`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let reach = Int64(1) << Int64.random(in: 4...56, using: &generator)
        let low = Int64.random(in: -reach...reach, using: &generator)
        let high = low + Int64.random(in: 0...reach, using: &generator)
        let (scale, ticks) = Scale.nice(low...high, least: 10)
        #expect(scale.low <= low && high <= scale.high)
        #expect(ticks.first == scale.low && ticks.last == scale.high)
        #expect((2...7).contains(ticks.count), "\(ticks)")
        let step = ticks[1] - ticks[0]
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 == step } && ticks[0] % step == 0)
        var digits = step
        while digits % 10 == 0 { digits /= 10 }
        #expect([1, 2, 5].contains(digits))
    }

    @Test(
        arguments: [Int64.min...Int64.max, Int64.min...Int64.min, Int64.max...Int64.max, 0...Int64.max],
        [2, 5] as [Int64]
    )
    func `amounts beyond all sense have an axis too`(values: ClosedRange<Int64>, count: Int64) {
        let (scale, ticks) = Scale.nice(values, least: 10_000, count: count)
        #expect(ticks.first == scale.low && ticks.last == scale.high && (2...7).contains(ticks.count))
        #expect(scale.place(.min) == 0 && scale.place(.max) == Plot.height)
    }

    @Test func `columns stand on zero by their sign, paler ones to their left`() throws {
        func plot(_ rows: [Plot.Column], _ ticks: Int) -> Plot? {
            Plot.columns(rows, id: "c", title: "t", summary: "s", labels: ["", "net"], mostTicks: ticks)
        }
        let single = try #require(plot([("a", nil, 1_000_000, ["A", "x"]), ("b", nil, -1_000_000, ["B", "y"])], 2))
        #expect(single.layers.map { "\($0.style)" } == ["up", "down", "zero"])
        #expect(single.layers.map(\.path) == ["M2150 500h700v-500h-700z", "M7150 500h700v500h-700z", "M0 500H10000"])
        #expect(single.xTicks.map(\.label) == ["a", "b"] && single.xTicks.map(\.place) == [2_500, 7_500])
        #expect(single.readings.map(\.texts) == [["A", "x"], ["B", "y"]] && single.hasColumns)
        let paired = try #require(plot([("a", 500_000, 1_000_000, []), ("b", nil, nil, [])], 1))
        #expect(paired.layers.map { "\($0.style)" } == ["before", "up", "zero"])
        #expect(paired.layers.map(\.path).prefix(2) == ["M2150 1000h350v-500h-350z", "M2500 1000h350v-1000h-350z"])
        #expect(paired.xTicks.map(\.label) == ["a"] && paired.readings.count == 2)
        #expect(plot([], 1) == nil && plot([("a", nil, nil, [])], 1) == nil)
    }

    @Test func `a scale keeps to its ends and rounds to the nearest place`() {
        let scale = Scale(-100, 100, length: 1_000)
        #expect(scale.place(-100) == 0 && scale.place(0) == 500 && scale.place(100) == 1_000)
        #expect(scale.place(-9_999) == 0 && scale.place(.max) == 1_000)
        #expect(Scale(7, 7, length: 1_000).place(7) == 0, "a range without width is no division by zero")
    }

    @Test(arguments: [90, 900, 5_400, 86_400, 604_800, 40_000_000] as [Int64])
    func `moments on an axis of time are round and at most six`(seconds: Int64) {
        let from = Timestamp(seconds: 1_777_314_617)
        let ticks = TimeAxis.ticks(from: from, to: from + .seconds(seconds))
        #expect((1...6).contains(ticks.count), "\(ticks)")
        #expect(ticks.allSatisfy { $0.time >= from && $0.time <= from + .seconds(seconds) })
        #expect(Set(ticks.map(\.label)).count == ticks.count)
    }

    @Test func `paths move from point to point, from the top`() {
        #expect(Paths.line([]) == "")
        #expect(Paths.line([(0, 0), (10, 100), (30, 50)]) == "M0 1000l10 -100l20 50")
        #expect(Paths.steps([(0, 0), (10, 100), (30, 100)]) == "M0 1000H10V900H30")
        #expect(Paths.area([(5, 100), (10, 200)], to: 0) == "M5 1000V900H10V800H10V1000Z")
        #expect(Paths.rectangle(x: 1, width: 2, from: 0, to: 30) == "M1 1000h2v-30h-2z")
    }

    @Test func `text is escaped wherever it stands, and every element ends`() {
        var html = HTMLWriter()
        html.element("p", ["title": "a\"<'&", "class": nil]) { html in
            html.text("1 < 2 & 3 > 2")
            html.empty("br")
        }
        html.json("d") { $0.value("</script>&") }
        #expect(
            html.page == "<p title=\"a&quot;&lt;&#39;&amp;\">1 &lt; 2 &amp; 3 &gt; 2<br/></p>"
                + "<script type=\"application/json\" id=\"d\">\"\\u003c/script\\u003e\\u0026\"</script>"
        )
    }

    @Test(
        arguments: [
            (.money, "-1234.565000", "−$1,234.56"), (.profit, "0.500000", "+$0.50"), (.loss, "2.000000", "−$2.00"),
            (.cents, "0.333333", "33.33¢"), (.share, "0.125000", "12.5%"), (.percent, "0.100010", "0.1%"),
            (.multiple, "1.504000", "+1.50"), (.count, "17280", "17,280"), (.contracts, "12.50", "12.5"),
            (.contracts, "10.00", "10"), (.seconds, "150.000000", "2m 30s"), (.spot, "64123.5000", "$64,123.50"),
            (.valueShare, "0.666667", "66.7%"), (.signedCents, "0.015000", "+1.50¢"), (.ratio, "-0.005000", "0.00"),
        ] as [(NumberStyle, String, String)]
    )
    func `numbers read as people write them`(style: NumberStyle, text: String, shown: String) {
        #expect(style.shown(text) == shown)
        #expect(style.shown("no number") == nil)
    }
}
