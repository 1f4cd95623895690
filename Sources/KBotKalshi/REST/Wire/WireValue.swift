package import KBotModel

/// A value that stands in the venue's JSON, readable and writable without loss.
package protocol WireValue: Hashable, Sendable {
    /// Reads the value; throws ``WireError`` when the JSON is something else.
    init(wire: JSON) throws(WireError)
    /// The value as the venue writes it.
    var wire: JSON { get }
    /// Whether `""` is a value of this type; elsewhere it means that there is none.
    static var readsEmptyText: Bool { get }
}

extension WireValue {
    /// An empty text means no value.
    package static var readsEmptyText: Bool { false }
}

extension JSON: WireValue {
    /// Takes any JSON.
    package init(wire: JSON) { self = wire }
    /// The value itself.
    package var wire: JSON { self }
    /// An empty text is JSON too.
    package static var readsEmptyText: Bool { true }
}

extension String: WireValue {
    /// Reads a text.
    package init(wire: JSON) throws(WireError) {
        guard case .string(let text) = wire else { throw .unreadable(wire, as: "a text") }
        self = text
    }
    /// A JSON text.
    package var wire: JSON { .string(self) }
    /// An empty text is a text.
    package static var readsEmptyText: Bool { true }
}

extension Bool: WireValue {
    /// Reads `true` or `false`.
    package init(wire: JSON) throws(WireError) {
        guard case .bool(let value) = wire else { throw .unreadable(wire, as: "true or false") }
        self = value
    }
    /// `true` or `false`.
    package var wire: JSON { .bool(self) }
}

extension Int64: WireValue {
    /// Reads a whole number, in quotes or not.
    package init(wire: JSON) throws(WireError) {
        guard let value = ExactNumber.reading(wire)?.scaled(digits: 0) else {
            throw .unreadable(wire, as: "a whole number")
        }
        self = value
    }
    /// A JSON number.
    package var wire: JSON { .integer(self) }
}

extension Int32: WireValue {
    /// Reads a whole number, in quotes or not.
    package init(wire: JSON) throws(WireError) {
        guard let value = Int32(exactly: try Int64(wire: wire)) else {
            throw .unreadable(wire, as: "a small whole number")
        }
        self = value
    }
    /// A JSON number.
    package var wire: JSON { .integer(self) }
}

extension ExactNumber: WireValue {
    /// Reads a number, in quotes or not.
    package init(wire: JSON) throws(WireError) {
        guard let number = Self.reading(wire) else { throw .unreadable(wire, as: "a number") }
        self = number
    }
    /// The number in the form in which it came.
    package var wire: JSON { isQuoted ? .string(text) : .number(text) }

    /// A number from either form; nil for anything else.
    static func reading(_ wire: JSON) -> ExactNumber? {
        switch wire {
        case .number(let text): ExactNumber(text)
        case .string(let text): ExactNumber(text, isQuoted: true)
        default: nil
        }
    }
}

/// Decimals in fixed units: read from texts and from numbers, written as texts with all their digits.
extension FixedPoint where Self: WireValue {
    /// Reads a decimal exactly; one finer than the unit is refused, never rounded.
    package init(wire: JSON) throws(WireError) {
        guard let value = ExactNumber.reading(wire)?.fixed(Self.self), value.isPlausible else {
            throw .unreadable(wire, as: "a decimal with at most \(Self.fractionDigits) digits after the point")
        }
        self = value
    }
    /// A JSON text.
    package var wire: JSON { .string(description) }

    /// Far from the limits of the type, so that no sum of such values overflows.
    private var isPlausible: Bool { Int64(units).magnitude <= 1 << 52 }
}

extension Quantity: WireValue {}
extension Money: WireValue {}
extension SpotPrice: WireValue {}
extension PriceDelta: WireValue {}

extension Price: WireValue {
    /// Reads a price from 0 to 1 dollar.
    package init(wire: JSON) throws(WireError) {
        guard let price = ExactNumber.reading(wire)?.fixed(Price.self), (0...10_000).contains(price.units) else {
            throw .unreadable(wire, as: "a price from 0 to 1 dollar with at most 4 digits after the point")
        }
        self = price
    }
}

extension Identifier: WireValue {
    /// Reads 1 to 128 printable ASCII characters without spaces.
    package init(wire: JSON) throws(WireError) {
        guard let text = wire.text, let identifier = Identifier(validating: text) else {
            throw .unreadable(wire, as: "a ticker or an id")
        }
        self = identifier
    }
    /// A JSON text.
    package var wire: JSON { .string(text) }
}

extension Array: WireValue where Element: WireValue {
    /// Reads an array; an error in an element fails it all.
    package init(wire: JSON) throws(WireError) {
        guard case .array(let elements) = wire else { throw .unreadable(wire, as: "an array") }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do { append(try Element(wire: element)) } catch { throw error.under("\(index)") }
        }
    }
    /// A JSON array.
    package var wire: JSON { .array(map(\.wire)) }
}

/// A word of the venue: one that this version knows, or any other, kept as it came.
package enum Open<Known: RawRepresentable & Hashable & Sendable>: WireValue where Known.RawValue == String {
    /// A word that this version knows.
    case known(Known)
    /// A word that came later.
    case other(String)

    /// Takes a word.
    package init(_ word: String) { self = Known(rawValue: word).map { .known($0) } ?? .other(word) }

    /// Reads a text; every text is a word.
    package init(wire: JSON) throws(WireError) { self.init(try String(wire: wire)) }

    /// The word as the venue writes it.
    package var word: String {
        switch self {
        case .known(let known): known.rawValue
        case .other(let word): word
        }
    }

    /// What is known of it; nil for a word that came later.
    package var known: Known? {
        if case .known(let known) = self { known } else { nil }
    }

    /// A JSON text.
    package var wire: JSON { .string(word) }
    /// Some words are empty.
    package static var readsEmptyText: Bool { true }
}
