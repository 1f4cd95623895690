package import KBotModel

/// One message of the venue's WebSocket, decoded.
///
/// Texts that matter on the hot path stay where they are: ``market`` is a range of the bytes that were decoded.
package struct Frame: Hashable, Sendable {
    /// What the message says.
    package enum Body: Hashable, Sendable {
        /// A channel was subscribed under a subscription number.
        case subscribed(Channel, sid: Int32)
        /// A whole book.
        case snapshot(BookSnapshot)
        /// A signed change of one level; the price is of the outcome bid for.
        case delta(Outcome, Price, Quantity)
        /// The latest price, touch and volume.
        case ticker(TickerState)
        /// A public trade: YES price, contracts, side of the taker.
        case trade(Price, Quantity, taker: BookSide?)
        /// Something in a market's life.
        indirect case lifecycle(Lifecycle)
        /// A fill of ours.
        indirect case ownFill(OwnFill)
        /// An order of ours changed.
        indirect case ownOrder(OwnOrder)
        /// A position of ours changed.
        indirect case ownPosition(OwnPosition)
        /// The value of an index.
        indirect case index(IndexValue)
        /// Something in an order group's life: its id, and the venue's word for what happened.
        indirect case orderGroup(id: String, kind: String)
        /// A command was carried out.
        case ok
        /// A subscription ended.
        case unsubscribed
        /// The venue refused a command or ended a subscription.
        case error(code: Int64?, message: String)
        /// A type that no feed reads.
        case other(type: String)
    }

    /// What the message says.
    package var body: Body
    /// Subscription number; nil on frames without one.
    package var sid: Int32?
    /// Number within the subscription; nil on frames without one.
    package var seq: Int64?
    /// The command this answers; nil otherwise.
    package var id: Int64?
    /// The market's ticker, as a range of the decoded bytes.
    package var market: TextRange?
    /// The venue's time, in whole milliseconds; nil when the frame has none.
    package var time: Timestamp?
    /// When the venue sent the frame; nil when it does not say.
    package var sentAt: Timestamp?
    /// When a recorder got the frame (`recv_ms`), by the recorder's own clock.
    package var receivedAt: Timestamp?

    /// Makes a frame; what is not given is absent.
    package init(
        body: Body,
        sid: Int32? = nil,
        seq: Int64? = nil,
        id: Int64? = nil,
        market: TextRange? = nil,
        time: Timestamp? = nil,
        sentAt: Timestamp? = nil,
        receivedAt: Timestamp? = nil
    ) {
        self.body = body
        self.sid = sid
        self.seq = seq
        self.id = id
        self.market = market
        self.time = time
        self.sentAt = sentAt
        self.receivedAt = receivedAt
    }
}

/// A range of bytes inside a frame or a row that holds a text.
package struct TextRange: Hashable, Sendable {
    /// Index of the first byte.
    package let start: Int
    /// Index after the last byte.
    package let end: Int
    /// Whether the text holds JSON escapes.
    package let isEscaped: Bool

    /// Makes a range.
    @inlinable package init(start: Int, end: Int, isEscaped: Bool = false) {
        self.start = start
        self.end = end
        self.isEscaped = isEscaped
    }

    /// Number of bytes.
    @inlinable package var count: Int { end - start }
}

/// What a subscription delivers, by the venue's name for it.
package enum Channel: String, Hashable, Sendable, CaseIterable {
    /// Books and their changes.
    case orderbook = "orderbook_delta"
    /// Latest price and touch.
    case ticker
    /// Public trades.
    case trade
    /// Lives of markets.
    case lifecycle = "market_lifecycle_v2"
    /// Our fills.
    case fill
    /// Our orders.
    case userOrders = "user_orders"
    /// Our positions.
    case positions = "market_positions"
    /// Our order groups.
    case orderGroups = "order_group_updates"
    /// Indices, about once a second.
    case index = "cfbenchmarks_value"
    /// The same, five times a second.
    case fastIndex = "cfbenchmarks_value_5hz"
    /// Anything else.
    case other = ""
}

/// What a `ticker` frame says of a market.
package struct TickerState: Hashable, Sendable {
    /// Price of the last trade.
    package var price: Price?
    /// Best bid and ask; a side without orders (bid 0, ask 1 dollar) is nil.
    package var touch: Touch
    /// Contracts traded so far.
    package var volume: Quantity?

    /// Makes a state.
    package init(price: Price?, touch: Touch, volume: Quantity?) {
        self.price = price
        self.touch = touch
        self.volume = volume
    }
}

/// What a `market_lifecycle_v2` frame says of a market; a fact it does not name is nil.
package struct Lifecycle: Hashable, Sendable {
    /// What happened.
    package enum Event: String, Hashable, Sendable, CaseIterable {
        /// The market was listed.
        case created
        /// It trades (again).
        case activated
        /// It was paused.
        case deactivated
        /// Its close was moved.
        case closeDateUpdated = "close_date_updated"
        /// Its result is known.
        case determined
        /// It was paid.
        case settled
        /// Its strike or texts were set.
        case metadataUpdated = "metadata_updated"
        /// Its price grid changed.
        case priceLevelStructureUpdated = "price_level_structure_updated"
        /// Something this version does not know.
        case unknown
    }

    /// What happened.
    package var event: Event
    /// Start of trading.
    package var openTime: Timestamp?
    /// End of trading.
    package var closeTime: Timestamp?
    /// Valid prices.
    package var grid: PriceGrid?
    /// `floor_strike`, when it fits ``SpotPrice``.
    package var strike: SpotPrice?
    /// `exchange_index`.
    package var shard: Int32?
    /// How the market was decided.
    package var settlement: Settlement?

    /// Makes a message without facts.
    package init(event: Event) { self.event = event }
}
