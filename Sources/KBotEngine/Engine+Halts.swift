import KBotModel

/// What blocks entries on the whole account, and the operator's commands.
extension Engine {
    /// What the account may do now.
    public var tradingState: TradingState {
        if blocks.blocks.contains(where: { $0.code == .halted && $0.until == nil }) { return .halted }
        return blocks.blocks.isEmpty ? .active : .reduceOnly
    }

    /// Why the account opens nothing now, in the order in which the reasons came; empty while it is active.
    public var haltReasons: [HaltReason] { blocks.blocks }

    /// Whether entries are halted until further notice or for a while.
    public var isHalted: Bool { blocks.contains(.halted) }

    /// What blocks entries on the whole account now.
    public var blockCodes: [ReasonCode] { blocks.blocks.map(\.code) }

    /// Whether trades of an earlier run wait for ``Command/resume``.
    public var isOnHold: Bool { blocks.contains(.onHold) }

    // MARK: Blocks

    mutating func block(_ code: ReasonCode, until: Timestamp?, _ text: String) {
        changes &+= 1
        guard blocks.begin(code, until: until, text) else { return }
        if code != .dailyLossLimit || !lossRoomIsGone { note(nil, .blocked(code)) }
        for bracket in brackets { cancelEntry(of: bracket, why: code.text) }
    }

    /// Tells when what is left under the daily loss limit is too little for one contract: that blocks entries as surely as
    /// the limit itself, though a signal with a nearer stop may still fit.
    mutating func noteLossRoom(isGone: Bool) {
        guard isGone != lossRoomIsGone else { return }
        lossRoomIsGone = isGone
        changes &+= 1
        guard !blocks.contains(.dailyLossLimit) else { return }
        note(nil, isGone ? .blocked(.dailyLossLimit) : .unblocked(.dailyLossLimit))
    }

    mutating func unblock(_ code: ReasonCode) {
        guard blocks.end(code) else { return }
        changes &+= 1
        note(nil, .unblocked(code))
    }

    mutating func endBlocks() {
        changes &+= 1
        for code in blocks.takeEnded(at: now) {
            if code == .circuitBreaker { account.clearStreak() }
            note(nil, .unblocked(code))
        }
        if !blocks.contains(.halted) { bringTargetsBack() }
    }

    // MARK: Commands

    mutating func handle(_ health: FeedHealth) {
        switch health {
        case .live: unblock(.feedStale)
        case .stale: block(.feedStale, until: nil, "market data is not current")
        }
    }

    mutating func handle(_ command: Command) {
        switch command {
        case .stopEntries: block(.entriesStopped, until: nil, "the run is ending")
        case .halt(let until, let code, let reason, let cancelsTargets):
            block(.halted, until: until, "\(code): \(reason)")
            if cancelsTargets { takeTargetsAway() }
        case .resume: resume()
        case .journal(let isWritable, let reason):
            if isWritable { unblock(.journalFailed) } else { block(.journalFailed, until: nil, reason) }
        case .foreignPosition(let id, let isForeign):
            if isForeign { foreign.insert(id) } else { foreign.remove(id) }
        case .flatten:
            for bracket in brackets {
                let wasHeld = bracket.isHeld
                bracket.isHeld = false
                leave(bracket, .flatten)
                // What was being left already goes on.
                if wasHeld { proceed(bracket) }
            }
            planDeadlines()
        }
    }

    /// Ends what waits for the operator.
    private mutating func resume() {
        unblock(.halted)
        if blocks.end(.circuitBreaker) {
            changes &+= 1
            account.clearStreak()
            note(nil, .unblocked(.circuitBreaker))
        }
        bringTargetsBack()
        guard blocks.contains(.onHold) else { return }
        unblock(.onHold)
        for bracket in brackets { bracket.isHeld = false }
        // What the hold kept from happening happens now.
        for bracket in brackets { watch(bracket.market) }
        runBracketDeadlines()
    }

    /// Takes the resting targets off the book; stops are watched on.
    private mutating func takeTargetsAway() {
        guard blocks.contains(.halted) else { return }
        targetsAreAway = true
        for bracket in brackets where bracket.phase == .working {
            for target in bracket.targets { cancel(target, why: ReasonCode.halted.text) }
        }
    }

    /// Rests targets again once the halt that took them away is over.
    private mutating func bringTargetsBack() {
        guard targetsAreAway else { return }
        targetsAreAway = false
        changes &+= 1
        for bracket in brackets { proceed(bracket) }
        planDeadlines()
    }
}
