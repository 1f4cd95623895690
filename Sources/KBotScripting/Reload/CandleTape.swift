package import KBotEngine
package import KBotModel

/// The last candles a strategy could have judged, each with what was to be seen then: what a new version is tried on.
package struct CandleTape {
    /// One candle and its moment.
    package struct Moment {
        /// The candle, of the market or of its underlying.
        package enum Closed {
            /// A candle of the market.
            case market(Candle)
            /// A candle of the underlying.
            case spot(SpotCandle)
        }

        /// The candle.
        package let candle: Closed
        /// The event's time.
        package let now: Timestamp
        /// The market.
        package let view: MarketView
        /// The strategy's position.
        package let position: PositionView?
        /// The account.
        package let account: AccountView

        /// Makes a moment.
        package init(
            candle: Closed,
            now: Timestamp,
            view: MarketView,
            position: PositionView?,
            account: AccountView
        ) {
            self.candle = candle
            self.now = now
            self.view = view
            self.position = position
            self.account = account
        }
    }

    /// How many candles are kept.
    package static let length = 500

    private var ring: [Moment] = []
    private var oldest = 0

    /// Makes an empty tape.
    package init() {}

    /// Appends a moment; the oldest leaves a full tape.
    package mutating func append(_ moment: Moment) {
        if ring.count < Self.length {
            ring.append(moment)
        } else {
            ring[oldest] = moment
            oldest = (oldest + 1) % Self.length
        }
    }

    /// The moments, oldest first.
    package var moments: [Moment] { Array(ring[oldest...] + ring[..<oldest]) }

    /// Empties the tape: its candles are not those a strategy hears any more.
    package mutating func removeAll() {
        ring = []
        oldest = 0
    }
}

extension CandleTape.Moment {
    /// The same moment with another candle.
    func with(_ candle: Closed) -> Self {
        Self(candle: candle, now: now, view: view, position: position, account: account)
    }

    /// End of the candle.
    var end: Timestamp {
        switch candle {
        case .market(let candle): candle.end
        case .spot(let candle): candle.end
        }
    }
}
