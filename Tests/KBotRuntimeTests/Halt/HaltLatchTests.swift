import Foundation
import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

@Suite struct HaltLatchTests {
    private let home: FeedFolder
    private let accounts: AccountFolder
    private let latch = HaltLatch(
        code: "OPERATOR_HALT",
        reason: "news at 14:30",
        since: Timestamp(seconds: 1_795_389_402),
        who: .command
    )

    init() throws {
        home = try FeedFolder()
        accounts = AccountFolder(stateDirectory: home.path)
    }

    private func permissions(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func `a halt is kept for its owner alone, and read as it was written`() throws {
        #expect(accounts.latch("main") == nil && accounts.names.isEmpty)
        try accounts.write(latch, for: "main")
        #expect(accounts.latch("main") == latch && accounts.latch("main")?.isHalted == true)
        #expect(try permissions(accounts.path) == 0o700)
        #expect(try permissions(accounts.path + "/main.halt") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: accounts.path) == ["main.halt"])
        var resumed = latch
        resumed.resumed = Timestamp(seconds: 1_795_389_500)
        try accounts.write(resumed, for: "main")
        #expect(accounts.latch("main") == resumed && accounts.latch("main")?.isHalted == false)
        accounts.remove("main")
        #expect(accounts.latch("main") == nil)
    }

    @Test func `accounts are known by their locks and halts`() throws {
        try accounts.write(latch, for: "b-1")
        for name in ["a.lock", "b-1.lock", "x.txt", ".hidden.lock", "no space.lock", "lock"] {
            try Data().write(to: URL(fileURLWithPath: accounts.path + "/" + name))
        }
        #expect(accounts.names == ["a", "b-1"])
    }

    @Test(arguments: ["", "{", "{}", #"{"code":"X","reason":"","since":"soon","who":"run"}"#])
    func `a damaged file counts as a halt`(text: String) throws {
        try accounts.write(latch, for: "main")
        try Data(text.utf8).write(to: URL(fileURLWithPath: accounts.path + "/main.halt"))
        let read = try #require(accounts.latch("main"))
        #expect(read.isHalted && read.reason.contains("main.halt says that the account is halted, but it is damaged"))
    }

    @Test func `a folder in its place counts as a halt`() throws {
        try FileManager.default.createDirectory(
            atPath: accounts.path + "/main.halt",
            withIntermediateDirectories: true
        )
        #expect(accounts.latch("main")?.isHalted == true)
    }

    @Test(arguments: ["", "../up", "a/b", ".a", "a b", "ä", String(repeating: "a", count: 65)])
    func `what cannot be a name is none`(name: String) {
        #expect(!AccountFolder.isName(name))
        #expect(throws: ControlError.self) { try accounts.write(latch, for: name) }
    }

    @Test func `a halt that cannot be written says why, and leaves the one before`() throws {
        try accounts.write(latch, for: "main")
        try FileManager.default.createDirectory(
            atPath: accounts.path + "/other.halt/inside",
            withIntermediateDirectories: true
        )
        let error = #expect(throws: ControlError.self) { try accounts.write(latch, for: "other") }
        #expect(error?.message.contains("other.halt") == true)
        #expect(accounts.latch("main") == latch)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: accounts.path).sorted() == ["main.halt", "other.halt"]
        )
    }
}

@Suite struct HaltRequestTests {
    @Test(arguments: [
        ("news", "news"), ("  two\nlines\r\n", "two lines"), ("\u{1B}[2Jgone", "?[2Jgone"), ("", "no reason was given"),
        (nil, "no reason was given"), (String(repeating: "x", count: 300), String(repeating: "x", count: 199) + "…"),
    ])
    func `a reason is one line that no terminal obeys`(given: String?, shown: String) {
        #expect(HaltRequest(source: .file, reason: given).reason == shown)
    }

    @Test func `an order to flatten halts first, and one to cancel takes targets away`() {
        let flatten = HaltRequest(source: .command, reason: "news", flattens: true)
        #expect(
            flatten.commands == [
                .halt(until: nil, code: "OPERATOR_HALT", reason: "news (kbot halt)"), .flatten,
            ]
        )
        let cancel = HaltRequest(source: .command, reason: "news", cancels: true)
        #expect(
            cancel.commands == [
                .halt(until: nil, code: "OPERATOR_HALT", reason: "news (kbot halt)", cancelsTargets: true)
            ]
        )
    }
}
