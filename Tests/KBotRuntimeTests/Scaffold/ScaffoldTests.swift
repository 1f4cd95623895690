import Foundation
import KBotEngine
import Testing

@testable import KBotRuntime

/// Several files are written, or none.
@Suite struct ScaffoldTests {
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private let files = [
        ScaffoldFile(path: "a.txt", text: "new a"), ScaffoldFile(path: "deep/er/b.txt", text: "new b"),
    ]

    private func write(
        _ files: [ScaffoldFile],
        overwriting: Bool = false
    ) throws(RunFailure) -> [ScaffoldResult.Outcome] {
        try FolderWriter(folder: folder.path, overwriting: overwriting).write(files).map(\.outcome)
    }

    private func read(_ name: String) -> String? {
        try? String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
    }

    /// Everything in the folder, sorted.
    private var contents: [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    @Test func `files and their folders are made, and nothing besides`() throws {
        #expect(try write(files) == [.made, .made])
        #expect(contents == ["a.txt", "deep", "deep/er", "deep/er/b.txt"])
        #expect(read("a.txt") == "new a" && read("deep/er/b.txt") == "new b")
    }

    @Test func `the folder itself is made`() throws {
        let place = folder.path + "/one/two"
        #expect(try FolderWriter(folder: place, overwriting: false).write(files).count == 2)
        #expect(read("one/two/a.txt") == "new a")
    }

    @Test func `what is there is kept, even a link that leads nowhere`() throws {
        try folder.write("a.txt", "mine")
        #expect(try write(files) == [.kept, .made])
        #expect(read("a.txt") == "mine")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "nowhere")
        #expect(try write([ScaffoldFile(path: "link", text: "x")]) == [.kept])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere"))
    }

    @Test func `what is there is overwritten on demand`() throws {
        try folder.write("a.txt", "mine")
        #expect(try write(files, overwriting: true) == [.replaced, .made])
        #expect(read("a.txt") == "new a" && contents.count == 4)
    }

    @Test func `a file where a folder is wanted stops it before anything is written`() throws {
        try folder.write("deep", "a file")
        let failure = #expect(throws: RunFailure.self) { try write(files) }
        #expect(failure?.message == "\(folder.path)/deep: a file where a folder is wanted; nothing was written")
        #expect(contents == ["deep"])
    }

    @Test func `a folder where a file is wanted is kept, and not overwritten`() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/a.txt", withIntermediateDirectories: true)
        let failure = #expect(throws: RunFailure.self) { try write(files, overwriting: true) }
        #expect(failure?.message.contains("no ordinary file") == true)
        #expect(contents == ["a.txt"])
        #expect(try write(files) == [.kept, .made])
    }

    @Test func `when the last file cannot be put in its place, everything is as it was`() throws {
        try folder.write("a.txt", "mine")
        let impossible = ScaffoldFile(path: "deep/" + String(repeating: "x", count: 300), text: "")
        let failure = #expect(throws: RunFailure.self) { try write(files + [impossible], overwriting: true) }
        #expect(failure?.code == .other && failure?.message.contains("nothing was written") == true)
        #expect(contents == ["a.txt"] && read("a.txt") == "mine")
    }

    @Test func `a folder has its settings, scripts, tests and definitions`() throws {
        let scaffold = try Scaffold(library: ScriptLibrary(home: Self.root))
        #expect(
            scaffold.files.map(\.path) == [
                ".env.example", ".gitignore", ".luarc.json", "README.md", "risk-rules/my_rule.lua",
                "risk-rules/my_rule_test.lua", "strategies/_meta/kbot.lua", "strategies/my_strategy.lua",
                "strategies/my_strategy_test.lua",
            ]
        )
        #expect(scaffold.files.allSatisfy { $0.text.hasSuffix("\n") })
    }

    @Test func `the editor's settings are those of the repository`() throws {
        let template = try ScriptLibrary(home: Self.root).template("luarc.json")
        #expect(template == (try String(contentsOfFile: Self.root + "/.luarc.json", encoding: .utf8)))
        let object = try JSONSerialization.jsonObject(with: Data(template.utf8)) as? [String: Any]
        #expect(object?["workspace.library"] as? [String] == ["strategies/_meta"])
    }

    @Test func `missing templates are told with their place`() {
        let failure = #expect(throws: RunFailure.self) { try Scaffold(library: ScriptLibrary(home: "/nowhere")) }
        #expect(failure?.message.hasPrefix("/nowhere/templates/gitignore: not there") == true)
    }

    @Test(arguments: ReasonCode.catalogue.filter { !$0.settings.isEmpty })
    func `the settings that explain names exist`(entry: ReasonEntry) {
        for name in entry.settings { #expect(SettingCatalogue.all.contains { $0.name == name }, "\(name)") }
    }
}
