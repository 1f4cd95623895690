import KBotKalshi
package import KBotModel

/// One client's connection as the exchange sees it: its subscriptions, and what it is sent.
///
/// Pure: commands and messages go in, frames come out. The numbers (`seq`) of a subscription go up by exactly one with
/// every numbered frame, replies that name a subscription included.
package struct SocketSession {
    /// Most commands a second.
    package static let commandsPerSecond = 10_000
    /// Most markets of all subscriptions together.
    package static let mostMarkets = 500_000

    /// Whose connection it is.
    package let account: AccountKey
    var subscriptions: [Subscription] = []
    private var nextSid = 1
    private var second = Timestamp(seconds: 0)
    private var commandsThisSecond = 0

    /// Makes a connection without subscriptions.
    package init(account: AccountKey) { self.account = account }

    /// The channels anybody must make messages for.
    package var channels: Set<ExchangeChannel> {
        Set(subscriptions.compactMap { if case .live(let channel) = $0.channel { channel } else { nil } })
    }

    /// The subscriptions that are alive, in the order in which they were made.
    package var sids: [Int] { subscriptions.map(\.sid) }

    // MARK: In

    /// Carries out one command and gives the replies; what is no command is answered with an error.
    ///
    /// `now` is the exchange's time, which frames are stamped with; `uptime` a clock that no speed changes.
    package mutating func receive(
        _ text: [UInt8],
        at now: Timestamp,
        uptime: Timestamp,
        source: some HubSource
    ) -> [HubFrame] {
        let command = SocketCommand(text)
        var frames = ReplyWriter(id: command.id, now: now)
        if uptime - second >= .seconds(1) {
            second = uptime
            commandsThisSecond = 0
        }
        commandsThisSecond += 1
        if commandsThisSecond > Self.commandsPerSecond {
            frames.error(.tooManyRequests)
        } else {
            perform(command, source: source, into: &frames)
        }
        return frames.frames
    }

    /// Takes a number for a new subscription and keeps it.
    mutating func open(_ channel: HubChannel, markets: [Ticker]?) -> Int {
        let subscription = Subscription(sid: nextSid, channel: channel, markets: markets)
        nextSid += 1
        subscriptions.append(subscription)
        return subscriptions.count - 1
    }

    // MARK: Out

    /// Appends the frames by which this connection hears a message.
    ///
    /// When the client does not read what was sent before (`isFull`), each subscription that would hear it ends with
    /// error 25 instead: it must be made again.
    package mutating func deliver(
        _ message: ExchangeMessage,
        at now: Timestamp,
        isFull: Bool = false,
        into frames: inout [HubFrame]
    ) {
        var overflowed = false
        for index in subscriptions.indices where subscriptions[index].hears(message, as: account) {
            if isFull {
                frames.append(.error(.bufferOverflow, sid: subscriptions[index].sid, at: now))
                overflowed = true
            } else {
                frames.append(frame(message, index, at: now))
            }
        }
        if overflowed { subscriptions.removeAll { $0.hears(message, as: account) } }
    }

    /// A message as a frame of a subscription.
    mutating func frame(_ message: ExchangeMessage, _ index: Int, id: Int64? = nil, at now: Timestamp) -> HubFrame {
        let subscription = subscriptions[index]
        let isNumbered = message.channel.isNumbered
        var bytes = Array("{\"type\":".utf8) + JSON.string(message.type).bytes
        if let id { bytes += Array(",\"id\":\(id)".utf8) }
        bytes += Array(",\"sid\":\(subscription.sid)".utf8)
        if isNumbered { bytes += Array(",\"seq\":\(subscriptions[index].nextNumber())".utf8) }
        bytes += Array(",\"sending_ts_ms\":\(now.epochMilliseconds),\"msg\":".utf8)
        bytes += subscription.usesYesPrice ? message.yesPriceBytes ?? message.bytes : message.bytes
        if !message.extra.isEmpty, bytes.last == UInt8(ascii: "}") {
            // The venue has them at the end of `msg`, after the object they speak of.
            bytes.removeLast()
            for (key, value) in message.extra {
                bytes += Array(",".utf8) + JSON.string(key).bytes + Array(":".utf8) + value.bytes
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "}"))
        return HubFrame(
            bytes: bytes,
            sid: subscription.sid,
            isData: true,
            isNumbered: isNumbered
        )
    }
}

/// Collects the replies to one command.
struct ReplyWriter {
    let id: Int64?
    let now: Timestamp
    private(set) var frames: [HubFrame] = []

    init(id: Int64?, now: Timestamp) {
        self.id = id
        self.now = now
    }

    mutating func append(_ frame: HubFrame) { frames.append(frame) }

    mutating func error(_ code: SocketErrorCode, _ detail: String? = nil) {
        frames.append(.error(code, detail, id: id, at: now))
    }

    mutating func reply(_ type: String, sid: Int? = nil, seq: Int? = nil, _ message: JSON? = nil) {
        frames.append(.reply(type, id: id, sid: sid, seq: seq, message, at: now))
    }
}

extension HubFrame {
    /// A reply to a command.
    static func reply(
        _ type: String,
        id: Int64?,
        sid: Int? = nil,
        seq: Int? = nil,
        _ message: JSON?,
        at now: Timestamp
    ) -> HubFrame {
        var object = JSONObject()
        if let id { object["id"] = .integer(id) }
        object["type"] = .string(type)
        if let sid { object["sid"] = .integer(sid) }
        if let seq { object["seq"] = .integer(seq) }
        object["sending_ts_ms"] = .integer(now.epochMilliseconds)
        if let message { object["msg"] = message }
        return HubFrame(bytes: JSON.object(object).bytes, sid: sid, isData: false, isNumbered: seq != nil)
    }

    /// An error, to a command or about a subscription.
    static func error(
        _ code: SocketErrorCode,
        _ detail: String? = nil,
        id: Int64? = nil,
        sid: Int? = nil,
        at now: Timestamp
    ) -> HubFrame {
        var message = JSONObject()
        message["code"] = .integer(code.rawValue)
        message["msg"] = .string(detail.map { "\(code.words): \($0)" } ?? code.words)
        return reply("error", id: id, sid: sid, .object(message), at: now)
    }
}
