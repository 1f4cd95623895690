package import KBotModel

/// What the venue says.
extension SocketMachine {
    /// Takes in a frame: replies, errors and books change something, all others say that the connection lives.
    ///
    /// `ticker` is the market of a snapshot; other frames need none.
    package mutating func handle(_ frame: Frame, ticker: Ticker?, at uptime: Timestamp) {
        guard isOpen else { return }
        lastHeard = uptime
        switch frame.body {
        case .delta, .ticker, .trade, .lifecycle, .ownFill, .ownOrder, .ownPosition, .index, .orderGroup, .other:
            return
        case .snapshot:
            // One that nobody wants any more may still be on its way.
            guard let ticker, subscriptions.contains(where: { $0.channel == .orderbook && $0.wants(ticker.text) })
            else { return }
            books.arrived(ticker.text)
        case .subscribed(let channel, let sid): subscribed(channel, sid, frame.id, at: uptime)
        case .ok: confirmed(frame, at: uptime)
        case .unsubscribed: unsubscribed(frame, at: uptime)
        case .error(let code, let message): refused(frame, code, message, at: uptime)
        }
        settle(at: uptime)
    }

    private func pendingIndex(_ id: Int64?) -> Int? {
        guard let id else { return nil }
        return subscriptions.firstIndex { $0.pending?.id == id }
    }

    private mutating func subscribed(_ channel: Channel, _ sid: Int32, _ id: Int64?, at uptime: Timestamp) {
        let byChannel = subscriptions.firstIndex { $0.channel == channel }
        guard let index = pendingIndex(id) ?? (id == nil ? byChannel : nil),
            case .subscribe(_, let members) = subscriptions[index].pending?.command
        else { return }
        subscriptions[index].succeed(sid: sid, at: uptime)
        if subscriptions[index].channel == .orderbook { books.expect(members, at: uptime) }
    }

    private mutating func confirmed(_ frame: Frame, at uptime: Timestamp) {
        guard let index = pendingIndex(frame.id), let pending = subscriptions[index].pending else { return }
        switch pending.command {
        case .add(_, let sid, _), .remove(_, let sid, _): guard frame.sid == nil || frame.sid == sid else { return }
        case .subscribe, .unsubscribe, .snapshot: return
        }
        subscriptions[index].succeed(sid: nil, at: uptime)
        guard !pending.isVoid else { return }
        switch pending.command {
        case .add(.orderbook, _, let members): books.expect(members, at: uptime)
        case .remove(.orderbook, _, let members): books.left(members.filter(subscriptions[index].wants))
        default: break
        }
    }

    private mutating func unsubscribed(_ frame: Frame, at uptime: Timestamp) {
        let bySID = subscriptions.firstIndex { $0.sid != nil && $0.sid == frame.sid }
        guard let index = pendingIndex(frame.id) ?? bySID else { return }
        if case .unsubscribe(let sid) = subscriptions[index].pending?.command, frame.sid == nil || frame.sid == sid {
            subscriptions[index].succeed(sid: nil, at: uptime)
            if subscriptions[index].channel == .orderbook { books.end() }
        } else if subscriptions[index].sid == frame.sid {
            die(index, at: uptime)
        }
    }

    private mutating func refused(_ frame: Frame, _ code: Int64?, _ message: String, at uptime: Timestamp) {
        counts.errors[code ?? 0, default: 0] += 1
        let index = pendingIndex(frame.id)
        complain(code, message, index.flatMap { subscriptions[$0].pending?.command.name })
        if let index {
            let hadSID = subscriptions[index].sid != nil
            subscriptions[index].fail(code, at: uptime, jitter: &backoff)
            guard subscriptions[index].channel == .orderbook else { return }
            if hadSID, subscriptions[index].sid == nil { books.end() }
            let subscription = subscriptions[index]
            books.abandon(subscription.isRefused)
            return
        }
        let isEnd = code == 10 || code == 25
        if let id = frame.id, books.refused(id, at: uptime) {
            if isEnd || code == 7, let index = subscriptions.firstIndex(where: { $0.channel == .orderbook }) {
                die(index, at: uptime)
            }
            return
        }
        guard isEnd else { return }
        if let sid = frame.sid {
            if let index = subscriptions.firstIndex(where: { $0.sid == sid }) { die(index, at: uptime) }
        } else if let code, frame.id == nil {
            lose(.unknownSubscriptionEnded(code: code), at: uptime)
        }
    }

    private mutating func die(_ index: Int, at uptime: Timestamp) {
        counts.deadSubscriptions += 1
        subscriptions[index].die(at: uptime, jitter: &backoff)
        if subscriptions[index].channel == .orderbook { books.end() }
    }

    private mutating func complain(_ code: Int64?, _ message: String, _ command: String?) {
        let text = printable(message) + (code.map { " (code \($0))" } ?? "")
        if complaints.count >= 20 { complaints.removeFirst() }
        complaints.append(command.map { "\($0): \(text)" } ?? text)
    }
}
