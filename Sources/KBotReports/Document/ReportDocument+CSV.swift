import KBotModel

extension ReportDocument {
    /// Names of the columns of ``csv()``, each a field of a trade in the document.
    public static let csvColumns = [
        "market", "strategy", "direction", "count", "entry_price", "exit_price", "gross_pnl", "fees", "net_pnl",
        "opened",
        "closed", "exit", "r_multiple", "planned_entry", "planned_stop", "planned_target", "entry_value", "exit_value",
        "settled_count", "entry_slippage", "exit_slippage",
    ]

    /// The closed trades as CSV (RFC 4180), one a line in the order in which they were closed, after a line of names.
    ///
    /// A figure stands as it stands in the document; one without a value is empty. A text that a spreadsheet would take
    /// for a formula gets an apostrophe in front.
    public func csv() -> String {
        var text = Self.csvColumns.joined(separator: ",") + "\r\n"
        for trade in json["trades"]?.elements ?? [] {
            text += Self.csvColumns.map { Self.field(trade[$0]) }.joined(separator: ",") + "\r\n"
        }
        return text
    }

    private static func field(_ value: JSONTree?) -> String {
        guard var text = value?.text else { return "" }
        if let first = text.utf8.first, "=+-@\t\r".utf8.contains(first), Ratio(text) == nil { text = "'" + text }
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
