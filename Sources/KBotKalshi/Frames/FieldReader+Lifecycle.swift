import KBotModel

/// Lives of markets.
extension FieldReader {
    /// Reads a `market_lifecycle_v2` message; its times are whole seconds.
    func lifecycle() throws(FrameError) -> Lifecycle {
        let name = scanner.string(try fields.required(.eventType, at: messageAt))
        var life = Lifecycle(event: Lifecycle.Event(rawValue: name) ?? .unknown)
        life.openTime = try seconds(.openTime)
        life.closeTime = try seconds(.closeTime)
        life.grid = fields.grid ?? fields[.structure].flatMap { PriceGrid.named(scanner.string($0)) }
        // A strike finer than our unit stays unknown: a rounded one could decide a market wrongly.
        life.strike = fields[.strike].flatMap { scanner.decimal($0, fractionDigits: SpotPrice.fractionDigits) }
            .map { SpotPrice(units: $0) }
        life.shard = fields[.shard].flatMap(scanner.integer).flatMap { Int32(exactly: $0) }
        life.settlement = try settlement()
        return life
    }

    /// The time a lifecycle message names for itself.
    func lifecycleTime() throws(FrameError) -> Timestamp? {
        if let time = try seconds(.determinationTime) { return time }
        return try seconds(.settledTime)
    }

    private func seconds(_ key: MessageKey) throws(FrameError) -> Timestamp? {
        guard let text = fields[key] else { return nil }
        guard let time = scanner.seconds(text) else { throw FrameError(.badValue(key.rawValue), at: text.start) }
        return time
    }

    /// `settlement_value` decides; `result` alone does for yes and no.
    private func settlement() throws(FrameError) -> Settlement? {
        if let text = fields[.settlementValue], text.count > 0 {
            guard let value = scanner.price(text) else {
                throw FrameError(.badValue(MessageKey.settlementValue.rawValue), at: text.start)
            }
            return Settlement(value: value)
        }
        return switch fields[.result].map(scanner.string) {
        case "yes": .yes
        case "no": .no
        default: nil
        }
    }
}
