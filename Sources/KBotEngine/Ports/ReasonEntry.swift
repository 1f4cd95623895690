import KBotModel

/// What there is to say of one word that kbot gives as a reason: `kbot explain` and the documentation show it.
public struct ReasonEntry: Hashable, Sendable {
    /// Where a reader meets a word.
    public enum Place: String, Hashable, Sendable, CaseIterable {
        /// A candle was judged and gave no signal.
        case noSignal = "no_signal"
        /// A signal was not followed.
        case denied
        /// The whole account opens nothing for a while.
        case blocked
        /// The answer of a risk rule.
        case verdict
        /// A message to the trader.
        case warning
        /// An order left the book, or what was left of it did.
        case cancelled
        /// The venue refused an order.
        case rejected
        /// A position ended.
        case exit
    }

    /// The word.
    public let code: ReasonCode
    /// Where it appears, the most usual place first; never empty.
    public let places: [Place]
    /// What it means, in one or two sentences.
    public let meaning: String
    /// What to do about it, in one or two sentences.
    public let advice: String
    /// The settings that change when it comes, by their names in the environment: `MAX_EXPOSURE`.
    public let settings: [String]

    init(_ code: ReasonCode, _ places: [Place], _ meaning: String, _ advice: String, _ settings: [String] = []) {
        self.code = code
        self.places = places
        self.meaning = meaning
        self.advice = advice
        self.settings = settings
    }

    init(_ reason: CancelReason, _ meaning: String, _ advice: String, _ settings: [String] = []) {
        self.init(ReasonCode(reason.rawValue), [.cancelled], meaning, advice, settings)
    }

    init(_ reason: RejectReason, _ meaning: String, _ advice: String, _ settings: [String] = []) {
        self.init(ReasonCode(reason.rawValue), [.rejected], meaning, advice, settings)
    }

    init(_ exit: ClosedTrade.Exit, _ meaning: String, _ advice: String, _ settings: [String] = []) {
        self.init(ReasonCode(exit.rawValue), [.exit], meaning, advice, settings)
    }
}

extension ReasonCode {
    /// Every word of kbot's own, those of scripts left out: reasons and warnings, then how orders and positions end.
    public static let catalogue: [ReasonEntry] =
        ReasonEntry.noSignals + ReasonEntry.denials + ReasonEntry.warnings + ReasonEntry.orderEnds + ReasonEntry.exits

    /// The word as it is compared: in capitals, with `_` for dashes and spaces.
    public var canonical: String {
        String(text.uppercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
    }

    /// What there is to say of the word, however it is written; empty for one that is not kbot's.
    ///
    /// A few words stand for two things, such as an order's cancellation and its refusal.
    public var entries: [ReasonEntry] {
        let wanted = canonical
        return Self.catalogue.filter { $0.code.canonical == wanted }
    }
}
