import KBotModel

/// The arrays of a frame: book levels and price ranges.
extension FrameDecoder {
    /// Reads `[["0.4200","75.50"], …]`.
    func levels(_ key: MessageKey, _ scanner: inout JSONScanner) throws(FrameError) -> [BookLevel] {
        var levels: [BookLevel] = []
        try scanner.expect(UInt8(ascii: "["))
        guard scanner.peek() != UInt8(ascii: "]") else {
            scanner.at &+= 1
            return levels
        }
        levels.reserveCapacity(64)
        repeat {
            try scanner.expect(UInt8(ascii: "["))
            let priceText = try scalar(&scanner)
            try scanner.expect(UInt8(ascii: ","))
            let countText = try scalar(&scanner)
            guard let price = scanner.price(priceText) else {
                throw FrameError(.badValue(key.rawValue), at: priceText.start)
            }
            guard let count = scanner.quantity(countText), count.units >= 0 else {
                throw FrameError(.badValue(key.rawValue), at: countText.start)
            }
            // Anything after price and count is passed over.
            while try scanner.another(until: UInt8(ascii: "]")) { try scanner.skipValue(depth: 3) }
            levels.append(BookLevel(price: price, count: count))
        } while try scanner.another(until: UInt8(ascii: "]"))
        return levels
    }

    /// Reads `[{"start":"0.0000","end":"0.1000","step":"0.0010"}, …]`; nil when they form no grid.
    func priceRanges(_ scanner: inout JSONScanner) throws(FrameError) -> PriceGrid? {
        var ranges: [PriceGrid.Range?] = []
        try scanner.expect(UInt8(ascii: "["))
        guard scanner.peek() != UInt8(ascii: "]") else {
            scanner.at &+= 1
            return nil
        }
        repeat {
            guard scanner.peek() == UInt8(ascii: "{") else {
                try scanner.skipValue(depth: 2)
                ranges.append(nil)
                continue
            }
            ranges.append(try priceRange(&scanner))
        } while try scanner.another(until: UInt8(ascii: "]"))
        let known = ranges.compactMap(\.self)
        return known.count == ranges.count ? try? PriceGrid(ranges: known) : nil
    }

    private func priceRange(_ scanner: inout JSONScanner) throws(FrameError) -> PriceGrid.Range? {
        var start: Price?
        var end: Price?
        var step: Price?
        try scanner.expect(UInt8(ascii: "{"))
        guard scanner.peek() != UInt8(ascii: "}") else {
            scanner.at &+= 1
            return nil
        }
        repeat {
            let key = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            let first = scanner.peek()
            guard first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else {
                try scanner.skipValue(depth: 3)
                continue
            }
            let value = scanner.price(try scalar(&scanner))
            switch scanner.string(key) {
            case "start": start = value
            case "end": end = value
            case "step": step = value
            default: break
            }
        } while try scanner.another(until: UInt8(ascii: "}"))
        guard let start, let end, let step else { return nil }
        return PriceGrid.Range(start: start, end: end, step: PriceDelta(units: step.units))
    }

    /// Reads a string or a bare word.
    private func scalar(_ scanner: inout JSONScanner) throws(FrameError) -> TextRange {
        scanner.peek() == UInt8(ascii: "\"") ? try scanner.string() : try scanner.bareWord()
    }
}
