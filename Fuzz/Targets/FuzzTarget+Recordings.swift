import Foundation
import KBotModel
import KBotRuntime
import KBotTestSupport

extension FuzzTarget {
    /// The readers of files: trades, frames, facts of markets, prices of underlyings.
    static func recordings(in folder: String) -> [FuzzTarget] {
        [
            recording("trades", trades, words: csvWords) { path in (path: path, markets: nil, spot: nil) },
            recording("recorded-frames", inputs(FrameCorpus.frames), words: FrameCorpus.words) { path in
                (path: path, markets: nil, spot: nil)
            },
            recording("markets", markets, words: csvWords + ["yes", "no", "scalar"]) { path in
                (path: path + ".trades", markets: path, spot: nil)
            },
            recording("spot", spot, words: csvWords + ["1e-05", "60000"]) { path in
                (path: path + ".trades", markets: nil, spot: path)
            },
        ].map { $0(folder) }
    }

    private typealias Roles = (path: String, markets: String?, spot: String?)

    /// A target whose inputs are files, read forgivingly and strictly; `roles` says which file of a replay they are.
    private static func recording(
        _ name: String,
        _ seeds: [[UInt8]],
        words: [String],
        _ roles: @escaping @Sendable (String) -> Roles
    ) -> (String) -> FuzzTarget {
        { folder in
            let path = "\(folder)/fuzz-\(name)"
            let files = roles(path)
            return FuzzTarget(name, seeds: seeds, words: words) { input in
                try Data(input).write(to: URL(fileURLWithPath: path))
                if files.path != path { try Data(trades[0]).write(to: URL(fileURLWithPath: files.path)) }
                let forgiving = Replay(files, strict: false)
                let strict = Replay(files, strict: true)
                // An input of trades may be taken for frames, by its first byte.
                let isOrdered = input.first { $0 > 0x20 } != UInt8(ascii: "{")
                try holdSense(forgiving.events, isOrdered: isOrdered)
                try holdSense(strict.events, isOrdered: isOrdered)
                // A strict reader is the same reader, up to the first thing it refuses.
                if strict.error == nil {
                    try hold(forgiving.error == nil, "read strictly, but not forgivingly: \(forgiving.error ?? "")")
                    try hold(strict.events == forgiving.events, "strict reading gives other events")
                    try hold(forgiving.summary?.skipped == 0, "lines were left out that strict reading takes")
                } else if forgiving.error == nil, let summary = forgiving.summary {
                    try hold(
                        summary.skipped > 0,
                        "refused when strict (\(strict.error ?? "")), but nothing was left out"
                    )
                }
                try holdLines(input, forgiving, isAlone: files.path == path)
            }
        }
    }

    /// What a replay gave.
    private struct Replay {
        var events: [MarketEvent] = []
        var summary: FeedSummary?
        var error: String?

        init(_ files: Roles, strict: Bool) {
            do {
                let spot = files.spot.map { [SpotSource(symbol: "BTC-USD", path: $0)] } ?? []
                let feed = try ReplayFeed(paths: [files.path], markets: files.markets, spot: spot, strict: strict)
                defer { summary = feed.summary }
                while try feed.next(into: &events) {}
            } catch {
                self.error = "\(error)"
            }
        }
    }

    /// No line is lost, and none is made up.
    private static func holdLines(_ input: [UInt8], _ replay: Replay, isAlone: Bool) throws {
        guard isAlone, replay.error == nil, let summary = replay.summary, input.starts(with: [0x1F, 0x8B]) == false
        else { return }
        var lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
        if input.last == UInt8(ascii: "\n") { lines -= 1 }
        try hold(summary.lines == lines, "\(summary.lines) lines were read of \(lines)")
    }

    private static let trades = inputs([
        """
        ts_ms,ticker,yes_price_dollars,count,taker_side
        1777228216000,KXBTC15M-26APR261445-45,0.4700,10.00,yes
        1777228216001,KXBTC15M-26APR261445-45,0.4800,1.50,no
        1777228217000,KXETH15M-26APR261445-45,0.0100,3.00,
        1777228990000,KXBTC15M-26APR261500-00,0.9900,100.00,yes

        """,
        "taker_book_side,count,yes_price_dollars,ticker,ts_ms,extra\r\nbid,5,0.5,A,1777228216000,x\r\nask,5,0.5,A,1777228216000,\r\n",
        "ts_ms,ticker,yes_price_dollars,count\n1777228216000,KXBTC15M-26APR261445-45,0.4700,10.00",
    ])

    private static let markets = inputs([
        """
        ticker,open_time_ms,close_time_ms,floor_strike,result
        KXBTC15M-26APR261445-45,1777228200000,1777229100000,78123.45,yes
        KXETH15M-26APR261445-45,1777228200000,1777229100000,2345.678912,no
        KXBTC15M-26APR261500-00,1777229100000,1777230000000,,scalar

        """,
        "ticker,close_time_ms,result_inferred\nKXBTC15M-26APR261445-45,1777229100000,no\n",
    ])

    private static let spot = inputs([
        "ts_ms,price_usd\n1777228200000,78123.45\n1777228200000,78123.46\n1777228900000,78000\n",
        """
        ts_ms,open,high,low,close,volume
        1777228200000,78000.1,78010,77990,78005.55555,12.5
        1777228260000,78005,78020,78000,78010,1e-05
        1777228320000,78010,78010,78010,78010,

        """,
        "ts,open,high,low,close,volume\n1777228200,78000,78010,77990,78005,1\n1777228260,78005,78020,78000,78010,2\n",
    ])

    private static let csvWords = [
        ",", ",,", "\n", "\r\n", "\n\n", "\"", "ts_ms", "ticker", "count", "1777228216000", "0.4700", "yes", "no",
        "bid",
        "KXBTC15M-26APR261445-45", "1777228216000,KXBTC15M-26APR261445-45,0.5,1,yes\n", "-", " ", "\u{1f}\u{8b}\u{8}",
    ]
}
