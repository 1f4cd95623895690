import KBotModel
import Testing

@testable import KBotRuntime

struct SpotSourceTests {
    @Test(arguments: [
        ("data/BTC-USD_coinbase_2026-05_ticks.csv.gz", "BTC-USD"), ("BTCUSDT_binance_2026-06_1m.csv.gz", "BTC-USD"),
        ("/a=b/ETHUSDC-1m-2026-06.csv", "ETH-USD"), ("solusd.csv", "SOL-USD"), ("1INCH-USDT.csv", "1INCH-USD"),
        ("BTC-USD", "BTC-USD"),
    ])
    func `a file's name tells whose prices it holds`(path: String, symbol: String) throws {
        let source = try SpotSource(path)
        #expect(source.symbol.text == symbol && source.path == path)
    }

    @Test func `a symbol can be told`() throws {
        #expect(try SpotSource("btc-usd=/a/x=1.csv") == SpotSource(symbol: "BTC-USD", path: "/a/x=1.csv"))
        #expect(try SpotSource.read(["ETH-USD=x", "BTC-USD_y"]).map(\.path) == ["x", "BTC-USD_y"])
    }

    @Test(arguments: ["spot.csv", "USDT_1m.csv", "BTC-EUR.csv", "BTC.csv", "", "/", "coinbase_BTC-USD.csv"])
    func `a name that tells nothing is refused with what to write`(path: String) {
        let error = #expect(throws: FeedError.self) { try SpotSource(path) }
        #expect(error?.description.contains("write SYMBOL=FILE, such as BTC-USD=\(path)") == true)
    }

    @Test(arguments: ["BTC=x.csv", "BTC-EUR=x.csv", "-USD=x.csv", "B/C-USD=x.csv", "=x", "BTC USD-USD=x"])
    func `a symbol that is no asset in dollars is refused`(text: String) {
        let error = #expect(throws: FeedError.self) { try SpotSource(text) }
        #expect(error?.description.contains("BTC-USD") == true)
    }
}
