import KBotModel

/// From collected fields to a frame, by its type.
extension FrameDecoder {
    /// Puts a frame together.
    func frame(
        _ header: Header,
        _ fields: FrameFields,
        _ scanner: JSONScanner
    ) throws(FrameError) -> Frame {
        var frame = Frame(
            body: .ok,
            sid: header.sid.flatMap { Int32(exactly: $0) },
            seq: header.seq,
            id: header.id,
            market: fields[.marketTicker],
            time: nil,
            sentAt: header.sentAt,
            receivedAt: header.receivedAt
        )
        let reader = FieldReader(fields: fields, scanner: scanner, messageAt: header.messageAt)
        switch header.type {
        case .delta:
            try reader.requireMarket()
            frame.time = try reader.time()
            frame.body = try reader.delta(usesYesPrice: usesYesPrice)
        case .snapshot:
            try reader.requireMarket()
            frame.time = try reader.time()
            let no = usesYesPrice ? fields.no.map { BookLevel(price: $0.price.complement, count: $0.count) } : fields.no
            frame.body = .snapshot(BookSnapshot(yes: fields.yes, no: no))
        case .ticker:
            try reader.requireMarket()
            frame.time = try reader.time()
            frame.body = try reader.ticker()
        case .trade:
            try reader.requireMarket()
            frame.time = try reader.time()
            frame.body = try reader.trade()
        case .lifecycle:
            try reader.requireMarket()
            frame.time = try reader.time()
            if frame.time == nil { frame.time = try reader.lifecycleTime() }
            frame.body = .lifecycle(try reader.lifecycle())
        case .subscribed: frame.body = try reader.subscribed()
        case .ok: frame.body = .ok
        case .unsubscribed: frame.body = .unsubscribed
        case .error:
            let text = fields[.message] ?? header.messageText
            // The subscription that ended may be named beside the message or inside it.
            if frame.sid == nil { frame.sid = fields[.sid].flatMap(scanner.integer).flatMap { Int32(exactly: $0) } }
            frame.body = .error(
                code: fields[.code].flatMap(scanner.integer),
                message: text.map(scanner.string) ?? ""
            )
        case .fill, .userOrder, .position, .index, .fastIndex, .orderGroup:
            // Their fields are read by name; a ticker that other bodies would leave in place is theirs to hold.
            frame.market = nil
            frame.body = try ownBody(header, scanner)
        case nil: frame.body = .other(type: header.typeText.map(scanner.string) ?? "")
        }
        return frame
    }
}

/// Reads the fields that one type of frame needs.
struct FieldReader {
    let fields: FrameFields
    let scanner: JSONScanner
    let messageAt: Int

    @inline(__always) private func bad(_ key: MessageKey, _ range: TextRange) -> FrameError {
        FrameError(.badValue(key.rawValue), at: range.start)
    }

    @inline(__always) func requireMarket() throws(FrameError) {
        let range = try fields.required(.marketTicker, at: messageAt)
        guard range.count > 0, range.count <= 256 else { throw bad(.marketTicker, range) }
    }

    /// `ts_ms`; where it is missing, the same instant from `ts` or `time`, cut to milliseconds.
    @inline(__always) func time() throws(FrameError) -> Timestamp? {
        guard let text = fields[.tsMilliseconds] else { return try olderTime() }
        guard let time = scanner.milliseconds(text) else { throw bad(.tsMilliseconds, text) }
        return time
    }

    private func olderTime() throws(FrameError) -> Timestamp? {
        for key in [MessageKey.time, .ts] {
            guard let text = fields[key] else { continue }
            guard let time = scanner.rfc3339(text) ?? scanner.seconds(text) else { throw bad(key, text) }
            return time
        }
        return nil
    }

    @inline(__always) private func price(_ key: MessageKey) throws(FrameError) -> Price {
        let text = try fields.required(key, at: messageAt)
        guard let price = scanner.price(text) else { throw bad(key, text) }
        return price
    }

    @inline(__always) private func quantity(_ key: MessageKey) throws(FrameError) -> Quantity {
        let text = try fields.required(key, at: messageAt)
        guard let quantity = scanner.quantity(text) else { throw bad(key, text) }
        return quantity
    }

    @inline(__always) private func outcome(_ key: MessageKey, _ text: TextRange) throws(FrameError) -> Outcome {
        let word = scanner.word(at: text.start)
        if text.count == 3, word & 0xFF_FFFF == 0x73_6579 { return .yes }
        if text.count == 2, word & 0xFFFF == 0x6F6E { return .no }
        throw bad(key, text)
    }

    @inline(__always) func delta(usesYesPrice: Bool) throws(FrameError) -> Frame.Body {
        let outcome = try outcome(.side, try fields.required(.side, at: messageAt))
        let price = try price(.price)
        return .delta(
            outcome,
            usesYesPrice && outcome == .no ? price.complement : price,
            try quantity(.delta)
        )
    }

    func ticker() throws(FrameError) -> Frame.Body {
        var state = TickerState(price: nil, touch: Touch(), volume: nil)
        if fields[.price] != nil { state.price = try price(.price) }
        if fields[.bid] != nil {
            let bid = try price(.bid)
            state.touch.bid = bid > .zero ? bid : nil
        }
        if fields[.ask] != nil {
            let ask = try price(.ask)
            state.touch.ask = ask > .zero && ask < .one ? ask : nil
        }
        if fields[.volume] != nil { state.volume = try quantity(.volume) }
        return .ticker(state)
    }

    @inline(__always) func trade() throws(FrameError) -> Frame.Body {
        let count = try quantity(.count)
        guard count.units > 0 else { throw bad(.count, try fields.required(.count, at: messageAt)) }
        let price = try price(.yesPrice)
        guard price.isTradable else { throw bad(.yesPrice, try fields.required(.yesPrice, at: messageAt)) }
        return .trade(price, count, taker: try taker())
    }

    /// The side of the book the taker was on; the outcome the taker bought says the same.
    @inline(__always) private func taker() throws(FrameError) -> BookSide? {
        if let text = fields[.takerBookSide] {
            if scanner.matches(text, "bid") { return .bid }
            if scanner.matches(text, "ask") { return .ask }
            throw bad(.takerBookSide, text)
        }
        for key in [MessageKey.takerOutcome, .takerSide] {
            guard let text = fields[key], text.count > 0 else { continue }
            return try outcome(key, text) == .yes ? .bid : .ask
        }
        return nil
    }

    func subscribed() throws(FrameError) -> Frame.Body {
        let sidText = try fields.required(.sid, at: messageAt)
        guard let number = scanner.integer(sidText), let sid = Int32(exactly: number) else { throw bad(.sid, sidText) }
        let channel = fields[.channel].flatMap { Channel(rawValue: scanner.string($0)) } ?? .other
        return .subscribed(channel, sid: sid)
    }
}
