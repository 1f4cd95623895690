package import KBotKalshi
package import KBotModel

/// A message of the exchange on one of its WebSocket channels, before it has a subscription.
package struct ExchangeMessage: Sendable {
    /// The channel whose subscribers hear it.
    package let channel: ExchangeChannel
    /// The `type` on the wire, such as `orderbook_delta`.
    package let type: String
    /// The market it is about; nil for one about no market.
    package let market: Ticker?
    /// The index it is about, such as `BRTI`; nil outside the index channels.
    package let index: String?
    /// The only account that hears it; nil for a public one.
    package let account: AccountKey?
    /// The `msg` object as JSON text, made once for all who hear it.
    package let bytes: [UInt8]
    /// The same for subscriptions with `use_yes_price`; nil when there is no difference.
    package let yesPriceBytes: [UInt8]?
    /// Keys beside `msg` in the frame itself; usually none.
    package let extra: [(String, JSON)]

    /// Makes a message from JSON text.
    package init(
        channel: ExchangeChannel,
        type: String,
        market: Ticker?,
        index: String? = nil,
        account: AccountKey? = nil,
        bytes: [UInt8],
        yesPriceBytes: [UInt8]? = nil,
        extra: [(String, JSON)] = []
    ) {
        self.channel = channel
        self.type = type
        self.market = market
        self.index = index
        self.account = account
        self.bytes = bytes
        self.yesPriceBytes = yesPriceBytes
        self.extra = extra
    }

    /// Makes a message from a `msg` object.
    package init(
        channel: ExchangeChannel,
        type: String,
        market: Ticker?,
        account: AccountKey? = nil,
        body: JSON,
        extra: [(String, JSON)] = []
    ) {
        self.init(channel: channel, type: type, market: market, account: account, bytes: body.bytes, extra: extra)
    }

    /// The `msg` object; made anew each time it is asked for.
    package var body: JSON { (try? JSON(parsing: bytes)) ?? .null }
}

/// The channels by the names clients subscribe with.
package enum ExchangeChannel: String, Hashable, Sendable, CaseIterable {
    case orderbook = "orderbook_delta"
    case ticker
    case trade
    case fill
    case userOrders = "user_orders"
    case marketPositions = "market_positions"
    case lifecycle = "market_lifecycle_v2"
    case orderGroups = "order_group_updates"
    case index = "cfbenchmarks_value"
    case fastIndex = "cfbenchmarks_value_5hz"

    /// Whether its messages are numbered within a subscription.
    package var isNumbered: Bool {
        switch self {
        case .orderbook, .trade, .lifecycle, .orderGroups, .index, .fastIndex: true
        case .ticker, .fill, .userOrders, .marketPositions: false
        }
    }
}

/// One customer of the exchange: everything behind one or more API keys.
package struct AccountKey: Hashable, Sendable {
    /// Number of the account, from 0 on.
    package let index: Int

    /// Makes a key.
    package init(_ index: Int) { self.index = index }
}
