import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotExchange

@Suite struct SocketSessionProperties {
    private static let tickers = ["KXBTC15M-A", "KXBTC15M-B", "KXBTC15M-C"]

    @Test func whateverHappensNumbersGoUpByOneAndOnlyTheRightAccountHears() throws {
        try forSeeds(0..<300) { random in
            var probe = SessionProbe()
            var last: [Int64: Int64] = [:]
            var wanted: [Int64: (channel: String, markets: Set<String>?)] = [:]
            for _ in 0..<60 {
                let secret = Bool.random(using: &random)
                var heard: [String] = []
                var about: (ticker: String, owner: Int)?
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let (command, note) = self.command(&random, wanted)
                    heard = probe.say(command)
                    note(heard, &wanted)
                } else {
                    let channel = ExchangeChannel.allCases.randomElement(using: &random) ?? .trade
                    let ticker = Self.tickers.randomElement(using: &random) ?? ""
                    let owner = Int.random(in: 0..<2, using: &random)
                    about = (ticker, secret ? owner : 0)
                    heard = probe.hear(
                        probe.source.message(
                            channel,
                            channel.rawValue,
                            Ticker(validating: ticker),
                            index: channel == .index || channel == .fastIndex ? "BRTI" : nil,
                            account: secret ? AccountKey(owner) : nil
                        )
                    )
                    for frame in heard {
                        let sid = try Self.number("sid", frame)
                        let subscription = wanted[sid ?? 0]
                        try hold(subscription?.channel == channel.rawValue, "\(frame) on another channel")
                        if let markets = subscription?.markets {
                            try hold(markets.contains(ticker), "\(frame): not asked")
                        }
                    }
                }
                if let about { try hold(about.owner == 0 || heard.isEmpty, "a frame of another account: \(heard)") }
                for frame in heard {
                    guard let sid = try Self.number("sid", frame), let seq = try Self.number("seq", frame) else {
                        continue
                    }
                    try hold(seq == (last[sid] ?? 0) + 1, "\(frame) follows \(last[sid] ?? 0)")
                    last[sid] = seq
                }
            }
        }
    }

    private typealias Wanted = [Int64: (channel: String, markets: Set<String>?)]

    /// A random command, and what it changes of what is subscribed to.
    private func command(
        _ random: inout SeededGenerator,
        _ wanted: Wanted
    ) -> (String, ([String], inout Wanted) -> Void) {
        let tickers = Self.tickers.filter { _ in Bool.random(using: &random) }
        let list = tickers.map { "\"\($0)\"" }.joined(separator: ",")
        let sid = wanted.keys.sorted().randomElement(using: &random) ?? 1
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            let channel = ExchangeChannel.allCases.randomElement(using: &random) ?? .trade
            let takes = ![.lifecycle, .orderGroups, .index, .fastIndex].contains(channel)
            let text =
                #"{"id":1,"cmd":"subscribe","params":{"channels":["\#(channel.rawValue)"],"index_ids":["all"],"market_tickers":[\#(list)]}}"#
            return (
                text,
                { frames, wanted in
                    guard let made = frames.first, made.contains("subscribed"),
                        case .object(let object)? = (try? JSON(parsing: Array(made.utf8)))?.object?["msg"],
                        case .number(let number)? = object["sid"], let sid = Int64(number)
                    else { return }
                    wanted[sid] = (channel.rawValue, takes && !tickers.isEmpty ? Set(tickers) : nil)
                }
            )
        case 2:
            return (
                #"{"id":2,"cmd":"unsubscribe","params":{"sids":[\#(sid)]}}"#, { _, wanted in wanted[sid] = nil }
            )
        case 3:
            return (
                #"{"id":3,"cmd":"update_subscription","params":{"sid":\#(sid),"action":"add_markets","market_tickers":[\#(list)]}}"#,
                { _, wanted in wanted[sid]?.markets?.formUnion(tickers) }
            )
        default:
            return (
                #"{"id":4,"cmd":"update_subscription","params":{"sid":\#(sid),"action":"delete_markets","market_tickers":[\#(list)]}}"#,
                { _, wanted in wanted[sid]?.markets?.subtract(tickers) }
            )
        }
    }

    private static func number(_ key: String, _ frame: String) throws -> Int64? {
        guard case .number(let text)? = try JSON(parsing: Array(frame.utf8)).object?[key] else { return nil }
        return Int64(text)
    }
}
