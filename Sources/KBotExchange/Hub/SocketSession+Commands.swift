import KBotKalshi
import KBotModel

/// The commands of a client.
extension SocketSession {
    mutating func perform(_ command: SocketCommand, source: some HubSource, into replies: inout ReplyWriter) {
        switch command.name {
        case nil: replies.error(command.isObject ? .unknownCommand : .cannotProcess)
        case "subscribe": subscribe(command, source: source, into: &replies)
        case "unsubscribe": unsubscribe(command, into: &replies)
        case "update_subscription": update(command, source: source, into: &replies)
        case "list_subscriptions":
            let rows = subscriptions.map { subscription -> JSON in
                var row = JSONObject()
                row["channel"] = .string(subscription.channel.name)
                row["sid"] = .integer(subscription.sid)
                return .object(row)
            }
            replies.reply("ok", .array(rows))
        default: replies.error(.unknownCommand)
        }
    }

    // MARK: subscribe

    private mutating func subscribe(
        _ command: SocketCommand,
        source: some HubSource,
        into replies: inout ReplyWriter
    ) {
        guard let params = command.params else { return replies.error(.paramsRequired) }
        guard let names = params.texts("channels") else { return replies.error(.invalidParameter, "channels") }
        guard !names.isEmpty else { return replies.error(.channelsRequired) }
        guard let tickers = params.tickers else { return replies.error(.invalidParameter, "market_tickers") }
        guard let ids = params.texts("market_ids", or: "market_id") else {
            return replies.error(.invalidParameter, "market_ids")
        }
        var channels: [HubChannel] = []
        for name in names {
            guard let channel = HubChannel(name) else { return replies.error(.unknownChannel, name) }
            if channel == .live(.orderbook), tickers.isEmpty { return replies.error(.marketRequired) }
            if channel.isIndex, params.indices.isEmpty { return replies.error(.indexRequired) }
            if name == "pyth_value", (params.texts("underlying_tickers") ?? []).isEmpty {
                return replies.error(.underlyingRequired)
            }
            if !channels.contains(channel) { channels.append(channel) }
        }
        let markets = subscriptions.reduce(channels.count * tickers.count) { $0 + ($1.markets?.count ?? 0) }
        guard markets <= Self.mostMarkets else { return replies.error(.marketLimit) }
        for channel in channels {
            let byID = channel == .live(.ticker) ? Set(ids) : []
            let isNarrowed = channel.takesMarkets && !(tickers.isEmpty && byID.isEmpty)
            let index = open(channel, markets: isNarrowed ? tickers : nil)
            subscriptions[index].marketIDs = byID
            subscriptions[index].usesYesPrice = channel == .live(.orderbook) && params.flag("use_yes_price")
            if channel.isIndex { subscriptions[index].indices = params.indices.contains("all") ? nil : params.indices }
            var message = JSONObject()
            message["channel"] = .string(channel.name)
            message["sid"] = .integer(subscriptions[index].sid)
            replies.reply("subscribed", .object(message))
            sendFirst(index, wanted: params.flag("send_initial_snapshot"), source: source, into: &replies)
        }
    }

    /// Sends what a new subscription begins with: books always, tickers when asked for.
    private mutating func sendFirst(
        _ index: Int,
        wanted: Bool,
        source: some HubSource,
        into replies: inout ReplyWriter
    ) {
        let subscription = subscriptions[index]
        if subscription.channel == .live(.orderbook) {
            sendBooks(subscription.markets ?? [], index, id: nil, source: source, into: &replies)
        } else if subscription.channel == .live(.ticker), wanted {
            for ticker in subscription.markets ?? source.openTickers {
                guard let message = source.tickerMessage(of: ticker) else { continue }
                replies.append(frame(message, index, at: replies.now))
            }
        }
    }

    /// Sends the books of markets; one that is not there yet, or no more, is empty.
    private mutating func sendBooks(
        _ tickers: [Ticker],
        _ index: Int,
        id: Int64?,
        source: some HubSource,
        into replies: inout ReplyWriter
    ) {
        for ticker in tickers {
            let message = source.bookMessage(of: ticker, for: account) ?? emptyBook(ticker)
            replies.append(frame(message, index, id: id, at: replies.now))
        }
    }

    private func emptyBook(_ ticker: Ticker) -> ExchangeMessage {
        var body = JSONObject()
        body["market_ticker"] = .string(ticker.text)
        body["market_id"] = .string("00000000-0000-4000-8000-000000000000")
        body["yes_dollars_fp"] = .array([])
        body["no_dollars_fp"] = .array([])
        return ExchangeMessage(channel: .orderbook, type: "orderbook_snapshot", market: ticker, body: .object(body))
    }

    // MARK: unsubscribe

    private mutating func unsubscribe(_ command: SocketCommand, into replies: inout ReplyWriter) {
        guard let params = command.params else { return replies.error(.paramsRequired) }
        let sids = params.sids
        guard !sids.isEmpty else { return replies.error(.sidsRequired) }
        for sid in sids {
            guard let index = subscriptions.firstIndex(where: { $0.sid == sid }) else {
                replies.error(.unknownSid)
                continue
            }
            let seq = subscriptions[index].nextNumber()
            replies.reply("unsubscribed", sid: subscriptions[index].sid, seq: seq)
            subscriptions.remove(at: index)
        }
    }

    // MARK: update_subscription

    private mutating func update(_ command: SocketCommand, source: some HubSource, into replies: inout ReplyWriter) {
        guard let params = command.params else { return replies.error(.paramsRequired) }
        let sids = params.sids
        guard sids.count == 1 else { return replies.error(.oneSidRequired) }
        guard let index = subscriptions.firstIndex(where: { $0.sid == sids[0] }) else {
            return replies.error(.unknownSid)
        }
        guard let action = params.text("action"), !action.isEmpty else { return replies.error(.actionRequired) }
        let channel = subscriptions[index].channel
        switch action {
        case "add_markets", "delete_markets":
            guard channel.takesMarkets else { return replies.error(.unsupportedAction, action) }
            changeMarkets(index, adds: action == "add_markets", params, source: source, into: &replies)
        case "get_snapshot":
            guard channel == .live(.orderbook) else { return replies.error(.unsupportedAction, action) }
            guard let tickers = params.tickers else { return replies.error(.invalidParameter, "market_tickers") }
            guard tickers.allSatisfy(subscriptions[index].names) else {
                return replies.error(.invalidParameter, "a market that is not subscribed to")
            }
            let wanted = tickers.isEmpty ? subscriptions[index].markets ?? [] : tickers
            sendBooks(wanted, index, id: command.id, source: source, into: &replies)
        case "subscribe_indices", "unsubscribe_indices":
            guard channel.isIndex else { return replies.error(.unsupportedAction, action) }
            let names = params.indices
            guard !names.isEmpty else { return replies.error(.indexRequired) }
            changeIndices(index, adds: action == "subscribe_indices", names, source: source)
            acknowledgeIndices(index, (subscriptions[index].indices ?? Set(source.indexNames)).sorted(), into: &replies)
        case "indexlist":
            guard channel.isIndex else { return replies.error(.unsupportedAction, action) }
            acknowledgeIndices(index, source.indexNames, into: &replies)
        default: replies.error(.unsupportedAction, action)
        }
    }

    private mutating func changeMarkets(
        _ index: Int,
        adds: Bool,
        _ params: CommandParams,
        source: some HubSource,
        into replies: inout ReplyWriter
    ) {
        guard let tickers = params.tickers else { return replies.error(.invalidParameter, "market_tickers") }
        guard !tickers.isEmpty else { return replies.error(.marketRequired) }
        var new: [Ticker] = []
        if adds {
            let markets = subscriptions.reduce(tickers.count) { $0 + ($1.markets?.count ?? 0) }
            guard markets <= Self.mostMarkets else { return replies.error(.marketLimit) }
            new = subscriptions[index].add(tickers)
        } else if subscriptions[index].markets == nil {
            return replies.error(.invalidParameter, "the subscription hears all markets")
        } else {
            subscriptions[index].remove(tickers)
        }
        var message = JSONObject()
        message["market_tickers"] = .array((subscriptions[index].markets ?? []).map { .string($0.text) })
        let seq = subscriptions[index].nextNumber()
        replies.reply("ok", sid: subscriptions[index].sid, seq: seq, .object(message))
        if subscriptions[index].channel == .live(.orderbook) {
            sendBooks(new, index, id: nil, source: source, into: &replies)
        } else if subscriptions[index].channel == .live(.ticker), params.flag("send_initial_snapshot") {
            for ticker in new {
                guard let message = source.tickerMessage(of: ticker) else { continue }
                replies.append(frame(message, index, at: replies.now))
            }
        }
    }

    private mutating func changeIndices(_ index: Int, adds: Bool, _ names: Set<String>, source: some HubSource) {
        let had = subscriptions[index].indices ?? Set(source.indexNames)
        if names.contains("all") {
            subscriptions[index].indices = adds ? nil : []
        } else if adds {
            if subscriptions[index].indices != nil { subscriptions[index].indices = had.union(names) }
        } else {
            subscriptions[index].indices = had.subtracting(names)
        }
    }

    private mutating func acknowledgeIndices(_ index: Int, _ names: [String], into replies: inout ReplyWriter) {
        var message = JSONObject()
        message["index_ids"] = .array(names.map { .string($0) })
        let seq = subscriptions[index].nextNumber()
        replies.reply("ok", sid: subscriptions[index].sid, seq: seq, .object(message))
    }
}
