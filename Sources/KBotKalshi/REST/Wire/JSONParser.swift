/// Reading JSON text.
extension JSON {
    /// Reads a whole JSON text in UTF-8.
    ///
    /// Throws ``WireError`` with the byte where it stops being JSON; values may be nested 32 deep.
    package init(parsing bytes: [UInt8]) throws(WireError) {
        let parsed = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<JSON, FrameError> in
            guard let base = buffer.baseAddress else { return .failure(FrameError(.unexpectedEnd, at: 0)) }
            var scanner = unsafe JSONScanner(base: base, count: buffer.count)
            do throws(FrameError) {
                let value = try scanner.value(depth: 0)
                guard scanner.peek() == 0, scanner.at >= scanner.count else {
                    throw FrameError(.trailingBytes, at: scanner.at)
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        switch parsed {
        case .success(let value): self = value
        case .failure(let error): throw WireError(.notJSON(error))
        }
    }
}

extension JSONScanner {
    /// Reads one value of any kind, after white space.
    fileprivate mutating func value(depth: Int) throws(FrameError) -> JSON {
        guard depth <= Self.deepest else { throw FrameError(.tooDeep, at: at) }
        switch peek() {
        case UInt8(ascii: "\""): return .string(string(try string()))
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(FrameError) -> JSONObject {
        var object = JSONObject()
        at += 1
        guard peek() != UInt8(ascii: "}") else {
            at += 1
            return object
        }
        repeat {
            let key = string(try string())
            try expect(UInt8(ascii: ":"))
            object[key] = try value(depth: depth + 1)
        } while try another(until: UInt8(ascii: "}"))
        return object
    }

    private mutating func elements(depth: Int) throws(FrameError) -> [JSON] {
        var elements: [JSON] = []
        at += 1
        guard peek() != UInt8(ascii: "]") else {
            at += 1
            return elements
        }
        repeat {
            elements.append(try value(depth: depth + 1))
        } while try another(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func word() throws(FrameError) -> JSON {
        let range = try bareWord()
        switch string(range) {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case let text:
            guard ExactNumber.isNumber(text) else { throw FrameError(.expected("a number"), at: range.start) }
            return .number(text)
        }
    }
}
