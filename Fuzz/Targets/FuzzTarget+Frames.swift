import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport

extension FuzzTarget {
    /// The decoder of the venue's frames, and the mapper from frames to events.
    static func frames() -> FuzzTarget {
        FuzzTarget("frames", seeds: inputs(FrameCorpus.frames), words: FrameCorpus.words) { input in
            var board = MarketBoard()
            var mapper = FrameMapper()
            var events: [MarketEvent] = []
            // A line is a frame, so that sequences of frames come about.
            for line in input.split(separator: UInt8(ascii: "\n")) {
                let bytes = Array(line)
                for usesYesPrice in [false, true] {
                    let decoder = FrameDecoder(usesYesPrice: usesYesPrice)
                    guard let frame = try? decoder.decode(bytes) else { continue }
                    try holdRanges(frame, bytes)
                    try holdAgreement(frame, bytes)
                    try holdEnvelope(frame, bytes, decoder)
                    if !usesYesPrice { _ = mapper.map(frame, bytes: bytes.span, board: &board, into: &events) }
                }
            }
            try holdSense(events, isOrdered: false)
        }
    }

    private static func holdRanges(_ frame: Frame, _ bytes: [UInt8]) throws {
        guard let market = frame.market else { return }
        try hold(
            0 <= market.start && market.start <= market.end && market.end <= bytes.count,
            "the ticker stands at \(market) of \(bytes.count) bytes"
        )
    }

    /// What Foundation reads too it reads as the same.
    private static func holdAgreement(_ frame: Frame, _ bytes: [UInt8]) throws {
        // With escapes or a key that comes twice the two may rightly differ.
        guard !bytes.contains(UInt8(ascii: "\\")), occurrences(of: "frame", in: bytes) == 0,
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        else { return }
        for (key, value) in [("sid", frame.sid.map(Int64.init)), ("seq", frame.seq), ("id", frame.id)] {
            guard occurrences(of: key, in: bytes) == 1, let number = object[key] as? NSNumber, let value else {
                continue
            }
            try hold(number.int64Value == value, "\(key) is \(number), read as \(value)")
        }
        guard let message = object["msg"] as? [String: Any], let range = frame.market,
            occurrences(of: "market_ticker", in: bytes) == 1, occurrences(of: "msg", in: bytes) == 1
        else { return }
        let ticker = String(decoding: bytes[range.start..<range.end], as: UTF8.self)
        if let told = message["market_ticker"] as? String { try hold(told == ticker, "\(told) was read as \(ticker)") }
        if case .trade(let price, _, _) = frame.body, occurrences(of: "yes_price_dollars", in: bytes) == 1,
            let told = message["yes_price_dollars"] as? String
        {
            try hold(Price(told) == price, "\(told) was read as \(price)")
        }
        if case .delta(_, let price, _) = frame.body, occurrences(of: "price_dollars", in: bytes) == 1,
            let told = message["price_dollars"] as? String, let read = Price(told)
        {
            try hold(read == price || read.complement == price, "\(told) was read as \(price)")
        }
    }

    private static func occurrences(of key: String, in bytes: [UInt8]) -> Int {
        let word = Array("\"\(key)\"".utf8)
        guard bytes.count >= word.count else { return 0 }
        return (0...bytes.count - word.count).count { bytes[$0..<$0 + word.count].elementsEqual(word) }
    }

    /// A recorder's envelope changes where things stand and nothing else.
    private static func holdEnvelope(_ frame: Frame, _ bytes: [UInt8], _ decoder: FrameDecoder) throws {
        guard occurrences(of: "frame", in: bytes) == 0, !bytes.contains(UInt8(ascii: "\\")) else { return }
        let prefix = Array(#"{"recv_ms":1777228216000,"frame":"#.utf8)
        let whole = prefix + bytes + [UInt8(ascii: "}")]
        guard let inside = try? decoder.decode(whole) else { return try hold(false, "refused in an envelope") }
        try hold(inside.body == frame.body, "\(frame.body), in an envelope \(inside.body)")
        try hold(inside.sid == frame.sid && inside.seq == frame.seq && inside.id == frame.id, "other numbers")
        try hold(inside.time == frame.time, "another time in an envelope")
        try hold(inside.market?.start == frame.market.map { $0.start + prefix.count }, "the ticker stands elsewhere")
    }

    /// What must hold of every feed's events: amounts in range, markets listed first; and time never goes back, but for
    /// frames, which keep the order they came in.
    static func holdSense(_ events: [MarketEvent], isOrdered: Bool) throws {
        var listed: Set<MarketID> = []
        var last = Timestamp.distantPast
        for event in events {
            try hold(event.time >= last || !isOrdered, "\(event.time) comes after \(last)")
            last = event.time
            switch event.kind {
            case .listed(let market): listed.insert(market.id)
            case .trade(let trade):
                try hold(listed.contains(trade.market), "a trade of a market that is not listed")
                try hold(trade.price.isTradable && trade.count.units > 0, "a trade of \(trade.count) at \(trade.price)")
            case .snapshot(let market, let book):
                try hold(listed.contains(market), "a book of a market that is not listed")
                for level in book.yes + book.no {
                    try hold(level.count.units >= 0, "\(level.count) contracts in a book")
                }
            case .delta(let market, _, let price, _):
                try hold(listed.contains(market), "a change of a market that is not listed")
                try hold((0...10_000).contains(price.units), "a level at \(price)")
            case .status(let market, _), .settled(let market, _), .gap(let market), .history(let market, _):
                try hold(listed.contains(market), "news of a market that is not listed")
            case .spot(_, let price): try hold(price.units > 0, "a spot price of \(price)")
            case .spotCandle(_, let candle):
                try hold(candle.low <= candle.high && candle.low.units > 0, "a candle from \(candle.low)")
            }
        }
    }
}
