import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

/// What a script reads as `ctx`: filled before each call, read lazily through host objects, empty between calls.
///
/// Nothing is marshalled that the script does not read; what belongs together is marshalled at the first read of any of it.
/// The objects themselves are listed beside this file, one file each.
final class ScriptContext {
    /// What is at hand during a call: borrowed from the caller, which copies nothing.
    @safe private enum Sight {
        case nothing
        case account(AccountView)
        case strategy(UnsafePointer<StrategyContext>)
        case rule(UnsafePointer<RuleContext>)
    }

    private var sight = Sight.nothing
    /// The event's time.
    private(set) var now = Timestamp.zero
    /// Groups that are filled before a call when the last one read them: what most scripts read on every candle.
    var prepared: [LuaLive] = []
    /// Lines the script wants logged, and its failures.
    var messages: [StrategyMessage] = []
    /// Lines a script may log in one call; more are dropped, and said so.
    private static let mostMessages = 100

    /// Shows a script what a strategy may look at, for the time of a call.
    func show<Result>(_ context: borrowing StrategyContext, _ call: () -> Result) -> Result {
        unsafe withUnsafePointer(to: context) { pointer in
            sight = unsafe .strategy(pointer)
            defer { sight = .nothing }
            begin(at: unsafe pointer.pointee.now)
            return call()
        }
    }

    /// Shows a script what a risk rule may look at, for the time of a call.
    func show<Result>(_ context: borrowing RuleContext, _ call: () -> Result) -> Result {
        unsafe withUnsafePointer(to: context) { pointer in
            sight = unsafe .rule(pointer)
            defer { sight = .nothing }
            begin(at: unsafe pointer.pointee.now)
            return call()
        }
    }

    /// Shows a script the account alone, for the time of a call.
    func show<Result>(_ account: AccountView, at time: Timestamp, _ call: () -> Result) -> Result {
        sight = .account(account)
        defer { sight = .nothing }
        begin(at: time)
        return call()
    }

    /// Begins a call at a time.
    func begin(at now: Timestamp) {
        self.now = now
        for group in prepared { group.prepare() }
    }

    /// Takes a line for the log.
    func log(_ text: String) {
        if messages.count < Self.mostMessages {
            messages.append(.log(Border.text(text)))
        } else if messages.count == Self.mostMessages {
            messages.append(.log("(more lines were dropped)"))
        }
    }

    /// Refuses a read when what it needs is not at hand.
    func require(_ need: HostNeed, _ name: String) throws(LuaHostError) {
        switch (need, sight) {
        case (.nothing, _), (.account, .account), (_, .strategy), (_, .rule): return
        case (.market, _): throw LuaHostError("\(name) is not available here: no market is at hand")
        case (.account, .nothing): throw LuaHostError("\(name) is not available here: no account is at hand")
        }
    }

    // MARK: What is at hand

    /// The market's facts.
    var market: Market? {
        switch sight {
        case .nothing, .account: nil
        case .strategy(let context): unsafe context.pointee.view.facts
        case .rule(let context): unsafe context.pointee.view.facts
        }
    }

    var touch: Touch {
        switch sight {
        case .nothing, .account: Touch()
        case .strategy(let context): unsafe context.pointee.view.touch
        case .rule(let context): unsafe context.pointee.view.touch
        }
    }

    var lastPrice: Price? {
        switch sight {
        case .nothing, .account: nil
        case .strategy(let context): unsafe context.pointee.view.lastPrice
        case .rule(let context): unsafe context.pointee.view.lastPrice
        }
    }

    var book: OrderBook? {
        switch sight {
        case .nothing, .account: nil
        case .strategy(let context): unsafe context.pointee.view.book
        case .rule(let context): unsafe context.pointee.view.book
        }
    }

    var lastHeard: Timestamp {
        switch sight {
        case .nothing, .account: now
        case .strategy(let context): unsafe context.pointee.view.lastHeard
        case .rule(let context): unsafe context.pointee.view.lastHeard
        }
    }

    /// What settlement could take in all markets on the same underlying.
    var underlyingExposure: Money {
        switch sight {
        case .nothing, .account: .zero
        case .strategy(let context): unsafe context.pointee.view.exposure
        case .rule(let context): unsafe context.pointee.view.exposure
        }
    }

    var account: AccountView? {
        switch sight {
        case .nothing: nil
        case .account(let account): account
        case .strategy(let context): unsafe context.pointee.account
        case .rule(let context): unsafe context.pointee.account
        }
    }

    var position: PositionView? {
        switch sight {
        case .nothing, .account: nil
        case .strategy(let context): unsafe context.pointee.position
        case .rule(let context): unsafe context.pointee.position
        }
    }

    var indicators: IndicatorSet? {
        if case .strategy(let context) = sight { unsafe context.pointee.indicators } else { nil }
    }
}

extension Timestamp {
    /// The epoch.
    static var zero: Timestamp { Timestamp(microseconds: 0) }
}
