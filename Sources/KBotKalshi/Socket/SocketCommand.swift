/// A command on the WebSocket.
package enum SocketCommand: Hashable, Sendable {
    /// Begins a subscription; without members it is for all markets, or for a channel that knows none.
    case subscribe(Channel, members: [String])
    /// Ends one.
    case unsubscribe(sid: Int32)
    /// Adds markets, or indices, to one.
    case add(Channel, sid: Int32, members: [String])
    /// Takes some out of one.
    case remove(Channel, sid: Int32, members: [String])
    /// Asks for books anew.
    case snapshot(sid: Int32, members: [String])

    /// The markets or indices that it names.
    package var members: [String] {
        switch self {
        case .subscribe(_, let members), .add(_, _, let members), .remove(_, _, let members), .snapshot(_, let members):
            members
        case .unsubscribe: []
        }
    }

    /// The command's name at the venue, with its action: for messages.
    package var name: String {
        switch self {
        case .subscribe(let channel, _): "subscribe \(channel.rawValue)"
        case .unsubscribe: "unsubscribe"
        case .add(let channel, _, _): "update_subscription \(channel.rawValue) \(channel.addAction)"
        case .remove(let channel, _, _): "update_subscription \(channel.rawValue) \(channel.removeAction)"
        case .snapshot: "update_subscription get_snapshot"
        }
    }

    /// The command as text; `id` is ours, from 1 on, and comes back in the reply.
    package func bytes(id: Int64) -> [UInt8] {
        var command = JSONObject()
        command["id"] = .integer(id)
        var params = JSONObject()
        switch self {
        case .subscribe(let channel, let members):
            command["cmd"] = .string("subscribe")
            params["channels"] = .array([.string(channel.rawValue)])
            if !members.isEmpty { params[channel.membersKey] = members.wire }
            // The venue will turn its default around: only what is said explicitly stays.
            if channel == .orderbook { params["use_yes_price"] = .bool(false) }
            if channel == .ticker { params["send_initial_snapshot"] = .bool(true) }
        case .unsubscribe(let sid):
            command["cmd"] = .string("unsubscribe")
            params["sids"] = .array([.integer(sid)])
        case .add(let channel, let sid, let members):
            command["cmd"] = .string("update_subscription")
            params = Self.update(sid, channel.addAction, channel.membersKey, members)
        case .remove(let channel, let sid, let members):
            command["cmd"] = .string("update_subscription")
            params = Self.update(sid, channel.removeAction, channel.membersKey, members)
        case .snapshot(let sid, let members):
            command["cmd"] = .string("update_subscription")
            params = Self.update(sid, "get_snapshot", Channel.orderbook.membersKey, members)
        }
        command["params"] = .object(params)
        return JSON.object(command).bytes
    }

    private static func update(_ sid: Int32, _ action: String, _ key: String, _ members: [String]) -> JSONObject {
        var params = JSONObject()
        params["sid"] = .integer(sid)
        params["action"] = .string(action)
        params[key] = members.wire
        return params
    }
}

extension Channel {
    /// Whether its members are indices instead of markets.
    var isIndex: Bool { self == .index || self == .fastIndex }
    /// Whether it knows no members: it is subscribed whole or not at all.
    var isWhole: Bool { self == .lifecycle || self == .orderGroups }

    fileprivate var membersKey: String { isIndex ? "index_ids" : "market_tickers" }
    fileprivate var addAction: String { isIndex ? "subscribe_indices" : "add_markets" }
    fileprivate var removeAction: String { isIndex ? "unsubscribe_indices" : "delete_markets" }
}
