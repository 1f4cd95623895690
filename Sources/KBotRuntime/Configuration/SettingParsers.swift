import KBotEngine
import KBotKalshi
import KBotModel
import Logging

/// Readers of settings' texts; each gives nil for what is malformed or out of range. None uses floating point.
enum SettingParsers {
    /// Dollars with at most two decimals, in a range of whole dollars; a `$` in front is welcome.
    static func dollars(_ range: ClosedRange<Int64>) -> @Sendable (String) -> Money? {
        { text in
            let digits = text.hasPrefix("$") ? text.dropFirst() : Substring(text)
            guard let cents = unsignedDecimal(digits, fractionDigits: 2),
                (range.lowerBound * 100...range.upperBound * 100).contains(cents)
            else { return nil }
            return Money(units: cents * 10_000)
        }
    }

    /// A share such as `20%` or `0.5%`, from 0.01 % to 100 %, or dollars from one up.
    static func amount(_ text: String) -> RiskLimits.Amount? {
        guard text.hasSuffix("%") else {
            return dollars(1...1_000_000_000)(text).map { .dollars($0) }
        }
        guard let basisPoints = unsignedDecimal(text.dropLast(), fractionDigits: 2),
            (1...10_000).contains(basisPoints)
        else { return nil }
        return .share(basisPoints: basisPoints)
    }

    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>) -> @Sendable (String) -> Int? {
        { text in
            unsignedDecimal(Substring(text), fractionDigits: 0).flatMap { Int(exactly: $0) }
                .flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A decimal with at most four decimals, in 1/10,000, in a range of such units.
    static func ratio(_ range: ClosedRange<Int64>) -> @Sendable (String) -> Int64? {
        { text in
            unsignedDecimal(Substring(text), fractionDigits: 4).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Cents with at most two decimals, from 0 to 99; a `¢` or `c` behind is welcome.
    static func cents(_ text: String) -> PriceDelta? {
        let digits = text.hasSuffix("¢") || text.hasSuffix("c") ? text.dropLast() : Substring(text)
        guard let units = unsignedDecimal(digits, fractionDigits: 2), (0...9_900).contains(units) else { return nil }
        return PriceDelta(units: Int32(units))
    }

    /// A span such as `8m`, in a range.
    static func span(_ range: ClosedRange<TimeSpan>) -> @Sendable (String) -> TimeSpan? {
        { text in TimeSpan(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// A span in a range, or `off`.
    static func optionalSpan(_ range: ClosedRange<TimeSpan>) -> @Sendable (String) -> TimeSpan?? {
        { text in text == "off" ? .some(nil) : span(range)(text).map { .some($0) } }
    }

    /// `day`, `manual`, or a span from a minute to a week.
    static func pause(_ text: String) -> RiskLimits.Pause? {
        switch text {
        case "day": .day
        case "manual": .manual
        default: span(.minutes(1)...(.hours(168)))(text).map { .span($0) }
        }
    }

    /// `risk`, or `fixed:N` with N contracts.
    static func sizing(_ text: String) -> Sizing? {
        if text == "risk" { return .risk }
        guard text.hasPrefix("fixed:"),
            let units = unsignedDecimal(text.dropFirst(6), fractionDigits: 2), (1...100_000_000).contains(units)
        else { return nil }
        return .fixed(Quantity(units: units))
    }

    /// A word of an enumeration, in any case.
    static func choice<Choice: RawRepresentable<String>>(_ text: String) -> Choice? {
        Choice(rawValue: text.lowercased())
    }

    /// A log level, in any case; `warn` is welcome.
    static func logLevel(_ text: String) -> Logger.Level? { text.lowercased() == "warn" ? .warning : choice(text) }

    /// The address of a host that speaks as Kalshi does, or nothing.
    static func hosts(_ text: String) -> VenueHosts?? {
        text.isEmpty ? .some(nil) : VenueHosts(rest: text).map { .some($0) }
    }

    /// A path that names something.
    static func path(_ text: String) -> String? { text.isEmpty ? nil : keyPath(text) }

    /// A path, or nothing; not the key itself.
    static func keyPath(_ text: String) -> String? {
        text.utf8.contains { $0 < 0x20 } || text.contains("-----BEGIN ") ? nil : text
    }

    /// Texts parted by commas; empty ones do not count.
    static func list(_ text: String) -> [String]? {
        let parts = text.split(separator: ",").map { $0.trimmingPrefix(while: { $0 == " " }) }
        return parts.map { part in
            var part = String(part)
            while part.hasSuffix(" ") { part.removeLast() }
            return part
        }.filter { !$0.isEmpty }
    }

    /// A number of bytes such as `10M`, in a range; K, M and G are powers of 1024.
    static func bytes(_ range: ClosedRange<Int>) -> @Sendable (String) -> Int? {
        { text in
            let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
            let shift = text.uppercased().last.flatMap { units[$0] } ?? 0
            let digits = shift > 0 ? text.dropLast() : Substring(text)
            guard let count = unsignedDecimal(digits, fractionDigits: 0), count <= 1 << 32 else { return nil }
            let bytes = Int(count) << shift
            return range.contains(bytes) ? bytes : nil
        }
    }

    /// A program and its arguments, or nothing.
    static func command(_ text: String) -> [String]? {
        guard text.utf8.allSatisfy({ $0 >= 0x20 }), let words = CommandWords.split(text), words.first != "" else {
            return nil
        }
        return words
    }

    /// The address of a webhook, or nothing.
    static func webhook(_ text: String) -> Webhook?? {
        text.isEmpty ? .some(nil) : Webhook(text).map { .some($0) }
    }

    /// The shape of what a webhook gets; `auto` leaves it to the host.
    static func webhookShape(_ text: String) -> WebhookShape?? {
        text.lowercased() == "auto" ? .some(nil) : choice(text).map { .some($0) }
    }

    /// Words of what is to be told, parted by commas, or `all`.
    static func notifyKinds(_ text: String) -> Set<NotifyKind>? {
        guard text.lowercased() != "all" else { return Set(NotifyKind.allCases) }
        guard let words = list(text), !words.isEmpty else { return nil }
        var kinds: Set<NotifyKind> = []
        for word in words {
            guard let kind: NotifyKind = choice(word) else { return nil }
            kinds.insert(kind)
        }
        return kinds
    }

    /// Any text; what it is worth is judged later.
    static func text(_ text: String) -> String? { text }

    /// A decimal without a sign.
    private static func unsignedDecimal(_ text: Substring, fractionDigits: Int) -> Int64? {
        guard text.utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
        return parseDecimal(text.utf8, fractionDigits: fractionDigits)
    }
}
