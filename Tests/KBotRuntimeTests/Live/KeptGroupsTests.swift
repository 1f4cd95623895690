import Foundation
import KBotKalshi
import Testing

@testable import KBotRuntime

struct KeptGroupsTests {
    private let folder: FeedFolder
    private let kept: KeptGroups

    init() throws {
        folder = try FeedFolder()
        kept = KeptGroups(stateDirectory: folder.path, account: "live")
        try FileManager.default.createDirectory(atPath: folder.path + "/accounts", withIntermediateDirectories: false)
    }

    @Test func `what is kept is read again, by the owner alone`() throws {
        #expect(try kept.read() == [])
        let groups = [
            KeptOrderGroup(OrderGroupName(id: "0f0f-1", shard: 2), isTriggered: true),
            KeptOrderGroup(OrderGroupName(id: "0f0f-2", shard: 0, subaccount: 3)),
        ]
        try kept.write(groups)
        #expect(try kept.read() == groups)
        let mode = try FileManager.default.attributesOfItem(atPath: kept.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try kept.write([])
        #expect(try kept.read() == [])
        #expect(AccountFolder(stateDirectory: folder.path).names == [])
    }

    @Test(arguments: ["", "{}", #"[{"id":1}]"#, "["])
    func `what cannot be read is told with its path`(text: String) throws {
        try folder.write("accounts/live.groups", text)
        let error = #expect(throws: ControlError.self) { try kept.read() }
        #expect(error?.message.contains("accounts/live.groups cannot be read") == true)
    }
}
