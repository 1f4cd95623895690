/// How numbers, times and names stand in JSON: exact, and readable by people who query it.
///
/// A decimal is its text with all digits (`"0.4700"`), a time is RFC 3339 in UTC, a span its microseconds.
extension FixedPoint {
    /// Reads a decimal text.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self(text) else { throw notRead(text, "a \(Self.self)", decoder) }
        self = value
    }

    /// Writes the decimal text with all digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func notRead(_ text: String, _ what: String, _ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not \(what)"))
}

extension Price: Codable {}
extension PriceDelta: Codable {}
extension SpotPrice: Codable {}
extension Quantity: Codable {}
extension Money: Codable {}

extension Timestamp: Codable {
    /// Reads RFC 3339 in UTC, `past` or `future`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        switch text {
        case "past": self = .distantPast
        case "future": self = .distantFuture
        default:
            guard let time = Timestamp(rfc3339: text) else { throw notRead(text, "a time", decoder) }
            self = time
        }
    }

    /// Writes RFC 3339 in UTC with six digits of a second; before and after every event `past` and `future`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .distantPast: try container.encode("past")
        case .distantFuture: try container.encode("future")
        default: try container.encode(description)
        }
    }
}

extension TimeSpan: Codable {
    /// Reads microseconds.
    public init(from decoder: any Decoder) throws {
        self.init(microseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes microseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }
}

extension UTCDay: Codable {
    /// Reads days since the Unix epoch.
    public init(from decoder: any Decoder) throws {
        self.init(number: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes days since the Unix epoch.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

extension Identifier: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension MarketID: Codable {
    /// Reads the number.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int32.self))
    }

    /// Writes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(index)
    }
}

extension ClientOrderID: Codable {
    /// Reads the sequence.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes the sequence.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(sequence)
    }
}
