import Foundation
import Testing

/// `kbot explain`, and `kbot stubs`.
@Suite struct ExplainTests {
    private struct Document: Decodable {
        struct Reason: Decodable {
            struct Setting: Decodable {
                let name: String
                let option: String
            }

            let code: String
            let places: [String]
            let meaning: String
            let settings: [Setting]
        }

        let reasons: [Reason]
    }

    private func document(_ result: Kbot.Result) throws -> [Document.Reason] {
        try JSONDecoder().decode(Document.self, from: Data(result.output.utf8)).reasons
    }

    @Test(arguments: ["MAX_EXPOSURE", "max-exposure", "max_exposure"])
    func `a code is explained with the setting that changes it`(code: String) throws {
        let result = try Kbot.run("explain", code)
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output.hasPrefix("MAX_EXPOSURE\n  Where         signal denied\n  Meaning       "))
        #expect(result.output.contains("MAX_EXPOSURE or --max-exposure: "))
    }

    @Test func `without a code every one is listed, in text and in JSON`() throws {
        let text = try Kbot.run("explain")
        #expect(text.status == 0 && text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let reasons = try document(try Kbot.run("explain", "--json"))
        #expect(reasons.count > 50 && reasons.allSatisfy { !$0.meaning.isEmpty && !$0.places.isEmpty })
        for reason in reasons { #expect(text.output.contains("\n  \(reason.code)\n"), "\(reason.code)") }
        let help = try Kbot.run("run", "--help").output
        for setting in reasons.flatMap(\.settings) {
            #expect(help.contains("\n  \(setting.option) "), "\(setting.option)")
        }
    }

    @Test func `a word for two things is explained as both`() throws {
        let reasons = try document(try Kbot.run("explain", "expired", "--json"))
        #expect(reasons.map(\.places) == [["cancelled"], ["rejected"]])
    }

    @Test func `a code that is not kbot's leaves with exit code 2, with the one that was meant`() throws {
        let result = try Kbot.run("explain", "MAX_EXPOSRE")
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains("no code 'MAX_EXPOSRE'; did you mean MAX_EXPOSURE?"), "\(result.errors)")
        let far = try Kbot.run("explain", "MY_OWN_WORD", "--json")
        #expect(far.status == 2 && far.output.isEmpty && !far.errors.contains("did you mean"))
    }

    @Test func `stubs go to standard output or to a file`() throws {
        let folder = TestFolder()
        let shown = try Kbot.run("stubs")
        #expect(shown.status == 0 && shown.output.hasPrefix("---@meta"))
        let written = try Kbot.run("stubs", "--output", "a/b/kbot.lua", in: folder.url)
        #expect(written.status == 0 && written.output.isEmpty && folder.read("a/b/kbot.lua") == shown.output)
        try folder.write("file", "")
        let refused = try Kbot.run("stubs", "--output", "file/kbot.lua", in: folder.url)
        #expect(refused.status == 1 && refused.errors.contains("file/kbot.lua cannot be written"))
    }
}
