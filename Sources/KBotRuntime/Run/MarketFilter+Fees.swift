import KBotModel
import KBotReports

/// What the markets of a run charge, in words.
extension MarketFilter {
    /// By which rule fills were charged; empty when none was.
    var feeNotes: [String] {
        let steps = Set(schedules.filter { !$0.isFree }.map(\.step))
        guard !steps.isEmpty else { return [] }
        let (border, old) = (FeeSchedule.fineSince, FeeSchedule.step(at: .distantPast))
        let rule =
            if steps == [old] {
                "up to a whole cent, the rule for markets that close before \(border.utcDay)"
            } else if steps.contains(old) {
                "up to a whole cent in markets that close before \(border.utcDay), to $0.0001 in later ones"
            } else {
                "up to $0.0001, the rule since \(border.utcDay)"
            }
        return [
            "fees: the formula of crypto markets (takers 0.07 × count × P × (1 − P), makers nothing), each fill's rounded \(rule)"
        ]
    }

    /// Whether fills were charged at all.
    var feesCharged: FeesCharged {
        let free = schedules.count(where: \.isFree)
        return free == 0 ? .all : free == schedules.count ? .none : .some
    }
}
