import Foundation
import KBotScripting
import Testing

@testable import KBotRuntime

@Suite struct ScriptLibraryTests {
    private let home: FeedFolder

    init() throws {
        home = try FeedFolder()
        try FileManager.default.createDirectory(atPath: home.path + "/strategies", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: home.path + "/risk-rules", withIntermediateDirectories: true)
    }

    private var library: ScriptLibrary { ScriptLibrary(home: home.path) }

    @Test func `a script is looked for as given, in the folder of its kind here, then among those shipped`() {
        #expect(
            ScriptLibrary(home: "/share").candidates("my.lua", on: .strategies) == [
                "my.lua", "strategies/my.lua", "/share/strategies/my.lua",
            ]
        )
        #expect(
            ScriptLibrary(home: "/share").candidates("my", on: .riskRules) == [
                "my", "my.lua", "risk-rules/my.lua", "/share/risk-rules/my.lua",
            ]
        )
        #expect(ScriptLibrary(home: "/share").candidates("/a/my.lua", on: .strategies) == ["/a/my.lua"])
        #expect(ScriptLibrary(home: nil).candidates("my.lua", on: .strategies).count == 2)
    }

    @Test func `KBOT_HOME names the shipped scripts, else the share folder beside the program does`() {
        let told = ScriptLibrary(environment: ["KBOT_HOME": "/k"], program: "/opt/bin/kbot")
        #expect(told.candidates("x.lua", on: .strategies).last == "/k/strategies/x.lua")
        let installed = ScriptLibrary(environment: ["KBOT_HOME": ""], program: "/opt/bin/kbot")
        #expect(installed.candidates("x.lua", on: .strategies).last == "/opt/share/kbot/strategies/x.lua")
    }

    @Test func `a script carries the SHA-256 of its text`() throws {
        try home.write("strategies/abc.lua", "abc")
        let file = try #require(try library.find("abc", on: .strategies))
        // The hash of "abc" from the standard that defines SHA-256.
        #expect(file.hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(file.name == "abc.lua" && file.text == "abc")
        #expect(sha256(Data()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `the shelves are apart, and folders are no scripts`() throws {
        try home.write("risk-rules/only.lua", "return 1")
        #expect(try library.find("only", on: .riskRules) != nil)
        #expect(try library.find("only", on: .strategies) == nil)
        #expect(try library.find(home.path, on: .strategies) == nil)
    }

    @Test func `what is no text or far too large is refused by name`() throws {
        let binary = try home.write("strategies/binary.lua", [0x1B, 0x4C, 0x75, 0x61, 0xFF, 0xFE])
        let failure = #expect(throws: RunFailure.self) { try library.find("binary", on: .strategies) }
        #expect(failure?.message == "\(binary): not UTF-8 text (compiled Lua is not accepted)")
        let large = try home.write("strategies/large.lua", String(repeating: "-- x\n", count: 200_000))
        let second = #expect(throws: RunFailure.self) { try library.find("large", on: .strategies) }
        #expect(second?.code == .script && second?.message == "\(large): larger than 512 KiB: this is no script")
    }

    @Test func `a module is a file beside the script`() throws {
        let path = try home.write("strategies/main.lua", "return {}")
        try home.write("strategies/helper_2.lua", "return 2")
        let finder = ScriptLibrary.modules(beside: try ScriptLibrary.read(path))
        guard case .success(let module) = finder("helper_2") else {
            Issue.record("the module was not found")
            return
        }
        #expect(module.text == "return 2" && module.name == "helper_2.lua")
    }

    @Test(arguments: ["../secret", "/etc/passwd", "a/b", "..", "", "a.b", "secret\0", "sécret", "~/secret"])
    func `no name of a module leads out of the folder`(name: String) throws {
        try home.write("secret.lua", "return 'secret'")
        let path = try home.write("strategies/main.lua", "return {}")
        let finder = ScriptLibrary.modules(beside: try ScriptLibrary.read(path))
        guard case .failure(let failure) = finder(name) else {
            Issue.record("\(name) was found")
            return
        }
        #expect(failure.description.hasPrefix("module '\(name)'"))
    }
}
