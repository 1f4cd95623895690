package import KBotData
import KBotKalshi
package import KBotModel
import KBotReports

/// What is wrong with the data of a catalogue: `kbot data check`.
package struct DataCheck: Encodable, Sendable {
    /// A kind of mistake.
    package enum Kind: String, Encodable, Sendable, CaseIterable {
        /// Messages were lost, or a book lost sync.
        case gap
        /// Nothing for a long time while the market was open.
        case silence
        /// The same data twice.
        case duplicates
        /// A book whose bid stayed at or above its ask.
        case crossed
        /// Times that jump back, or lie outside the market's life.
        case clock
        /// No outcome, though the market is closed.
        case outcome
        /// Files that tell contrary outcomes, or other candles of the same time.
        case contradiction
        /// Lines of a file that could not be read.
        case unreadable
        /// Stored data that contradicts itself.
        case damaged
    }

    /// One mistake.
    package struct Finding: Encodable, Hashable, Sendable {
        /// The market, underlying or file.
        package let name: String
        /// The kind.
        package let kind: Kind
        /// How many times.
        package let count: Int
        /// When first; nil when it has no time.
        package let at: Timestamp?
        /// What was found.
        package let text: String
    }

    /// What was found, in the order of names.
    package private(set) var findings: [Finding] = []
    /// Markets looked at.
    package private(set) var markets = 0
    /// Rows looked at.
    package private(set) var rows = 0
    /// Outcomes that were inferred, not told by the venue: no mistake, but to be known.
    package private(set) var inferred = 0

    /// Whether nothing is wrong.
    package var isSound: Bool { findings.isEmpty }

    private enum CodingKeys: String, CodingKey { case findings, markets, rows, inferred }

    /// Looks at everything of a selection.
    ///
    /// - Throws: ``CatalogueError`` when the catalogue cannot be read at all; damage within it is a finding.
    package init(_ catalogue: Catalogue, _ selection: DataSelection = DataSelection()) throws(CatalogueError) {
        let damages = try catalogue.damages()
        for damage in damages {
            add(damage.name.isEmpty ? "catalogue" : damage.name, .damaged, nil, damage.text)
        }
        for outcome in try catalogue.contradictions(selection) {
            add(outcome.ticker.text, .contradiction, nil, "contrary outcomes: \(outcome.text)")
        }
        for bars in try catalogue.contraryBars() where !selection.choosesMarkets || selection.takes(Ticker(bars.name)) {
            let what = "\(counted(bars.count, "candle")) of \(bars.file) \(bars.count == 1 ? "differs" : "differ")"
            let text = what + " from what files imported before it tell, which stays"
            add(bars.name, .contradiction, bars.first, text, count: bars.count)
        }
        for source in try catalogue.sources() where source.skipped > 0 && !selection.choosesMarkets {
            let sample = source.notes.last.map { ", such as \($0)" } ?? ""
            add(
                source.name,
                .unreadable,
                nil,
                "\(counted(source.skipped, "line")) left out\(sample)",
                count: source.skipped
            )
        }
        // What is damaged cannot be looked at, and would end the rest.
        if damages.isEmpty {
            try checkMarkets(catalogue, selection)
            if !selection.choosesMarkets { try checkBars(catalogue, selection) }
        }
        findings.sort { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }
    }

    private mutating func add(_ name: String, _ kind: Kind, _ at: Timestamp?, _ text: String, count: Int = 1) {
        findings.append(Finding(name: name, kind: kind, count: count, at: at, text: text))
    }

    // MARK: Markets

    private mutating func checkMarkets(_ catalogue: Catalogue, _ selection: DataSelection) throws(CatalogueError) {
        var records: [String: MarketRecord] = [:]
        for record in try catalogue.records(selection) { records[record.ticker.text] = record }
        var left: [String: Int] = [:]
        // A market that had closed by the last import is decided; an outcome that is missing then is missing.
        var end = try catalogue.lastImport() ?? .distantPast
        for stream in try catalogue.streams(selection, kinds: [.trades, .book]) {
            left[stream.key.name] = 0
            end = max(end, stream.last)
        }
        // What a book had come to by the selection's beginning is told by what was before.
        var whole = selection
        whole.from = nil
        var over: Set<String> = []
        for stream in try catalogue.streams(whole, kinds: [.trades, .book]) {
            if let rows = left[stream.key.name] {
                left[stream.key.name] = rows + stream.rows
            } else {
                over.insert(stream.key.name)
            }
        }
        let reader = try CatalogueReader(catalogue, whole, passingOver: over)
        let decoder = FrameDecoder()
        var open: [String: MarketCheck] = [:]
        var decided: [String: Settlement] = [:]
        let from = selection.from?.microseconds ?? .min
        while let run = try reader.next() {
            rows += run.range.count { run.chunk.rows.keys[$0] >= from }
            guard run.chunk.kind != .lives else {
                for index in run.range {
                    let decision = Self.decision(run.chunk.rows[index].frame, decoder)
                    if let decision { decided[decision.name] = decision.settlement }
                }
                continue
            }
            let name = run.chunk.name
            var check =
                open.removeValue(forKey: name)
                ?? MarketCheck(name, records[name], at: run.chunk.rows[run.range.lowerBound].key, selection)
            for index in run.range { check.take(run.chunk.rows[index], run.chunk) }
            left[name, default: 0] -= run.range.count
            if left[name] == 0 { finish(check) } else { open[name] = check }
        }
        for check in open.values { finish(check) }
        for name in left.keys {
            let closes = MarketCheck(name, records[name], at: end, selection).market.closeTime
            guard let settlement = records[name]?.settlement else {
                if closes <= end, decided[name] == nil {
                    add(name, .outcome, closes, "closed, and its outcome is not known")
                }
                continue
            }
            if settlement.isInferred { inferred += 1 }
            if let told = decided[name], told.value != settlement.value {
                add(name, .contradiction, nil, "the outcome that files tell is not that of its recording")
            }
        }
    }

    /// The market whose result a frame tells, and the result.
    private static func decision(_ bytes: [UInt8], _ decoder: FrameDecoder) -> (name: String, settlement: Settlement)? {
        guard let frame = try? decoder.decode(bytes), case .lifecycle(let life) = frame.body,
            let settlement = life.settlement, let range = frame.market
        else { return nil }
        return (String(decoding: bytes[range.start..<range.end], as: UTF8.self), settlement)
    }

    private mutating func finish(_ check: MarketCheck) {
        guard check.rows > 0 else { return }
        markets += 1
        findings += check.findings
    }

    // MARK: Candles and prices

    private mutating func checkBars(_ catalogue: Catalogue, _ selection: DataSelection) throws(CatalogueError) {
        for stream in try catalogue.streams(selection, kinds: [.candles, .ticks, .spotCandles]) {
            guard let reader = try BarReader(catalogue, stream.key, from: selection.from, to: selection.to) else {
                continue
            }
            let longest = max(SpotFile.longestSilence, stream.key.interval + stream.key.interval)
            var last: Timestamp?
            var gaps: (count: Int, first: Timestamp?, longest: TimeSpan) = (0, nil, .zero)
            while let bars = try reader.next() {
                rows += bars.count
                for bar in bars {
                    if let last, bar.start - last > longest {
                        gaps.count += 1
                        gaps.first = gaps.first ?? last
                        gaps.longest = max(gaps.longest, bar.start - last)
                    }
                    last = bar.start
                }
            }
            guard gaps.count > 0 else { continue }
            let what = stream.key.kind == .ticks ? "a price" : "a candle"
            let minutes = gaps.longest.wholeSeconds / 60
            let text = "\(counted(gaps.count, "time")) without \(what), the longest \(minutes) minutes"
            add(stream.key.name, .gap, gaps.first, text, count: gaps.count)
        }
    }

    /// A table for a person.
    package func text(width: Int) -> String {
        var page = TextPage(width: width)
        page.line("\(counted(markets, "market")), \(counted(rows, "row")) looked at.")
        if inferred > 0 { page.line("\(counted(inferred, "outcome")) inferred, not the venue's own.") }
        guard !isSound else {
            page.line("Nothing is wrong.")
            return page.text
        }
        page.line()
        page.table(
            [.left("name"), .left("what"), .left("first"), .left("")],
            rows: findings.map { finding in
                let at = finding.at.map { String($0.description.prefix(19)).replacing("T", with: " ") } ?? ""
                return [finding.name, finding.kind.rawValue, at, finding.text]
            }
        )
        return page.text
    }
}
