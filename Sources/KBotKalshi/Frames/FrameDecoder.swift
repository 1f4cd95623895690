import KBotModel

/// Decodes the JSON text of one WebSocket frame, bare or in a recorder's envelope, in a single pass.
///
/// Keys may come in any order, unknown ones are passed over. No memory is allocated for deltas, trades and tickers.
/// Any bytes at all give a ``Frame`` or a ``FrameError``, never a trap.
package struct FrameDecoder: Sendable {
    /// Whether the NO side of books comes in YES prices (the venue's `use_yes_price`).
    package let usesYesPrice: Bool

    let topKeys = KeyTable<TopKey>()
    let messageKeys = KeyTable<MessageKey>()
    let types = KeyTable<FrameType>()

    /// Makes a decoder.
    package init(usesYesPrice: Bool = false) { self.usesYesPrice = usesYesPrice }

    /// Decodes one frame; ranges in it refer to `bytes`.
    ///
    /// - Throws: ``FrameError`` when the bytes are no JSON object, or lack what their type needs.
    package func decode(_ bytes: Span<UInt8>) throws(FrameError) -> Frame {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(FrameError) -> Frame in
            guard let base = buffer.baseAddress, buffer.count < Int(Int32.max) else {
                throw FrameError(.unexpectedEnd, at: 0)
            }
            var scanner = unsafe JSONScanner(base: base, count: buffer.count)
            return try decode(&scanner)
        }
    }

    /// Decodes one frame from an array.
    package func decode(_ bytes: [UInt8]) throws(FrameError) -> Frame { try decode(bytes.span) }

    private func decode(_ scanner: inout JSONScanner) throws(FrameError) -> Frame {
        var header = Header()
        var fields = FrameFields()
        try readTop(&scanner, &header, &fields, inEnvelope: false)
        guard scanner.peek() == 0, scanner.at >= scanner.count else {
            throw FrameError(.trailingBytes, at: scanner.at)
        }
        guard header.type != nil || header.typeText != nil else { throw FrameError(.missing("type"), at: 0) }
        return try frame(header, fields, scanner)
    }

    /// What stands beside `msg`.
    struct Header {
        var type: FrameType?
        var typeText: TextRange?
        var sid: Int64?
        var seq: Int64?
        var id: Int64?
        var sentAt: Timestamp?
        var receivedAt: Timestamp?
        var messageAt = 0
        var messageEnd = 0
        var messageText: TextRange?
    }

    /// Reads the outer object; an envelope's `frame` is read like it, once.
    private func readTop(
        _ scanner: inout JSONScanner,
        _ header: inout Header,
        _ fields: inout FrameFields,
        inEnvelope: Bool
    ) throws(FrameError) {
        try scanner.expect(UInt8(ascii: "{"))
        guard scanner.peek() != UInt8(ascii: "}") else {
            scanner.at &+= 1
            return
        }
        repeat {
            let key = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            switch topKeys.value(of: key, in: scanner) {
            case .type:
                let text = try scanner.string()
                header.typeText = text
                header.type = types.value(of: text, in: scanner)
            case .sid: header.sid = try integer("sid", &scanner)
            case .seq: header.seq = try integer("seq", &scanner)
            case .id: header.id = try integer("id", &scanner)
            case .sendingTime: header.sentAt = try time("sending_ts_ms", &scanner)
            case .receivedTime: header.receivedAt = try time("recv_ms", &scanner)
            case .msg:
                try readMessage(&scanner, &header, &fields)
                header.messageEnd = scanner.at
            case .frame where !inEnvelope && scanner.peek() == UInt8(ascii: "{"):
                try readTop(&scanner, &header, &fields, inEnvelope: true)
            case .frame, nil: try scanner.skipValue()
            }
        } while try scanner.another(until: UInt8(ascii: "}"))
    }

    private func integer(_ name: String, _ scanner: inout JSONScanner) throws(FrameError) -> Int64? {
        guard scanner.peek() != UInt8(ascii: "n") else {
            _ = try scanner.bareWord()
            return nil
        }
        let text = try scanner.bareWord()
        guard let value = scanner.integer(text) else { throw FrameError(.badValue(name), at: text.start) }
        return value
    }

    private func time(_ name: String, _ scanner: inout JSONScanner) throws(FrameError) -> Timestamp? {
        guard scanner.peek() != UInt8(ascii: "n") else {
            _ = try scanner.bareWord()
            return nil
        }
        let text = try scanner.bareWord()
        guard let value = scanner.milliseconds(text) else { throw FrameError(.badValue(name), at: text.start) }
        return value
    }

    /// Reads `msg`, whatever it is; only an object has fields.
    private func readMessage(
        _ scanner: inout JSONScanner,
        _ header: inout Header,
        _ fields: inout FrameFields
    ) throws(FrameError) {
        let first = scanner.peek()
        header.messageAt = scanner.at
        if first == UInt8(ascii: "\"") {
            header.messageText = try scanner.string()
            return
        }
        guard first == UInt8(ascii: "{"), header.typeText == nil || header.type?.isReadByName == false else {
            return try scanner.skipValue()
        }
        scanner.at &+= 1
        guard scanner.peek() != UInt8(ascii: "}") else {
            scanner.at &+= 1
            return
        }
        repeat {
            let key = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            guard let known = messageKeys.value(of: key, in: scanner) else {
                try scanner.skipValue(depth: 1)
                continue
            }
            switch scanner.peek() {
            case UInt8(ascii: "\""): fields.set(known, try scanner.string())
            case UInt8(ascii: "["), UInt8(ascii: "{"): try readComposite(known, &scanner, &fields)
            case UInt8(ascii: "n"): _ = try scanner.bareWord()
            default: fields.set(known, try scanner.bareWord())
            }
        } while try scanner.another(until: UInt8(ascii: "}"))
    }

    /// Reads the arrays that mean something; any other composite value counts as unreadable.
    private func readComposite(
        _ key: MessageKey,
        _ scanner: inout JSONScanner,
        _ fields: inout FrameFields
    ) throws(FrameError) {
        let isArray = scanner.peek() == UInt8(ascii: "[")
        switch key {
        case .yesLevels where isArray: fields.yes = try levels(key, &scanner)
        case .noLevels where isArray: fields.no = try levels(key, &scanner)
        case .priceRanges where isArray: fields.grid = try priceRanges(&scanner)
        default:
            let start = scanner.at
            try scanner.skipValue(depth: 1)
            // An empty range reads as no number and no word: an error only where the field is needed.
            fields.set(key, TextRange(start: start, end: start))
        }
    }
}
