import KBotEngine
import KBotIndicators
package import KBotModel
package import KBotReports

/// Why a run traded as it did, or not at all: how far its candles came, what was near, what stood in the way.
package struct WhyReport: Sendable {
    /// How far the candles of one market came with one strategy.
    package struct MarketPart: Sendable {
        /// The market.
        package let market: String
        /// The strategy.
        package let strategy: String
        /// Its candles, triggers, signals, orders and trades there.
        package let funnel: Funnel
    }

    /// A candle that almost met the rule, or met it almost in time.
    package struct Miss: Sendable {
        /// What it fell short of.
        package enum Kind: String, Sendable {
            /// Its body lay inside the bands.
            case band
            /// The market closed too soon.
            case time
        }

        /// What it fell short of.
        package let kind: Kind
        /// End of the candle.
        package let time: Timestamp
        package let market: String
        package let strategy: String
        /// The reason given.
        package let code: String
        /// `long` or `short`: which way it would have gone.
        package let side: String
        /// What was missing: 1/1,000,000 dollar (``Kind/band``), or what was left: microseconds (``Kind/time``).
        package let amount: Int64

        /// `body 0.31¢ inside the lower band`.
        package var words: String {
            switch kind {
            case .band: "body \(WhyNumbers.cents(micro: amount)) inside the \(side == "long" ? "lower" : "upper") band"
            case .time: "\(side) trigger with \(WhyNumbers.span(amount)) to the close"
            }
        }
    }

    /// A code that stopped signals.
    package struct Objection: Sendable {
        package let code: String
        /// Signals that were stopped, this code being the first to object.
        package internal(set) var signals: Int
        /// Signals by strategy.
        package internal(set) var strategies: [String: Int]
        /// The sentence of the last of them, with its numbers.
        package internal(set) var text: String
        /// The limit that can be relaxed; nil for what is no limit.
        package let limit: LimitName?
    }

    /// What the run would have done with one limit off.
    package struct WhatIf: Sendable {
        /// The limit, nil for the run as it was.
        package let limit: LimitName?
        /// Signals, entry orders, and those filled.
        package let signals: Int
        package let orders: Int
        package let filled: Int
        /// Closed trades.
        package let trades: Int
        /// Their net profit.
        package let net: Money
    }

    /// The run, in a line: name and kind, or the file.
    package internal(set) var title = ""
    /// From the first line to the last; nil when there was none.
    package internal(set) var from: Timestamp?
    package internal(set) var to: Timestamp?
    /// All markets and candles together, by strategy, in the order met.
    package internal(set) var strategies: [(name: String, funnel: Funnel)] = []
    /// Every market with every strategy that judged it, in the order met.
    package internal(set) var markets: [MarketPart] = []
    /// Candles nearest to a rule, the nearest first, then triggers nearest to their time.
    package internal(set) var misses: [Miss] = []
    /// What stopped signals, the most frequent first.
    package internal(set) var objections: [Objection] = []
    /// What risk rules answered.
    package internal(set) var rules: [RuleTally] = []
    /// How often each code began to block entries.
    package internal(set) var blocks: [String: Int] = [:]
    /// Limits in force with their values and sources; empty when they are not known.
    package internal(set) var limits: [String] = []
    /// The run with single limits off; empty when that was not asked for.
    package internal(set) var whatIf: [WhatIf] = []
    /// The decisions asked for.
    package internal(set) var decisions: [WhyDecision] = []
    /// What the reader should know of these figures.
    package internal(set) var notes: [String] = []
    /// Markets that were met, for a question about one that was not.
    var seen: [String] = []
    /// Lines read.
    var lines = 0
}

extension LimitName {
    /// The limit behind a code that stops signals; nil for a code that is no limit's.
    package init?(objection code: String) {
        switch code {
        case ReasonCode.riskPerTrade.text: self = .riskPerTrade
        case ReasonCode.dailyLossLimit.text: self = .dailyLoss
        case ReasonCode.maxExposure.text: self = .maxExposure
        case ReasonCode.maxPositions.text: self = .maxPositions
        case ReasonCode.circuitBreaker.text: self = .circuitBreaker
        case ReasonCode.rewardRisk.text: self = .rewardRisk
        case ReasonCode.tooCloseToExpiry.text: self = .minTimeToClose
        case ReasonCode.priceCollar.text, ReasonCode.noQuote.text: self = .priceCollar
        case ReasonCode.orderRate.text: self = .orderRate
        default: return nil
        }
    }
}

/// Numbers as this report writes them.
enum WhyNumbers {
    /// Millionths of a dollar in cents: `0.31¢`.
    static func cents(micro: Int64) -> String {
        if (1..<100).contains(micro) { return "less than 0.01¢" }
        let hundredths = roundDivide(micro, by: 100)
        return "\(formatDecimal(hundredths, fractionDigits: 2))¢"
    }

    /// A price in cents: `45.00¢`.
    static func cents(_ price: Price) -> String { "\(formatDecimal(Int64(price.units), fractionDigits: 2))¢" }

    /// `7m 55s`.
    static func span(_ microseconds: Int64) -> String {
        let seconds = max(0, microseconds / 1_000_000)
        return seconds >= 60 ? "\(seconds / 60)m \(seconds % 60)s" : "\(seconds)s"
    }

    /// `2026-06-01 00:12:35`.
    static func time(_ time: Timestamp) -> String {
        String(time.description.prefix(19).map { $0 == "T" ? " " : $0 })
    }

    /// `12,345`.
    static func grouped(_ count: Int) -> String {
        let digits = String(count.magnitude)
        var text = count < 0 ? "\u{2212}" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
