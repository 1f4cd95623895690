import Foundation
import KBotModel
import Testing

@testable import KBotJournal

@Suite struct JournalAccountTests {
    private let now = JournalStage.start

    @Test func `an account is begun once and found again`() throws {
        let stage = try JournalStage()
        let account = try stage.open().account(named: "main", kind: .live, identity: "abc", now: now)
        #expect(account.tag.utf8.count == 8)
        #expect(account.tag.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(account.orderPrefix == "kbot-\(account.tag)")
        #expect(try stage.open().account(named: "main", kind: .live, identity: "abc", now: now + .hours(1)) == account)
        #expect(try stage.open(.readOnly).accounts() == [account])
    }

    @Test func `a name does not come to mean another key or another kind of money`() throws {
        let journal = try JournalStage().open()
        _ = try journal.account(named: "main", kind: .live, identity: "abc", now: now)
        for (kind, identity) in [(JournalAccount.Kind.live, "other"), (.demo, "abc"), (.paper, "abc")] {
            let first = #expect(throws: JournalError.self) {
                try journal.account(named: "main", kind: kind, identity: identity, now: now)
            }
            #expect(first?.description.contains("another --account") == true)
            #expect(throws: JournalError.self) {
                try journal.freshAccount(named: "main", kind: kind, identity: identity, now: now)
            }
        }
        #expect(try journal.accounts().count == 1)
    }

    @Test func `a fresh account has another tag, and the old one stays as history`() throws {
        let journal = try JournalStage().open()
        let old = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", old))
        try run.save(JournalStage.checkpoint(1))
        try run.end()
        let new = try journal.freshAccount(named: "main", kind: .paper, identity: "abc", now: now + .hours(1))
        #expect(new.tag != old.tag)
        #expect(try journal.lastCheckpoint(of: new) == nil)
        #expect(try journal.lastCheckpoint(of: old) != nil)
        #expect(try journal.accounts().map(\.ended) == [nil, now + .hours(1)])
        #expect(try journal.account(named: "main", kind: .paper, identity: "abc", now: now) == new)
        let next = try journal.begin(JournalStage.facts("r2", new))
        #expect(next.epoch == 0)
        try next.end()
    }

    @Test func `each run of an account has the next epoch, and one that never ended has crashed`() throws {
        let stage = try JournalStage()
        for epoch in 0..<4 {
            let journal = try stage.open()
            let run = try journal.begin(JournalStage.facts("r\(epoch)", JournalStage.paperAccount(journal)))
            #expect(run.epoch == Int32(epoch))
            if epoch.isMultiple(of: 2) { try run.end() }
        }
        let runs = try stage.open(.readOnly).runs(limit: 10)
        #expect(runs.map(\.ending) == [nil, "done", "crashed", "done"])
        #expect(runs.map(\.epoch) == [3, 2, 1, 0])
    }

    @Test func `an account is held by one, and a lock that ends lets go`() throws {
        let stage = try JournalStage()
        var lock: AccountLock? = try AccountLock(account: "main", stateDirectory: stage.state)
        #expect(throws: AccountLock.Failure.held(account: "main", pid: getpid())) {
            try AccountLock(account: "main", stateDirectory: stage.state)
        }
        let other = try AccountLock(account: "other", stateDirectory: stage.state)
        withExtendedLifetime((lock, other)) {}
        lock = nil
        _ = try AccountLock(account: "main", stateDirectory: stage.state)
        let attributes = try FileManager.default.attributesOfItem(atPath: stage.state + "/accounts/main.lock")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "a b", "ä", String(repeating: "x", count: 65)])
    func `what cannot be a file's name is no account's name`(name: String) throws {
        let stage = try JournalStage()
        #expect(throws: AccountLock.Failure.name(name)) {
            try AccountLock(account: name, stateDirectory: stage.state)
        }
    }
}
