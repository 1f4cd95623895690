import KBotModel
import KBotReports

/// One message: one event, or several that waited for their turn together.
struct NotifyMessage: Hashable, Sendable {
    /// Most events that are spelled out in one message.
    static let mostEvents = 10

    /// Who speaks.
    let sender: NotifySender
    /// The first of the events; never empty.
    let events: [NotifyEvent]
    /// How many more there were.
    let more: Int

    /// Events in it altogether.
    var count: Int { events.count + more }

    /// The message as people read it, a line for each event.
    var text: String {
        let lines = events.map { event in
            event.kind.rawValue.uppercased() + (event.market.map { " \($0)" } ?? "") + ": " + event.text
        }
        guard lines.count > 1 || more > 0 else { return "kbot \(sender.text)\n" + lines.joined() }
        return (["kbot \(sender.text)"] + lines + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
    }

    /// The message as programs read it: one JSON object, without a line break.
    ///
    ///     {"event":"fill","time":"2026-06-01T00:03:37.562000Z","run":"20261122-231500","account":null,"mode":"paper",
    ///      "simulated":true,"market":"KXBTC15M-26MAY312015-15","code":null,"text":"sold 2.37 at 47¢, maker, fee $0.00"}
    ///
    /// Several events are `"event":"several"` with `events` (each with `event`, `time`, `market`, `code`, `text`) and the
    /// number of those left out in `more`; `text` then holds all lines.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        let single = events.count == 1 && more == 0
        writer.field("event", single ? events[0].kind.rawValue : "several")
        writer.field("time", (events.last ?? events[0]).time)
        writer.field("run", sender.run)
        writer.field("account", sender.account)
        writer.field("mode", sender.mode)
        writer.field("simulated", sender.isSimulated)
        if single {
            writer.field("market", events[0].market)
            writer.field("code", events[0].code)
            writer.field("text", events[0].text)
        } else {
            writer.field("text", text)
            writer.field("more", more)
            writer.key("events")
            writer.beginArray()
            for event in events {
                writer.beginObject()
                writer.field("event", event.kind.rawValue)
                writer.field("time", event.time)
                writer.field("market", event.market)
                writer.field("code", event.code)
                writer.field("text", event.text)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}
