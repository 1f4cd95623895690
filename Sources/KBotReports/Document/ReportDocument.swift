/// A report: the JSON, and what it says.
///
/// The JSON is the one source of every form made from it. The page asks it for each number by a JSON Pointer, so that a
/// number in the page is a number in the document by construction.
public struct ReportDocument: Sendable {
    /// The document as this version writes it. One that was read is written anew: for a sound one that makes no difference,
    /// an older one gets what it lacks, and every number of a damaged one has passed the reader's bounds or was calculated
    /// from such.
    public let json: JSONTree
    /// What it says.
    public let report: RunReport

    /// Reads a document.
    ///
    /// - Parameter bytes: What ``RunReport/jsonDocument(pretty:)`` wrote, of this version or an earlier one.
    /// - Throws: ``ReportReadError``.
    public init(parsing bytes: [UInt8]) throws(ReportReadError) {
        let tree: JSONTree
        do throws(JSONTree.ParseError) {
            tree = try JSONTree(parsing: bytes)
        } catch {
            throw ReportReadError(pointer: "", problem: "not a JSON document: \(error)")
        }
        self.init(try RunReport(json: tree))
    }

    /// The document of a report.
    public init(_ report: RunReport) {
        self.report = report
        json = Self.tree(of: report)
    }

    private static func tree(of report: RunReport) -> JSONTree {
        do throws(JSONTree.ParseError) {
            return try JSONTree(parsing: report.jsonDocument(pretty: false))
        } catch {
            preconditionFailure("kbot's own document cannot be read: \(error)")
        }
    }
}
