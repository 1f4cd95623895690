import KBotModel
import KBotReports

/// What the markets of a run charge, in words.
extension MarketFilter {
    /// By which rule fills were charged; empty when none was.
    var feeNotes: [String] {
        let closing = schedules.closing.filter { !$0.isFree }
        let endless = schedules.endless.filter { !$0.isFree }
        let steps = Set(closing.union(endless).map(\.step))
        guard !steps.isEmpty else { return [] }
        let (border, old) = (FeeSchedule.fineSince.utcDay, FeeSchedule.step(at: .distantPast))
        // A market without an end is charged by the rule in force where its data begin.
        let markets =
            endless.isEmpty
            ? "markets that close before"
            : closing.isEmpty
                ? "markets without an end whose data begin before"
                : "markets that close, or without an end begin, before"
        let rule =
            if steps == [old] {
                "up to a whole cent, the rule for \(markets) \(border)"
            } else if steps.contains(old) {
                "up to a whole cent in \(markets) \(border), to $0.0001 in later ones"
            } else {
                "up to $0.0001, the rule since \(border)"
            }
        return [
            "fees: the formula of crypto markets (takers 0.07 × count × P × (1 − P), makers nothing), each fill's rounded \(rule)"
        ]
    }

    /// Whether fills were charged at all.
    var feesCharged: FeesCharged {
        let all = schedules.closing.union(schedules.endless)
        let free = all.count(where: \.isFree)
        return free == 0 ? .all : free == all.count ? .none : .some
    }
}
