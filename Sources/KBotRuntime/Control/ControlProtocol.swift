import Foundation

/// What a running kbot can be asked over its control socket, `STATE_DIR/run/PID.sock`.
///
/// Each request is one line of at most 64 KiB that holds one JSON object, and so is each answer. A connection may carry
/// several requests, one after the other; each is answered before the next is read. Times are RFC 3339 in UTC, amounts are
/// decimal strings in dollars, what is not known is `null`; fields that are not known are to be passed over.
///
///     → {"command":"status"}
///     ← {"ok":true,"result":{"status":{"pid":4711,"run":"20261122-231500","state":"running",…}}}
///     → {"command":"reload","script":"bollinger_scalper"}
///     ← {"ok":true,"result":{"reload":[{"script":"bollinger_scalper","outcome":"reloaded","message":[]}]}}
///     → {"command":"halt","reason":"news","cancel":false,"flatten":false}
///     ← {"ok":true,"result":{"halt":{"account":"main","latched":true,"problem":null}}}
///     → {"command":"resume","confirmed":true}
///     ← {"ok":true,"result":{"resume":{"account":"main","state":"HALTED","reasons":[…],"resumed":true,"refusal":null}}}
///     → {"command":"sing"}
///     ← {"error":"unknown command 'sing'; there is status, reload, halt, resume","ok":false}
///
/// ``RunStatus``, ``ReloadResult``, ``HaltAnswer`` and ``ResumeAnswer`` say what the results hold. Without a `script`,
/// `reload` means every script; without `confirmed`, `resume` only tells why the run is halted.
package enum ControlRequest: Codable, Hashable, Sendable {
    /// How the run stands.
    case status
    /// Read the script of this name anew, or every script.
    case reload(script: String?)
    /// Open nothing any more until it is resumed.
    case halt(HaltOrder)
    /// Trade again, or tell why it does not.
    case resume(ResumeOrder)

    /// The name of a command as it is sent.
    private enum Command: String, CaseIterable {
        case status, reload, halt, resume
    }

    private enum CodingKeys: String, CodingKey {
        case command, script
    }

    /// How long an answer may take: reading a script anew runs it.
    package var usualTimeout: Duration {
        switch self {
        case .status, .halt, .resume: .seconds(2)
        case .reload: .seconds(10)
        }
    }

    /// Reads a request.
    ///
    /// - Throws: ``ControlError`` when the command is none, `DecodingError` when the object is no request at all.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let name = try fields.decode(String.self, forKey: .command)
        switch Command(rawValue: name) {
        case .status?: self = .status
        case .reload?: self = .reload(script: try fields.decodeIfPresent(String.self, forKey: .script))
        case .halt?: self = .halt(try HaltOrder(from: decoder))
        case .resume?: self = .resume(try ResumeOrder(from: decoder))
        case nil:
            let known = Command.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError("unknown command '\(name)'; there is \(known)")
        }
    }

    /// Writes the request.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .status: try fields.encode(Command.status.rawValue, forKey: .command)
        case .reload(let script):
            try fields.encode(Command.reload.rawValue, forKey: .command)
            try fields.encode(script, forKey: .script)
        case .halt(let order):
            try fields.encode(Command.halt.rawValue, forKey: .command)
            try order.encode(to: encoder)
        case .resume(let order):
            try fields.encode(Command.resume.rawValue, forKey: .command)
            try order.encode(to: encoder)
        }
    }
}

/// What a running kbot answers.
package enum ControlResponse: Codable, Hashable, Sendable {
    /// How the run stands.
    case status(RunStatus)
    /// What became of each script that was to be read anew.
    case reload([ReloadResult])
    /// That it halts.
    case halt(HaltAnswer)
    /// Why it was halted, and whether it trades again.
    case resume(ResumeAnswer)
    /// Why the request was not carried out, in one sentence.
    case failure(String)

    private enum CodingKeys: String, CodingKey {
        case ok, result, error
    }

    private enum ResultKeys: String, CodingKey {
        case status, reload, halt, resume
    }

    /// Reads an answer.
    ///
    /// - Throws: `DecodingError` when it is none, or holds no result that is known here.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard try fields.decode(Bool.self, forKey: .ok) else {
            self = .failure(try fields.decode(String.self, forKey: .error))
            return
        }
        let result = try fields.nestedContainer(keyedBy: ResultKeys.self, forKey: .result)
        if result.contains(.status) {
            self = .status(try result.decode(RunStatus.self, forKey: .status))
        } else if result.contains(.halt) {
            self = .halt(try result.decode(HaltAnswer.self, forKey: .halt))
        } else if result.contains(.resume) {
            self = .resume(try result.decode(ResumeAnswer.self, forKey: .resume))
        } else {
            self = .reload(try result.decode([ReloadResult].self, forKey: .reload))
        }
    }

    /// Writes the answer.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        if case .failure(let error) = self {
            try fields.encode(false, forKey: .ok)
            try fields.encode(error, forKey: .error)
            return
        }
        try fields.encode(true, forKey: .ok)
        var result = fields.nestedContainer(keyedBy: ResultKeys.self, forKey: .result)
        switch self {
        case .status(let status): try result.encode(status, forKey: .status)
        case .reload(let results): try result.encode(results, forKey: .reload)
        case .halt(let answer): try result.encode(answer, forKey: .halt)
        case .resume(let answer): try result.encode(answer, forKey: .resume)
        case .failure: break
        }
    }
}

/// Why two kbots cannot talk to each other.
package struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    package let message: String

    /// Makes an error.
    package init(_ message: String) { self.message = message }

    /// The message.
    package var description: String { message }
}

extension ControlRequest {
    /// Longest request, in bytes, without its line break.
    static let longestLine = 64 << 10

    /// Reads a request from its line.
    init(line: [UInt8]) throws(ControlError) {
        do {
            self = try JSONDecoder().decode(ControlRequest.self, from: Data(line))
        } catch let error as ControlError {
            throw error
        } catch {
            throw ControlError(#"not a request: send one JSON object on a line, such as {"command":"status"}"#)
        }
    }

    /// The request as its line, with the line break.
    var line: [UInt8] { Self.line(of: self) ?? [] }
}

extension ControlResponse {
    /// Longest answer a client reads, in bytes.
    static let longestLine = 4 << 20

    /// Reads an answer from its line.
    init(line: [UInt8]) throws(ControlError) {
        do {
            self = try JSONDecoder().decode(ControlResponse.self, from: Data(line))
        } catch {
            throw ControlError("gave an answer that cannot be understood; it may be another version of kbot")
        }
    }

    /// The answer as its line, with the line break.
    ///
    /// A figure that is no number (JSON has no word for it) makes the whole answer a failure, never half a line.
    var line: [UInt8] {
        Self.line(of: self) ?? Self.line(of: ControlResponse.failure("the answer cannot be put into JSON")) ?? []
    }
}

extension Encodable {
    /// A value as one line of JSON, with the line break; nil when JSON cannot hold it.
    fileprivate static func line(of value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { Array($0) + [UInt8(ascii: "\n")] }
    }
}
