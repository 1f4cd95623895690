import KBotModel

extension SweepDocument {
    /// The outcome as one self-contained page, like that of a run: no network, style and script inside, charts as SVG.
    ///
    /// Every number is the document's: `<data value="…" data-json="POINTER">` holds it as it stands in the JSON.
    ///
    /// - Returns: HTML that is well-formed XML too.
    package func html() -> String {
        var page = SweepPage(document: self, json: json)
        return page.make()
    }
}

/// A page about a sweep.
typealias SweepPage = DocumentPage<SweepDocument>

extension SweepPage {
    fileprivate mutating func make() -> String {
        let document = document
        let names = document.strategies.joined(separator: ", ")
        let heading = "Sweep of " + (names.isEmpty ? "a strategy" : names)
        writeShell(title: "\(document.isSimulated ? "SIMULATED: " : "")\(heading) · kbot") { page in
            page.writeHeader(heading)
            page.writeContent([
                ("summary", "Verdict", true, { $0.writeSummary() }),
                ("periods", "In sample and out of sample", page.hasVerdict, { $0.writePeriods() }),
                ("selection", "What so many trials do", page.hasVerdict, { $0.writeSelection() }),
                ("trials", "Trials", true, { $0.writeTrials() }),
                ("parameters", "Parameters", !document.axes.isEmpty, { $0.writeParameters() }),
                ("windows", "Windows", document.windows > 0, { $0.writeWindows() }),
                ("data", "Data", true, { $0.writeData() }),
                ("run", "What ran", true, { $0.writeRun() }),
            ])
            let (version, key) = (page.value("/plan/version"), page.value("/plan/key"))
            page.html.element("footer") { html in
                html.text("Made by kbot \(version) from the JSON of sweep \(key). ")
                html.text("Every figure stands there with all its digits; times are UTC, the market's own.")
            }
        }
        return html.page
    }

    private mutating func writeHeader(_ heading: String) {
        let words =
            " trials (\(value("/plan/search"))), \(time("/plan/data/first")) to \(time("/plan/data/last")) UTC, compared by: "
            + document.objective.title
        element("header") { page in
            if page.document.isSimulated { page.writeBanner() }
            page.html.element("h1", text: heading)
            page.element("p", ["class": "lead"]) { page in
                page.number("/plan/trials", .count)
                page.html.text(words)
            }
        }
        html.line()
    }

    /// Whether anything was chosen.
    var hasVerdict: Bool { json["verdict"]?["sentence"] != nil }

    /// A time of the document, to the second; empty when it has none there.
    func time(_ pointer: String) -> String { json[pointer: pointer]?.time?.shortText ?? "" }

    /// The texts of an array of the document.
    func texts(_ pointer: String) -> [String] { json[pointer: pointer]?.elements.compactMap(\.text) ?? [] }

    /// Parameters with their values, as words.
    func words(_ trial: SweepDocument.Trial) -> String {
        zip(document.axes, trial.values).map { "\($0.name)=\($1)" }.joined(separator: " ")
    }
}

// MARK: Data and settings

extension SweepPage {
    mutating func writeData() {
        let sources = texts("/plan/data/sources")
        if sources.count <= 12 {
            writeList(sources)
        } else {
            details("Files and sources") { $0.writeList(sources) }
        }
        sentence([
            .words("\(time("/plan/data/first")) to \(time("/plan/data/last")) UTC; events or bars: "),
            .number("/plan/data/rows", .count), .words("."),
        ])
        sentence(
            [
                .words("Fingerprint of all of it, the same from files and from the catalogue: "),
                .code(value("/plan/data/fingerprint")), .words("."),
            ],
            style: "small"
        )
        let notes = texts("/caveats")
        guard !notes.isEmpty else { return }
        html.element("h3", text: "Notes and warnings")
        writeList(notes)
    }

    private mutating func writeList(_ lines: [String]) {
        html.element("ul") { html in for line in lines { html.element("li", text: line) } }
    }

    mutating func writeRun() {
        var rows: [[Cell]] = [
            [.text("Version of kbot"), .text(value("/plan/version"))],
            [.text("Search"), .text(value("/plan/search"))],
            [.text("Trials that ran"), .number("/ran", .count)],
            [.text("Trials that could not run"), .number("/failed", .count)],
            [.text("Trials dropped early"), .number("/dropped", .count)],
            [.text("Trials in whose scripts calls failed"), .number("/with_script_errors", .count)],
            [.text("Compared by"), .text("\(document.objective.title) in-sample")],
            [.text("Required"), required.isEmpty ? .text("nothing") : .code(required.joined(separator: ", "))],
            [.text("Held out, or walk-forward"), .text(value("/plan/split"))],
            [.text("Fixed"), .text(listed("/plan/fixed"))],
            [.text("Limits off"), .text(listed("/plan/limits_off"))],
            [.text("Fills"), .text(value("/plan/fills"))], [.text("Capital"), .number("/plan/capital", .money)],
            [.text("Seed"), .code(value("/plan/seed"))],
        ]
        for axis in document.axes {
            rows.append([.text("Varied: \(axis.name)"), .text(axis.values.joined(separator: ", "))])
        }
        for script in texts("/plan/scripts") { rows.append([.text("Script with SHA-256"), .code(script)]) }
        let command = texts("/plan/arguments")
        if !command.isEmpty {
            let words = (["kbot", "sweep"] + command).map(shellQuoted)
            rows.append([.text("Command"), .code(words.joined(separator: " "))])
        }
        table("The sweep", [.text("What"), .text("Value")], rows: rows)
        let failed = document.trials.filter { $0.failure != nil }
        guard !failed.isEmpty else { return }
        let most = 20
        table(
            "Trials that could not run",
            [.text("Trial"), .text("Parameters"), .text("Why")],
            rows: failed.prefix(most).map { trial in
                let why = trial.failure?.split(separator: "\n").first.map(String.init) ?? ""
                return [.number("/rows/\(trial.place)/number", .count), .code(words(trial)), .text(why)]
            }
        )
        if failed.count > most { paragraph("The first \(most); the JSON has all.", style: "small") }
    }

    /// What a trial must reach to be chosen: `trades>=50`.
    private var required: [String] {
        (json[pointer: "/plan/constraints"]?.elements ?? []).map { constraint in
            ["measure", "relation", "bound"].compactMap { constraint[$0]?.text }.joined()
        }
    }

    private func listed(_ pointer: String) -> String {
        let texts = texts(pointer)
        return texts.isEmpty ? "none" : texts.joined(separator: ", ")
    }
}
