/// Writes `.env.example`: every setting with its help, commented out.
package enum EnvExample {
    /// Columns of a line of comment, and of a heading.
    private static let width = 120
    private static let headingWidth = 117

    private static let head = """
        # kbot's settings. Copy this file to .env and take the # away in front of what you want to change.
        #
        # An option on the command line (--max-exposure 50) wins over the environment, the environment over this file, and this
        # file over the default. A name with nothing behind its = counts as not given. kbot prints every limit in force and
        # where it came from when a run starts.
        #
        # Times are whole numbers with a unit: 250ms, 5s, 15m, 24h, 7d. A share is written 20%; a bare number means dollars.
        # Values may stand in quotation marks; what follows a # after a space is a comment.

        """

    /// The headings, each with the setting it stands before; a new setting belongs to the part it is listed in.
    private static let parts: [(first: SettingInfo, title: String, note: String?)] = [
        (
            SettingCatalogue.apiKeyID.info, "Kalshi",
            "Without these two, kbot takes its built-in simulated market. Never put the key itself in here."
        ),
        (SettingCatalogue.initialCapital.info, "Capital and size", nil),
        (
            SettingCatalogue.riskPerTrade.info, "Limits on entries",
            "Exits are never held back by a limit. Capital = equity at 00:00 UTC."
        ),
        (SettingCatalogue.stopTrigger.info, "Brackets", nil),
        (SettingCatalogue.fills.info, "Paper trading, files, logging", nil),
        (
            SettingCatalogue.notifyCommand.info, "Telling a trader away from the desk",
            "docs/operations.md has examples for Discord, Slack, Telegram and watchdogs."
        ),
    ]

    /// The text of the file.
    package static var text: String {
        var text = head
        for setting in SettingCatalogue.all {
            if let part = parts.first(where: { $0.first == setting }) {
                let title = "# ---- \(part.title) "
                text += "\n" + title + String(repeating: "-", count: headingWidth - title.count) + "\n"
                if let note = part.note { text += comment(note) }
            }
            text += "\n" + comment(setting.summary)
            let unit = setting.unit.map { "Unit: \($0). " } ?? ""
            let fallback = setting.defaultText.map { "Default: \($0)." } ?? "No default."
            text += comment("\(unit)Allowed: \(setting.allowed).", unbroken: fallback)
            text += "#\(setting.name)=\(setting.defaultText ?? "")\n"
        }
        return text
    }

    /// Text as a comment, wrapped at words; `unbroken` comes last and stays on one line.
    private static func comment(_ text: String, unbroken: String? = nil) -> String {
        var lines: [String] = []
        var current = "#"
        for word in text.split(separator: " ").map(String.init) + (unbroken.map { [$0] } ?? []) {
            if current.count + 1 + word.count > width {
                lines.append(current)
                current = "#"
            }
            current += " " + word
        }
        lines.append(current)
        return lines.map { $0 + "\n" }.joined()
    }
}
