import Foundation
package import KBotModel

/// A file with prices of an underlying, and whose prices they are.
package struct SpotSource: Hashable, Sendable {
    /// The underlying: an asset in dollars, `BTC-USD`.
    package let symbol: SpotSymbol
    /// The file, plain or compressed.
    package let path: String

    /// Names a file of an underlying.
    package init(symbol: SpotSymbol, path: String) {
        self.symbol = symbol
        self.path = path
    }

    /// Reads `BTC-USD=FILE`, or a file's path alone when its name begins with an asset in dollars.
    ///
    /// `BTC-USD_…`, `BTCUSDT_…` and `BTCUSDT-1m-…` all are BTC-USD: contracts know dollars alone, and a stablecoin is
    /// taken for one.
    ///
    /// - Throws: ``FeedError`` when neither says whose prices they are.
    package init(_ text: String) throws(FeedError) {
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            let name = text[..<equals].uppercased()
            guard name.hasSuffix("-USD"), Self.isAsset(name.dropLast("-USD".count)) else {
                throw .unrecognized(
                    path: text,
                    reason: "\"\(text[..<equals])\" is no asset in dollars, such as BTC-USD: write BTC-USD=FILE"
                )
            }
            self.init(symbol: SpotSymbol(name), path: String(text[text.index(after: equals)...]))
        } else {
            guard let asset = Self.asset(ofFile: (text as NSString).lastPathComponent) else {
                throw .unrecognized(
                    path: text,
                    reason: "the file's name does not say whose prices these are (BTC-USD_… or BTCUSDT_…):"
                        + " write SYMBOL=FILE, such as BTC-USD=\(text)"
                )
            }
            self.init(symbol: SpotSymbol(asset + "-USD"), path: text)
        }
    }

    /// Reads several; see ``init(_:)``.
    ///
    /// - Throws: ``FeedError`` for the first that says not whose prices they are.
    package static func read(_ texts: [String]) throws(FeedError) -> [SpotSource] {
        var sources: [SpotSource] = []
        for text in texts { sources.append(try SpotSource(text)) }
        return sources
    }

    /// What dollars are called in pairs, longest first.
    private static let dollars = ["USDT", "USDC", "USD"]

    private static func asset(ofFile name: String) -> String? {
        let parts = name.uppercased().prefix { $0 != "_" && $0 != "." }.split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard let first = parts.first else { return nil }
        if parts.count > 1, dollars.contains(String(parts[1])) { return isAsset(first) ? String(first) : nil }
        guard let quote = dollars.first(where: { first.hasSuffix($0) }) else { return nil }
        let asset = first.dropLast(quote.count)
        return isAsset(asset) ? String(asset) : nil
    }

    private static func isAsset(_ text: Substring) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
