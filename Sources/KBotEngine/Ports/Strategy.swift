public import KBotModel

/// A trading idea: hears closed candles, answers with an intent or a reason for having none.
///
/// Strategies never act. Sizing, limits, orders, stops and targets are the engine's. Native strategies and Lua scripts
/// stand behind this same port.
public protocol Strategy: AnyObject {
    /// Unique name in the run.
    var name: StrategyName { get }
    /// The author's version.
    var version: String { get }
    /// What the engine must prepare.
    var needs: StrategyNeeds { get }
    /// Which of the optional callbacks below the strategy wants to hear.
    var callbacks: StrategyCallbacks { get }

    /// Called once before the first event.
    func onStart(at time: Timestamp)
    /// A candle of a market closed and every indicator is ready.
    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision
    /// A candle of the underlying closed and every indicator is ready; asked once for each open market on it.
    func onSpotCandle(_ candle: SpotCandle, _ context: borrowing StrategyContext) -> Decision
    /// A public trade.
    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision?
    /// The market's book changed.
    func onBook(_ context: borrowing StrategyContext) -> Decision?
    /// A multiple of ``StrategyNeeds/timer`` was reached; asked once for each open market.
    func onTimer(_ context: borrowing StrategyContext) -> Decision?
    /// An order of this strategy was filled.
    func onFill(_ news: FillNews, _ context: borrowing StrategyContext)
    /// A market was decided.
    func onSettle(_ news: SettlementNews, _ context: borrowing StrategyContext)
    /// Called once after the last event.
    func onStop(at time: Timestamp)
    /// Takes the messages the strategy wants told since the last call.
    func takeMessages() -> [StrategyMessage]
}

extension Strategy {
    /// Nothing to do.
    public func onStart(at time: Timestamp) {}
    /// No opinion.
    public func onSpotCandle(_ candle: SpotCandle, _ context: borrowing StrategyContext) -> Decision {
        .none(.noSignal)
    }
    /// No opinion.
    public func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? { nil }
    /// No opinion.
    public func onBook(_ context: borrowing StrategyContext) -> Decision? { nil }
    /// No opinion.
    public func onTimer(_ context: borrowing StrategyContext) -> Decision? { nil }
    /// Nothing to do.
    public func onFill(_ news: FillNews, _ context: borrowing StrategyContext) {}
    /// Nothing to do.
    public func onSettle(_ news: SettlementNews, _ context: borrowing StrategyContext) {}
    /// Nothing to do.
    public func onStop(at time: Timestamp) {}
    /// Nothing to tell.
    public func takeMessages() -> [StrategyMessage] { [] }
}

/// Something a strategy wants told.
public enum StrategyMessage: Hashable, Sendable {
    /// A line for the log.
    case log(String)
    /// An error: the callback yielded nothing.
    case failure(String)
}

/// The callbacks a strategy hears besides closed candles.
public struct StrategyCallbacks: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Public trades.
    public static let trade = StrategyCallbacks(rawValue: 1)
    /// Fills of its own orders.
    public static let fill = StrategyCallbacks(rawValue: 2)
    /// Settlements.
    public static let settle = StrategyCallbacks(rawValue: 4)
    /// Changes of a market's book.
    public static let book = StrategyCallbacks(rawValue: 8)
}
