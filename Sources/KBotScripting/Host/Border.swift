import KBotLua
import KBotModel

/// How values cross between the core's integers and Lua: prices in cents, quantities in contracts, money in dollars,
/// times in seconds. Whole values cross as integers, others as the float nearest to the exact decimal.
enum Border {
    /// Writes `units / scale` into a slot.
    static func set(_ slots: LuaSlots, _ index: Int, _ units: Int64, per scale: Int64) {
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: scale)
        if remainder == 0 { slots.set(index, quotient) } else { slots.set(index, Double(units) / Double(scale)) }
    }

    /// Writes a price in cents.
    static func set(_ slots: LuaSlots, _ index: Int, _ price: Price) {
        set(slots, index, Int64(price.units), per: 100)
    }

    /// Writes a price in cents, or nil.
    static func set(_ slots: LuaSlots, _ index: Int, _ price: Price?) {
        if let price { set(slots, index, price) } else { slots.setNil(index) }
    }

    /// Writes money in dollars.
    static func set(_ slots: LuaSlots, _ index: Int, _ money: Money) {
        set(slots, index, money.units, per: 1_000_000)
    }

    /// Writes a time in seconds since the epoch.
    static func set(_ slots: LuaSlots, _ index: Int, _ time: Timestamp) {
        set(slots, index, time.microseconds, per: 1_000_000)
    }

    /// Replies `units / scale` to a script.
    static func reply(_ call: borrowing LuaHostCall, _ units: Int64, per scale: Int64) {
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: scale)
        if remainder == 0 { call.reply(quotient) } else { call.reply(Double(units) / Double(scale)) }
    }

    /// Replies a price in cents.
    static func reply(_ call: borrowing LuaHostCall, _ price: Price) { reply(call, Int64(price.units), per: 100) }

    /// `units / scale` as a value.
    static func value(_ units: Int64, per scale: Int64) -> LuaValue {
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: scale)
        return remainder == 0 ? .integer(quotient) : .number(Double(units) / Double(scale))
    }

    /// A script's text as it may be told: cut to a length, without control characters but line breaks and tabs, which would
    /// reach a terminal as commands.
    static func text(_ text: String, longest: Int = 1_000) -> String {
        let cut = text.utf8.count > longest ? String(text.prefix(longest)) : text
        guard cut.unicodeScalars.contains(where: isCommand) else { return cut }
        return String(String.UnicodeScalarView(cut.unicodeScalars.map { isCommand($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        default: false
        }
    }

    /// The quantity a script means by contracts, rounded down to 1/100 after float noise is dropped (0.57 · 100 is not 57).
    ///
    /// The caller has seen that it is neither negative nor far beyond a billion.
    static func quantity(contracts: Double) -> Quantity {
        Quantity(units: Int64((contracts * 100 + 1e-6).rounded(.down)))
    }

    /// The price a script means by cents, snapped to the nearest 0.01 ¢ to drop float noise; nil for nonsense.
    ///
    /// Prices a little outside 0…100 ¢ are let through: the core tells why they make no trade.
    static func price(cents: Double) -> Price? {
        guard cents.isFinite, abs(cents) <= 1_000 else { return nil }
        return Price(units: Int32((cents * 100).rounded()))
    }
}
