import Foundation
import KBotKalshi
import KBotModel

/// Writes frames as they come, one per line as `{"recv_ms":…,"frame":{…}}`, each connection into a file of its own, and
/// the facts of the markets beside them: a folder that `--feed replay:` reads.
///
/// What was written is flushed each second: a kill loses no more than that.
final class FrameRecording {
    /// How often what was written is flushed.
    static let flushing = TimeSpan.seconds(1)

    /// The folder.
    let folder: String
    /// Names of the files made.
    private(set) var files: [String] = []
    /// Frames written.
    private(set) var frames = 0
    /// Messages that were no JSON object, left out.
    private(set) var foreign = 0
    private var file: GzipFile?
    private var unflushed: Timestamp?
    private var facts: [Ticker: MarketFacts] = [:]
    private let factsName: String

    /// Makes the folder when there is none.
    init(folder: String, at now: Timestamp) throws(RunFailure) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw RunFailure(.other, "\(folder) cannot be made: \(error.localizedDescription)")
        }
        self.folder = folder
        // Facts of an earlier recording in the same folder stay as they are.
        factsName = "kalshi_\(Self.stamp(now))_markets.csv"
    }

    /// Begins a file: a new connection numbers its messages anew.
    func begin(at now: Timestamp) throws(RunFailure) {
        try finish()
        for attempt in 0..<100 {
            let name = "kalshi_\(Self.stamp(now))\(attempt == 0 ? "" : "-\(attempt)")_ws.jsonl.gz"
            let path = (folder as NSString).appendingPathComponent(name)
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            guard let file = GzipFile(path: path) else { throw RunFailure(.other, "\(path) cannot be made") }
            self.file = file
            files.append(name)
            return
        }
        throw RunFailure(.other, "\(folder) holds a hundred recordings of this second")
    }

    /// Writes a frame that came at a time by our clock.
    func write(_ frame: [UInt8], at received: Timestamp, uptime: Timestamp) throws(RunFailure) {
        guard let file else { return }
        guard frame.first == UInt8(ascii: "{"), frame.last == UInt8(ascii: "}") else {
            foreign += 1
            return
        }
        var line = Array("{\"recv_ms\":\(received.microseconds / 1_000),\"frame\":".utf8)
        line.reserveCapacity(line.count + frame.count + 2)
        // A line break inside JSON is white space.
        for byte in frame { line.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
        line.append(UInt8(ascii: "}"))
        line.append(0x0A)
        guard file.write(line) else { throw full(file) }
        frames += 1
        if unflushed == nil { unflushed = uptime }
    }

    /// Flushes when it is time.
    func tick(uptime: Timestamp) throws(RunFailure) {
        guard let since = unflushed, uptime - since >= Self.flushing, let file else { return }
        guard file.flush() else { throw full(file) }
        unflushed = nil
    }

    /// Closes the file.
    func finish() throws(RunFailure) {
        if let file, !file.flush() { throw full(file) }
        file = nil
        unflushed = nil
    }

    /// Takes in what was told of a market.
    func learn(_ market: Market) throws(RunFailure) {
        var fact = facts[market.ticker] ?? MarketFacts(ticker: market.ticker)
        let before = fact
        fact.openTime = market.openTime
        fact.closeTime = market.closeTime
        fact.strike = market.strike
        guard fact != before else { return }
        facts[market.ticker] = fact
        try writeFacts()
    }

    /// Takes in a market's result.
    func learn(_ settlement: Settlement, of ticker: Ticker) throws(RunFailure) {
        guard var fact = facts[ticker], fact.settlement != settlement else { return }
        fact.settlement = settlement
        facts[ticker] = fact
        try writeFacts()
    }

    /// Writes the facts anew, whole, in the place of what stood there.
    private func writeFacts() throws(RunFailure) {
        var text = "ticker,open_time_ms,close_time_ms,floor_strike,result\n"
        for fact in facts.values.sorted(by: { $0.ticker < $1.ticker }) {
            func time(_ time: Timestamp?) -> String { time.map { "\($0.microseconds / 1_000)" } ?? "" }
            let strike = fact.strike?.description ?? ""
            let result = fact.settlement?.result ?? ""
            text += "\(fact.ticker),\(time(fact.openTime)),\(time(fact.closeTime)),\(strike),\(result)\n"
        }
        let path = (folder as NSString).appendingPathComponent(factsName)
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw RunFailure(.other, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func full(_ file: GzipFile) -> RunFailure {
        RunFailure(.other, "\(file.path) cannot be written: is the disk full?")
    }

    /// A time as part of a name that sorts by time: `20261122-193000`.
    private static func stamp(_ time: Timestamp) -> String {
        let digits = time.description.prefix(19).filter { $0 != "-" && $0 != ":" }
        return digits.replacingOccurrences(of: "T", with: "-")
    }
}
