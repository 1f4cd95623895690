/// Why data cannot be read, in words that tell what to do.
package enum FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file or folder cannot be opened or read.
    case unreadable(path: String, reason: String)
    /// A file is none of the kinds that feeds read.
    case unrecognized(path: String, reason: String)
    /// A folder holds no recording.
    case emptyDirectory(path: String)
    /// A line cannot be read.
    case malformed(Defect)
    /// A compressed file ends in the middle.
    case truncated(path: String, line: Int)
    /// A compressed file is damaged.
    case damaged(path: String, line: Int, reason: String)
    /// A line is longer than any recording's.
    case lineTooLong(path: String, line: Int)
    /// The data do not have what was asked for; the sentence names it.
    case missing(String)

    /// One line that cannot be read.
    package struct Defect: Hashable, Sendable, CustomStringConvertible {
        /// The file's name.
        package let file: String
        /// Number of the line, from 1 on, uncompressed.
        package let line: Int
        /// The column of a CSV file; nil when the line as a whole is wrong.
        package let column: String?
        /// What is wrong.
        package let reason: String

        /// `file:line: column name: reason`.
        package var description: String {
            "\(file):\(line): " + (column.map { "column \($0): " } ?? "") + reason
        }
    }

    /// What is wrong, and what to do.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .unrecognized(let path, let reason): "\(path): \(reason)"
        case .emptyDirectory(let path):
            "\(path): no recording in this folder (trades as .csv, frames as .jsonl, plain or .gz)"
        case .malformed(let defect): defect.description
        case .truncated(let path, let line):
            "\(path): the compressed file ends in the middle, after line \(line): what follows is missing; copy it again"
        case .damaged(let path, let line, let reason):
            "\(path): the compressed file is damaged after line \(line) (\(reason)): what follows is missing; copy it again"
        case .missing(let text): text
        case .lineTooLong(let path, let line): "\(path):\(line): the line is longer than 16 MiB: this is no recording"
        }
    }
}
