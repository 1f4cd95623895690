import ArgumentParser
import Foundation
import KBotKalshi
import KBotModel
import KBotRuntime

/// `kbot flatten`: cancels orders and closes positions that a run left behind.
struct Flatten: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel kbot's orders and close its positions; shows first what it would do.",
        discussion: """
            Only what kbot placed is touched; --all means everything on the account (or subaccount), whoever placed it. \
            Positions are closed with orders that take at once, at most ten cents through the touch, and can only reduce. \
            Stop a run that is under way first. Leaves with 5 when something is still open.

            Examples:
              kbot flatten
              kbot flatten --yes
            """
    )

    @Flag(help: "Everything on the account, not only what kbot placed.")
    var all = false

    @Flag(help: "Do it; without this only what would be done is shown.")
    var yes = false

    @OptionGroup var venue: VenueOptions

    func run() throws {
        try leave { () throws(RunFailure) in
            let (settings, access) = try venue.open("flatten")
            defer { access.shutDown() }
            let reach: FlattenPlan.Reach = all ? .all : .ours(prefix: "kbot-")
            let subaccount = settings.subaccount
            let drawn = access.wait { client -> Result<FlattenPlan, VenueError> in
                do throws(VenueError) {
                    return .success(try await .draw(client, reach: reach, subaccount: subaccount))
                } catch {
                    return .failure(error)
                }
            }
            let plan: FlattenPlan
            switch drawn {
            case .success(let value): plan = value
            case .failure(let error): throw RunFailure(.venue, error.advice(access.time.clock.estimate))
            }
            try show(preview(plan, settings.venue.place))
            if plan.isEmpty { return nil }
            guard yes else {
                tell("nothing was done; say --yes to do it")
                return nil
            }
            guard let terms = OrderTerms(run: RunID("kbot-flatten-\(RunClock.stamp())-\(getpid())")) else {
                throw RunFailure(.other, "no name for the orders")
            }
            let report = access.wait { client in await plan.perform(client, terms: terms) }
            try show(text(report))
            return report.isComplete ? nil : .venue
        }
    }

    private func preview(_ plan: FlattenPlan, _ place: String) -> String {
        var lines = ["\(place):"]
        for order in plan.cancels {
            let side = order.side == .bid ? "buy" : "sell"
            lines.append("  cancel \(order.ticker): \(side) \(order.remaining) YES at \(order.yesPrice)")
        }
        lines += plan.closes.map { "  close \($0)" }
        lines += plan.remarks.map { "  note: \($0)" }
        if !plan.otherOrders.isEmpty {
            lines.append(
                "  left alone: \(plan.otherOrders.count) resting orders that kbot did not place (--all takes them too)"
            )
        }
        if plan.isEmpty { lines.append("  nothing to cancel and nothing to close") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(_ report: FlattenReport) -> String {
        var lines = ["cancelled \(report.cancelled), gone before \(report.gone)"]
        lines += report.closed.map { "closed \($0.count) in \($0.ticker)" }
        lines += report.problems.map { "STILL OPEN: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
