/// A file whose rows are, or are to be, in the catalogue.
package struct DataSource: Hashable, Sendable {
    /// What a file holds.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case frames, trades, candles, spot, markets
    }

    /// SHA-256 of its lines.
    package let sha256: String
    /// Its lines.
    package let lines: Int
    /// What it holds.
    package let kind: Kind
    /// Its name.
    package let name: String
    /// Where it was when it was imported.
    package let path: String
    /// Rows of it in the catalogue.
    package var rows = 0
    /// Rows that the catalogue already had from another file.
    package var known = 0
    /// Candles that differ from those which the catalogue had from another file, and were left out; known when it is
    /// imported.
    package var contrary = 0
    /// Lines that could not be read.
    package var skipped = 0
    /// What the reader of a report should know, a line each.
    package var notes: [String] = []

    /// Names a file.
    package init(sha256: String, lines: Int, kind: Kind, name: String, path: String) {
        self.sha256 = sha256
        self.lines = lines
        self.kind = kind
        self.name = name
        self.path = path
    }
}
