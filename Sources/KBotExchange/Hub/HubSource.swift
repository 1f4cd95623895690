package import KBotModel

/// What socket sessions ask of the exchange.
package protocol HubSource {
    /// The book of a market as an account sees it, its own resting orders included; nil for an unknown market.
    func bookMessage(of ticker: Ticker, for account: AccountKey) -> ExchangeMessage?
    /// The touch and volume of a market; nil for an unknown market.
    func tickerMessage(of ticker: Ticker) -> ExchangeMessage?
    /// The markets that trade now.
    var openTickers: [Ticker] { get }
    /// Names of the indices that have values, such as `BRTI`.
    var indexNames: [String] { get }
}

/// A text frame on its way to a client.
package struct HubFrame: Sendable {
    /// The JSON text.
    package let bytes: [UInt8]
    /// The subscription it belongs to; nil for other replies.
    package let sid: Int?
    /// Whether it is market or account data, not a reply.
    package let isData: Bool
    /// Whether it has a `seq`.
    package let isNumbered: Bool
}

/// The errors of the socket, by the venue's numbers and words.
package enum SocketErrorCode: Int, Sendable {
    case cannotProcess = 1
    case paramsRequired = 2
    case channelsRequired = 3
    case sidsRequired = 4
    case unknownCommand = 5
    case unknownSid = 7
    case unknownChannel = 8
    case invalidParameter = 11
    case oneSidRequired = 12
    case unsupportedAction = 13
    case marketRequired = 14
    case actionRequired = 15
    case indexRequired = 24
    case bufferOverflow = 25
    case marketLimit = 26
    case tooManyRequests = 27
    case underlyingRequired = 28

    /// The words sent with the number.
    var words: String {
        switch self {
        case .cannotProcess: "Unable to process message"
        case .paramsRequired: "Params required"
        case .channelsRequired: "Channels required"
        case .sidsRequired: "Subscription IDs required"
        case .unknownCommand: "Unknown command"
        case .unknownSid: "Unknown subscription ID"
        case .unknownChannel: "Unknown channel name"
        case .invalidParameter: "Invalid parameter"
        case .oneSidRequired: "Exactly one subscription ID is required"
        case .unsupportedAction: "Unsupported action"
        case .marketRequired: "Market Ticker required"
        case .actionRequired: "Action required"
        case .indexRequired: "Index IDs required"
        case .bufferOverflow: "Subscription buffer overflow"
        case .marketLimit: "Market subscription limit exceeded"
        case .tooManyRequests: "Too many requests"
        case .underlyingRequired: "Underlying tickers required"
        }
    }
}
