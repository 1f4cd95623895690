import Foundation
import KBotEngine
import KBotModel
import Testing

/// Every word that kbot gives as a reason is explained, and nothing else is.
@Suite struct ReasonCatalogueTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The codes that the sources declare.
    private func declaredCodes() throws -> [String] {
        let sources = Self.root.appendingPathComponent("Sources")
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
        return try files.sorted().flatMap { file in
            let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
            return text.matches(of: /static let \w+(?:: ReasonCode = |\s*=\s*ReasonCode\()"([^"]+)"/).map {
                String($0.1)
            }
        }
    }

    private func words(in places: Set<ReasonEntry.Place>) -> [String] {
        ReasonCode.catalogue.filter { $0.places.first.map(places.contains) ?? false }.map(\.code.text)
    }

    @Test func `every code of the sources has one entry, and every entry a code`() throws {
        let declared = try declaredCodes()
        #expect(declared.count > 30)
        let told = words(in: [.noSignal, .denied, .blocked, .verdict, .warning])
        #expect(told.sorted() == declared.sorted())
    }

    @Test func `every end of an order or a position has an entry`() {
        #expect(words(in: [.cancelled]) == CancelReason.allCases.map(\.rawValue))
        #expect(words(in: [.rejected]) == RejectReason.allCases.map(\.rawValue))
        #expect(words(in: [.exit]) == ClosedTrade.Exit.allCases.map(\.rawValue))
    }

    @Test(arguments: ReasonCode.catalogue)
    func `an entry has a place, and says in whole sentences what it means and what to do`(entry: ReasonEntry) {
        #expect(!entry.places.isEmpty && Set(entry.places).count == entry.places.count)
        for text in [entry.meaning, entry.advice] {
            #expect(text.hasSuffix(".") && (12...260).contains(text.count), "\(text)")
            #expect(!text.contains("  ") && text.first?.isLowercase != true || text.hasPrefix("kbot"), "\(text)")
        }
    }

    @Test(arguments: ["MAX_EXPOSURE", "max_exposure", "max-exposure", "Max Exposure"])
    func `a code is found however it is written`(text: String) {
        #expect(ReasonCode(text).entries.map(\.code) == [.maxExposure])
    }

    @Test func `a word that stands for two things gives both`() {
        #expect(ReasonCode("EXPIRED").entries.map(\.places) == [[.cancelled], [.rejected]])
        #expect(ReasonCode("market-inactive").entries.map(\.places) == [[.denied], [.rejected]])
        #expect(ReasonCode("MY_OWN").entries.isEmpty && ReasonCode("").entries.isEmpty)
    }

    @Test func `the tables of the reference name each`() throws {
        let reference = Self.root.appendingPathComponent("docs/scripting-api.md")
        let rows = try String(contentsOf: reference, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        let named = Set(
            rows.flatMap { row in
                (row.dropFirst().split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map { String($0.1) }
            }
        )
        for entry in ReasonCode.catalogue { #expect(named.contains(entry.code.text), "\(entry.code)") }
    }
}
