import KBotModel

/// Subscriptions, their running numbers, and which markets hang on them.
extension FrameMapper {
    /// Whether a numbered frame is to be read; tells of the markets whose books are in doubt.
    @inline(__always)
    mutating func isNews(
        _ frame: Frame,
        _ sid: Int32,
        _ seq: Int64,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) -> Bool {
        let verdict = sequences.check(sid: sid, seq: seq)
        if verdict == .inOrder { return true }
        return isNewsOutOfOrder(frame, sid, seq, verdict, at: time, into: &events)
    }

    /// Whether a frame that its reader maps itself is to be read; its number is used up like any other.
    mutating func admits(_ frame: Frame, into events: inout [MarketEvent]) -> Bool {
        let time = time(of: frame)
        if let own = frame.time, own > latest ?? .distantPast { latest = own }
        guard let sid = frame.sid, let seq = frame.seq else { return true }
        return isNews(frame, sid, seq, at: time, into: &events)
    }

    /// Forgets the connection: the next one numbers anew, and until their next snapshots all books are in doubt.
    mutating func disconnect(at time: Timestamp, into events: inout [MarketEvent]) {
        sequences = SequenceTracker()
        subscriptions = []
        for index in states.indices {
            states[index].sid = -1
            distrust(MarketID(Int32(index)), at: time, into: &events)
        }
    }

    /// Whether a market's book is known.
    func isTrusted(_ id: MarketID) -> Bool {
        Int(id.index) < states.count && states[Int(id.index)].isTrusted
    }

    @inline(never)
    private mutating func isNewsOutOfOrder(
        _ frame: Frame,
        _ sid: Int32,
        _ seq: Int64,
        _ verdict: SequenceTracker.Verdict,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) -> Bool {
        switch verdict {
        case .inOrder: return true
        case .gap(let missing):
            counts.gaps += 1
            counts.missingMessages = counts.missingMessages.addingReportingOverflow(missing).partialValue
            distrustMarkets(of: sid, at: time, into: &events)
            return true
        case .duplicate:
            guard case .snapshot = frame.body else {
                counts.duplicates += 1
                return false
            }
            if seq == 1 {
                // A new connection whose replies the recorder left out: what lies between is lost.
                sequences.restart(sid: sid)
                _ = sequences.check(sid: sid, seq: seq)
                counts.gaps += 1
                distrustMarkets(of: sid, at: time, into: &events)
                return true
            }
            // A snapshot asked for by `get_snapshot` is good whatever its number.
            guard frame.id == nil else { return true }
            counts.duplicates += 1
            return false
        }
    }

    /// Takes in that a subscription begins, maybe again after a reconnect.
    mutating func subscribe(_ channel: Channel, _ sid: Int32, at time: Timestamp, into events: inout [MarketEvent]) {
        if sequences.last(sid: sid) != nil {
            sequences.restart(sid: sid)
            counts.gaps += 1
            distrustMarkets(of: sid, at: time, into: &events)
        }
        if !subscriptions.contains(where: { $0.sid == sid }) { subscriptions.append(Subscription(sid: sid)) }
        if channel == .trade { hasTrades = true }
    }

    /// Notes on which subscription a market's book hangs.
    mutating func bind(_ id: MarketID, to sid: Int32?) {
        guard let sid, states[Int(id.index)].sid != sid else { return }
        for index in subscriptions.indices { subscriptions[index].markets.removeAll { $0 == id } }
        states[Int(id.index)].sid = sid
        if let index = subscriptions.firstIndex(where: { $0.sid == sid }) {
            subscriptions[index].markets.append(id)
        } else {
            subscriptions.append(Subscription(sid: sid, markets: [id]))
        }
    }

    /// Puts all books of a subscription in doubt.
    private mutating func distrustMarkets(of sid: Int32, at time: Timestamp, into events: inout [MarketEvent]) {
        guard let subscription = subscriptions.first(where: { $0.sid == sid }) else { return }
        for id in subscription.markets { distrust(id, at: time, into: &events) }
    }

    /// Puts a book in doubt until its next snapshot, and tells of it once.
    mutating func distrust(_ id: MarketID, at time: Timestamp, into events: inout [MarketEvent]) {
        guard states[Int(id.index)].isTrusted else { return }
        states[Int(id.index)].isTrusted = false
        events.append(MarketEvent(time: time, .gap(id)))
    }

    /// Notes a frame that is no market event.
    mutating func note(_ frame: Frame) {
        switch frame.body {
        case .error(let code, let message):
            counts.errorCount += 1
            guard counts.errors.count < 5 else { return }
            counts.errors.append(code.map { "\(message) (code \($0))" } ?? message)
        case .other: counts.unread += 1
        default: break
        }
    }
}
