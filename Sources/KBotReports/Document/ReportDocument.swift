/// A report as it was written: the JSON, and what it says.
///
/// The JSON is the one source of every form made from it. The page asks it for each number by a JSON Pointer, so that a
/// number in the page is a number in the document by construction.
public struct ReportDocument: Sendable {
    /// The document; of an older form, brought up to the present one.
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
        report = try RunReport(json: tree)
        // An older document lacks what later ones calculate; written anew it has it.
        json = tree["schema"]?.int == RunReport.schemaVersion ? tree : Self.tree(of: report)
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
