import KBotEngine
import KBotLua
import KBotModel

/// Reads the table a strategy returns as its intent; every mistake names the field, the value and what is allowed.
struct SignalReader {
    /// The places of ``HostRecord/signal``'s fields.
    private enum Field: Int {
        case side, entry, stop, target, entryType, stopOffset, targetOffset, count, ttl, confidence, reason
    }

    private let slots: LuaSlots

    init(_ slots: LuaSlots) { self.slots = slots }

    /// The signal.
    func read() throws(LuaError) -> Signal {
        let direction: Direction
        switch slots.string(Field.side.rawValue) {
        case "long": direction = .long
        case "short": direction = .short
        default: throw wrong(.side, "\"long\" or \"short\"")
        }
        var entryType = EntryType.limit
        if slots.kind(Field.entryType.rawValue) != .nil {
            guard let type = slots.string(Field.entryType.rawValue).flatMap(EntryType.init(rawValue:)) else {
                throw wrong(.entryType, "\"limit\", \"stop\" or \"market\"")
            }
            entryType = type
        }
        let entry: Price
        if entryType == .market, slots.kind(Field.entry.rawValue) == .nil {
            entry = .zero  // the engine takes the touch
        } else {
            entry = try price(.entry)
        }
        var signal = Signal(
            direction: direction,
            entry: entry,
            stop: try protection(.stop, .stopOffset),
            target: try protection(.target, .targetOffset),
            entryType: entryType
        )
        signal.count = try count()
        signal.timeToLive = try timeToLive()
        signal.confidence = try confidence()
        if slots.kind(Field.reason.rawValue) != .nil {
            guard let reason = slots.string(Field.reason.rawValue) else { throw wrong(.reason, "a text") }
            signal.reason = Border.text(reason, longest: 200)
        }
        return signal
    }

    private func price(_ field: Field) throws(LuaError) -> Price {
        guard let cents = slots.number(field.rawValue), let price = Border.price(cents: cents) else {
            throw wrong(field, "a price in cents")
        }
        return price
    }

    private func protection(_ absolute: Field, _ offset: Field) throws(LuaError) -> Signal.Protection {
        switch (slots.kind(absolute.rawValue), slots.kind(offset.rawValue)) {
        case (_, .nil): return .price(try price(absolute))
        case (.nil, _):
            let distance = try price(offset)
            guard distance.units > 0 else { throw wrong(offset, "a distance above 0, in cents") }
            return .offset(PriceDelta(units: distance.units))
        default:
            throw contract("signal has both '\(name(absolute))' and '\(name(offset))'; give one of them")
        }
    }

    private func count() throws(LuaError) -> Quantity? {
        guard slots.kind(Field.count.rawValue) != .nil else { return nil }
        guard let contracts = slots.number(Field.count.rawValue), contracts.isFinite, (0.01...1e9).contains(contracts)
        else { throw wrong(.count, "contracts, at least 0.01") }
        return Border.quantity(contracts: contracts)
    }

    private func timeToLive() throws(LuaError) -> Int? {
        guard slots.kind(Field.ttl.rawValue) != .nil else { return nil }
        guard let candles = slots.integer(Field.ttl.rawValue), (1...10_000).contains(candles) else {
            throw wrong(.ttl, "a whole number of candles from 1 to 10000")
        }
        return Int(candles)
    }

    private func confidence() throws(LuaError) -> Int32? {
        guard slots.kind(Field.confidence.rawValue) != .nil else { return nil }
        guard let value = slots.number(Field.confidence.rawValue), (0...1).contains(value) else {
            throw wrong(.confidence, "a number from 0 to 1")
        }
        return Int32((value * 10_000).rounded())
    }

    private func name(_ field: Field) -> String { HostRecord.signal.fields[field.rawValue].name }

    private func wrong(_ field: Field, _ wanted: String) -> LuaError {
        let index = field.rawValue
        let given: String
        if let number = slots.number(index) {
            given = "\(number)"
        } else if let string = slots.string(index) {
            given = "\"\(string)\""
        } else {
            given = "\(slots.kind(index))"
        }
        return contract("signal field '\(name(field))' must be \(wanted), not \(given)")
    }

    private func contract(_ message: String) -> LuaError { LuaError(kind: .contract, message: message) }
}
