import ArgumentParser
import KBotEngine
import KBotReports
import KBotRuntime

/// `kbot explain`: what a reason means and what to do about it.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a reason, denial or warning means, and what to do.",
        discussion: """
            Without a code every word of kbot's is listed. Scripts may use words of their own: those are explained where the \
            script returns them. Leaves with 2 when there is no such word.

            Examples:
              kbot explain
              kbot explain MAX_EXPOSURE
              kbot explain stop-too-tight --json
            """
    )

    @Argument(help: "Code, such as MAX_EXPOSURE; capitals, _ and - make no difference.")
    var code: String?

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    private struct Document: Encodable {
        struct Reason: Encodable {
            let code: String
            let places: [String]
            let meaning: String
            let advice: String
            let settings: [Setting]
        }

        struct Setting: Encodable {
            let name: String
            let option: String
            let summary: String
        }

        let reasons: [Reason]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let entries = try code.map { text throws(RunFailure) in try find(text) } ?? ReasonCode.catalogue
            if json {
                try show(document: Document(reasons: entries.map(reason)))
            } else {
                try show(code == nil ? list : entries.map(text).joined(separator: "\n"))
            }
            return nil
        }
    }

    private func find(_ text: String) throws(RunFailure) -> [ReasonEntry] {
        let code = ReasonCode(text)
        let entries = code.entries
        guard entries.isEmpty else { return entries }
        let known = ReasonCode.catalogue.map(\.code.canonical)
        let near = nearest(to: code.canonical, in: known).map { "; did you mean \($0)?" } ?? ""
        throw RunFailure(
            .usage,
            "kbot has no code '\(text)'\(near)\nkbot explain lists them all; a word of a script's own is explained in the script"
        )
    }

    // MARK: Text

    private var list: String {
        var page = TextPage(width: Console.width)
        page.line("What kbot's words mean; kbot explain CODE says what to do about one.")
        for place in ReasonEntry.Place.allCases {
            let entries = ReasonCode.catalogue.filter { $0.places.first == place }
            guard !entries.isEmpty else { continue }
            page.heading(place.title)
            for entry in entries {
                page.line("  \(entry.code)")
                page.paragraph(entry.meaning, indent: 6)
            }
        }
        return page.text
    }

    private func text(_ entry: ReasonEntry) -> String {
        var page = TextPage(width: Console.width)
        page.line(entry.code.text)
        page.entry("Where", entry.places.map(\.words).joined(separator: "; "))
        page.entry("Meaning", entry.meaning)
        page.entry("What to do", entry.advice)
        for (index, setting) in settings(of: entry).enumerated() {
            let fallback = setting.defaultText.map { " Default: \($0)." } ?? ""
            page.entry(
                index == 0 ? "Settings" : "",
                "\(setting.name) or --\(setting.option): \(setting.summary)\(fallback)"
            )
        }
        return page.text
    }

    // MARK: JSON

    private func reason(_ entry: ReasonEntry) -> Document.Reason {
        Document.Reason(
            code: entry.code.text,
            places: entry.places.map(\.rawValue),
            meaning: entry.meaning,
            advice: entry.advice,
            settings: settings(of: entry).map {
                Document.Setting(name: $0.name, option: "--" + $0.option, summary: $0.summary)
            }
        )
    }

    private func settings(of entry: ReasonEntry) -> [SettingInfo] {
        entry.settings.compactMap { name in SettingCatalogue.all.first { $0.name == name } }
    }
}

extension ReasonEntry.Place {
    /// The heading of the words whose first place this is.
    fileprivate var title: String {
        switch self {
        case .noSignal: "WHY A CANDLE GAVE NO SIGNAL"
        case .denied: "WHY A SIGNAL WAS NOT FOLLOWED"
        case .blocked: "WHAT BLOCKS ENTRIES"
        case .verdict: "WHAT A RISK RULE ANSWERED"
        case .warning: "WARNINGS"
        case .cancelled: "WHY AN ORDER LEFT THE BOOK"
        case .rejected: "WHY THE VENUE REFUSED AN ORDER"
        case .exit: "HOW A POSITION ENDED"
        }
    }

    /// The place in words.
    fileprivate var words: String {
        switch self {
        case .noSignal: "no signal"
        case .denied: "signal denied"
        case .blocked: "entries blocked"
        case .verdict: "verdict of a risk rule"
        case .warning: "warning"
        case .cancelled: "order cancelled"
        case .rejected: "order refused by the venue"
        case .exit: "end of a position"
        }
    }
}
