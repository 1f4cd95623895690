import Foundation
import KBotKalshi

/// The order groups an account has at the venue, kept across runs in `STATE_DIR/accounts/NAME.groups`: a small JSON file of
/// its owner alone.
///
/// The venue names groups by ids of its own, so a run that comes after a kill could not tell those of its account from
/// others'. A group is in the file before an order can rest in it.
struct KeptGroups {
    private let folder: AccountFolder
    private let account: String

    /// A group as it is written.
    private struct Entry: Codable {
        let id: String
        let shard: Int32
        let subaccount: Int32?
        let isTriggered: Bool
    }

    /// Names the file; nothing is read.
    init(stateDirectory: String, account: String) {
        folder = AccountFolder(stateDirectory: stateDirectory)
        self.account = account
    }

    /// Where they are kept.
    var path: String { "\(folder.path)/\(account).groups" }

    /// What was kept last; none when nothing was.
    ///
    /// - Throws: ``ControlError`` when there is something that cannot be read.
    func read() throws(ControlError) -> [KeptOrderGroup] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)), data.count <= 64 << 10,
            let entries = try? JSONDecoder().decode([Entry].self, from: data)
        else { throw ControlError("\(path) cannot be read: the order groups of an earlier run are not known") }
        return entries.map { entry in
            let name = OrderGroupName(id: entry.id, shard: entry.shard, subaccount: entry.subaccount)
            return KeptOrderGroup(name, isTriggered: entry.isTriggered)
        }
    }

    /// Keeps groups in the place of those before, on the disk before this returns.
    ///
    /// - Throws: ``ControlError`` when the file cannot be written; what stood there before stays.
    func write(_ groups: [KeptOrderGroup]) throws(ControlError) {
        let entries = groups.map {
            Entry(id: $0.name.id, shard: $0.name.shard, subaccount: $0.name.subaccount, isTriggered: $0.isTriggered)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(entries) else { return }
        try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path, synchronously: true)
    }
}
