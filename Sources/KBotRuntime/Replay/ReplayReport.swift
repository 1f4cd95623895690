import KBotReports

/// What a comparison of a run with its replay found.
package struct ReplayReport: Hashable, Sendable {
    /// Events that the engine took in again; 0 when nobody counted them.
    package var events = 0
    /// Effects that were compared and are the same.
    package var identical = 0
    /// Effects that the journal left out when it could not keep up: not compared.
    package var notKept = 0
    /// Effects of the replay after the last one recorded, in a run that was killed before it wrote them down.
    package var unrecorded = 0
    /// Recorded effects after the last event recorded, in a run that was killed.
    package var unreplayed = 0
    /// The first difference; nil when there is none.
    package var difference: Difference?

    /// The first effect that is not the same.
    package struct Difference: Hashable, Sendable {
        /// What kind of difference it is.
        package enum Kind: String, Hashable, Sendable {
            /// One line stands in the place of another.
            case changed
            /// The replay lacks a line.
            case missing
            /// The replay has a line too many.
            case extra
        }

        /// What kind of difference it is.
        package var kind: Kind
        /// The effect, counted from 1.
        package let effect: Int
        /// Events that the engine had taken in by then, the one that led to it among them.
        package let event: Int
        /// What led to it, in words.
        package let cause: String
        /// The recorded line; nil when the record had ended.
        package let recorded: String?
        /// The line of the replay; nil when the replay had ended.
        package let replayed: String?
        /// The last lines that were the same.
        package let before: [String]
    }

    /// Whether all that could be compared is the same.
    package var isIdentical: Bool { difference == nil }

    /// A sentence when all is the same; else the difference, over several lines.
    package var text: String {
        var lines: [String] = []
        if let difference {
            lines.append("different at effect \(grouped(difference.effect)): \(difference.sentence)")
            let place = difference.event > 0 ? "event \(grouped(difference.event)), " : ""
            lines.append("  cause     \(place)\(difference.cause)")
            lines.append("  recorded  \(difference.recorded ?? "(nothing more)")")
            lines.append("  replayed  \(difference.replayed ?? "(nothing more)")")
            if !difference.before.isEmpty { lines.append("  before it, the same in both:") }
            lines += difference.before.map { "    \($0)" }
        } else {
            let events = events > 0 ? " of \(words(events, "event"))" : ""
            lines.append("identical: \(words(identical, "effect"))\(events)")
        }
        if notKept > 0 { lines.append("not compared: \(words(notKept, "effect")) that the journal could not keep") }
        if unrecorded > 0 {
            lines.append("the run was cut off: its last \(words(unrecorded, "effect")) had not been written down")
        }
        if unreplayed > 0 {
            lines.append(
                "the run was cut off: the events of its last \(words(unreplayed, "effect")) are not recorded"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// One JSON object, with a line feed after it.
    package var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("identical", isIdentical)
        writer.field("events", events)
        writer.field("effects", identical)
        writer.field("not_kept", notKept)
        writer.field("unrecorded", unrecorded)
        writer.field("unreplayed", unreplayed)
        if let difference {
            writer.object("difference") {
                $0.field("kind", difference.kind.rawValue)
                $0.field("effect", difference.effect)
                $0.field("event", difference.event)
                $0.field("cause", difference.cause)
                if let recorded = difference.recorded { $0.field("recorded", recorded) }
                if let replayed = difference.replayed { $0.field("replayed", replayed) }
                $0.array("before", of: difference.before) { $0.value($1) }
            }
        }
        writer.endObject()
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension ReplayReport.Difference {
    fileprivate var sentence: String {
        switch kind {
        case .changed: "the replay does something else"
        case .missing: "the replay does not do it"
        case .extra: "the replay does something that the run did not"
        }
    }
}

private func words(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

private func grouped(_ count: Int) -> String {
    let digits = String(count)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}
