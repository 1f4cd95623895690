import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel

/// The order groups at the venue: taken over from a run that was killed, and unlocked by `kbot resume`.
extension TradingRun {
    /// The code of the halt that a group's limit brings about.
    static let groupLimit: ReasonCode = "ORDER_GROUP_LIMIT"

    /// Goes on with the groups of the account's earlier runs, and keeps what becomes of them.
    func takeOverGroups() {
        guard let desk = venue?.desk, let account = book?.account else { return }
        let kept = KeptGroups(stateDirectory: settings.stateDirectory, account: account.account.name)
        do throws(ControlError) {
            // An account that begins anew is not halted by what another one did.
            desk.takeOver(try kept.read(), unlocks: account.left == nil)
        } catch {
            terminal.say("warning: \(error)")
        }
        desk.keepGroups = { [unowned self] groups in
            do throws(ControlError) {
                try kept.write(groups)
            } catch {
                terminal.say("warning: the order groups of the account cannot be kept for its next run: \(error)")
            }
        }
    }

    /// A group's limit was reached: nothing more is entered until somebody has looked, in this run or the next.
    func hearTriggeredGroup(_ text: String) throws {
        try session?.command(.halt(until: nil, code: Self.groupLimit, reason: text))
    }

    /// Lets a pause do its work; when it ends a halt, what the venue had locked is unlocked.
    func pauseAtVenue(_ runner: VenueRunner) throws {
        let wasHalted = session?.read { $0.isHalted } ?? false
        try session?.pause()
        guard wasHalted, session?.read({ $0.isHalted }) == false else { return }
        runner.tell { desk, time, _ in desk.resetGroups(at: time) }
    }
}
