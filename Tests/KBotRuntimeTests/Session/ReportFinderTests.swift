import Foundation
import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

@Suite struct ReportFinderTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-finder-\(UUID())")
    private let bytes: [UInt8]

    init() throws {
        let start = Timestamp(seconds: 1_777_314_600)
        let facts = RunFacts(
            id: "r7",
            version: "1",
            mode: "paper",
            feed: "sim",
            isSimulated: true,
            from: start,
            to: start + .hours(1),
            fillModel: FillModelFacts(name: "realistic")
        )
        let tracker = PerformanceTracker(startEquity: Money(dollars: 10), started: start)
        let report = RunReport(facts: facts, tracker: tracker, endEquity: Money(dollars: 10), funnel: Funnel())
        bytes = report.jsonDocument()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appendingPathComponent(ReportFinder.fileName))
    }

    @Test func `a file, a folder and a run of the journal are found`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let document = bytes
        let finder = ReportFinder { name in name == "r7" ? Data(document) : nil }
        let names = ["r7", folder.path, folder.appendingPathComponent(ReportFinder.fileName).path]
        for name in names { #expect(try finder.document(name).report.facts.id == "r7", "\(name)") }
    }

    @Test func `what is not there is a wrong use, what cannot be read is bad data`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = #expect(throws: RunFailure.self) { try ReportFinder().document("r8") }
        #expect(missing?.code == .usage && missing?.message.contains("no run in the journal") == true)
        let other = folder.appendingPathComponent("other.json")
        try Data("{\"run\": {}, \"metrics\": {}}".utf8).write(to: other)
        let broken = #expect(throws: RunFailure.self) { try ReportFinder().document(other.path) }
        #expect(broken?.code == .data && broken?.message.contains("/run/id") == true)
        try FileManager.default.removeItem(at: folder.appendingPathComponent(ReportFinder.fileName))
        let empty = #expect(throws: RunFailure.self) { try ReportFinder().document(folder.path) }
        #expect(empty?.code == .usage)
    }
}
