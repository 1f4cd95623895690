import Foundation
import KBotModel
import Testing

@testable import KBotReports

@Suite struct SweepHTMLTests {
    private func page(_ sweep: SampleSweep) throws -> (page: ParsedPage, document: SweepDocument) {
        let document = try SweepDocument(parsing: sweep.json())
        return (try ParsedPage(document.html()), document)
    }

    @Test(arguments: SampleSweep.all)
    func `every number in the page is the document's, and shown as what it is`(sweep: SampleSweep) throws {
        let (page, document) = try page(sweep)
        try expectNumbers(of: page, in: document.json, atLeast: 25)
        expectNoOtherNumbers(in: page)
    }

    @Test(arguments: SampleSweep.all)
    func `the page has the figures of every trial, every window and the whole verdict`(sweep: SampleSweep) throws {
        let (page, document) = try page(sweep)
        let shown = Set(page.having("data-json").compactMap { $0.attributes["data-json"] })
        for (index, row) in (document.json["rows"]?.elements ?? []).enumerated() {
            guard row["failure"] == nil else {
                #expect(page.all("td").contains { $0.text == "flip.lua:3: no luck <here>" })
                continue
            }
            let figures = ["number", "in_sample/net", "in_sample/trades", "out_of_sample/net", "out_of_sample/trades"]
            for name in figures + (row["limited"] == nil ? [] : ["limited/net_profit"]) {
                #expect(shown.contains("/rows/\(index)/\(name)"))
            }
            if sweep.objective != "net" { #expect(shown.contains("/rows/\(index)/score")) }
        }
        for index in 0..<sweep.windows { #expect(shown.contains("/windows/\(index)/out_of_sample/net")) }
        for period in ["in_sample", "out_of_sample"] where sweep.isChosen {
            expectAllNumbers(below: "/verdict/\(period)", of: document.json, in: page)
        }
        expectAllNumbers(below: "/verdict/selection", of: document.json, in: page)
    }

    @Test(arguments: SampleSweep.all)
    func `the page stands by itself and can be used without eyes and without a mouse`(sweep: SampleSweep) throws {
        let html = try SweepDocument(parsing: sweep.json()).html()
        try expectSelfContained(html)
        let page = try ParsedPage(html)
        #expect(page.all("title").first?.text.hasPrefix("SIMULATED: ") == sweep.isSimulated)
        #expect(html.contains("SIMULATED MARKET.") == sweep.isSimulated)
        #expect(page.having("data-sort").count == 1)
    }

    @Test func `the verdict and its warnings come first, then the limits that were off`() throws {
        let (page, document) = try page(SampleSweep.all[0])
        let texts = page.all("p").map(\.text)
        let verdict = try #require(document.json[pointer: "/verdict/sentence"]?.text)
        let warning = try #require(document.json[pointer: "/verdict/warnings/0"]?.text)
        #expect(warning.contains("3 trials were made"))
        func place(_ text: String) -> Int? {
            texts.firstIndex { $0.replacing("\u{2060}", with: "").contains(text) }
        }
        let places = [place(verdict), place(warning), place("Limits off in every trial: daily_loss, circuit_breaker")]
        let found = places.compactMap(\.self)
        #expect(found.count == 3 && found == found.sorted())
        #expect(texts.contains { $0.contains("with all limits on −$1.25 in 9") })
        let nothing = try self.page(SampleSweep.all[5]).page
        #expect(nothing.all("p").contains { $0.text.contains("nothing was chosen") })
    }

    @Test(arguments: SampleSweep.all)
    func `what the choices of all windows made is no trial's`(sweep: SampleSweep) throws {
        let page = try page(sweep).page
        let captions = page.all("caption").map(\.text)
        let all = "the choices of all windows"
        #expect(captions.contains("The chosen trial") == (sweep.isChosen && sweep.windows == 1))
        #expect(captions.contains { $0.contains(all) } == (sweep.windows > 1))
        let texts = page.all("p").map(\.text)
        #expect(texts.contains { $0.hasPrefix("In sample stands") && $0.contains(all) } == (sweep.windows > 1))
        #expect(texts.contains { $0.hasPrefix("Chosen: trial") } == (sweep.isChosen && sweep.windows == 1))
    }

    @Test(arguments: [
        (["daily_loss", "circuit_breaker"], ". They end a day early; without them trials"),
        (["circuit_breaker"], ". It ends a day early; without it trials"),
        (["max_exposure", "daily_loss", "circuit_breaker"], "daily_loss and circuit_breaker end a day early; without"),
        (["risk_per_trade", "daily_loss", "order_rate"], "daily_loss ends a day early; without it trials"),
        (["max_positions"], nil),
    ])
    func `of the limits that were off those are named that end a day early`(off: [String], part: String?) throws {
        let texts = try page(SampleSweep(limitsOff: off)).page.all("p").map(\.text)
        let told = try #require(
            texts.first { $0.contains("Limits off in every trial: \(off.joined(separator: ", ")).") }
        )
        #expect(told.contains("a day early") == (part != nil) && part.map { told.contains($0) } ?? true)
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func `that the best did not run with all limits on is said where they did not`(chosen: Bool, limited: Bool) throws {
        let page = try page(SampleSweep(isChosen: chosen, hasLimited: limited)).page
        let isSaid = page.all("p").contains { $0.text.contains("The best were not run with all limits on.") }
        #expect(isSaid == !limited && page.all("th").contains { $0.text == "Limits on" } == limited)
    }

    @Test(arguments: SampleSweep.all)
    func `what is said beside the figures stands on the page once, and is pointed at`(
        sweep: SampleSweep
    ) throws {
        let page = try page(sweep).page
        #expect(page.all("li").count { $0.text == "2 results <inferred>" } == 1)
        let told = try #require(page.all("p").first { $0.text.hasPrefix("What a backtest on these data says") })
        #expect(told.children.contains { $0.name == "a" && $0.attributes["href"] == "#data" })
    }

    @Test func `the command can be pasted into a shell, and what was required stands beside it`() throws {
        let options = ["--require", "trades>=5", "--param", "mood=it's calm"]
        let page = try page(SampleSweep(isChosen: false, options: options)).page
        func row(_ name: String) -> String? {
            page.all("tr").first { $0.children.first?.text == name }?.children.last?.text
        }
        #expect(
            row("Command") == "kbot sweep --strategy flip --require 'trades>=5' --param 'mood=it'\\''s calm'"
        )
        #expect(row("Required") == "trades>=500")
        #expect(try self.page(SampleSweep()).page.all("tr").contains { $0.text == "Requirednothing" })
    }

    @Test func `a curve has each trial at its value, however many there are`() throws {
        let values = (1...2_000).map { "\($0)" }
        let page = try page(SampleSweep(axes: [("a", values)], missing: [7])).page
        let script = try #require(page.all("script").first { $0.attributes["id"] == "p-curve" })
        let rows = try JSONTree(parsing: Array(script.text.utf8))["rows"]?.elements ?? []
        #expect(rows.map { $0.elements[1].text } == values.filter { $0 != "7" }.map { "a \($0)" })
        #expect(rows.map { $0.elements[5].text } == values.filter { $0 != "7" })
    }

    @Test func `the middle one of an even number of trials is the lower of the two in the middle`() throws {
        let (page, document) = try page(SampleSweep.all[3])
        let script = try #require(page.all("script").first { $0.attributes["id"] == "p-spread-0" })
        let readings = try JSONTree(parsing: Array(script.text.utf8))
        #expect(readings["labels"]?.elements.map(\.text) == ["", "best", "middle", "worst"])
        let trials = document.trials.filter { $0.values[0] == "10" }.sorted {
            ($0.scoreUnits ?? 0) < ($1.scoreUnits ?? 0)
        }
        #expect(trials.count == 4)
        let shown = readings["rows"]?.elements[0].elements.map(\.text)
        #expect(shown?[3] == trials[1].score.flatMap(document.objective.style.shown))
    }

    @Test func `one parameter is a curve, two are a map, more are a chart each`() throws {
        let drawn = try SampleSweep.all.map { sweep in
            try page(sweep).page.having("data-points").compactMap { $0.attributes["data-points"] }
                .filter { !["p-windows", "p-interval"].contains($0) }
        }
        #expect(drawn[0] == ["p-curve"] && drawn[1] == ["p-curve"] && drawn[2] == ["p-map"])
        #expect(drawn[3] == ["p-spread-0", "p-spread-1", "p-spread-2"] && drawn[4] == ["p-spread-0", "p-spread-1"])
    }

    @Test func `a map has a reading for each of its cells, and says where there is no trial`() throws {
        let page = try page(SampleSweep.all[2]).page
        let plot = try #require(page.having("data-columns").first)
        // More values lie across.
        #expect(plot.attributes["data-columns"] == "5" && plot.attributes["data-lines"] == "3")
        let script = try #require(page.all("script").first { $0.attributes["id"] == "p-map" })
        let rows = try JSONTree(parsing: Array(script.text.utf8))["rows"]?.elements ?? []
        #expect(rows.count == 15)
        // From the top left: the highest period with the lowest deviation.
        #expect(rows[0].elements[1].text == "stddev 1.5, period 30" && rows[0].elements[4].text == "11")
        let missing = rows.filter { $0.elements[2].text == "no value" }.map { $0.elements[1].text }
        #expect(missing == ["stddev 2, period 20", "stddev 2, period 10"])
        #expect(rows.contains { $0.elements[2].text == "∞" })
    }

    @Test(arguments: ["</script><img src=x onerror=alert(1)>", "\" onload=\"alert(1)", "' & ]]> <!-- -->"])
    func `names of scripts and parameters never become markup`(name: String) throws {
        let word = name.split(separator: " ").joined()
        let sweep = SampleSweep(axes: [(name, ["1", "2"])], script: word)
        let html = try SweepDocument(parsing: sweep.json()).html()
        let plain = try ParsedPage(SweepDocument(parsing: SampleSweep(axes: [("a", ["1", "2"])]).json()).html())
        #expect(try ParsedPage(html).elements.map(\.name) == plain.elements.map(\.name), "not one element more")
        #expect(!html.contains("<img"))
        #expect(try ParsedPage(html).all("h1").first?.text == "Sweep of " + word)
    }

    @Test(arguments: [
        ("[", "not a JSON document"), ("{}", "/plan/objective"),
        (#"{"plan":{"objective":"net","axes":[{"name":"a","values":["1"]}]},"rows":[{"number":1}]}"#, "/rows/0"),
        (
            #"{"plan":{"objective":"net","axes":[{"name":"a","values":["1"]},{"name":"b","values":[]}]}}"#,
            "/plan/axes/1: no values"
        ),
    ])
    func `what is no outcome is refused, and says where`(text: String, part: String) {
        let error = #expect(throws: ReportReadError.self) { try SweepDocument(parsing: Array(text.utf8)) }
        #expect(error?.description.contains(part) == true)
    }

    @Test func `ten thousand trials make less than two megabytes`() throws {
        let sweep = SampleSweep(axes: [
            ("a", (1...100).map { "\($0)" }), ("b", (1...10).map { "\($0)" }), ("c", (1...10).map { "\($0)" }),
        ])
        let bytes = try SweepDocument(parsing: sweep.json()).html().utf8.count
        #expect(bytes < 2_000_000, "\(bytes) bytes")
    }
}
