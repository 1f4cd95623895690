import KBotKalshi
import KBotModel

/// A command as it came; what is missing or of the wrong kind is nil.
struct SocketCommand {
    /// The client's number, at least 1; nil for none.
    let id: Int64?
    /// What to do; nil when it is not said.
    let name: String?
    /// The parameters.
    let params: CommandParams?
    /// Whether the text was a JSON object at all.
    let isObject: Bool

    /// Reads a command; never fails.
    init(_ text: [UInt8]) {
        guard let object = (try? JSON(parsing: text))?.object else {
            (id, name, params, isObject) = (nil, nil, nil, false)
            return
        }
        isObject = true
        let number = object["id"].flatMap { try? Int64(wire: $0) } ?? 0
        id = number >= 1 ? number : nil
        name = object["cmd"]?.text
        params = object["params"]?.object.map { CommandParams(object: $0) }
    }
}

/// The parameters of a command.
struct CommandParams {
    let object: JSONObject

    /// A text; nil when it is not there or no text.
    func text(_ key: String) -> String? { object[key]?.text }

    /// Whether something is asked for.
    func flag(_ key: String) -> Bool { object[key] == .bool(true) }

    /// A list of texts, or one by itself, under one name or another; empty when there is none, nil when it is no list
    /// of texts.
    func texts(_ key: String, or single: String? = nil) -> [String]? {
        var found: [String] = []
        for case let value? in [object[key], single.flatMap { object[$0] }] where value != .null {
            if let text = value.text {
                found.append(text)
            } else if case .array(let elements) = value {
                for element in elements {
                    guard let text = element.text else { return nil }
                    found.append(text)
                }
            } else {
                return nil
            }
        }
        return found
    }

    /// The markets named, each once; nil when one cannot be a market.
    var tickers: [Ticker]? {
        guard let names = texts("market_tickers", or: "market_ticker") else { return nil }
        var seen: Set<Ticker> = []
        var tickers: [Ticker] = []
        for name in names where !name.isEmpty {
            guard let ticker = Ticker(validating: name) else { return nil }
            if seen.insert(ticker).inserted { tickers.append(ticker) }
        }
        return tickers
    }

    /// The indices named.
    var indices: Set<String> { Set(texts("index_ids", or: "index_id") ?? []) }

    /// The subscriptions named, in `sid` or `sids`.
    var sids: [Int] {
        var found: [Int] = []
        if let one = object["sid"].flatMap({ try? Int64(wire: $0) }) { found.append(Int(one)) }
        if case .array(let elements)? = object["sids"] {
            found += elements.compactMap { try? Int64(wire: $0) }.map(Int.init)
        }
        return found
    }
}
