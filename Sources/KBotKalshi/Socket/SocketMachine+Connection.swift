package import KBotModel

/// Connections coming and going.
extension SocketMachine {
    /// Takes in what happens on the connection; for text messages only that it lives, their content comes as frames.
    package mutating func handle(_ event: SocketEvent, at uptime: Timestamp) {
        switch event {
        case .opened:
            guard state == .connecting else { return }
            state = .subscribing
            counts.opened += 1
            refusalsInRow = 0
            since = uptime
            lastHeard = uptime
            settle(at: uptime)
        case .ping, .text:
            if isOpen { lastHeard = uptime }
        case .closed(let closure):
            if closingUntil != nil {
                closingUntil = nil
            } else if isOpen || state == .connecting {
                ended(.closed(closure), at: uptime)
            }
            settle(at: uptime)
        }
    }

    mutating func connect(at uptime: Timestamp) {
        // The owner has one connection at a time.
        guard closingUntil == nil else {
            state = .backingOff
            waitUntil = uptime
            return
        }
        state = .connecting
        since = uptime
        actions.append(.connect)
    }

    /// Gives a connection up.
    mutating func lose(_ trouble: SocketTrouble, at uptime: Timestamp) {
        actions = [.close]
        closingUntil = uptime + configuration.closeTimeout
        ended(trouble, at: uptime)
    }

    /// Takes in that a connection ended: everything on it is forgotten, and the next one waits.
    private mutating func ended(_ trouble: SocketTrouble, at uptime: Timestamp) {
        if isOpen, uptime - since >= configuration.goodConnection { failures = 0 }
        failures += 1
        counts.losses += 1
        lastTrouble = trouble
        var wait = backoff.delay(after: failures)
        if case .closed(.refused(let status, _)) = trouble, status == 401 || status == 403 {
            refusalsInRow += 1
            if isKeyRefused { wait = max(wait, configuration.refusedWait) }
        }
        forgetConnection()
        state = .backingOff
        waitUntil = uptime + wait
    }

    mutating func forgetConnection() {
        for index in subscriptions.indices { subscriptions[index].disconnect() }
        books.disconnect()
        isEstablished = false
        // What was to be sent belonged to the connection; that it is to be closed must still be told.
        actions.removeAll { $0 != .close }
    }

    /// Judges commands without reply and books that did not come.
    mutating func judgeWaits(at uptime: Timestamp) {
        for subscription in subscriptions {
            guard let pending = subscription.pending, uptime >= pending.deadline else { continue }
            // Whether it was carried out is not known; on a new connection nothing was.
            return lose(.noReply(pending.command.name), at: uptime)
        }
        switch books.judge(at: uptime) {
        case .patience: break
        case .reconnect: lose(.noBook, at: uptime)
        case .replace:
            guard let index = subscriptions.firstIndex(where: { $0.channel == .orderbook }) else { return }
            counts.replacements += 1
            subscriptions[index].replace()
        }
    }

    /// Sends what is next, and says where the connection stands.
    mutating func settle(at uptime: Timestamp) {
        if state == .backingOff, closingUntil == nil, uptime >= waitUntil { connect(at: uptime) }
        if isOpen {
            sendCommands(at: uptime)
            if !isEstablished {
                isEstablished = subscriptions.allSatisfy { $0.isAnswered(at: uptime) } && !books.awaitsFirst
            }
            state = !isEstablished ? .subscribing : books.doubtful.isEmpty ? .live : .resyncing
        }
        dueAt = deadline(at: uptime)
    }

    private mutating func sendCommands(at uptime: Timestamp) {
        for index in subscriptions.indices {
            if let command = subscriptions[index].next(at: uptime) {
                let id = send(command)
                subscriptions[index].sent(command, id: id, at: uptime)
            }
            guard subscriptions[index].channel == .orderbook, let sid = subscriptions[index].sid else { continue }
            let markets = books.next(held: subscriptions[index].askable, at: uptime)
            if !markets.isEmpty {
                let id = send(.snapshot(sid: sid, members: markets))
                books.sent(markets, id: id, at: uptime)
            }
        }
    }

    private mutating func send(_ command: SocketCommand) -> Int64 {
        let id = nextID
        nextID += 1
        counts.commands += 1
        actions.append(.send(command.bytes(id: id)))
        return id
    }

    private func deadline(at uptime: Timestamp) -> Timestamp {
        switch state {
        case .idle, .stopped: return .distantFuture
        case .connecting: return since + configuration.connectTimeout
        case .backingOff: return closingUntil ?? waitUntil
        case .subscribing, .live, .resyncing:
            let askable = subscriptions.first { $0.channel == .orderbook }?.askable ?? []
            return subscriptions.reduce(books.deadline(held: askable)) { min($0, $1.deadline(at: uptime)) }
        }
    }
}
