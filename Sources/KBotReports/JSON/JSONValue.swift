public import KBotModel

/// A value ``JSONWriter`` can write as a field.
///
/// Prices, quantities and money become strings with all their digits, so that no reader turns them into binary
/// fractions; times become RFC 3339 strings; ``Ratio`` becomes a number; nil becomes `null`.
public protocol JSONValue {
    /// Writes the value where one is expected.
    func write(to writer: inout JSONWriter)
}

extension String: JSONValue {
    /// Writes the text, escaped.
    public func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Bool: JSONValue {
    /// Writes `true` or `false`.
    public func write(to writer: inout JSONWriter) { writer.bool(self) }
}

extension Int: JSONValue {
    /// Writes a whole number.
    public func write(to writer: inout JSONWriter) { writer.integer(Int64(self)) }
}

extension Int32: JSONValue {
    /// Writes a whole number.
    public func write(to writer: inout JSONWriter) { writer.integer(Int64(self)) }
}

extension Int64: JSONValue {
    /// Writes a whole number.
    public func write(to writer: inout JSONWriter) { writer.integer(self) }
}

extension UInt64: JSONValue {
    /// Writes a whole number; one beyond Int64 is written all the same, exactly.
    public func write(to writer: inout JSONWriter) {
        if let small = Int64(exactly: self) {
            writer.integer(small)
        } else {
            writer.verbatim(String(self))
        }
    }
}

extension Price: JSONValue {
    /// Writes dollars with four digits: `"0.4400"`.
    public func write(to writer: inout JSONWriter) { writer.decimal(Int64(units), fractionDigits: Self.fractionDigits) }
}

extension PriceDelta: JSONValue {
    /// Writes dollars with four digits: `"-0.0100"`.
    public func write(to writer: inout JSONWriter) { writer.decimal(Int64(units), fractionDigits: Self.fractionDigits) }
}

extension SpotPrice: JSONValue {
    /// Writes dollars with four digits: `"64123.5000"`.
    public func write(to writer: inout JSONWriter) { writer.decimal(units, fractionDigits: Self.fractionDigits) }
}

extension Quantity: JSONValue {
    /// Writes contracts with two digits: `"12.00"`.
    public func write(to writer: inout JSONWriter) { writer.decimal(units, fractionDigits: Self.fractionDigits) }
}

extension Money: JSONValue {
    /// Writes dollars with six digits: `"1000.000000"`.
    public func write(to writer: inout JSONWriter) { writer.decimal(units, fractionDigits: Self.fractionDigits) }
}

extension Timestamp: JSONValue {
    /// Writes RFC 3339 in UTC with six digits of a second.
    public func write(to writer: inout JSONWriter) { writer.rawString { append(to: &$0) } }
}

extension UTCDay: JSONValue {
    /// Writes the date: `"2026-04-27"`.
    public func write(to writer: inout JSONWriter) {
        writer.rawString { bytes in
            let end = bytes.count + 10
            start.append(to: &bytes)
            bytes.removeLast(bytes.count - end)
        }
    }
}

extension Identifier: JSONValue {
    /// Writes the text.
    public func write(to writer: inout JSONWriter) { writer.string(text) }
}

extension Optional: JSONValue where Wrapped: JSONValue {
    /// Writes the value, or `null`.
    public func write(to writer: inout JSONWriter) {
        if let self { self.write(to: &writer) } else { writer.null() }
    }
}
