package import KBotModel

/// One piece of a market's data, as a source told it.
package struct DataRow: Hashable, Sendable {
    /// What a row tells.
    package enum Kind: UInt8, Sendable {
        /// A change of the YES or NO side of the book.
        case deltaYes, deltaNo
        /// A trade: the taker bought YES, sold it, or nobody knows.
        case tradeBid, tradeAsk, trade
        /// A whole book.
        case snapshot
        /// The book is in doubt until the next snapshot.
        case gap
        /// Nothing but that the market was spoken of: a `ticker`, or a change of a book in doubt.
        case touch
        /// A frame on a market's life, word for word.
        case frame

        /// The trade of a taker's side.
        package static func trade(_ taker: BookSide?) -> Kind {
            switch taker {
            case .bid: .tradeBid
            case .ask: .tradeAsk
            case nil: .trade
            }
        }

        /// Whether it is a trade.
        @inlinable package var isTrade: Bool { self == .tradeBid || self == .tradeAsk || self == .trade }

        /// Side of the taker of a trade; nil when unknown, and for what is no trade.
        @inlinable package var taker: BookSide? {
            switch self {
            case .tradeBid: .bid
            case .tradeAsk: .ask
            default: nil
            }
        }
    }

    /// What else is to be known of a row.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        /// Makes flags of their bits, above those of a kind.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// It comes of the same frame as the row before it in the source.
        package static let follows = Flags(rawValue: 0x80)
        /// It does not count as the market being spoken of.
        package static let aside = Flags(rawValue: 0x40)
        /// A trade made of a step in volume, for want of trade frames.
        package static let synthetic = Flags(rawValue: 0x20)
    }

    /// Where it belongs: the latest time of its source so far.
    package var key: Timestamp
    /// Its own time, which may lag behind ``key``.
    package var time: Timestamp
    /// Its number within the source, from 0 on.
    package var number: Int64
    /// What it tells.
    package var kind: Kind
    /// What else is to be known.
    package var flags: Flags = []
    /// Price of a change or trade.
    package var price = Price.zero
    /// Contracts of a change or trade.
    package var count = Quantity.zero
    /// The book of a snapshot.
    package var snapshot: BookSnapshot?
    /// The bytes of a frame.
    package var frame: [UInt8] = []

    /// Makes a row; what is not given is set later.
    package init(
        key: Timestamp,
        time: Timestamp,
        number: Int64,
        kind: Kind,
        flags: Flags = [],
        price: Price = .zero,
        count: Quantity = .zero
    ) {
        self.key = key
        self.time = time
        self.number = number
        self.kind = kind
        self.flags = flags
        self.price = price
        self.count = count
    }
}
