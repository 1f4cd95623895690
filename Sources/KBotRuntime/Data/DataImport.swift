import Foundation
package import KBotData
import KBotKalshi
package import KBotModel

/// Brings files into the catalogue, each whole or not at all; a file that is there already changes nothing.
package struct DataImport {
    /// How files are read.
    package struct Options: Sendable {
        /// The unit of prices in files of candles.
        package var priceUnit = PriceUnit.cents
        /// The market of a file of candles that has no column for it; the file's name when nil.
        package var market: Ticker?
        /// Whether a line that cannot be read keeps its whole file out; otherwise the line is left out and counted.
        package var strict = false

        /// What is usual.
        package init() {}
    }

    /// What became of a file.
    package enum Outcome: String, Encodable, Sendable {
        /// Its rows are in the catalogue now.
        case imported
        /// It is the longer version of a recording that was imported before, and stands in its place now.
        case grown
        /// It was imported before, or is an older, shorter copy of a recording that was.
        case known
        /// The compressed file ends in the middle, or is damaged there: what is before is in the catalogue, since now or since
        /// an earlier import.
        case cut
        /// It could not be read; nothing of it is in the catalogue.
        case failed
    }

    /// A file, and what became of it.
    package struct Result: Encodable, Sendable {
        /// Its path.
        package let path: String
        /// What it holds; nil when that is not known.
        package var kind: String?
        /// What became of it.
        package var outcome: Outcome
        /// Rows of it that are new.
        package var rows = 0
        /// Rows that were known from another file.
        package var duplicates = 0
        /// Candles that differ from those of another file, which stay.
        package var contradictions = 0
        /// Lines that could not be read.
        package var skipped = 0
        /// What else there is to say: lines left out as `file:line: reason`, and why it failed.
        package var notes: [String] = []
    }

    private let catalogue: Catalogue
    private let options: Options
    private let now: () -> Timestamp
    /// Hears how far a file is read, from 0 to 1.
    private let progress: (String, Double) -> Void

    /// Makes an import into a catalogue.
    ///
    /// - Parameters:
    ///   - catalogue: Opened for writing.
    ///   - options: How files are read.
    ///   - now: The wall clock, for the date of each import.
    ///   - progress: Hears a file's path and the share of it that was read, now and then.
    package init(
        _ catalogue: Catalogue,
        _ options: Options = Options(),
        now: @escaping () -> Timestamp,
        progress: @escaping (String, Double) -> Void = { _, _ in }
    ) {
        self.catalogue = catalogue
        self.options = options
        self.now = now
        self.progress = progress
    }

    /// Imports files, and the files of folders.
    ///
    /// - Parameters:
    ///   - paths: Files and folders; `SYMBOL=FILE` for prices of an underlying.
    ///   - hear: Hears of each file when it is done.
    /// - Returns: names of files in the folders that are none of the kinds.
    /// - Throws: ``FeedError`` when a path leads nowhere; ``CatalogueError`` when nothing can be written any more.
    @discardableResult
    package func run(_ paths: [String], hear: (Result) throws -> Void) throws -> [String] {
        let files = try ImportFiles(paths)
        for file in files.files {
            do {
                try hear(try add(file))
            } catch let error as FeedError {
                var result = Result(path: file.path, kind: file.kind.rawValue, outcome: .failed)
                result.notes = ["\(error)"]
                try hear(result)
            }
        }
        return files.passedOver
    }

    /// A file of which a longer version is there; nothing of it is kept.
    private struct OlderCopy: Error {
        let longer: String
    }

    private func add(_ file: ImportFiles.File) throws -> Result {
        do {
            // From the first question on no other import comes between.
            return try catalogue.importing { transaction in try add(file, transaction) }
        } catch let copy as OlderCopy {
            var result = Result(path: file.path, kind: file.kind.rawValue, outcome: .known)
            result.notes = ["an older, shorter copy of \(copy.longer), which is in the catalogue"]
            return result
        }
    }

    private func add(_ file: ImportFiles.File, _ transaction: ImportTransaction) throws -> Result {
        var known: [Int: Set<String>] = [:]
        if file.kind == .frames { known = try transaction.digests(of: .frames) }
        let digest = LineDigest()
        var shorter: [String] = []
        var marks: [LineMark] = []
        var manner: [String] = []
        var reader = try ByteLineReader(path: file.path)
        while try reader.advance() {
            // The beginning of a frame that is still being written is not there yet.
            if file.kind == .frames, reader.isOpenEnded, (try? FrameDecoder().decode(Array(reader.slice))) == nil {
                break
            }
            if digest.lines == 0 { manner = self.manner(of: file, CSVHeader(reader.slice)) }
            digest.add(reader.slice)
            if file.kind == .frames, LineMark.isKept(at: digest.lines) { marks.append(digest.mark) }
            if let digests = known[digest.lines], digests.contains(digest.hex) { shorter.append(digest.hex) }
        }
        // A recording that is still being written ends anywhere; whatever else does was damaged on its way.
        let failure = file.kind == .frames ? nil : reader.failure
        let source = DataSource(
            sha256: ([digest.hex] + manner).joined(separator: " "),
            lines: digest.lines,
            kind: file.kind,
            name: (file.path as NSString).lastPathComponent,
            path: file.path
        )
        var result = Result(path: file.path, kind: file.kind.rawValue, outcome: failure == nil ? .known : .cut)
        guard try !transaction.hasSource(sha256: source.sha256) else {
            if let failure { result.notes = ["what there is of it was imported before: \(failure)"] }
            return result
        }
        let done = try transaction.add(source, replacing: shorter, marks: marks, now: now()) { writer, source in
            try write(file, &source, writer)
        }
        if let mark = marks.last, let longer = try transaction.longerCopy(of: done, mark) {
            throw OlderCopy(longer: longer)
        }
        if failure == nil { result.outcome = shorter.isEmpty ? .imported : .grown }
        result.rows = done.rows
        result.duplicates = done.known
        result.contradictions = done.contrary
        result.skipped = done.skipped
        result.notes = done.notes
        return result
    }

    /// What decides how a file's lines are read besides themselves: read in another manner they are another source.
    private func manner(of file: ImportFiles.File, _ header: CSVHeader) -> [String] {
        switch file.kind {
        case .spot: return [file.symbol?.text].compactMap(\.self)
        case .candles:
            let unit = options.priceUnit == .cents ? [] : [options.priceUnit.rawValue]
            return header.index(of: "ticker") == nil ? unit + [market(ofFile: file.path)] : unit
        case .frames, .trades, .markets: return []
        }
    }

    /// The market of candles that do not tell theirs.
    private func market(ofFile path: String) -> String { options.market?.text ?? BarFile.stem(of: path) }

    private func write(_ file: ImportFiles.File, _ source: inout DataSource, _ writer: SourceWriter) throws {
        let report = { (share: Double) in progress(file.path, share) }
        var summary = FeedSummary()
        switch file.kind {
        case .frames:
            var rows = try FrameRows(path: file.path, strict: options.strict)
            try rows.write(to: writer, lines: source.lines, progress: report)
            rows.defects.report(to: &summary)
            summary.lines = rows.lines
            source.notes = rows.notes
        case .trades: try writeTrades(file.path, writer, &summary, report)
        case .candles: try writeCandles(file.path, writer, &summary, report)
        case .spot: try writeSpot(file, writer, &summary)
        case .markets:
            let markets = try MarketsFile(path: file.path, strict: options.strict)
            for facts in markets.facts { try writer.append(facts.record) }
            var log = DefectLog()
            for defect in markets.defects { log.add(defect) }
            log.report(to: &summary)
            if markets.fineStrikes > 0 {
                source.notes.append("\(markets.fineStrikes) strikes are finer than 0.0001 dollar and stay unknown")
            }
            summary.lines = source.lines
        }
        guard summary.lines == source.lines else {
            throw FeedError.unreadable(path: file.path, reason: "it changed while it was read: give the command again")
        }
        // Of a file most of which cannot be read the rest is no use either: it is another kind of file, or in no order.
        guard summary.skipped * 2 <= summary.lines else {
            let sample = summary.skippedSamples.first.map { ", such as \($0)" } ?? ""
            throw FeedError.unrecognized(
                path: file.path,
                reason: "\(summary.skipped) of its \(summary.lines) lines cannot be read\(sample)"
            )
        }
        source.skipped = summary.skipped
        source.notes += summary.skippedSamples
    }

    private func writeTrades(
        _ path: String,
        _ writer: SourceWriter,
        _ summary: inout FeedSummary,
        _ report: (Double) -> Void
    ) throws {
        let file = try TradesFile(path: path, file: 0, strict: options.strict)
        var calendar = MarketCalendar(facts: [])
        var events: [MarketEvent] = []
        var slots: [SourceWriter.Slot] = []
        var number: Int64 = 0
        while file.key != nil {
            try file.emit(before: nil, rows: 65_536, calendar: &calendar, into: &events)
            for event in events {
                guard case .trade(let trade) = event.kind else { continue }
                while slots.count <= Int(trade.market.index) {
                    let ticker = calendar.board.registry.ticker(of: MarketID(Int32(slots.count)))
                    slots.append(try writer.slot(StreamKey(.trades, ticker.text)))
                }
                let row = DataRow(
                    key: event.time,
                    time: event.time,
                    number: number,
                    kind: .trade(trade.taker),
                    price: trade.price,
                    count: trade.count
                )
                number += 1
                try writer.append(row, to: slots[Int(trade.market.index)])
            }
            events.removeAll(keepingCapacity: true)
            report(Double(file.bytes.read) / Double(max(file.bytes.total, 1)))
        }
        file.report(to: &summary)
    }

    private func writeCandles(
        _ path: String,
        _ writer: SourceWriter,
        _ summary: inout FeedSummary,
        _ report: (Double) -> Void
    ) throws {
        let file = try BarFile(path: path, unit: options.priceUnit, strict: options.strict)
        var slots: [SourceWriter.Slot] = []
        var highest = Price.zero
        while let (market, candle) = file.next {
            while slots.count <= market {
                let name = file.tellsMarkets ? file.names[slots.count] : self.market(ofFile: path)
                guard let ticker = Ticker(validating: name) else {
                    throw FeedError.unrecognized(path: path, reason: "\"\(name)\" is no ticker: give one with --ticker")
                }
                slots.append(try writer.slot(StreamKey(.candles, ticker.text, interval: file.interval)))
            }
            highest = max(highest, candle.high)
            try writer.append(DataBar(candle), to: slots[market])
            if file.bars & 0xFFFF == 0 { report(Double(file.bytes.read) / Double(max(file.bytes.total, 1))) }
            try file.advance()
        }
        file.report(to: &summary)
        guard !slots.isEmpty else {
            let reason = summary.skippedSamples.first ?? "no line of it is a candle"
            throw FeedError.unrecognized(path: path, reason: reason)
        }
        guard options.priceUnit == .dollars || highest >= Price(cents: 1) else {
            throw FeedError.unrecognized(path: path, reason: "no price reaches one cent: is it --price-unit dollars?")
        }
    }

    private func writeSpot(
        _ file: ImportFiles.File,
        _ writer: SourceWriter,
        _ summary: inout FeedSummary
    ) throws {
        guard let symbol = file.symbol else {
            throw FeedError.unrecognized(path: file.path, reason: "it does not say whose prices these are")
        }
        let prices = try SpotFile(SpotSource(symbol: symbol, path: file.path), strict: options.strict)
        let isTicks = prices.interval == .zero
        let key = StreamKey(isTicks ? .ticks : .spotCandles, symbol.text, interval: prices.interval)
        let slot = try writer.slot(key)
        while let event = prices.next {
            switch event.kind {
            case .spot(_, let price): try writer.append(DataBar(tick: price, at: event.time), to: slot)
            case .spotCandle(_, let candle): try writer.append(DataBar(candle), to: slot)
            default: break
            }
            try prices.pass()
        }
        prices.report(to: &summary, markets: nil)
    }
}
